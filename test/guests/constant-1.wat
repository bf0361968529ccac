;; Returns 1: tells versions of a procedure apart. It imports a query, so it is STABLE.
(module
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "1")
  (func (export "constant") (result i32)
    (call $return (i32.const 0) (i32.const 1) (i32.const 1000))))
