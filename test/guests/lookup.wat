;; Returns `v` of table `lookup` for the id given as its argument, NULL where there is none, and
;; logs one line a call.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_log" (func $log (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "lookup")
  (data (i32.const 64) "SELECT v FROM lookup WHERE id = ")
  (func (export "lookup") (result i32)
    (local $size i32)
    (drop (call $log (i32.const 1) (i32.const 0) (i32.const 6)))
    ;; The argument's digits go behind the query's text. Capacity in, size out.
    (i32.store (i32.const 16) (i32.const 256))
    (if (call $get_param (i32.const 0) (i32.const 96) (i32.const 16))
      (then (return (i32.const 1))))
    (local.set $size (i32.load (i32.const 16)))
    (i32.store (i32.const 16) (i32.const 4096))
    (if (call $query
          (i32.const 64) (i32.add (local.get $size) (i32.const 32))
          (i32.const 2048) (i32.const 16))
      (then (return (i32.const 2))))
    (local.set $size (i32.load (i32.const 16)))
    ;; `{"columns":[{"name":"v","type":"BIGINT"}],"rows":[[` takes 51 bytes, `]]}` ends it;
    ;; without a row it is shorter, and nothing is returned.
    (if (i32.le_u (local.get $size) (i32.const 54)) (then (return (i32.const 0))))
    (call $return
      (i32.const 2099) (i32.sub (local.get $size) (i32.const 54)) (i32.const 1000))))
