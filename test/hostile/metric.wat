;; heliosdb_metric_count and heliosdb_metric_observe with wild names, values and no end of them.
;; clauses: TIMEOUT '200ms'
;; case: name_outside 39W01 outside its memory
;; case: name_overflows 39W01 outside its memory
;; case: name_empty 38000 not the name of a metric
;; case: name_is_the_memory 38000 not the name of a metric
;; case: name_with_line_break 38000 not the name of a metric
;; case: amount_negative 38000 cannot take the value
;; case: amount_most NULL
;; case: value_nan 38000 cannot take the value
;; case: value_infinite 38000 cannot take the value
;; case: value_extreme NULL
;; case: names_without_end 38000 more names than it may
;; case: reports_without_end 57014 ran out of time
(module
  (import "heliosdb" "heliosdb_metric_count" (func $count (param i32 i32 i64) (result i32)))
  (import "heliosdb" "heliosdb_metric_observe" (func $observe (param i32 i32 f64) (result i32)))
  (memory (export "memory") 100)
  (data (i32.const 0) "name\0aforged")
  (func (export "name_outside") (result i32)
    (call $count (i32.const 6553600) (i32.const 1) (i64.const 1)))
  (func (export "name_overflows") (result i32)
    (call $observe (i32.const -2) (i32.const -1) (f64.const 1)))
  (func (export "name_empty") (result i32)
    (call $count (i32.const 0) (i32.const 0) (i64.const 1)))
  (func (export "name_is_the_memory") (result i32)
    (call $count (i32.const 0) (i32.const 6553600) (i64.const 1)))
  (func (export "name_with_line_break") (result i32)
    (call $count (i32.const 0) (i32.const 11) (i64.const 1)))
  (func (export "amount_negative") (result i32)
    (call $count (i32.const 0) (i32.const 4) (i64.const -1)))
  (func (export "amount_most") (result i32)
    (call $count (i32.const 0) (i32.const 4) (i64.const 0x7fffffffffffffff)))
  (func (export "value_nan") (result i32)
    (call $observe (i32.const 0) (i32.const 4) (f64.const nan)))
  (func (export "value_infinite") (result i32)
    (call $observe (i32.const 0) (i32.const 4) (f64.const -inf)))
  (func (export "value_extreme") (result i32)
    (call $observe (i32.const 0) (i32.const 4) (f64.const 0x1.fffffffffffffp+1023)))
  (func (export "names_without_end") (result i32)
    (local $status i32)
    ;; Writes the next name over the last one: two letters that count up.
    (loop $again
      (i32.store8 (i32.const 64) (i32.add (i32.const 65) (i32.rem_u (i32.load (i32.const 80)) (i32.const 26))))
      (i32.store8 (i32.const 65) (i32.add (i32.const 65) (i32.div_u (i32.load (i32.const 80)) (i32.const 26))))
      (local.set $status (call $count (i32.const 64) (i32.const 2) (i64.const 1)))
      (if (local.get $status) (then (return (local.get $status))))
      (i32.store (i32.const 80) (i32.add (i32.load (i32.const 80)) (i32.const 1)))
      (br $again))
    (i32.const 0))
  (func (export "reports_without_end")
    (loop $again
      (drop (call $observe (i32.const 0) (i32.const 4) (f64.const 1)))
      (br $again))))
