;; Takes its memory before the first call.
;; case: entry 53400 more memory
(module
  (memory (export "memory") 1)
  (func (export "_initialize")
    (if (i32.eq (memory.grow (i32.const 1600)) (i32.const -1)) (then (unreachable))))
  (func (export "entry")))
