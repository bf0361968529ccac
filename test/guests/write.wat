;; Tries to write; whether it may is the capabilities' business.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "INSERT INTO lookup VALUES (-1, -1)")
  (func (export "write") (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $query (i32.const 64) (i32.const 34) (i32.const 2048) (i32.const 16))))
