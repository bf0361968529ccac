;; Reports a metric while it initialises.
;; case: entry 55000 outside a procedure call
(module
  (import "heliosdb" "heliosdb_metric_count" (func $host (param i32 i32 i64) (result i32)))
  (memory (export "memory") 1)
  (func (export "_initialize") (drop (call $host (i32.const 0) (i32.const 1) (i64.const 1))))
  (func (export "entry")))
