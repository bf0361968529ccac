//! Every bound a guest runs under: named, with unit and default.

use serde::{Deserialize, Serialize};
use wasmtime::ResourceLimiter;

/// The limits of one procedure. Units are in the names.
#[derive(Clone, Debug, PartialEq, Serialize, Deserialize)]
#[serde(default, deny_unknown_fields)]
pub struct Limits {
    /// Linear memory of one instance.
    pub memory_bytes_max: u64,
    /// Guest CPU time of one call; time in nested queries does not count.
    pub timeout_ms: u64,
    /// One returned value, encoded.
    pub result_bytes_max: u64,
    /// One nested query's result, encoded.
    pub query_result_bytes_max: u64,
    /// One log message; longer ones are cut.
    pub log_message_bytes_max: u64,
    /// Log messages of one call; further ones are counted and dropped.
    pub log_messages_max: u64,
    /// Nested queries of one call.
    pub queries_max: u64,
    /// How deep procedures may call procedures through queries.
    pub depth_max: u32,
}

impl Default for Limits {
    fn default() -> Self {
        Self {
            memory_bytes_max: 16 << 20,
            timeout_ms: 10_000,
            result_bytes_max: 128 << 20,
            query_result_bytes_max: 128 << 20,
            log_message_bytes_max: 8 << 10,
            log_messages_max: 1000,
            queries_max: 1_000_000,
            depth_max: 8,
        }
    }
}

/// Largest module accepted at CREATE, in bytes.
pub const MODULE_BYTES_MAX: usize = 64 << 20;

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
