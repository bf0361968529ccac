;; Needs a minor version of the ABI that does not exist.
;; create: 42P13 needs version 1.65535
(module
  (memory (export "memory") 1)
  (func (export "heliosdb_abi_version") (result i32) (i32.const 0x1ffff))
  (func (export "entry")))
