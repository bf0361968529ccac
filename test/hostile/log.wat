;; heliosdb_log with lying lengths, huge messages and no end of them.
;; clauses: TIMEOUT '200ms'
;; case: outside 39W01 outside its memory
;; case: overflow 39W01 outside its memory
;; case: huge NULL
;; case: not_utf8 NULL
;; case: unknown_level NULL
;; case: without_end 57014 ran out of time
(module
  (import "heliosdb" "heliosdb_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 100)
  (data (i32.const 0) "\ff\fe\00\0aDetail: x")
  (func (export "outside") (result i32)
    (call $log (i32.const 1) (i32.const 6553600) (i32.const 1)))
  (func (export "overflow") (result i32)
    (call $log (i32.const 1) (i32.const -1) (i32.const -1)))
  (func (export "huge") (result i32)
    (call $log (i32.const 1) (i32.const 0) (i32.const 6553600)))
  (func (export "not_utf8") (result i32)
    (call $log (i32.const 1) (i32.const 0) (i32.const 13)))
  (func (export "unknown_level") (result i32)
    (call $log (i32.const -77) (i32.const 4) (i32.const 9)))
  (func (export "without_end")
    (loop $again
      (drop (call $log (i32.const 1) (i32.const 0) (i32.const 6553600)))
      (br $again))))
