;; Exports a function where the memory belongs.
;; create: 42P13 does not export its memory
(module (func (export "memory")) (func (export "entry")))
