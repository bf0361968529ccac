;; heliosdb_last_error with wild pointers, and before anything failed.
;; case: nothing_failed NULL
;; case: buffer_outside 39W01 outside its memory
;; case: length_pointer_outside 39W01 outside its memory
(module
  (import "heliosdb" "heliosdb_last_error" (func $last_error (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $ask (param $at i32) (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $last_error (local.get $at) (i32.const 16)))
  (func (export "nothing_failed") (result i32) (call $ask (i32.const 1024)))
  (func (export "buffer_outside") (result i32) (call $ask (i32.const 65533)))
  (func (export "length_pointer_outside") (result i32)
    (call $last_error (i32.const 1024) (i32.const -3))))
