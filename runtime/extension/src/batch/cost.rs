//! Whether it pays to answer queries together: decided by what both ways were seen to take.
//!
//! The choice never changes an answer, only how it is found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Finding out how to answer a template together costs about as much as this many single queries.
const PLANNING_QUERIES: u64 = 12;

/// What the queries of one template take, in nanoseconds; 0 while it is unknown.
#[derive(Debug, Default)]
pub struct Cost {
    single_ns: AtomicU64,
    together_ns: AtomicU64,
}

impl Cost {
    /// Whether one query should be run by itself, to learn what that takes.
    pub fn needs_single(&self) -> bool {
        self.single_ns.load(Ordering::Relaxed) == 0
    }

    pub fn note_single(&self, elapsed: Duration) {
        self.single_ns
            .store(nanoseconds(elapsed), Ordering::Relaxed);
    }

    /// Notes what one statement for many queries took. The quickest counts: what the machine does
    /// besides makes it slower, never quicker.
    pub fn note_together(&self, elapsed: Duration) {
        let elapsed = nanoseconds(elapsed);
        let known = self.together_ns.load(Ordering::Relaxed);
        if known == 0 || elapsed < known {
            self.together_ns.store(elapsed, Ordering::Relaxed);
        }
    }

    /// Whether one statement is expected to take less than `count` queries.
    pub fn pays(&self, count: usize) -> bool {
        let single = self.single_ns.load(Ordering::Relaxed);
        let together = self.together_ns.load(Ordering::Relaxed);
        let count = count as u64;
        if together == 0 {
            return count >= PLANNING_QUERIES;
        }
        count > 1 && single.saturating_mul(count) > together
    }
}

fn nanoseconds(elapsed: Duration) -> u64 {
    u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX).max(1)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn few_queries_of_a_large_table_with_an_index_run_one_by_one() {
        let cost = Cost::default();
        assert!(cost.needs_single());
        cost.note_single(Duration::from_micros(160));
        assert!(!cost.needs_single());
        assert!(!cost.pays(3));
        assert!(cost.pays(100));
        cost.note_together(Duration::from_millis(14));
        assert!(!cost.pays(80));
        assert!(cost.pays(90));
        cost.note_together(Duration::from_millis(20));
        assert!(cost.pays(90), "a busy moment does not change the estimate");
        cost.note_together(Duration::from_micros(300));
        assert!(cost.pays(2));
    }
}
