//! Every bound a guest runs under: named, with unit and default.

use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

use super::engine::{LIVE_INSTANCES_MAX, TABLE_ELEMENTS_MAX, WASM_STACK_BYTES};
use crate::files::{DIRECTORY_ENTRIES_MAX, OPEN_FILES_MAX};

/// The limits of one procedure. Units are in the names; [`LIMITS`] says what each bounds.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    pub memory_bytes_max: u64,
    pub timeout_ms: u64,
    pub result_bytes_max: u64,
    pub query_result_bytes_max: u64,
    pub query_rows_max: u64,
    pub query_time_ms_max: u64,
    pub queries_max: u64,
    pub fetches_max: u64,
    pub fetch_time_ms_max: u64,
    pub fetch_bytes_max: u64,
    pub file_bytes_max: u64,
    pub log_message_bytes_max: u64,
    pub log_messages_max: u64,
    pub log_bytes_max: u64,
    /// Whether queries of several rows may be answered by one statement; the results are the same.
    pub batch_queries: bool,
    pub depth_max: u32,
    pub instances_idle_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 16 << 20,
            timeout_ms: 10_000,
            result_bytes_max: 128 << 20,
            query_result_bytes_max: 128 << 20,
            query_rows_max: 10_000_000,
            query_time_ms_max: 60_000,
            queries_max: 1_000_000,
            fetches_max: 100,
            fetch_time_ms_max: 30_000,
            fetch_bytes_max: 8 << 20,
            file_bytes_max: 256 << 20,
            log_message_bytes_max: 8 << 10,
            log_messages_max: 1000,
            log_bytes_max: 1 << 20,
            batch_queries: true,
            depth_max: 8,
            instances_idle_max: 10,
        }
    }
}

/// One configurable limit, as the reference page and CREATE PROCEDURE know it.
pub struct LimitSpec {
    pub name: &'static str,
    pub minimum: u64,
    pub maximum: u64,
    /// The SQLSTATE of what exceeds it; empty where nothing fails.
    pub sqlstate: &'static str,
    pub doc: &'static str,
    read: fn(&Limits) -> u64,
}

impl LimitSpec {
    pub fn value(&self, limits: &Limits) -> u64 {
        (self.read)(limits)
    }
}

