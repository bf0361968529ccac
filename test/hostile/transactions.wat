;; Transactions out of order; the answer is a status and never harm.
;; case: commit_without_begin 38000 status 2
;; case: rollback_without_begin 38000 status 2
(module
  (import "heliosdb" "heliosdb_commit_tx" (func $commit (result i32)))
  (import "heliosdb" "heliosdb_rollback_tx" (func $rollback (result i32)))
  (memory (export "memory") 1)
  (func (export "commit_without_begin") (result i32) (call $commit))
  (func (export "rollback_without_begin") (result i32) (call $rollback)))
