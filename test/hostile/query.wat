;; heliosdb_query with lying lengths and wild pointers.
;; case: text_overflows 39W01 outside its memory
;; case: text_past_end 39W01 outside its memory
;; case: text_at_last_byte 38000 status 2
;; case: text_empty 38000 status 2
;; case: text_not_utf8 38000 status 2
;; case: length_pointer_outside 39W01 outside its memory
;; case: length_pointer_at_last_byte 39W01 outside its memory
;; case: buffer_outside 39W01 outside its memory
;; case: capacity_lies 39W01 outside its memory
;; case: capacity_zero 38000 status 1
;; case: allocate_without_allocator 39W01 outside its memory
;; case: nul_in_text 38000 status 2
;; case: two_statements 38000 status 2
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "SELECT repeat('x', 1000)")
  (data (i32.const 200) "SELECT 1; SELECT 2")
  (data (i32.const 300) "SELECT 1\00 + 1")
  (data (i32.const 400) "\ff\fe\80")
  (data (i32.const 65535) "S")
  (func $ask (param $text i32) (param $size i32) (param $capacity i32) (result i32)
    (i32.store (i32.const 16) (local.get $capacity))
    (call $query (local.get $text) (local.get $size) (i32.const 1024) (i32.const 16)))
  (func (export "text_overflows") (result i32)
    (call $ask (i32.const -16) (i32.const 32) (i32.const 4096)))
  (func (export "text_past_end") (result i32)
    (call $ask (i32.const 65535) (i32.const 2) (i32.const 4096)))
  (func (export "text_at_last_byte") (result i32)
    (call $ask (i32.const 65535) (i32.const 1) (i32.const 4096)))
  (func (export "text_empty") (result i32)
    (call $ask (i32.const 0) (i32.const 0) (i32.const 4096)))
  (func (export "text_not_utf8") (result i32)
    (call $ask (i32.const 400) (i32.const 3) (i32.const 4096)))
  (func (export "length_pointer_outside") (result i32)
    (call $query (i32.const 100) (i32.const 24) (i32.const 1024) (i32.const -4)))
  (func (export "length_pointer_at_last_byte") (result i32)
    (call $query (i32.const 100) (i32.const 24) (i32.const 1024) (i32.const 65533)))
  (func (export "buffer_outside") (result i32)
    (i32.store (i32.const 16) (i32.const 0x7fffffff))
    (call $query (i32.const 100) (i32.const 24) (i32.const -8) (i32.const 16)))
  (func (export "capacity_lies") (result i32)
    ;; Says that there is room for 2 GB behind an address close to the end.
    (i32.store (i32.const 16) (i32.const 0x7fffffff))
    (call $query (i32.const 100) (i32.const 24) (i32.const 65000) (i32.const 16)))
  (func (export "capacity_zero") (result i32)
    (call $ask (i32.const 100) (i32.const 24) (i32.const 0)))
  (func (export "allocate_without_allocator") (result i32)
    (i32.store (i32.const 16) (i32.const -1))
    (call $query (i32.const 100) (i32.const 24) (i32.const 65000) (i32.const 16)))
  (func (export "nul_in_text") (result i32)
    (call $ask (i32.const 300) (i32.const 13) (i32.const 4096)))
  (func (export "two_statements") (result i32)
    (call $ask (i32.const 200) (i32.const 18) (i32.const 4096))))
