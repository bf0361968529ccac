//! Metrics of a procedure's own.

use crate::error::Error;
use crate::host::{check, host_functions};

host_functions! {
    pub fn heliosdb_metric_count(name: *const u8, name_len: u32, amount: i64) -> i32;
    pub fn heliosdb_metric_observe(name: *const u8, name_len: u32, value: f64) -> i32;
}

/// Adds to a count that `heliosdb_custom_metrics()` shows.
pub fn heliosdb_metric_count(name: &str, amount: i64) -> Result<(), Error> {
    // SAFETY: `name` outlives the call.
    check(unsafe { import::heliosdb_metric_count(name.as_ptr(), name.len() as u32, amount) })
}

/// Reports a measured value, of which number, total, least, greatest and mean are kept.
pub fn heliosdb_metric_observe(name: &str, value: f64) -> Result<(), Error> {
    // SAFETY: `name` outlives the call.
    check(unsafe { import::heliosdb_metric_observe(name.as_ptr(), name.len() as u32, value) })
}
