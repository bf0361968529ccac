;; Calls heliosdb_begin_tx while it initialises.
;; case: entry 55000 outside a procedure call
(module
  (import "heliosdb" "heliosdb_begin_tx" (func $host (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (drop (call $host)))
  (func (export "entry")))
