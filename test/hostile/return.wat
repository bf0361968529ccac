;; heliosdb_return with lying lengths, wrong types and malformed values.
;; clauses: SET (result_bytes_max = 1000000)
;; case: outside 39W01 outside its memory
;; case: overflow 53400 more bytes
;; case: overflow_small 39W01 outside its memory
;; case: past_end 39W01 outside its memory
;; case: unknown_type 39W02 value type 999
;; case: negative_type 39W02 not known
;; case: wrong_width 39W02 has 8 bytes
;; case: empty_number 39W02 has 8 bytes
;; case: boolean_of_two 39W02 BOOLEAN
;; case: bad_utf8 39W02 not UTF-8
;; case: bad_json 39W02
;; case: bad_message_pack 39W02
;; case: trailing_bytes 39W02
;; case: message_pack_lying_length 39W02
;; case: message_pack_lying_array 39W02
;; case: not_a_number 22P02
;; case: too_large_for_type 22003
;; case: zero_length_at_end 42804
;; case: deep_json 54000
;; case: twice 2
;; case: never NULL
(module
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 200) "\02")
  (data (i32.const 300) "\c1\fe\80")
  (data (i32.const 400) "{\22a")
  (data (i32.const 500) "1 2")
  (data (i32.const 600) "\db\ff\ff\ff\ff")
  (data (i32.const 610) "\dd\ff\ff\ff\ff")
  (data (i32.const 700) "seven")
  (data (i32.const 720) "99999999999999999999")
  (data (i32.const 800) "12")
  (func (export "outside") (result i32)
    (call $return (i32.const 65536) (i32.const 1) (i32.const 5)))
  (func (export "overflow") (result i32)
    (call $return (i32.const -1) (i32.const -1) (i32.const 17)))
  (func (export "overflow_small") (result i32)
    (call $return (i32.const -16) (i32.const 32) (i32.const 17)))
  (func (export "past_end") (result i32)
    (call $return (i32.const 65535) (i32.const 2) (i32.const 17)))
  (func (export "unknown_type") (result i32)
    (call $return (i32.const 0) (i32.const 1) (i32.const 999)))
  (func (export "negative_type") (result i32)
    (call $return (i32.const 0) (i32.const 1) (i32.const -1)))
  (func (export "wrong_width") (result i32)
    (call $return (i32.const 0) (i32.const 7) (i32.const 5)))
  (func (export "empty_number") (result i32)
    (call $return (i32.const 0) (i32.const 0) (i32.const 5)))
  (func (export "boolean_of_two") (result i32)
    (call $return (i32.const 200) (i32.const 1) (i32.const 1)))
  (func (export "bad_utf8") (result i32)
    (call $return (i32.const 300) (i32.const 3) (i32.const 17)))
  (func (export "bad_json") (result i32)
    (call $return (i32.const 400) (i32.const 3) (i32.const 1000)))
  (func (export "bad_message_pack") (result i32)
    (call $return (i32.const 300) (i32.const 3) (i32.const 1001)))
  (func (export "trailing_bytes") (result i32)
    (call $return (i32.const 500) (i32.const 3) (i32.const 1000)))
  (func (export "message_pack_lying_length") (result i32)
    (call $return (i32.const 600) (i32.const 5) (i32.const 1001)))
  (func (export "message_pack_lying_array") (result i32)
    (call $return (i32.const 610) (i32.const 5) (i32.const 1001)))
  (func (export "not_a_number") (result i32)
    (call $return (i32.const 700) (i32.const 5) (i32.const 17)))
  (func (export "too_large_for_type") (result i32)
    (call $return (i32.const 720) (i32.const 20) (i32.const 19)))
  (func (export "zero_length_at_end") (result i32)
    (call $return (i32.const 65536) (i32.const 0) (i32.const 18)))
  (func (export "deep_json") (result i32)
    (memory.fill (i32.const 2000) (i32.const 91) (i32.const 40000))
    (call $return (i32.const 2000) (i32.const 40000) (i32.const 1000)))
  ;; The last value counts.
  (func (export "twice") (result i32)
    (drop (call $return (i32.const 800) (i32.const 1) (i32.const 1000)))
    (call $return (i32.const 801) (i32.const 1) (i32.const 1000)))
  (func (export "never")))
