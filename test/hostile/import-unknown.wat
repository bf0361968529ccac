;; Imports what the host does not offer.
;; create: 42P13 heliosdb.heliosdb_open_file
(module
  (import "heliosdb" "heliosdb_open_file" (func))
  (memory (export "memory") 1)
  (func (export "entry")))
