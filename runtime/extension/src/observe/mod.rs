//! What procedures did: counters, query shapes, sampled arguments and log lines. Collected in
//! memory a few chunks at a time, written to the database in batches, read through SQL.
//!
//! ```text
//! invoke/ ─ Untold, ShapeTally (a thread's own, chunks) ─► Counters ─ heliosdb_flush() ─► tables
//!                                                             └──── heliosdb_metrics() … ◄──┘
//! ```

mod clocks;
mod histogram;
mod last_execution;
mod logs;
mod metrics;
mod profile;
mod rows;
mod samples;
mod shapes;
mod sketch;
mod store;
mod tables;
mod untold;

use std::sync::Arc;

use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::state::DatabaseState;

pub use clocks::{CallClock, ChunkClock, ChunkStart};
pub use last_execution::{ExecutionTotals, LastExecutions};
pub use logs::{LogEntry, LogRing};
pub use metrics::{Counters, Metrics, Subject, Tally};
pub use profile::{Profiler, thread_number};
pub use samples::{SAMPLE_BYTES_MAX, Sample};
pub use shapes::{QueryOutcome, ShapeTally, VaryingShape, shape_text};
pub use store::Store;
pub use untold::Untold;

/// Registers the functions that show what was observed.
pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    tables::register(connection, state)?;
    last_execution::register(connection, state)
}
