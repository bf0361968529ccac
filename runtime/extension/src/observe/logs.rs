//! The log lines of procedures, newest kept.

use std::collections::VecDeque;
use std::sync::Arc;
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::wasm::{LogLevel, LogLines};

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
    /// Runs of lines, oldest first.
    runs: VecDeque<Run>,
    count: usize,
    bytes: usize,
    last_sequence: u64,
}

/// Consecutive lines of one procedure version.
struct Run {
    procedure: Arc<str>,
    version: i32,
    first_sequence: u64,
    text: String,
    lines: Vec<Line>,
    /// The first of the lines that is kept.
    kept: usize,
}

struct Line {
    time_micros: i64,
    level: LogLevel,
    /// Where its text ends.
    end: usize,
}

/// Bytes of text at which a run ends: what its forgotten lines hold is kept until all are.
const RUN_BYTES_MAX: usize = 16 << 10;

impl Run {
    fn message(&self, index: usize) -> &str {
        let start = index
            .checked_sub(1)
            .map_or(0, |before| self.lines[before].end);
        &self.text[start..self.lines[index].end]
    }

    fn entries(&self) -> impl Iterator<Item = LogEntry> {
        (self.kept..self.lines.len()).map(|index| LogEntry {
            sequence: self.first_sequence + index as u64,
            time_micros: self.lines[index].time_micros,
            level: self.lines[index].level.name(),
            procedure: Arc::clone(&self.procedure),
            version: self.version,
            message: self.message(index).to_owned(),
        })
    }
}

impl LogRing {
    pub fn push(&self, level: LogLevel, procedure: &Arc<str>, version: i32, message: &str) {
        let mut line = LogLines::default();
        line.push(level, message);
        self.push_all(procedure, version, &line);
    }

    /// Adds the lines of one call.
    pub fn push_all(&self, procedure: &Arc<str>, version: i32, added: &LogLines) {
        if added.is_empty() {
            return;
        }
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let time_micros = now.as_micros() as i64;
        let mut lines = self.lines.lock();
        for (level, message) in added.iter() {
            let run = lines.run_of(procedure, version);
            run.text.push_str(message);
            run.lines.push(Line {
                time_micros,
                level,
                end: run.text.len(),
            });
            lines.last_sequence += 1;
            lines.count += 1;
            lines.bytes += message.len();
            while lines.count > LINES_MAX || lines.bytes > BYTES_MAX {
                lines.drop_oldest();
            }
        }
    }

    pub fn is_empty(&self) -> bool {
        self.lines.lock().count == 0
    }

    /// The kept lines in the order they were written.
    pub fn entries(&self) -> Vec<LogEntry> {
        let lines = self.lines.lock();
        lines.runs.iter().flat_map(Run::entries).collect()
    }

    /// Forgets lines up to a sequence: they are in the database.
    pub fn forget(&self, up_to: u64) {
        let mut lines = self.lines.lock();
        while lines.oldest().is_some_and(|oldest| oldest <= up_to) {
            lines.drop_oldest();
        }
    }
}

impl Lines {
    /// The run that the next line belongs to.
    fn run_of(&mut self, procedure: &Arc<str>, version: i32) -> &mut Run {
        let fits = self.runs.back().is_some_and(|run| {
            run.version == version
                && run.text.len() < RUN_BYTES_MAX
                && (Arc::ptr_eq(&run.procedure, procedure) || run.procedure == *procedure)
        });
        if !fits {
            self.runs.push_back(Run {
                procedure: Arc::clone(procedure),
                version,
                first_sequence: self.last_sequence + 1,
                text: String::new(),
                lines: Vec::new(),
                kept: 0,
            });
        }
        let last = self.runs.len() - 1;
        &mut self.runs[last]
    }

    /// The sequence of the oldest line.
    fn oldest(&self) -> Option<u64> {
        let run = self.runs.front()?;
        Some(run.first_sequence + run.kept as u64)
    }

    fn drop_oldest(&mut self) {
        let Some(run) = self.runs.front_mut() else {
            return;
        };
        self.count -= 1;
        self.bytes -= run.message(run.kept).len();
        run.kept += 1;
        if run.kept == run.lines.len() {
            self.runs.pop_front();
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
                        ring.push(LogLevel::Info, &procedure, thread, &line.to_string());
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

    #[test]
    fn the_newest_lines_are_kept_and_those_that_are_written_forgotten() {
        let ring = LogRing::default();
        let (one, other): (Arc<str>, Arc<str>) = (Arc::from("one"), Arc::from("other"));
        let count = LINES_MAX + 1500;
        for line in 0..count {
            let procedure = if line % 1000 < 400 { &one } else { &other };
            ring.push(LogLevel::Info, procedure, 1, &line.to_string());
        }
        let kept = ring.entries();
        assert_eq!(kept.len(), LINES_MAX);
        for (entry, line) in kept.iter().zip(1500..count) {
            let name = if line % 1000 < 400 { "one" } else { "other" };
            assert_eq!((&*entry.procedure, entry.sequence), (name, line as u64 + 1));
            assert_eq!(entry.message, line.to_string());
        }
        ring.forget(count as u64 - 2);
        let messages = |ring: &LogRing| -> Vec<String> {
            let entries = ring.entries().into_iter();
            entries.map(|entry| entry.message).collect()
        };
        assert_eq!(
            messages(&ring),
            [count - 2, count - 1].map(|line| line.to_string())
        );
        let long = "x".repeat(BYTES_MAX - 10);
        ring.push(LogLevel::Info, &one, 1, &long);
        ring.push(LogLevel::Info, &one, 2, "another version");
        assert_eq!(messages(&ring).len(), 1, "the long line made room");
        ring.forget(u64::MAX);
        assert!(ring.is_empty() && ring.entries().is_empty());
    }
}
