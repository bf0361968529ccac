;; Every way a guest can trap.
;; case: unreachable 39W01 unreachable
;; case: divide_by_zero 39W01 integer divide by zero
;; case: overflow 39W01 integer overflow
;; case: conversion 39W01 invalid conversion to integer
;; case: load 39W01 out of bounds memory access
;; case: store_at_end 39W01 out of bounds memory access
;; case: fill 39W01 out of bounds memory access
;; case: wrong_signature 39W01 indirect call type mismatch
;; case: null_element 39W01 uninitialized element
;; case: outside_table 39W01 undefined element
;; case: thrown 39W01 exception
(module
  (memory (export "memory") 1)
  (type $plain (func))
  (tag $problem)
  (table 4 funcref)
  (elem (i32.const 0) $takes_one)
  (func $takes_one (param i32))
  (func (export "unreachable") (unreachable))
  (func (export "divide_by_zero") (drop (i32.div_s (i32.const 1) (i32.const 0))))
  (func (export "overflow") (drop (i32.div_s (i32.const 0x80000000) (i32.const -1))))
  (func (export "conversion") (drop (i32.trunc_f64_s (f64.const nan))))
  (func (export "load") (drop (i64.load (i32.const -1))))
  (func (export "store_at_end") (i32.store (i32.const 65533) (i32.const 1)))
  (func (export "fill") (memory.fill (i32.const 1) (i32.const 0) (i32.const 65536)))
  (func (export "wrong_signature") (call_indirect (type $plain) (i32.const 0)))
  (func (export "null_element") (call_indirect (type $plain) (i32.const 1)))
  (func (export "outside_table") (call_indirect (type $plain) (i32.const 4)))
  (func (export "thrown") (throw $problem)))
