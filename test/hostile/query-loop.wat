;; Queries for ever, large results, and rows that never end.
;; clauses: SET (queries_max = 5, query_result_bytes_max = 10000, query_rows_max = 5000, query_time_ms_max = 2000)
;; case: for_ever 53400 more queries
;; case: too_many_bytes 38000 status 2
;; case: too_many_rows 38000 status 2
;; case: too_long 57014 queries ran out of time
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 100) "SELECT random()")
  (data (i32.const 200) "SELECT repeat('x', 20000)")
  (data (i32.const 300) "SELECT NULL FROM range(100000)")
  (data (i32.const 400) "SELECT count(*) FROM range(1000000000) a, range(1000000000) b")
  (func $ask (param $text i32) (param $size i32) (result i32)
    (i32.store (i32.const 16) (i32.const 60000))
    (call $query (local.get $text) (local.get $size) (i32.const 1024) (i32.const 16)))
  (func (export "for_ever")
    (loop $again (drop (call $ask (i32.const 100) (i32.const 15))) (br $again)))
  (func (export "too_many_bytes") (result i32) (call $ask (i32.const 200) (i32.const 25)))
  (func (export "too_many_rows") (result i32) (call $ask (i32.const 300) (i32.const 30)))
  (func (export "too_long") (result i32) (call $ask (i32.const 400) (i32.const 61))))
