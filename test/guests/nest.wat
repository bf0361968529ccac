;; Calls procedure `nest` through a query, and so itself, as deep as it gets.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "SELECT nest(1)")
  ;; Uses up most of the guest's stack before the query, so that levels add up on the thread's own.
  (func $deep (param $left i32) (result i32)
    (if (i32.eqz (local.get $left))
      (then
        (i32.store (i32.const 16) (i32.const 4096))
        (return (call $query (i32.const 64) (i32.const 14) (i32.const 2048) (i32.const 16)))))
    (i32.add (call $deep (i32.sub (local.get $left) (i32.const 1))) (i32.const 0)))
  (func (export "nest") (result i32) (call $deep (i32.const 0)))
  (func (export "nest_deeply") (result i32) (call $deep (i32.const 5000))))
