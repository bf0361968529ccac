;; heliosdb_crypto_hash and heliosdb_crypto_hmac with lying lengths, wild pointers and huge sizes.
;; clauses: CAPABILITIES ('crypto')
;; case: data_outside 39W01 outside its memory
;; case: data_overflows 39W01 outside its memory
;; case: key_outside 39W01 outside its memory
;; case: length_pointer_outside 39W01 outside its memory
;; case: buffer_outside 39W01 outside its memory
;; case: capacity_lies 39W01 outside its memory
;; case: capacity_zero 38000 status 1
;; case: algorithm_unknown 38000 there is no hash algorithm
;; case: algorithm_not_for_codes 38000 there is no hash algorithm for HMAC
;; case: whole_memory NULL
(module
  (import "heliosdb" "heliosdb_crypto_hash"
    (func $hash (param i32 i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_crypto_hmac"
    (func $hmac (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 200)
  (func $ask (param $algorithm i32) (param $at i32) (param $size i32) (param $capacity i32)
    (result i32)
    (i32.store (i32.const 16) (local.get $capacity))
    (call $hash (local.get $algorithm) (local.get $at) (local.get $size) (i32.const 1024)
      (i32.const 16)))
  (func (export "data_outside") (result i32)
    (call $ask (i32.const 1) (i32.const 13107200) (i32.const 1) (i32.const 64)))
  (func (export "data_overflows") (result i32)
    (call $ask (i32.const 1) (i32.const -1) (i32.const -1) (i32.const 64)))
  (func (export "key_outside") (result i32)
    (i32.store (i32.const 16) (i32.const 64))
    (call $hmac (i32.const 1) (i32.const -16) (i32.const 17) (i32.const 0) (i32.const 1)
      (i32.const 1024) (i32.const 16)))
  (func (export "length_pointer_outside") (result i32)
    (call $hash (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 1024) (i32.const -2)))
  (func (export "buffer_outside") (result i32)
    (i32.store (i32.const 16) (i32.const 64))
    (call $hash (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 13107190) (i32.const 16)))
  (func (export "capacity_lies") (result i32)
    (i32.store (i32.const 16) (i32.const 0x7fffffff))
    (call $hash (i32.const 1) (i32.const 0) (i32.const 1) (i32.const -8) (i32.const 16)))
  (func (export "capacity_zero") (result i32)
    (call $ask (i32.const 1) (i32.const 0) (i32.const 1) (i32.const 0)))
  (func (export "algorithm_unknown") (result i32)
    (call $ask (i32.const -1) (i32.const 0) (i32.const 1) (i32.const 64)))
  (func (export "algorithm_not_for_codes") (result i32)
    (i32.store (i32.const 16) (i32.const 64))
    (call $hmac (i32.const 4) (i32.const 0) (i32.const 1) (i32.const 0) (i32.const 1)
      (i32.const 1024) (i32.const 16)))
  (func (export "whole_memory") (result i32)
    (call $ask (i32.const 5) (i32.const 0) (i32.const 13107200) (i32.const 64))))
