;; Returns its second argument.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (memory (export "memory") 1)
  (func (export "second") (result i32)
    ;; Capacity in, size out.
    (i32.store (i32.const 16) (i32.const 4096))
    (if (call $get_param (i32.const 1) (i32.const 64) (i32.const 16)) (then (return (i32.const 1))))
    ;; 1000: the bytes are JSON, as the argument was.
    (call $return (i32.const 64) (i32.load (i32.const 16)) (i32.const 1000))))
