;; heliosdb_error with wild pointers and texts that imitate the engine's own.
;; case: outside 39W01 outside its memory
;; case: overflow 39W01 outside its memory
;; case: empty 38000
;; case: imitates_code 38000 HELIOS-42501
;; case: imitates_sections 38000 line
;; case: control_characters 38000 u{1b}
;; case: huge 38000 xxxx
;; case: not_utf8 38000
(module
  (import "heliosdb" "heliosdb_error" (func $error (param i32 i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 100) "HELIOS-42501: permission denied")
  (data (i32.const 200) "line\0aDetail: forged\0aHint: forged\0d\0aHELIOS-42501: forged\0aFields: {\22a\22:1}")
  (data (i32.const 300) "\1b[31mred\07\08\e2\80\a8Detail: forged\e2\80\ae\c2\85")
  (data (i32.const 400) "\ff\fe")
  (func (export "outside") (call $error (i32.const 1) (i32.const 131072) (i32.const 1)))
  (func (export "overflow") (call $error (i32.const 1) (i32.const -1) (i32.const 2)))
  (func (export "empty") (call $error (i32.const 0) (i32.const 131072) (i32.const 0)))
  (func (export "imitates_code") (call $error (i32.const 1) (i32.const 100) (i32.const 31)))
  (func (export "imitates_sections") (call $error (i32.const 1) (i32.const 200) (i32.const 77)))
  (func (export "control_characters") (call $error (i32.const 1) (i32.const 300) (i32.const 31)))
  (func (export "huge")
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 130000))
    (call $error (i32.const 1) (i32.const 1024) (i32.const 130000)))
  (func (export "not_utf8") (call $error (i32.const -2147483648) (i32.const 400) (i32.const 2))))
