;; heliosdb_query_params with lying lengths and parameters that are none.
;; case: parameters_outside 39W01 outside its memory
;; case: parameters_overflow 39W01 outside its memory
;; case: not_json 38000 status 2
;; case: not_a_list 38000 status 2
;; case: deep 38000 status 2
;; case: too_many 38000 status 2
;; case: too_few 38000 status 2
(module
  (import "heliosdb" "heliosdb_query_params"
    (func $query (param i32 i32 i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "SELECT ?")
  (data (i32.const 200) "[1,")
  (data (i32.const 300) "{\22a\22:1}")
  (data (i32.const 400) "[1,2]")
  (data (i32.const 600) "[]")
  (func $ask (param $at i32) (param $size i32) (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (call $query (i32.const 100) (i32.const 8) (local.get $at) (local.get $size)
      (i32.const 1024) (i32.const 16)))
  (func (export "parameters_outside") (result i32) (call $ask (i32.const 65536) (i32.const 1)))
  (func (export "parameters_overflow") (result i32) (call $ask (i32.const -1) (i32.const -1)))
  (func (export "not_json") (result i32) (call $ask (i32.const 200) (i32.const 3)))
  (func (export "not_a_list") (result i32) (call $ask (i32.const 300) (i32.const 7)))
  (func (export "deep") (result i32)
    (memory.fill (i32.const 20000) (i32.const 91) (i32.const 40000))
    (call $ask (i32.const 20000) (i32.const 40000)))
  (func (export "too_many") (result i32) (call $ask (i32.const 400) (i32.const 5)))
  (func (export "too_few") (result i32) (call $ask (i32.const 600) (i32.const 2))))
