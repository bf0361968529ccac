;; heliosdb_fetch_result without a result, and with lying buffers.
;; case: nothing_to_fetch 38000 status 2
;; case: buffer_outside 39W01 outside its memory
;; case: length_pointer_outside 39W01 outside its memory
;; case: too_small_for_ever 53400 more queries
;; case: fetched_twice 38000 status 2
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_fetch_result" (func $fetch (param i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "SELECT 1")
  (func $leave_pending
    (i32.store (i32.const 16) (i32.const 0))
    (drop (call $query (i32.const 100) (i32.const 8) (i32.const 1024) (i32.const 16))))
  (func (export "nothing_to_fetch") (result i32)
    (i32.store (i32.const 16) (i32.const 1024))
    (call $fetch (i32.const 1024) (i32.const 16)))
  (func (export "buffer_outside") (result i32)
    (call $leave_pending)
    (i32.store (i32.const 16) (i32.const 0x10000))
    (call $fetch (i32.const 65530) (i32.const 16)))
  (func (export "length_pointer_outside") (result i32)
    (call $leave_pending)
    (call $fetch (i32.const 1024) (i32.const 65534)))
  (func (export "too_small_for_ever")
    (loop $again
      ;; Another text each time, so that each is a query of its own whose result is never taken.
      (i32.store8 (i32.const 107) (i32.add (i32.const 48)
        (i32.rem_u (i32.load8_u (i32.const 107)) (i32.const 10))))
      (call $leave_pending)
      (br $again)))
  (func (export "fetched_twice") (result i32)
    (call $leave_pending)
    (i32.store (i32.const 16) (i32.const 1024))
    (drop (call $fetch (i32.const 1024) (i32.const 16)))
    (call $fetch (i32.const 1024) (i32.const 16))))
;; clauses: SET (queries_max = 1000)
