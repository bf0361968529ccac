//! One call of a guest: what it may ask for, its state while it runs, and what it gave back.

use std::sync::Arc;
use std::time::Duration;

use super::cursor::{GuestCursor, OpenCursors};
use super::guest_metrics::MetricTally;
use super::limits::Limits;
use super::log_lines::LogLines;
use super::park::QueryRequest;
use crate::error::{EngineError, EngineResult};
use crate::files::OpenFiles;
use crate::network::{FetchRequest, FetchResponse};
use crate::rights::Need;
use crate::value::{Format, Value};

/// What a guest may ask for while it runs. The side that knows databases implements it; the wasm
/// side knows only this.
pub trait GuestCall: Send + Sync {
    /// Runs one statement, for at most the request's time, and returns its encoded result.
    fn query(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>>;
    /// The answer to a query that is already known, without running anything. One that is put
    /// together for this call is added to `written`, which is empty.
    fn recall(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
        written: &mut Vec<u8>,
    ) -> Recall;
    /// Runs one statement whose rows are fetched a batch at a time.
    fn open_cursor(self: Arc<Self>, request: QueryRequest) -> EngineResult<Box<dyn GuestCursor>>;
    /// Asks a host of the network and waits for its answer.
    fn fetch(&self, request: FetchRequest) -> EngineResult<FetchResponse>;
    /// The statement's time in microseconds since the epoch.
    fn now_micros(&self) -> i64;
    fn transaction(&self, verb: TransactionVerb) -> EngineResult<()>;
    /// Whether the procedure may do what its guest asks for.
    fn require(&self, need: &Need<'_>) -> EngineResult<()>;
    /// The number of this thread in the profile, when somebody wants to know where the guest is.
    fn profiled_thread(&self) -> Option<u64>;
    /// The guest is here on that thread: function names, innermost first.
    fn sample(&self, frames: &[String], thread: u64);
}

/// What is known of the answer to a query.
pub enum Recall {
    Nothing,
    Kept(Arc<[u8]>),
    Written,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

impl LogLevel {
    pub fn from_code(code: i32) -> Self {
        match code {
            0 => Self::Debug,
            1 => Self::Info,
            2 => Self::Warn,
            // An unknown level is more likely worth reading than not.
            _ => Self::Error,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionVerb {
    Begin,
    Commit,
    Rollback,
}

/// The state of the call in progress.
pub struct CurrentCall {
    pub guest_call: Arc<dyn GuestCall>,
    /// Whether it is for many rows: then no query may run, as it would have to be its row's.
    pub is_for_block: bool,
    pub arguments: Vec<Value>,
    pub returned: Option<Value>,
    pub last_error: Option<EngineError>,
    /// The last result that did not fit the guest's buffer, with the query it answers.
    pub pending: Option<PendingResult>,
    pub query_count: u64,
    pub log_count: u64,
    pub log_bytes: u64,
    /// Wall-clock time spent in nested queries.
    pub query_time: Duration,
    /// Lines in the order they were written; handed over when the call ends, so that calls that
    /// run interleaved log as if they ran one after another.
    pub log_lines: LogLines,
    /// Bytes of lines written to stdout or stderr that have not ended yet.
    pub output_line: Vec<u8>,
    /// What the guest counted and observed.
    pub metrics: MetricTally,
    /// Closed when the call ends.
    pub cursors: OpenCursors,
    pub fetch_count: u64,
    /// Wall-clock time spent waiting for hosts of the network.
    pub fetch_time: Duration,
    /// Closed when the call ends.
    pub files: OpenFiles,
    /// Bytes read from files and added to them.
    pub file_bytes: u64,
}

pub struct PendingResult {
    /// None when it answers something else: then only heliosdb_fetch_result finds it.
    pub query: Option<AskedQuery>,
    pub bytes: Arc<[u8]>,
}

/// The bytes of a query as its guest gave them.
pub struct AskedQuery {
    pub sql: Vec<u8>,
    pub parameters: Vec<u8>,
}

impl CurrentCall {
    /// Logs a message unless the call has logged all it may; what is dropped is counted.
    pub fn log(&mut self, limits: &Limits, level: LogLevel, message: &[u8]) {
        self.log_count += 1;
        self.log_bytes += message.len() as u64;
        if self.may_log(limits) {
            match std::str::from_utf8(message) {
                Ok(text) => self.log_lines.push(level, text),
                Err(_) => self
                    .log_lines
                    .push(level, &String::from_utf8_lossy(message)),
            }
        }
    }

    pub(super) fn may_log(&self, limits: &Limits) -> bool {
        self.log_count <= limits.log_messages_max && self.log_bytes <= limits.log_bytes_max
    }
}

/// Logs the line that was not ended, and that messages were dropped.
pub(super) fn finish_log(call: &mut CurrentCall, limits: &Limits) {
    let line = std::mem::take(&mut call.output_line);
    if !line.is_empty() {
        call.log(limits, LogLevel::Info, &line);
    }
    if !call.may_log(limits) {
        let message = format!(
            "messages were dropped: the call logged {} in {} bytes, limits {} and {}",
            call.log_count, call.log_bytes, limits.log_messages_max, limits.log_bytes_max
        );
        call.log_lines.push(LogLevel::Warn, &message);
    }
}

/// What one call gave back.
pub struct CallReport {
    pub result: EngineResult<Value>,
    pub log_lines: LogLines,
    pub metrics: MetricTally,
}

impl CallReport {
    /// Of a call that could not begin.
    pub fn refused(error: EngineError) -> Self {
        Self {
            result: Err(error),
            log_lines: LogLines::default(),
            metrics: MetricTally::default(),
        }
    }
}
