//! Counters per procedure and version, cheap enough to be always on: a thread tallies a chunk on
//! its own and adds the sums once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::RwLock;

/// One thread's counts since they were last added.
#[derive(Default, Debug, Clone, Copy)]
pub struct Tally {
    /// Rows of input, whether or not the guest had to be called for them.
    pub rows: u64,
    /// Calls of the guest.
    pub calls: u64,
    pub errors: u64,
    pub memo_hits: u64,
    pub queries: u64,
    pub query_memo_hits: u64,
    pub query_ns: u64,
    pub wall_ns: u64,
    pub cold_starts: u64,
    pub peak_memory_bytes: u64,
}

/// The sums of one procedure version.
#[derive(Default)]
pub struct Counters {
    rows: AtomicU64,
    calls: AtomicU64,
    errors: AtomicU64,
    memo_hits: AtomicU64,
    queries: AtomicU64,
    query_memo_hits: AtomicU64,
    query_ns: AtomicU64,
    wall_ns: AtomicU64,
    cold_starts: AtomicU64,
    peak_memory_bytes: AtomicU64,
}

impl Counters {
    pub fn add(&self, tally: &Tally) {
        for (sum, count) in [
            (&self.rows, tally.rows),
            (&self.calls, tally.calls),
            (&self.errors, tally.errors),
            (&self.memo_hits, tally.memo_hits),
            (&self.queries, tally.queries),
            (&self.query_memo_hits, tally.query_memo_hits),
            (&self.query_ns, tally.query_ns),
            (&self.wall_ns, tally.wall_ns),
            (&self.cold_starts, tally.cold_starts),
        ] {
            sum.fetch_add(count, Ordering::Relaxed);
        }
        self.peak_memory_bytes
            .fetch_max(tally.peak_memory_bytes, Ordering::Relaxed);
    }

    pub fn read(&self) -> Tally {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        Tally {
            rows: read(&self.rows),
            calls: read(&self.calls),
            errors: read(&self.errors),
            memo_hits: read(&self.memo_hits),
            queries: read(&self.queries),
            query_memo_hits: read(&self.query_memo_hits),
            query_ns: read(&self.query_ns),
            wall_ns: read(&self.wall_ns),
            cold_starts: read(&self.cold_starts),
            peak_memory_bytes: read(&self.peak_memory_bytes),
        }
    }
}

/// The counters of a database, by procedure name and version.
#[derive(Default)]
pub struct Metrics {
    counters: RwLock<BTreeMap<(String, i32), Arc<Counters>>>,
}

impl Metrics {
    pub fn of(&self, procedure: &str, version: i32) -> Arc<Counters> {
        let key = (procedure.to_owned(), version);
        if let Some(found) = self.counters.read().get(&key) {
            return Arc::clone(found);
        }
        Arc::clone(self.counters.write().entry(key).or_default())
    }

    pub fn all(&self) -> Vec<(String, i32, Tally)> {
        self.counters
            .read()
            .iter()
            .map(|((name, version), counters)| (name.clone(), *version, counters.read()))
            .collect()
    }
}
