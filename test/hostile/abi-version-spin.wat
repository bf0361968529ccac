;; Never answers which version of the ABI it needs.
;; clauses: TIMEOUT '100ms'
;; case: entry 57014 ran out of time
(module
  (memory (export "memory") 1)
  (func (export "heliosdb_abi_version") (result i32)
    (loop $again (br $again))
    (i32.const 0x10000))
  (func (export "entry")))
