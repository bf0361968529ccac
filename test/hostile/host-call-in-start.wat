;; Calls the host before there is a call to serve.
;; case: entry 55000 outside a procedure call
(module
  (import "heliosdb" "heliosdb_now" (func $now (result i64)))
  (memory (export "memory") 1)
  (func $start (drop (call $now)))
  (start $start)
  (func (export "entry")))
