//! The log lines of procedures, newest kept.

use std::collections::VecDeque;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::wasm::LogLevel;

/// Lines kept; older ones make room.
const LINES_MAX: usize = 20_000;

/// Bytes of messages kept.
const BYTES_MAX: usize = 8 << 20;

#[derive(Clone, Debug)]
pub struct LogEntry {
    /// Counts lines from 1, so that a reader can ask for what came since.
    pub sequence: u64,
    pub time_micros: i64,
    pub level: LogLevel,
    pub procedure: String,
    pub version: i32,
    pub message: String,
}

#[derive(Default)]
pub struct LogRing {
    next: AtomicU64,
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    entries: VecDeque<LogEntry>,
    bytes: usize,
}

impl LogRing {
    pub fn push(&self, level: LogLevel, procedure: &str, version: i32, message: &str) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let entry = LogEntry {
            sequence: self.next.fetch_add(1, Ordering::Relaxed) + 1,
            time_micros: now.as_micros() as i64,
            level,
            procedure: procedure.to_owned(),
            version,
            message: message.to_owned(),
        };
        let mut lines = self.lines.lock();
        lines.bytes += message.len();
        lines.entries.push_back(entry);
        while lines.entries.len() > LINES_MAX || lines.bytes > BYTES_MAX {
            match lines.entries.pop_front() {
                Some(oldest) => lines.bytes -= oldest.message.len(),
                None => break,
            }
        }
    }

    /// The kept lines in the order they were written.
    pub fn entries(&self) -> Vec<LogEntry> {
        let mut entries: Vec<LogEntry> = self.lines.lock().entries.iter().cloned().collect();
        entries.sort_by_key(|entry| entry.sequence);
        entries
    }
}
