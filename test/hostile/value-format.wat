;; Asks for a value format that does not exist.
;; case: entry 42P13 value format 7
(module
  (memory (export "memory") 1)
  (func (export "heliosdb_value_format") (result i32) (i32.const 7))
  (func (export "entry")))
