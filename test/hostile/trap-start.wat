;; Traps in its start function.
;; case: entry 39W01 unreachable
(module
  (memory (export "memory") 1)
  (func $start (unreachable))
  (start $start)
  (func (export "entry")))
