//! Counts that one thread keeps to itself for a while: adding them to what all threads share takes
//! about as long as a cheap chunk's twentieth part.

use std::time::Duration;

use super::clocks::FAST_CHUNK;
use super::histogram::{Repeated, SharedHistogram};
use super::last_execution::ExecutionTotals;
use super::metrics::{Counters, Subject, Tally};

/// Fast chunks that an occurrence keeps to itself at most. A slow one is told at once, with those
/// before it.
pub const UNTOLD_CHUNKS_MAX: u32 = 16;

/// What an occurrence counted and did not tell yet. It has to be told before its execution ends.
#[derive(Default)]
pub struct Untold {
    tally: Tally,
    chunks: u32,
    is_slow: bool,
    wall: Repeated,
    cpu: Repeated,
}

impl Untold {
    /// Counts a chunk and what it took. Wall times of its calls that were not taken one by one are
    /// the chunk's mean.
    pub fn add(&mut self, tally: Tally, elapsed: Duration) {
        self.tally.add(tally);
        self.chunks += 1;
        self.is_slow |= elapsed >= FAST_CHUNK;
    }

    /// Counts the times of a chunk's calls, unless each was counted by itself.
    pub fn add_times(&mut self, tally: &Tally, counters: &Counters, is_timed_by_call: bool) {
        let add = |repeated: &mut Repeated, shared: &SharedHistogram, nanoseconds: u64| {
            if let Some(mean) = nanoseconds.checked_div(tally.calls) {
                repeated.add(shared, mean, tally.calls);
            }
        };
        add(&mut self.cpu, &counters.cpu, tally.guest_cpu_ns);
        if !is_timed_by_call {
            add(&mut self.wall, &counters.wall, tally.wall_ns);
        }
    }

    /// Whether it is time to tell.
    pub fn is_due(&self) -> bool {
        self.is_slow || self.chunks >= UNTOLD_CHUNKS_MAX
    }

    /// Adds everything to the execution's totals, and to the counters where calls are counted.
    pub fn tell(
        &mut self,
        subject: &Subject,
        totals: &ExecutionTotals,
        counters: Option<&Counters>,
    ) {
        if self.chunks == 0 {
            return;
        }
        totals.add(subject, &mut self.tally);
        if let Some(counters) = counters {
            counters.add(&self.tally);
            self.wall.tell(&counters.wall);
            self.cpu.tell(&counters.cpu);
        }
        *self = Self::default();
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_few_fast_chunks_wait_and_a_slow_one_brings_all() {
        let (counters, totals) = (Counters::default(), ExecutionTotals::default());
        let subject = Subject {
            procedure: "p".into(),
            version: 1,
            procedure_id: "id".into(),
        };
        let mut untold = Untold::default();
        let mut add = |elapsed| {
            let tally = Tally {
                rows: 3,
                calls: 2,
                wall_ns: 2_000,
                guest_cpu_ns: 1_000,
                ..Tally::default()
            };
            untold.add_times(&tally, &counters, false);
            untold.add(tally, elapsed);
            if untold.is_due() {
                untold.tell(&subject, &totals, Some(&counters));
            }
            let told = counters.read();
            (told.sum("rows"), told.sum("statements"))
        };
        for _ in 1..UNTOLD_CHUNKS_MAX {
            assert_eq!(add(Duration::ZERO), (0, 0));
        }
        let rows = 3 * u64::from(UNTOLD_CHUNKS_MAX);
        assert_eq!(add(Duration::ZERO), (rows, 1));
        assert_eq!(add(Duration::ZERO), (rows, 1));
        assert_eq!(add(FAST_CHUNK), (rows + 6, 1));
        let told = counters.read();
        let median = |times: &super::super::histogram::Histogram| times.percentile(0.5);
        assert!((950.0..1050.0).contains(&median(&told.wall).expect("calls were timed")));
        assert!((470.0..530.0).contains(&median(&told.cpu).expect("calls were timed")));
    }
}
