;; Begins with all the memory there is.
;; create: 53400
(module (memory (export "memory") 65536) (func (export "entry")))
