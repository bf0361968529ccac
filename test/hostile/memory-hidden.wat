;; Has a memory under another name.
;; create: 42P13 does not export its memory
(module (memory (export "heap") 1) (func (export "entry")))
