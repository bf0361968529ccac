;; heliosdb_crypto_random and heliosdb_crypto_equal beyond the memory, and random bytes without end.
;; clauses: TIMEOUT '200ms' CAPABILITIES ('crypto')
;; case: outside 39W01 outside its memory
;; case: overflows 39W01 outside its memory
;; case: nothing NULL
;; case: left_outside 39W01 outside its memory
;; case: right_outside 39W01 outside its memory
;; case: different_sizes 38000 status 4
;; case: without_end 57014 ran out of time
(module
  (import "heliosdb" "heliosdb_crypto_random" (func $random (param i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_crypto_equal" (func $equal (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 100)
  (func (export "outside") (result i32)
    (call $random (i32.const 6553600) (i32.const 1)))
  (func (export "overflows") (result i32)
    (call $random (i32.const -8) (i32.const 16)))
  (func (export "nothing") (result i32)
    (call $random (i32.const 6553600) (i32.const 0)))
  (func (export "left_outside") (result i32)
    (call $equal (i32.const -1) (i32.const 1) (i32.const 0) (i32.const 1)))
  (func (export "right_outside") (result i32)
    (call $equal (i32.const 0) (i32.const 1) (i32.const 0) (i32.const -1)))
  (func (export "different_sizes") (result i32)
    (call $equal (i32.const 0) (i32.const 8) (i32.const 0) (i32.const 9)))
  (func (export "without_end")
    (loop $again
      (drop (call $random (i32.const 0) (i32.const 6553600)))
      (br $again))))
