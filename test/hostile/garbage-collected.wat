;; Uses garbage-collected objects, whose heap no limit of ours would bound.
;; create: 42P13
(module
  (memory (export "memory") 1)
  (type $bytes (array (mut i8)))
  (func (export "entry") (drop (array.new_default $bytes (i32.const 100000000)))))
