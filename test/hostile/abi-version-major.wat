;; Needs another major version of the ABI and says so with a constant.
;; create: 42P13 needs version 2.0
(module
  (memory (export "memory") 1)
  (func (export "heliosdb_abi_version") (result i32) (i32.const 0x20000))
  (func (export "entry")))
