;; Never returns from its start function.
;; clauses: TIMEOUT '100ms'
;; case: entry 57014 ran out of time
(module
  (memory (export "memory") 1)
  (func $start (loop $again (br $again)))
  (start $start)
  (func (export "entry")))
