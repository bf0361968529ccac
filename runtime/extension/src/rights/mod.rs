//! What a procedure may touch, and the verdict on each of its queries.
//!
//! A right is text in the DDL (`read:customers`); enforcement is on what DuckDB *bound* for a
//! query, so views, macros, search paths and quoting cannot disguise a table. Rights of a
//! procedure called by another procedure's query shrink to what both hold.

mod right;
mod shape;
mod verdict;

pub use right::{RightSet, Rights};
pub use verdict::{Verdicts, check_query};
