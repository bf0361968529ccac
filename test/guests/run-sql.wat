;; Runs the SQL given as its first argument and returns the last result. Statements are separated by
;; U+001E. @b, @c and @r begin, commit and roll back a transaction, @t traps; a statement after ? may fail.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_begin_tx" (func $begin (result i32)))
  (import "heliosdb" "heliosdb_commit_tx" (func $commit (result i32)))
  (import "heliosdb" "heliosdb_rollback_tx" (func $rollback (result i32)))
  (memory (export "memory") 64)
  (func (export "heliosdb_value_format") (result i32) (i32.const 1))

  ;; A big-endian number of some bytes.
  (func $number (param $at i32) (param $bytes i32) (result i32)
    (local $value i32)
    (loop $next
      (local.set $value (i32.or (i32.shl (local.get $value) (i32.const 8)) (i32.load8_u (local.get $at))))
      (local.set $at (i32.add (local.get $at) (i32.const 1)))
      (local.set $bytes (i32.sub (local.get $bytes) (i32.const 1)))
      (br_if $next (local.get $bytes)))
    (local.get $value))

  ;; Runs one statement; its size stands at 20.
  (func $run (param $at i32) (param $length i32) (result i32)
    (i32.store (i32.const 20) (i32.const 1500000))
    (call $query (local.get $at) (local.get $length) (i32.const 2097152) (i32.const 20)))

  (func $command (param $letter i32) (result i32)
    (if (i32.eq (local.get $letter) (i32.const 98)) (then (return (call $begin))))
    (if (i32.eq (local.get $letter) (i32.const 99)) (then (return (call $commit))))
    (if (i32.eq (local.get $letter) (i32.const 114)) (then (return (call $rollback))))
    unreachable)

  (func (export "run_sql") (result i32)
    (local $head i32) (local $at i32) (local $end i32) (local $stop i32) (local $status i32)
    (local $has_result i32)
    (i32.store (i32.const 16) (i32.const 1048576))
    (if (call $get_param (i32.const 0) (i32.const 65536) (i32.const 16)) (then (return (i32.const 1))))
    ;; The argument is a MessagePack string: find its first byte and its length.
    (local.set $head (i32.load8_u (i32.const 65536)))
    (local.set $at (i32.const 65537))
    (if (i32.eq (i32.and (local.get $head) (i32.const 0xe0)) (i32.const 0xa0))
      (then (local.set $end (i32.and (local.get $head) (i32.const 31))))
      (else
        ;; d9, da, db: one, two or four bytes of length.
        (local.set $head (i32.shl (i32.const 1) (i32.sub (local.get $head) (i32.const 0xd9))))
        (local.set $end (call $number (local.get $at) (local.get $head)))
        (local.set $at (i32.add (local.get $at) (local.get $head)))))
    (local.set $end (i32.add (local.get $end) (local.get $at)))
    (block $done
      (loop $statement
        (br_if $done (i32.ge_u (local.get $at) (local.get $end)))
        (local.set $stop (local.get $at))
        (block $found
          (loop $byte
            (br_if $found (i32.ge_u (local.get $stop) (local.get $end)))
            (br_if $found (i32.eq (i32.load8_u (local.get $stop)) (i32.const 30)))
            (local.set $stop (i32.add (local.get $stop) (i32.const 1)))
            (br $byte)))
        (local.set $head (i32.load8_u (local.get $at)))
        (if (i32.eq (local.get $head) (i32.const 64))
          (then
            (local.set $status (call $command (i32.load8_u (i32.add (local.get $at) (i32.const 1))))))
          (else
            (if (i32.eq (local.get $head) (i32.const 63))
              (then
                (drop (call $run
                  (i32.add (local.get $at) (i32.const 1))
                  (i32.sub (i32.sub (local.get $stop) (local.get $at)) (i32.const 1)))))
              (else
                (local.set $has_result (i32.const 1))
                (local.set $status
                  (call $run (local.get $at) (i32.sub (local.get $stop) (local.get $at))))))))
        (if (local.get $status) (then (return (local.get $status))))
        (local.set $at (i32.add (local.get $stop) (i32.const 1)))
        (br $statement)))
    (if (result i32) (local.get $has_result)
      (then (call $return (i32.const 2097152) (i32.load (i32.const 20)) (i32.const 1001)))
      (else (i32.const 0)))))
