;; Calls heliosdb_error_stack while it initialises.
;; case: entry 38000
(module
  (import "heliosdb" "heliosdb_error_stack" (func $host (param i32 i32 i32 i32 i32)))
  (memory (export "memory") 1)
  (func (export "_initialize")
    (call $host (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)))
  (func (export "entry")))
