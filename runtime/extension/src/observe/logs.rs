//! The log lines of procedures, newest kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::wasm::{LogLevel, LogLine};

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
    pub procedure: Arc<str>,
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
    pub fn push(&self, level: LogLevel, procedure: &Arc<str>, version: i32, message: String) {
        self.push_all(procedure, version, vec![LogLine { level, message }]);
    }

    /// Adds the lines of one call.
    pub fn push_all(&self, procedure: &Arc<str>, version: i32, added: Vec<LogLine>) {
        if added.is_empty() {
            return;
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let mut lines = self.lines.lock();
        for LogLine { level, message } in added {
            lines.last_sequence += 1;
            lines.bytes += message.len();
            let entry = LogEntry {
                sequence: lines.last_sequence,
                time_micros: now.as_micros() as i64,
                level: level.name(),
                procedure: Arc::clone(procedure),
                version,
                message,
            };
            lines.entries.push_back(entry);
            while lines.entries.len() > LINES_MAX || lines.bytes > BYTES_MAX {
                lines.drop_oldest();
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.lock().entries.is_empty()
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

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn lines_of_several_threads_have_numbers_of_their_own_and_stay_in_order() {
        let ring = LogRing::default();
        std::thread::scope(|scope| {
            for thread in 0..4 {
                let ring = &ring;
                let procedure: Arc<str> = Arc::from("p");
                scope.spawn(move || {
                    for line in 0..200 {
                        ring.push(LogLevel::Info, &procedure, thread, line.to_string());
                        if line % 50 == 0 {
                            assert!(!ring.entries().is_empty());
                        }
                    }
                });
            }
        });
        let entries = ring.entries();
        assert!(entries.is_sorted_by(|left, right| left.sequence < right.sequence));
        for thread in 0..4 {
            let own = entries.iter().filter(|entry| entry.version == thread);
            let lines: Vec<u32> = own.map(|entry| entry.message.parse().unwrap()).collect();
            assert_eq!(lines, (0..200).collect::<Vec<u32>>());
        }
    }
}
