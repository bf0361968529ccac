;; Allocators that the host calls while it answers a host function.
;; clauses: TIMEOUT '100ms'
;; case: spin 57014 ran out of time
;; case: trap 39W01 unreachable
;; case: nothing 38000 status 2
;; case: outside 39W01 outside its memory
;; case: last_byte 39W01 outside its memory
;; case: again 39W01 call stack exhausted
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (global $kind (mut i32) (i32.const 0))
  (func $ask (result i32)
    (i32.store (i32.const 16) (i32.const -1))
    (call $get_param (i32.const 0) (i32.const 8) (i32.const 16)))
  (func (export "heliosdb_alloc") (param $size i32) (result i32)
    (if (i32.eq (global.get $kind) (i32.const 0)) (then (loop $again (br $again))))
    (if (i32.eq (global.get $kind) (i32.const 1)) (then (unreachable)))
    (if (i32.eq (global.get $kind) (i32.const 2)) (then (return (i32.const 0))))
    (if (i32.eq (global.get $kind) (i32.const 3)) (then (return (i32.const 0x7fffffff))))
    ;; The argument `1` takes one byte; the first byte past the end is asked for.
    (if (i32.eq (global.get $kind) (i32.const 4)) (then (return (i32.const 65536))))
    (drop (call $ask))
    (i32.const 1024))
  (func (export "spin") (result i32) (global.set $kind (i32.const 0)) (call $ask))
  (func (export "trap") (result i32) (global.set $kind (i32.const 1)) (call $ask))
  (func (export "nothing") (result i32) (global.set $kind (i32.const 2)) (call $ask))
  (func (export "outside") (result i32) (global.set $kind (i32.const 3)) (call $ask))
  (func (export "last_byte") (result i32) (global.set $kind (i32.const 4)) (call $ask))
  (func (export "again") (result i32) (global.set $kind (i32.const 5)) (call $ask)))
