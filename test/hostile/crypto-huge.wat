;; More bytes for one cryptographic function than nothing may interrupt.
;; clauses: MEMORY '80MB' CAPABILITIES ('crypto')
;; case: hash 38000 too many bytes at once
;; case: together 38000 too many bytes at once
;; case: random 38000 too many bytes at once
(module
  (import "heliosdb" "heliosdb_crypto_hash"
    (func $hash (param i32 i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_crypto_equal" (func $equal (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_crypto_random" (func $random (param i32 i32) (result i32)))
  (memory (export "memory") 1100)
  (func (export "hash") (result i32)
    (call $hash (i32.const 1) (i32.const 0) (i32.const 67108865) (i32.const 1024) (i32.const 16)))
  (func (export "together") (result i32)
    (call $equal (i32.const 0) (i32.const 40000000) (i32.const 0) (i32.const 40000000)))
  (func (export "random") (result i32)
    (call $random (i32.const 0) (i32.const 67108865))))
