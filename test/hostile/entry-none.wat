;; Exports nothing that can be entered.
;; create: 42P13 no entry
(module (memory (export "memory") 1) (func (export "entry") (param i32)))
