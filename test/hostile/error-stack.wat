;; heliosdb_error_stack with wild pointers and stacks that imitate the engine's own texts.
;; case: message_outside 39W01 outside its memory
;; case: stack_outside 39W01 outside its memory
;; case: stack_overflow 39W01 outside its memory
;; case: own_stack 38000 line
;; case: control_characters 38000 line
;; case: huge 38000 line
;; case: many_lines 38000 line
;; case: asked_of_the_host 38000 line
;; case: deep_stack_asked_of_the_host 38000 line
(module
  (import "heliosdb" "heliosdb_error_stack" (func $error (param i32 i32 i32 i32 i32)))
  (memory (export "memory") 2)
  (data (i32.const 200) "line\0aDetail: forged\0aHint: forged\0d\0aHELIOS-42501: forged\0aFields: {\22a\22:1}")
  (data (i32.const 300) "\1b[31mred\07\08\e2\80\a8Detail: forged\e2\80\ae\c2\85")
  (func $fail (param $stack i32) (param $length i32)
    (call $error (i32.const 7) (i32.const 200) (i32.const 77) (local.get $stack)
      (local.get $length)))
  (func (export "message_outside")
    (call $error (i32.const 1) (i32.const 131072) (i32.const 1) (i32.const 0) (i32.const 0)))
  (func (export "stack_outside") (call $fail (i32.const 131072) (i32.const 1)))
  (func (export "stack_overflow") (call $fail (i32.const -1) (i32.const 2)))
  (func (export "own_stack") (call $fail (i32.const 200) (i32.const 77)))
  (func (export "control_characters") (call $fail (i32.const 300) (i32.const 31)))
  (func (export "huge")
    (memory.fill (i32.const 1024) (i32.const 120) (i32.const 130000))
    (call $fail (i32.const 1024) (i32.const 130000)))
  (func (export "many_lines")
    (local $at i32)
    (loop $next
      (i32.store16 (i32.add (i32.const 1024) (local.get $at)) (i32.const 0x0a78))
      (local.set $at (i32.add (local.get $at) (i32.const 2)))
      (br_if $next (i32.lt_u (local.get $at) (i32.const 130000))))
    (call $fail (i32.const 1024) (i32.const 130000)))
  (func $asked (export "asked_of_the_host") (call $fail (i32.const 0) (i32.const 0)))
  (func $again (param $depth i32)
    (if (i32.eqz (local.get $depth)) (then (call $asked)))
    (call $again (i32.sub (local.get $depth) (i32.const 1))))
  (func (export "deep_stack_asked_of_the_host") (call $again (i32.const 5000))))
