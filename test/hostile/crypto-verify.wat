;; heliosdb_crypto_verify with wild pointers, false sizes and keys that are no points.
;; clauses: CAPABILITIES ('crypto')
;; case: key_outside 39W01 outside its memory
;; case: message_outside 39W01 outside its memory
;; case: signature_outside 39W01 outside its memory
;; case: algorithm_unknown 38000 there is no signature algorithm
;; case: key_long 38000 key has 32 bytes
;; case: signature_empty 38000 signature has 64 bytes
;; case: zeros 38000 status 4
(module
  (import "heliosdb" "heliosdb_crypto_verify"
    (func $verify (param i32 i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "key_outside") (result i32)
    (call $verify (i32.const 1) (i32.const 65505) (i32.const 32) (i32.const 0) (i32.const 0)
      (i32.const 64) (i32.const 64)))
  (func (export "message_outside") (result i32)
    (call $verify (i32.const 1) (i32.const 0) (i32.const 32) (i32.const 1) (i32.const -1)
      (i32.const 64) (i32.const 64)))
  (func (export "signature_outside") (result i32)
    (call $verify (i32.const 1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)
      (i32.const -64) (i32.const 65)))
  (func (export "algorithm_unknown") (result i32)
    (call $verify (i32.const 0) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)
      (i32.const 64) (i32.const 64)))
  (func (export "key_long") (result i32)
    (call $verify (i32.const 1) (i32.const 0) (i32.const 33) (i32.const 0) (i32.const 0)
      (i32.const 64) (i32.const 64)))
  (func (export "signature_empty") (result i32)
    (call $verify (i32.const 1) (i32.const 0) (i32.const 32) (i32.const 0) (i32.const 0)
      (i32.const 64) (i32.const 0)))
  (func (export "zeros") (result i32)
    (call $verify (i32.const 1) (i32.const 1024) (i32.const 32) (i32.const 0) (i32.const 4)
      (i32.const 2048) (i32.const 64))))
