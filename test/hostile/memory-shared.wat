;; Has a shared memory.
;; create: 42P13
(module (memory (export "memory") 1 2 shared) (func (export "entry")))
