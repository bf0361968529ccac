;; WASI preview 1 with wild pointers, endless output and an exit.
;; case: write_vectors_outside 39W01 outside its memory
;; case: write_buffer_outside 39W01 outside its memory
;; case: write_count_huge NULL
;; case: write_written_outside 39W01 outside its memory
;; case: write_everything_at_once NULL
;; case: random_outside 39W01 outside its memory
;; case: random_overflow 39W01 outside its memory
;; case: clock_outside 39W01 outside its memory
;; case: unknown_clock NULL
;; case: arguments_outside 39W01 outside its memory
;; case: stat_outside 39W01 outside its memory
;; case: exit 38000 exit code 7
;; case: exit_zero 38000 exit code 0
;; case: unknown_call NULL
(module
  (import "wasi_snapshot_preview1" "fd_write" (func $write (param i32 i32 i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "random_get" (func $random (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "clock_time_get" (func $clock (param i32 i64 i32) (result i32)))
  (import "wasi_snapshot_preview1" "args_sizes_get" (func $arguments (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "fd_fdstat_get" (func $stat (param i32 i32) (result i32)))
  (import "wasi_snapshot_preview1" "proc_exit" (func $exit (param i32)))
  (import "wasi_snapshot_preview1" "path_open"
    (func $open (param i32 i32 i32 i32 i32 i64 i64 i32 i32) (result i32)))
  (memory (export "memory") 100)
  (func (export "write_vectors_outside")
    (drop (call $write (i32.const 1) (i32.const -4) (i32.const 1) (i32.const 0))))
  (func (export "write_buffer_outside")
    (i32.store (i32.const 100) (i32.const 6553600))
    (i32.store (i32.const 104) (i32.const 1))
    (drop (call $write (i32.const 1) (i32.const 100) (i32.const 1) (i32.const 0))))
  (func (export "write_count_huge")
    (drop (call $write (i32.const 1) (i32.const 100) (i32.const -1) (i32.const 0))))
  (func (export "write_written_outside")
    (drop (call $write (i32.const 1) (i32.const 100) (i32.const 0) (i32.const -1))))
  ;; A thousand vectors over the whole memory: six gigabytes, if the host believed it.
  (func (export "write_everything_at_once")
    (local $at i32)
    (loop $again
      (i32.store (i32.add (i32.const 100) (local.get $at)) (i32.const 0))
      (i32.store (i32.add (i32.const 104) (local.get $at)) (i32.const 6553600))
      (local.set $at (i32.add (local.get $at) (i32.const 8)))
      (br_if $again (i32.lt_u (local.get $at) (i32.const 8000))))
    (drop (call $write (i32.const 2) (i32.const 100) (i32.const 1000) (i32.const 0))))
  (func (export "random_outside") (drop (call $random (i32.const 6553599) (i32.const 2))))
  (func (export "random_overflow") (drop (call $random (i32.const -1) (i32.const -1))))
  (func (export "clock_outside")
    (drop (call $clock (i32.const 0) (i64.const 0) (i32.const 6553593))))
  (func (export "unknown_clock")
    (drop (call $clock (i32.const 99) (i64.const 0) (i32.const 0))))
  (func (export "arguments_outside") (drop (call $arguments (i32.const -4) (i32.const 0))))
  (func (export "stat_outside") (drop (call $stat (i32.const 1) (i32.const 6553590))))
  (func (export "exit") (call $exit (i32.const 7)))
  (func (export "exit_zero") (call $exit (i32.const 0)))
  (func (export "unknown_call")
    (drop (call $open (i32.const 3) (i32.const 0) (i32.const 0) (i32.const 0) (i32.const 0)
      (i64.const 0) (i64.const 0) (i32.const 0) (i32.const 0)))))
