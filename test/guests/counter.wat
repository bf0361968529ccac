;; Counts its calls in a global and in memory, and returns the count: 1 in a pristine guest.
(module
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $count (mut i64) (i64.const 0))
  (func (export "counter") (result i32)
    (global.set $count (i64.add (global.get $count) (i64.const 1)))
    (i64.store (i32.const 512) (i64.add (i64.load (i32.const 512)) (i64.const 1)))
    (if (i64.ne (global.get $count) (i64.load (i32.const 512))) (then (unreachable)))
    (i64.store (i32.const 16) (global.get $count))
    (call $return (i32.const 16) (i32.const 8) (i32.const 5))))
