;; Imports a host function with a signature of its own.
;; create: 42P13 imports do not fit
(module
  (import "heliosdb" "heliosdb_query" (func (param i64) (result i64)))
  (memory (export "memory") 1)
  (func (export "entry")))
