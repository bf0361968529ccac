;; heliosdb_get_param out of range, with lying capacities and wild pointers.
;; case: index_one_past 38000 status 2
;; case: index_huge 38000 status 2
;; case: index_negative 38000 status 2
;; case: length_pointer_outside 39W01 outside its memory
;; case: length_pointer_at_last_byte 39W01 outside its memory
;; case: buffer_outside 39W01 outside its memory
;; case: capacity_lies 39W01 outside its memory
;; case: capacity_zero 38000 status 1
;; case: last_byte NULL
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func $ask (param $index i32) (param $at i32) (param $capacity i32) (result i32)
    (i32.store (i32.const 16) (local.get $capacity))
    (call $get_param (local.get $index) (local.get $at) (i32.const 16)))
  (func (export "index_one_past") (result i32)
    (call $ask (i32.const 1) (i32.const 1024) (i32.const 100)))
  (func (export "index_huge") (result i32)
    (call $ask (i32.const 0x7fffffff) (i32.const 1024) (i32.const 100)))
  (func (export "index_negative") (result i32)
    (call $ask (i32.const -1) (i32.const 1024) (i32.const 100)))
  (func (export "length_pointer_outside") (result i32)
    (call $get_param (i32.const 0) (i32.const 1024) (i32.const -1)))
  (func (export "length_pointer_at_last_byte") (result i32)
    (call $get_param (i32.const 0) (i32.const 1024) (i32.const 65533)))
  (func (export "buffer_outside") (result i32)
    (call $ask (i32.const 0) (i32.const 65536) (i32.const 100)))
  (func (export "capacity_lies") (result i32)
    (call $ask (i32.const 0) (i32.const -1) (i32.const 0x7fffffff)))
  (func (export "capacity_zero") (result i32)
    (call $ask (i32.const 0) (i32.const 1024) (i32.const 0)))
  ;; The argument is the single byte `1`: it fits exactly.
  (func (export "last_byte") (result i32)
    (call $ask (i32.const 0) (i32.const 65535) (i32.const 1))))
