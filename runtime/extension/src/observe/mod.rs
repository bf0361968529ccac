//! What procedures did: counters and log lines, kept in memory and read through SQL.

mod logs;
mod metrics;

pub use logs::{LogEntry, LogRing};
pub use metrics::{Counters, Metrics, Tally};
