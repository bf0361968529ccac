;; Wants its memory from the host.
;; create: 42P13 not a function
(module
  (import "env" "memory" (memory 1))
  (export "memory" (memory 0))
  (func (export "entry")))
