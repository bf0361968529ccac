//! What a procedure may touch, and the verdict on each of its statements.
//!
//! A right is text in the DDL (`read:customers`); enforcement is on what DuckDB *bound* for a
//! statement, so views, macros, search paths and quoting cannot disguise a table. Rights of a
//! procedure called by another procedure's query shrink to what both hold.
//!
//! ```text
//! text ─► precheck (nothing that opens a file gets bound) ─► facts (the bound plan) ─► verdict
//!             token            hidden (folded functions)       └► views granted as such
//! ```

mod facts;
mod filtered;
mod folder;
mod hidden;
mod mentions;
mod need;
mod plan;
mod precheck;
mod relations;
mod right;
mod row_filter;
mod shape;
mod table_name;
mod token;
mod verdict;
mod views;

pub use folder::Folder;
pub use need::{Need, check_need};
pub use right::{RightSet, Rights};
pub use row_filter::{RowFilter, bound_condition};
pub use table_name::TableName;
pub use verdict::{
    Subject, Verdicts, admit_filtered, admit_statement, check_query, denied_in_condition,
    without_suggestions,
};