/// Every configurable limit.
pub const LIMITS: [LimitSpec; 16] = [
    LimitSpec {
        name: "memory_bytes_max",
        minimum: 64 << 10,
        maximum: 4 << 30,
        sqlstate: "53400",
        doc: "linear memory of one instance; also written MEMORY",
        read: |limits| limits.memory_bytes_max,
    },
    LimitSpec {
        name: "timeout_ms",
        minimum: 1,
        maximum: 3_600_000,
        sqlstate: "57014",
        doc: "guest CPU time of one call, looked at every 10 ms; time in queries does not count; \
              also written TIMEOUT",
        read: |limits| limits.timeout_ms,
    },
    LimitSpec {
        name: "result_bytes_max",
        minimum: 1,
        maximum: 1 << 30,
        sqlstate: "53400",
        doc: "one returned value, encoded",
        read: |limits| limits.result_bytes_max,
    },
    LimitSpec {
        name: "query_result_bytes_max",
        minimum: 1,
        maximum: 1 << 30,
        sqlstate: "53400",
        doc: "one query's result, encoded",
        read: |limits| limits.query_result_bytes_max,
    },
    LimitSpec {
        name: "query_rows_max",
        minimum: 0,
        maximum: u32::MAX as u64,
        sqlstate: "53400",
        doc: "rows of one query's result",
        read: |limits| limits.query_rows_max,
    },
    LimitSpec {
        name: "query_time_ms_max",
        minimum: 1,
        maximum: 86_400_000,
        sqlstate: "57014",
        doc: "wall-clock time of all queries of one call, procedures in them included",
        read: |limits| limits.query_time_ms_max,
    },
    LimitSpec {
        name: "queries_max",
        minimum: 0,
        maximum: u32::MAX as u64,
        sqlstate: "53400",
        doc: "queries of one call",
        read: |limits| limits.queries_max,
    },
    LimitSpec {
        name: "fetches_max",
        minimum: 0,
        maximum: 1_000_000,
        sqlstate: "53400",
        doc: "HTTPS requests of one call",
        read: |limits| limits.fetches_max,
    },
    LimitSpec {
        name: "fetch_time_ms_max",
        minimum: 1,
        maximum: 3_600_000,
        sqlstate: "53400",
        doc: "wall-clock time of all HTTPS requests of one call",
        read: |limits| limits.fetch_time_ms_max,
    },
    LimitSpec {
        name: "fetch_bytes_max",
        minimum: 0,
        maximum: 1 << 30,
        sqlstate: "53400",
        doc: "one HTTPS request, encoded, and the body of one answer",
        read: |limits| limits.fetch_bytes_max,
    },
    LimitSpec {
        name: "file_bytes_max",
        minimum: 0,
        maximum: 1 << 40,
        sqlstate: "53400",
        doc: "bytes that one call reads from files of granted folders and adds to them",
        read: |limits| limits.file_bytes_max,
    },
    LimitSpec {
        name: "log_message_bytes_max",
        minimum: 0,
        maximum: 1 << 20,
        sqlstate: "",
        doc: "one log message; a longer one is cut",
        read: |limits| limits.log_message_bytes_max,
    },
    LimitSpec {
        name: "log_messages_max",
        minimum: 0,
        maximum: 1_000_000,
        sqlstate: "",
        doc: "log messages of one call; further ones are dropped, and one line says so",
        read: |limits| limits.log_messages_max,
    },
    LimitSpec {
        name: "log_bytes_max",
        minimum: 0,
        maximum: 64 << 20,
        sqlstate: "",
        doc: "bytes of all log messages of one call; further ones are dropped, and one line says so",
        read: |limits| limits.log_bytes_max,
    },
    LimitSpec {
        name: "depth_max",
        minimum: 1,
        maximum: 64,
        sqlstate: "54000",
        doc: "how deep procedures call procedures through their queries",
        read: |limits| limits.depth_max as u64,
    },
    LimitSpec {
        name: "instances_idle_max",
        minimum: 0,
        maximum: 256,
        sqlstate: "",
        doc: "instances of one version kept ready between statements, never called before",
        read: |limits| limits.instances_idle_max as u64,
    },
];

/// One bound that no option changes.
pub struct FixedLimit {
    pub name: &'static str,
    pub value: u64,
    pub sqlstate: &'static str,
    pub doc: &'static str,
}

/// Largest module accepted at CREATE, in bytes.
pub const MODULE_BYTES_MAX: usize = 64 << 20;

/// Largest module in the text format, in bytes: it is for tests and teaching.
pub const TEXT_MODULE_BYTES_MAX: usize = 1 << 20;

/// Largest body of one function, in bytes: compilation takes more than linear time in it.
pub const FUNCTION_BYTES_MAX: usize = 1 << 20;

/// Functions of one module.
pub const FUNCTIONS_MAX: u32 = 50_000;

/// Local variables of all functions of a module; two bytes can declare fifty thousand.
pub const LOCALS_MAX: u64 = 2_000_000;

/// Bytes given to one cryptographic function, which nothing can interrupt.
pub const CRYPTO_BYTES_MAX: u64 = 64 << 20;

/// Cursors that one call has open at once.
pub const CURSORS_MAX: usize = 16;

/// Names of custom metrics that one call, and one procedure version, may use.
pub const METRIC_NAMES_MAX: usize = 64;

/// Bytes of the name of a custom metric.
pub const METRIC_NAME_BYTES_MAX: usize = 64;

