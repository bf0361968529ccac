;; Has a 64-bit memory.
;; create: 42P13
(module (memory (export "memory") i64 1) (func (export "entry")))
