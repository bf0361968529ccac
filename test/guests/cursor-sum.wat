;; Runs the SQL given as its first argument through a cursor and returns [rows, batches, sum of the
;; first column] as a text "rows batches sum"; the second argument is the buffer's size. The values
;; travel as JSON, whose rows are recognised by their brackets: [[1],[2]] … The column holds integers.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_cursor_open"
    (func $open (param i32 i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_cursor_next" (func $next (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_cursor_close" (func $close (param i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 4)
  (global $rows (mut i64) (i64.const 0))
  (global $batches (mut i64) (i64.const 0))
  (global $sum (mut i64) (i64.const 0))

  ;; The JSON number that begins at $at.
  (func $number (param $at i32) (result i64)
    (local $value i64) (local $digit i32)
    (block $done
      (loop $next
        (local.set $digit (i32.sub (i32.load8_u (local.get $at)) (i32.const 48)))
        (br_if $done (i32.gt_u (local.get $digit) (i32.const 9)))
        (local.set $value
          (i64.add (i64.mul (local.get $value) (i64.const 10))
            (i64.extend_i32_u (local.get $digit))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next)))
    (local.get $value))

  ;; Adds up a batch of $size bytes at 131072: what follows "rows":[ are rows.
  (func $add (param $size i32)
    (local $at i32) (local $end i32)
    (local.set $at (i32.const 131072))
    (local.set $end (i32.add (i32.const 131072) (local.get $size)))
    ;; "rows":[ is where the last ]," ends; skip to the first "s":[ behind it.
    (block $found
      (loop $skip
        (br_if $found
          (i32.eq (i32.load (local.get $at)) (i32.const 0x5b3a2273)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $skip)))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    ;; The first such is that of "columns":[ when the batch names them; go on to the second.
    (block $found
      (loop $skip
        (br_if $found
          (i32.eq (i32.load (local.get $at)) (i32.const 0x5b3a2273)))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $skip)))
    (local.set $at (i32.add (local.get $at) (i32.const 4)))
    (block $done
      (loop $next
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (if (i32.eq (i32.load8_u (local.get $at)) (i32.const 91))
          (then
            (global.set $rows (i64.add (global.get $rows) (i64.const 1)))
            (global.set $sum
              (i64.add (global.get $sum)
                (call $number (i32.add (local.get $at) (i32.const 1)))))))
        (local.set $at (i32.add (local.get $at) (i32.const 1)))
        (br $next))))

  ;; Writes a number and a blank that end before $end; where they begin.
  (func $print (param $end i32) (param $value i64) (result i32)
    (local.set $end (i32.sub (local.get $end) (i32.const 1)))
    (i32.store8 (local.get $end) (i32.const 32))
    (loop $next
      (local.set $end (i32.sub (local.get $end) (i32.const 1)))
      (i32.store8 (local.get $end)
        (i32.add (i32.const 48) (i32.wrap_i64 (i64.rem_u (local.get $value) (i64.const 10)))))
      (local.set $value (i64.div_u (local.get $value) (i64.const 10)))
      (br_if $next (i64.ne (local.get $value) (i64.const 0))))
    (local.get $end))

  (func (export "cursor_sum") (result i32)
    (local $status i32) (local $size i32) (local $at i32)
    (global.set $rows (i64.const 0))
    (global.set $batches (i64.const 0))
    (global.set $sum (i64.const 0))
    (i32.store (i32.const 16) (i32.const 100))
    (if (call $get_param (i32.const 1) (i32.const 200) (i32.const 16)) (then (return (i32.const 1))))
    (local.set $size (i32.wrap_i64 (call $number (i32.const 200))))
    (i32.store (i32.const 16) (i32.const 60000))
    (if (call $get_param (i32.const 0) (i32.const 1024) (i32.const 16)) (then (return (i32.const 1))))
    ;; The text without its quotes; it holds nothing that JSON escapes.
    (local.set $status
      (call $open (i32.const 1025) (i32.sub (i32.load (i32.const 16)) (i32.const 2))
        (i32.const 0) (i32.const 0) (i32.const 20)))
    (if (local.get $status) (then (return (local.get $status))))
    (block $end
      (loop $next
        (i32.store (i32.const 16) (local.get $size))
        (local.set $status
          (call $next (i32.load (i32.const 20)) (i32.const 0) (i32.const 131072) (i32.const 16)))
        (br_if $end (i32.eq (local.get $status) (i32.const 3)))
        (if (local.get $status) (then (return (local.get $status))))
        (global.set $batches (i64.add (global.get $batches) (i64.const 1)))
        (call $add (i32.load (i32.const 16)))
        (br $next)))
    (local.set $status (call $close (i32.load (i32.const 20))))
    (if (local.get $status) (then (return (local.get $status))))
    (local.set $at (call $print (i32.const 1000) (global.get $sum)))
    (local.set $at (call $print (local.get $at) (global.get $batches)))
    (local.set $at (call $print (local.get $at) (global.get $rows)))
    (call $return (local.get $at) (i32.sub (i32.const 999) (local.get $at)) (i32.const 17))))
