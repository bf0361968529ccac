;; Never returns.
(module
  (memory (export "memory") 1)
  (func (export "spin") (loop $again (br $again))))
