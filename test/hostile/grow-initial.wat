;; Begins with more memory than it may have.
;; create: 53400 more memory than the procedure may have
(module
  (memory (export "memory") 1600)
  (func (export "entry")))
