;; Every row's result is how often the host asked for room so far.
(module
  (memory (export "memory") 4)
  (global $asked (mut i64) (i64.const 0))
  (func (export "asked") unreachable)
  (func (export "heliosdb_columnar_buffer") (param i32) (result i32)
    (global.set $asked (i64.add (global.get $asked) (i64.const 1)))
    (i32.const 1024))
  (func (export "heliosdb_columnar/asked") (param $block i32) (result i32)
    (local $row i32)
    (loop $rows
      (i64.store
        (i32.add (i32.const 131072) (i32.shl (local.get $row) (i32.const 3)))
        (global.get $asked))
      (local.set $row (i32.add (local.get $row) (i32.const 1)))
      (br_if $rows (i32.lt_u (local.get $row) (i32.load (local.get $block)))))
    (i32.store offset=16 (local.get $block) (i32.const 5))
    (i32.store offset=28 (local.get $block) (i32.const 131072))
    (i32.store offset=32 (local.get $block) (i32.const 0))
    (i32.const 0)))
