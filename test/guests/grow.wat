;; Asks for 100 MiB and traps when it does not get them.
(module
  (memory (export "memory") 1)
  (func (export "grow")
    (if (i32.eq (memory.grow (i32.const 1600)) (i32.const -1)) (then unreachable))))