/// The bounds that no option changes, for the reference page.
pub const FIXED_LIMITS: [FixedLimit; 14] = [
    FixedLimit {
        name: "module_bytes",
        value: MODULE_BYTES_MAX as u64,
        sqlstate: "54000",
        doc: "one module",
    },
    FixedLimit {
        name: "text_module_bytes",
        value: TEXT_MODULE_BYTES_MAX as u64,
        sqlstate: "54000",
        doc: "one module in the text format",
    },
    FixedLimit {
        name: "module_functions",
        value: FUNCTIONS_MAX as u64,
        sqlstate: "54000",
        doc: "functions of one module",
    },
    FixedLimit {
        name: "function_bytes",
        value: FUNCTION_BYTES_MAX as u64,
        sqlstate: "54000",
        doc: "the body of one function",
    },
    FixedLimit {
        name: "module_locals",
        value: LOCALS_MAX,
        sqlstate: "54000",
        doc: "local variables of all functions of one module",
    },
    FixedLimit {
        name: "table_elements",
        value: TABLE_ELEMENTS_MAX as u64,
        sqlstate: "39W01",
        doc: "elements of one table; `table.grow` beyond it answers -1",
    },
    FixedLimit {
        name: "stack_bytes",
        value: WASM_STACK_BYTES as u64,
        sqlstate: "39W01",
        doc: "the stack of one guest",
    },
    FixedLimit {
        name: "live_instances",
        value: LIVE_INSTANCES_MAX as u64,
        sqlstate: "53400",
        doc: "instances alive at once in the process, warm ones included, which give way",
    },
    FixedLimit {
        name: "crypto_bytes",
        value: CRYPTO_BYTES_MAX,
        sqlstate: "54000",
        doc: "bytes given to one cryptographic function",
    },
    FixedLimit {
        name: "cursors",
        value: CURSORS_MAX as u64,
        sqlstate: "54000",
        doc: "cursors that one call has open at once",
    },
    FixedLimit {
        name: "open_files",
        value: OPEN_FILES_MAX as u64,
        sqlstate: "",
        doc: "files and folders that one call has open at once; opening another answers `EMFILE`",
    },
    FixedLimit {
        name: "directory_entries",
        value: DIRECTORY_ENTRIES_MAX,
        sqlstate: "54000",
        doc: "entries of a folder that a procedure may list",
    },
    FixedLimit {
        name: "metric_names",
        value: METRIC_NAMES_MAX as u64,
        sqlstate: "54000",
        doc: "custom metrics of one call; of one procedure version, beyond which they are dropped \
              and one log line says so",
    },
    FixedLimit {
        name: "metric_name_bytes",
        value: METRIC_NAME_BYTES_MAX as u64,
        sqlstate: "22023",
        doc: "the name of a custom metric",
    },
];

/// Holds a store's memories to the procedure's limit and remembers the first refusal, because the
/// guest usually answers one with a bare `unreachable`.
pub struct MemoryLimiter {
    pub bytes_max: usize,
    pub refused: Option<MemoryRefusal>,
    /// Bytes of all memories of the store at their largest.
    pub peak_bytes: usize,
}

#[derive(Clone, Copy, Debug)]
pub struct MemoryRefusal {
    pub current_bytes: usize,
    pub requested_bytes: usize,
}

impl MemoryLimiter {
    pub fn new(limits: &Limits) -> Self {
        Self {
            bytes_max: usize::try_from(limits.memory_bytes_max).unwrap_or(usize::MAX),
            refused: None,
            peak_bytes: 0,
        }
    }
}

impl ResourceLimiter for MemoryLimiter {
    fn memory_growing(
        &mut self,
        current: usize,
        desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        if desired > self.bytes_max {
            self.refused.get_or_insert(MemoryRefusal {
                current_bytes: current,
                requested_bytes: desired,
            });
            return Ok(false);
        }
        self.peak_bytes = self.peak_bytes.max(desired);
        Ok(true)
    }

    fn table_growing(
        &mut self,
        _current: usize,
        _desired: usize,
        _maximum: Option<usize>,
    ) -> wasmtime::Result<bool> {
        // The pooling allocator bounds tables for every guest alike.
        Ok(true)
    }
}
