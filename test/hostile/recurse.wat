;; Recursion without end, by itself and through a table.
;; case: direct 39W01 call stack exhausted
;; case: indirect 39W01 call stack exhausted
;; case: wide 39W01 call stack exhausted
(module
  (memory (export "memory") 1)
  (type $plain (func))
  (table 1 funcref)
  (elem (i32.const 0) $indirect)
  (func $direct (export "direct") (call $direct))
  (func $indirect (export "indirect") (call_indirect (type $plain) (i32.const 0)))
  (func $wide (param i64 i64 i64 i64) (result i64)
    (i64.add
      (call $wide (local.get 3) (local.get 2) (local.get 1) (local.get 0))
      (i64.mul (local.get 0) (local.get 1))))
  (func (export "wide")
    (drop (call $wide (i64.const 1) (i64.const 2) (i64.const 3) (i64.const 4)))))
