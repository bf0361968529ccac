//! The log lines of procedures, newest kept.

use std::collections::VecDeque;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::wasm::LogLevel;

/// Lines kept; older ones make room.
const LINES_MAX: usize = 20_000;

/// Bytes of messages kept.
const BYTES_MAX: usize = 8 << 20;

#[derive(Clone, Debug)]
pub struct LogEntry {
    /// Counts the lines of this process from 1, so that a reader can ask for what came since.
    pub sequence: u64,
    pub time_micros: i64,
    pub level: &'static str,
    pub procedure: String,
    pub version: i32,
    pub message: String,
}

/// Lines that are not in the database yet, or never will be.
#[derive(Default)]
pub struct LogRing {
    lines: Mutex<Lines>,
}

#[derive(Default)]
struct Lines {
    entries: VecDeque<LogEntry>,
    bytes: usize,
    last_sequence: u64,
}

impl LogRing {
    pub fn push(&self, level: LogLevel, procedure: &str, version: i32, message: &str) {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut lines = self.lines.lock();
        lines.last_sequence += 1;
        let entry = LogEntry {
            sequence: lines.last_sequence,
            time_micros: now.as_micros() as i64,
            level: level.name(),
            procedure: procedure.to_owned(),
            version,
            message: message.to_owned(),
        };
        lines.bytes += message.len();
        lines.entries.push_back(entry);
        while lines.entries.len() > LINES_MAX || lines.bytes > BYTES_MAX {
            lines.drop_oldest();
        }
    }

    /// The kept lines in the order they were written.
    pub fn entries(&self) -> Vec<LogEntry> {
        self.lines.lock().entries.iter().cloned().collect()
    }

    /// Forgets lines up to a sequence: they are in the database.
    pub fn forget(&self, up_to: u64) {
        let mut lines = self.lines.lock();
        while lines
            .entries
            .front()
            .is_some_and(|entry| entry.sequence <= up_to)
        {
            lines.drop_oldest();
        }
    }
}

impl Lines {
    fn drop_oldest(&mut self) {
        if let Some(oldest) = self.entries.pop_front() {
            self.bytes -= oldest.message.len();
        }
    }
}
