;; Asks a host while it initialises.
;; clauses: CAPABILITIES ('network:a.example')
;; case: entry 55000 outside a procedure call
(module
  (import "heliosdb" "heliosdb_fetch" (func $host (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize")
    (drop (call $host (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0))))
  (func (export "entry")))
