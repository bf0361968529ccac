;; Has a table of a billion elements.
;; create: 42P13
(module
  (memory (export "memory") 1)
  (table 1000000000 funcref)
  (func (export "entry")))
