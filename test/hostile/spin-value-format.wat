;; Never says which value format it wants.
;; clauses: TIMEOUT '100ms'
;; case: entry 57014 ran out of time
(module
  (memory (export "memory") 1)
  (func (export "heliosdb_value_format") (result i32) (loop $again (br $again)) (unreachable))
  (func (export "entry")))
