;; Asks for 100 MB in one step, in steps of a page for ever, and for more table than there is.
;; case: at_once 53400 more memory
;; case: page_by_page 53400 more memory
;; case: refused_and_quiet NULL
;; case: table 39W01 unreachable
;; case: table_refused_and_quiet NULL
(module
  (memory (export "memory") 1)
  (table $table 1 funcref)
  (func (export "at_once")
    (if (i32.eq (memory.grow (i32.const 1600)) (i32.const -1)) (then (unreachable))))
  (func (export "page_by_page")
    (loop $again (br_if $again (i32.ne (memory.grow (i32.const 1)) (i32.const -1))))
    (unreachable))
  (func (export "refused_and_quiet") (drop (memory.grow (i32.const 65535))))
  (func (export "table")
    (if (i32.eq (table.grow $table (ref.null func) (i32.const 10000000)) (i32.const -1))
      (then (unreachable))))
  (func (export "table_refused_and_quiet")
    (drop (table.grow $table (ref.null func) (i32.const -1)))))
