;; Exports no memory.
;; create: 42P13 does not export its memory
(module (func (export "entry")))
