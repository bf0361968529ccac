;; Runs the SQL text it is given and returns the result, MessagePack throughout.
;; The text is logged, so that a test can tell in which order calls ended.
(module
  (import "heliosdb" "heliosdb_get_param" (func $get_param (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_query" (func $query (param i32 i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_return" (func $return (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_log" (func $log (param i32 i32 i32) (result i32)))
  (import "heliosdb" "heliosdb_error" (func $error (param i32 i32 i32)))
  (import "heliosdb" "heliosdb_last_error" (func $last_error (param i32 i32) (result i32)))
  (memory (export "memory") 8)
  (func (export "heliosdb_value_format") (result i32) (i32.const 1))

  ;; Where the text begins behind its MessagePack header, and how long it is.
  (global $text (mut i32) (i32.const 0))
  (global $text_len (mut i32) (i32.const 0))

  (func $read_header
    (local $first i32)
    (local.set $first (i32.load8_u (i32.const 1024)))
    (if (i32.eq (local.get $first) (i32.const 0xd9))
      (then
        (global.set $text (i32.const 1026))
        (global.set $text_len (i32.load8_u (i32.const 1025)))
        (return)))
    (if (i32.eq (local.get $first) (i32.const 0xda))
      (then
        (global.set $text (i32.const 1027))
        (global.set $text_len
          (i32.or
            (i32.shl (i32.load8_u (i32.const 1025)) (i32.const 8))
            (i32.load8_u (i32.const 1026))))
        (return)))
    (global.set $text (i32.const 1025))
    (global.set $text_len (i32.and (local.get $first) (i32.const 31))))

  (func (export "run_query") (result i32)
    (i32.store (i32.const 0) (i32.const 60000))
    (if (call $get_param (i32.const 0) (i32.const 1024) (i32.const 0)) (then (return (i32.const 1))))
    (call $read_header)
    (drop (call $log (i32.const 1) (global.get $text) (global.get $text_len)))
    (i32.store (i32.const 4) (i32.const 400000))
    (if (call $query (global.get $text) (global.get $text_len) (i32.const 65536) (i32.const 4))
      (then
        (i32.store (i32.const 8) (i32.const 60000))
        (drop (call $last_error (i32.const 65536) (i32.const 8)))
        (call $error (i32.const 5) (i32.const 65536) (i32.load (i32.const 8)))))
    (call $return (i32.const 65536) (i32.load (i32.const 4)) (i32.const 1001))))
