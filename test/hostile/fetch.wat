;; heliosdb_fetch with wild pointers, requests that are none, and no end of them.
;; clauses: CAPABILITIES ('network:a.example') SET (fetches_max = 3, fetch_bytes_max = 1000)
;; case: request_outside 39W01 outside its memory
;; case: request_overflows 39W01 outside its memory
;; case: request_empty 38000 status 2
;; case: request_not_json 38000 status 2
;; case: request_is_the_memory 38000 larger than it may be
;; case: not_https 38000 only HTTPS addresses
;; case: other_host 38000 may not ask b.example
;; case: address_of_this_machine 38000 may not ask 127.0.0.1
;; case: without_end 53400 more requests
(module
  (import "heliosdb" "heliosdb_fetch" (func $fetch (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "{\"url\": \"http://a.example/\"}")
  (data (i32.const 200) "{\"url\": \"https://b.example/\"}")
  (data (i32.const 300) "{\"url\": \"https://127.0.0.1/\"}")
  (func $ask (param $at i32) (param $size i32) (result i32)
    (i32.store (i32.const 16) (i32.const 1000))
    (call $fetch (local.get $at) (local.get $size) (i32.const 4096) (i32.const 16)))
  (func (export "request_outside") (result i32) (call $ask (i32.const 65536) (i32.const 1)))
  (func (export "request_overflows") (result i32) (call $ask (i32.const -1) (i32.const -1)))
  (func (export "request_empty") (result i32) (call $ask (i32.const 100) (i32.const 0)))
  (func (export "request_not_json") (result i32) (call $ask (i32.const 101) (i32.const 9)))
  (func (export "request_is_the_memory") (result i32)
    (call $ask (i32.const 0) (i32.const 65536)))
  (func (export "not_https") (result i32) (call $ask (i32.const 100) (i32.const 28)))
  (func (export "other_host") (result i32) (call $ask (i32.const 200) (i32.const 29)))
  (func (export "address_of_this_machine") (result i32)
    (call $ask (i32.const 300) (i32.const 29)))
  (func (export "without_end")
    (loop $again
      (drop (call $ask (i32.const 200) (i32.const 29)))
      (br $again))))
