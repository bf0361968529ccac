//! Whether it pays to answer queries together: decided by what both ways were seen to take.
//!
//! The choice never changes an answer, only how it is found.

use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

/// Finding out how to answer a template together costs about as much as this many single queries.
const PLANNING_QUERIES: u64 = 12;

/// Reading the answers for every key is expected to take as long as so many statements, because it
/// hands over every row that they only look at.
const KEYED_STATEMENTS: u64 = 2;

/// Reading them is given up after so many times what it was expected to take: a busy machine makes
/// it longer, and so do long texts, all of them different.
const KEYED_SLACK: u64 = 4;

/// Rows to come for which the answers for every key are read before any statement for many queries
/// was seen: so many make a chunk that is nearly full, and others are likely to follow.
const AT_ONCE_ROWS_MIN: usize = 1024;

/// Reading them then is given up after this share of what those rows take one by one.
const AT_ONCE_SHARE: u64 = 4;

/// It is given up after this long, whatever they take.
const AT_ONCE_MAX: Duration = Duration::from_millis(250);

/// What a query adds to its statement: making it, and sorting out its answer.
const QUERY_NS: u64 = 500;

/// What the queries of one template take, in nanoseconds; 0 while it is unknown.
#[derive(Debug, Default)]
pub struct Cost {
    single_ns: AtomicU64,
    together_ns: AtomicU64,
    /// What all statements for many queries took together.
    spent_ns: AtomicU64,
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
        self.spent_ns.fetch_add(elapsed, Ordering::Relaxed);
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

    /// How long reading the answers for every key may take, where that is expected to pay before
    /// `count` more queries are answered: once as much was spent on statements, the next one
    /// among them, as it is expected to take. Whatever comes after, that at most doubles what is
    /// spent.
    pub fn keyed_pays(&self, count: usize) -> Option<Duration> {
        let together = self.together_ns.load(Ordering::Relaxed);
        if together == 0 {
            return None;
        }
        let keyed = together.saturating_mul(KEYED_STATEMENTS);
        let next = together.saturating_add(QUERY_NS.saturating_mul(count as u64));
        let spent = self.spent_ns.load(Ordering::Relaxed).saturating_add(next);
        let pays = self.pays(count) && spent >= keyed;
        pays.then(|| Duration::from_nanos(keyed.saturating_mul(KEYED_SLACK)))
    }

    /// How long reading the answers for every key may take before any statement for many queries,
    /// where so many rows of the chunk are still to come: the first such statement looks at the
    /// whole table as well.
    pub fn keyed_pays_at_once(&self, rows_to_come: usize) -> Option<Duration> {
        let is_first = self.together_ns.load(Ordering::Relaxed) == 0;
        if !is_first || rows_to_come < AT_ONCE_ROWS_MIN {
            return None;
        }
        let single = self.single_ns.load(Ordering::Relaxed);
        let alone = single.saturating_mul(rows_to_come as u64);
        Some(Duration::from_nanos(alone / AT_ONCE_SHARE).min(AT_ONCE_MAX))
    }

    /// Notes that the answers for every key were read, or that it was tried: before it is tried
    /// again, as much is to be spent again.
    pub fn note_keyed(&self) {
        self.spent_ns.store(0, Ordering::Relaxed);
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

    #[test]
    fn a_full_chunk_may_read_the_answers_for_every_key_at_once() {
        let cost = Cost::default();
        cost.note_single(Duration::from_micros(40));
        assert_eq!(cost.keyed_pays_at_once(AT_ONCE_ROWS_MIN - 1), None);
        assert_eq!(
            cost.keyed_pays_at_once(2000),
            Some(Duration::from_millis(20))
        );
        cost.note_single(Duration::from_millis(10));
        assert_eq!(cost.keyed_pays_at_once(2000), Some(AT_ONCE_MAX));
        cost.note_together(Duration::from_millis(1));
        assert_eq!(cost.keyed_pays_at_once(2000), None);
    }

    #[test]
    fn the_answers_for_every_key_are_read_once_as_much_was_spent() {
        let cost = Cost::default();
        assert_eq!(cost.keyed_pays(1 << 20), None, "nothing is known");
        cost.note_single(Duration::from_millis(1));
        cost.note_together(Duration::from_millis(20));
        assert_eq!(cost.keyed_pays(10), None, "they run by themselves");
        assert_eq!(cost.keyed_pays(2048), Some(Duration::from_millis(160)));
        cost.note_keyed();
        assert_eq!(cost.keyed_pays(2048), None);
        cost.note_together(Duration::from_millis(21));
        assert!(cost.keyed_pays(2048).is_some());
    }
}
