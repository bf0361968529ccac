;; Statements that are nested deeply enough to hurt a careless parser.
;; clauses: MEMORY '2MB'
;; case: parentheses 38000 status 2
;; case: subqueries 38000 status 2
;; case: lists 38000 status 2
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 16)
  (data (i32.const 1024) "SELECT ")
  (func $ask (param $open i32) (param $width i32) (param $size i32) (result i32)
    (local $at i32)
    (local.set $at (i32.const 1031))
    (loop $again
      (memory.copy (local.get $at) (local.get $open) (local.get $width))
      (local.set $at (i32.add (local.get $at) (local.get $width)))
      (br_if $again (i32.lt_u (local.get $at) (local.get $size))))
    (i32.store (i32.const 16) (i32.const 100))
    (call $query (i32.const 1024) (i32.sub (local.get $at) (i32.const 1024))
      (i32.const 1000000) (i32.const 16)))
  (data (i32.const 100) "(")
  (data (i32.const 110) "(SELECT ")
  (data (i32.const 120) "[")
  (func (export "parentheses") (result i32)
    (call $ask (i32.const 100) (i32.const 1) (i32.const 200000)))
  (func (export "subqueries") (result i32)
    (call $ask (i32.const 110) (i32.const 8) (i32.const 200000)))
  (func (export "lists") (result i32)
    (call $ask (i32.const 120) (i32.const 1) (i32.const 200000))))
