;; Returns the number of rows in table `lookup`: what a procedure sees of other writes.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "SELECT count(*) AS v FROM lookup")
  (func (export "rows") (result i32)
    (local $size i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (if (call $query (i32.const 64) (i32.const 32) (i32.const 2048) (i32.const 16))
      (then (return (i32.const 2))))
    (local.set $size (i32.load (i32.const 16)))
    (call $return
      (i32.const 2099) (i32.sub (local.get $size) (i32.const 54)) (i32.const 1000))))
