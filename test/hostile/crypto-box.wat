;; heliosdb_crypto_seal and heliosdb_crypto_open with wild pointers, false sizes and forged messages.
;; clauses: CAPABILITIES ('crypto')
;; case: key_outside 39W01 outside its memory
;; case: nonce_outside 39W01 outside its memory
;; case: bound_outside 39W01 outside its memory
;; case: message_outside 39W01 outside its memory
;; case: result_outside 39W01 outside its memory
;; case: cipher_unknown 38000 there is no cipher 0
;; case: key_short 38000 has 32 bytes
;; case: nonce_short 38000 a nonce has 12 bytes
;; case: open_nothing 38000 is not authentic
;; case: open_less_than_a_nonce 38000 is not authentic
;; case: open_zeros 38000 is not authentic
;; case: seal_in_place NULL
(module
  (type $box (func (param i32 i32 i32 i32 i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_crypto_seal" (func $seal (type $box)))
  (import "heliosdb" "heliosdb_crypto_open" (func $open (type $box)))
  (memory (export "memory") 1)
  (func $try (param $cipher i32) (param $key i32) (param $key_len i32) (param $nonce i32)
    (param $nonce_len i32) (param $bound i32) (param $message i32) (param $result i32) (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $seal (local.get $cipher) (local.get $key) (local.get $key_len) (local.get $nonce)
      (local.get $nonce_len) (local.get $bound) (i32.const 8) (local.get $message) (i32.const 100)
      (local.get $result) (i32.const 16)))
  (func $unseal (param $nonce_len i32) (param $size i32) (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $open (i32.const 2) (i32.const 64) (i32.const 32) (i32.const 128) (local.get $nonce_len)
      (i32.const 0) (i32.const 0) (i32.const 256) (local.get $size) (i32.const 8192)
      (i32.const 16)))
  (func (export "key_outside") (result i32)
    (call $try (i32.const 2) (i32.const 65520) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 8192)))
  (func (export "nonce_outside") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 32) (i32.const -12) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 8192)))
  (func (export "bound_outside") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 65529) (i32.const 256) (i32.const 8192)))
  (func (export "message_outside") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const -1) (i32.const 8192)))
  (func (export "result_outside") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 65500)))
  (func (export "cipher_unknown") (result i32)
    (call $try (i32.const 0) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 8192)))
  (func (export "key_short") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 31) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 8192)))
  (func (export "nonce_short") (result i32)
    (call $try (i32.const 3) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 11)
      (i32.const 0) (i32.const 256) (i32.const 8192)))
  (func (export "open_nothing") (result i32) (call $unseal (i32.const 12) (i32.const 0)))
  (func (export "open_less_than_a_nonce") (result i32)
    (call $unseal (i32.const 0) (i32.const 11)))
  (func (export "open_zeros") (result i32) (call $unseal (i32.const 0) (i32.const 500)))
  ;; The result overwrites the message it is made from.
  (func (export "seal_in_place") (result i32)
    (call $try (i32.const 2) (i32.const 64) (i32.const 32) (i32.const 128) (i32.const 12)
      (i32.const 0) (i32.const 256) (i32.const 250))))
