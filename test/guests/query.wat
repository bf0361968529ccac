;; Runs the one query given as its first argument and returns the result. Unlike run-sql.wat it imports
;; no transactions, so that the queries of many rows may be answered together.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 64)
  (func (export "heliosdb_value_format") (result i32) (i32.const 1))
  (func (export "query") (result i32)
    (local $head i32) (local $start i32) (local $length i32)
    (i32.store (i32.const 16) (i32.const 65000))
    (if (call $get_param (i32.const 0) (i32.const 65536) (i32.const 16)) (then (return (i32.const 1))))
    ;; The argument is a MessagePack string of up to 65 535 bytes.
    (local.set $head (i32.load8_u (i32.const 65536)))
    (if (i32.lt_u (local.get $head) (i32.const 0xd9))
      (then
        (local.set $start (i32.const 65537))
        (local.set $length (i32.and (local.get $head) (i32.const 31))))
      (else
        (if (i32.eq (local.get $head) (i32.const 0xd9))
          (then
            (local.set $start (i32.const 65538))
            (local.set $length (i32.load8_u (i32.const 65537))))
          (else
            (local.set $start (i32.const 65539))
            (local.set $length (i32.or
              (i32.shl (i32.load8_u (i32.const 65537)) (i32.const 8))
              (i32.load8_u (i32.const 65538))))))))
    (i32.store (i32.const 20) (i32.const 1500000))
    (if (call $query (local.get $start) (local.get $length) (i32.const 2097152) (i32.const 20))
      (then (return (i32.const 2))))
    (call $return (i32.const 2097152) (i32.load (i32.const 20)) (i32.const 1001))))
