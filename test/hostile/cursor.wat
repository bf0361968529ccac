;; Cursors with wild pointers, false numbers and no end of them.
;; clauses: TIMEOUT '500ms'
;; case: query_outside 39W01 outside its memory
;; case: parameters_outside 39W01 outside its memory
;; case: cursor_outside 39W01 outside its memory
;; case: not_a_query 38000 caused by
;; case: two_statements 38000 must be one statement
;; case: never_opened 38000 there is no open cursor 7
;; case: number_negative 38000 there is no open cursor 4294967295
;; case: closed_twice 38000 there is no open cursor 1
;; case: next_after_close 38000 there is no open cursor 1
;; case: length_pointer_outside 39W01 outside its memory
;; case: buffer_outside 39W01 outside its memory
;; case: capacity_zero 38000 status 1
;; case: capacity_lies 39W01 outside its memory
;; case: row_larger_than_the_memory 38000 status 1
;; case: left_open NULL
;; case: next_after_end 38000 status 3
;; case: fails_while_computed 38000 too far
;; case: too_many 38000 more cursors open than it may
;; case: open_without_end 57014 ran out of time
(module
  (import "heliosdb" "heliosdb_cursor_open"
    (func $open (param i32 i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_cursor_next" (func $next (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_cursor_close" (func $close (param i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "SELECT range FROM range(3)")
  (data (i32.const 200) "SELECT repeat('x', 70000)")
  (data (i32.const 300) "SELECT 1; SELECT 2")
  (data (i32.const 400)
    "SELECT CASE WHEN range = 90000 THEN error('too far') ELSE range END FROM range(100000)")
  (func $begin (result i32)
    (call $open (i32.const 100) (i32.const 26) (i32.const 0) (i32.const 0) (i32.const 20)))
  (func $fetch (param $capacity i32) (result i32)
    (i32.store (i32.const 16) (local.get $capacity))
    (call $next (i32.load (i32.const 20)) (i32.const 0) (i32.const 4096) (i32.const 16)))
  (func (export "query_outside") (result i32)
    (call $open (i32.const 65530) (i32.const 26) (i32.const 0) (i32.const 0) (i32.const 20)))
  (func (export "parameters_outside") (result i32)
    (call $open (i32.const 100) (i32.const 26) (i32.const -1) (i32.const 2) (i32.const 20)))
  (func (export "cursor_outside") (result i32)
    (call $open (i32.const 100) (i32.const 26) (i32.const 0) (i32.const 0) (i32.const 65533)))
  (func (export "not_a_query") (result i32)
    (call $open (i32.const 100) (i32.const 20) (i32.const 0) (i32.const 0) (i32.const 20)))
  (func (export "two_statements") (result i32)
    (call $open (i32.const 300) (i32.const 18) (i32.const 0) (i32.const 0) (i32.const 20)))
  (func (export "never_opened") (result i32)
    (i32.store (i32.const 20) (i32.const 7))
    (call $fetch (i32.const 1000)))
  (func (export "number_negative") (result i32) (call $close (i32.const -1)))
  (func (export "closed_twice") (result i32)
    (drop (call $begin))
    (drop (call $close (i32.const 1)))
    (call $close (i32.const 1)))
  (func (export "next_after_close") (result i32)
    (drop (call $begin))
    (drop (call $close (i32.const 1)))
    (call $fetch (i32.const 1000)))
  (func (export "length_pointer_outside") (result i32)
    (drop (call $begin))
    (call $next (i32.const 1) (i32.const 0) (i32.const 4096) (i32.const -3)))
  (func (export "buffer_outside") (result i32)
    (drop (call $begin))
    (i32.store (i32.const 16) (i32.const 1000))
    (call $next (i32.const 1) (i32.const 0) (i32.const 65530) (i32.const 16)))
  (func (export "capacity_zero") (result i32)
    (drop (call $begin))
    (call $fetch (i32.const 0)))
  (func (export "capacity_lies") (result i32)
    (drop (call $begin))
    (i32.store (i32.const 16) (i32.const 0x7fffffff))
    (call $next (i32.const 1) (i32.const 0) (i32.const -64) (i32.const 16)))
  (func (export "row_larger_than_the_memory") (result i32)
    (drop
      (call $open (i32.const 200) (i32.const 25) (i32.const 0) (i32.const 0) (i32.const 20)))
    (call $fetch (i32.const 60000)))
  (func (export "left_open") (result i32) (call $begin))
  (func (export "next_after_end") (result i32)
    (drop (call $begin))
    (drop (call $fetch (i32.const 1000)))
    (drop (call $fetch (i32.const 1000)))
    (call $fetch (i32.const 1000)))
  (func (export "fails_while_computed") (result i32)
    (call $open (i32.const 400) (i32.const 86) (i32.const 0) (i32.const 0) (i32.const 20)))
  (func (export "too_many") (result i32) (local $status i32)
    (loop $again
      (local.set $status (call $begin))
      (br_if $again (i32.eqz (local.get $status))))
    (local.get $status))
  (func (export "open_without_end")
    (loop $again
      (drop (call $begin))
      (drop (call $close (i32.load (i32.const 20))))
      (br $again))))
