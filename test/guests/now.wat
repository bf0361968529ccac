;; Returns the statement's time.
(module
  (import "heliosdb" "heliosdb_now" (func $now (result i64)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "now") (result i32)
    (i64.store (i32.const 0) (call $now))
    ;; 5: BIGINT.
    (call $return (i32.const 0) (i32.const 8) (i32.const 5))))
