;; Has two memories, to have twice the limit.
;; create: 42P13
(module (memory (export "memory") 1) (memory 1) (func (export "entry")))
