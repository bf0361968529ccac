;; Raises an error of its own when its argument begins with a minus, else returns it.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_error" (func $error (param i32 i32 i32)))
  (memory (export "memory") 1)
  (data (i32.const 0) "negative")
  (func (export "refuse") (result i32)
    (i32.store (i32.const 16) (i32.const 4096))
    (if (call $get_param (i32.const 0) (i32.const 64) (i32.const 16)) (then (return (i32.const 1))))
    (if (i32.eq (i32.load8_u (i32.const 64)) (i32.const 45))
      (then (call $error (i32.const 7) (i32.const 0) (i32.const 8))))
    (call $return (i32.const 64) (i32.load (i32.const 16)) (i32.const 1000))))
