;; Never returns from `_initialize`.
;; clauses: TIMEOUT '100ms'
;; case: entry 57014 ran out of time
(module
  (memory (export "memory") 1)
  (func (export "_initialize") (loop $again (br $again)))
  (func (export "entry")))
