;; Runs the query that stands in its data segment: a sum over many calls of procedure `inner`.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 64) "SELECT sum(inner_one(i)) FROM range(1000000) r(i)")
  (data (i32.const 256) "SELECT count(*) FROM range(1000000000) a, range(1000000000) b")
  (func $ask (param $at i32) (param $size i32) (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $query (local.get $at) (local.get $size) (i32.const 2048) (i32.const 16)))
  (func (export "over_guests") (result i32) (call $ask (i32.const 64) (i32.const 49)))
  (func (export "over_rows") (result i32) (call $ask (i32.const 256) (i32.const 61))))
