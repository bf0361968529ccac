;; Asks for many rows and gives how many there are. Whoever names no format gets JSON.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 8)
  (data (i32.const 64) "SELECT id, pieces FROM items WHERE id < 3000")
  ;; Format (func (export "heliosdb_value_format") (result i32) (i32.const 1))
  (func (export "many_rows") (result i32)
    (i32.store (i32.const 16) (i32.const 400000))
    (if (call $query (i32.const 64) (i32.const 44) (i32.const 2048) (i32.const 16))
      (then (return (i32.const 1))))
    (i64.store (i32.const 32) (i64.const 500))
    (call $return (i32.const 32) (i32.const 8) (i32.const 5))))
