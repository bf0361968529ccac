;; Guests that never return, in every phase in which guest code runs.
;; clauses: TIMEOUT '100ms'
;; case: entry 57014 ran out of time
;; case: entry_with_host_calls 57014 ran out of time
(module
  (import "heliosdb" "heliosdb_now" (func $now (result i64)))
  (memory (export "memory") 1)
  (func (export "entry") (loop $again (br $again)))
  (func (export "entry_with_host_calls") (loop $again (drop (call $now)) (br $again))))
