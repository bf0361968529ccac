;; Imports from a module that is not there.
;; create: 42P13 libc.system
(module
  (import "libc" "system" (func (param i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "entry")))
