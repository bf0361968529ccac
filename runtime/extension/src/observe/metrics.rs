//! Counters per procedure and version, cheap enough to be always on: a thread tallies some chunks on
//! its own ([`super::untold`]) and adds the sums once.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, RwLock};

use super::histogram::{Histogram, SharedHistogram};
use super::samples::Reservoir;
use super::shapes::{ShapeTally, Shapes};
use crate::generated::errors::ErrorCode;
use crate::wasm::MetricTally;

/// One thread's counts since they were last added.
#[derive(Default, Debug, Clone)]
pub struct Tally {
    /// Rows of input, whether or not the guest had to be called for them.
    pub rows: u64,
    /// Calls of the guest.
    pub calls: u64,
    /// Statements whose execution called it.
    pub statements: u64,
    pub memo_hits: u64,
    pub queries: u64,
    pub query_memo_hits: u64,
    pub query_rows: u64,
    pub query_ns: u64,
    /// Statements that answered the queries of many calls at once.
    pub batches: u64,
    /// Queries that such statements answered.
    pub batched_queries: u64,
    /// Calls that were computed together, by one call of the guest for many rows.
    pub columnar_rows: u64,
    pub wall_ns: u64,
    /// CPU of the calling thread without its nested queries.
    pub guest_cpu_ns: u64,
    /// Turning vectors into guest values and back.
    pub marshalling_ns: u64,
    /// Arguments and query results, encoded.
    pub bytes_in: u64,
    /// Results and queries, encoded.
    pub bytes_out: u64,
    pub cold_starts: u64,
    /// Times that something shared was awaited: a connection of the snapshot, or an instance.
    pub pool_waits: u64,
    pub peak_memory_bytes: u64,
    pub errors: Vec<ErrorCode>,
}

/// Every counter that is a plain sum, with the name of its column.
macro_rules! sums {
    ($($name:ident),* $(,)?) => {
        /// The counters of a tally in the order of [`SUM_NAMES`].
        fn sums_of(tally: &Tally) -> [u64; SUM_COUNT] {
            [$(tally.$name),*]
        }

        /// Adds the sums of one tally to another's.
        fn add_sums(tally: &mut Tally, more: &Tally) {
            $(tally.$name += more.$name;)*
        }

        pub const SUM_NAMES: [&str; SUM_COUNT] = [$(stringify!($name)),*];
    };
}

pub const SUM_COUNT: usize = 18;

sums!(
    rows,
    calls,
    statements,
    memo_hits,
    queries,
    query_memo_hits,
    query_rows,
    query_ns,
    batches,
    batched_queries,
    columnar_rows,
    wall_ns,
    guest_cpu_ns,
    marshalling_ns,
    bytes_in,
    bytes_out,
    cold_starts,
    pool_waits,
);

impl Tally {
    /// Adds what came of a further chunk.
    pub fn add(&mut self, more: Tally) {
        add_sums(self, &more);
        self.peak_memory_bytes = self.peak_memory_bytes.max(more.peak_memory_bytes);
        self.errors.extend(more.errors);
    }
}

/// What one procedure version did, as it is read and stored.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Totals {
    pub sums: [u64; SUM_COUNT],
    pub peak_memory_bytes: u64,
    /// Failed calls by SQLSTATE.
    pub errors: BTreeMap<String, u64>,
    /// Wall time of calls in nanoseconds.
    pub wall: Histogram,
    /// Guest CPU time of calls in nanoseconds.
    pub cpu: Histogram,
}

impl Totals {
    pub fn is_empty(&self) -> bool {
        self.sums.iter().all(|sum| *sum == 0) && self.errors.is_empty()
    }

    pub fn sum(&self, name: &str) -> u64 {
        let index = SUM_NAMES.iter().position(|known| *known == name);
        index.map_or(0, |index| self.sums[index])
    }

    pub fn merge(&mut self, other: &Totals) {
        for (sum, more) in self.sums.iter_mut().zip(other.sums) {
            *sum += more;
        }
        self.peak_memory_bytes = self.peak_memory_bytes.max(other.peak_memory_bytes);
        for (state, count) in &other.errors {
            *self.errors.entry(state.clone()).or_default() += count;
        }
        self.wall.merge(&other.wall);
        self.cpu.merge(&other.cpu);
    }

    /// Adds what one thread counted, without distributions.
    pub fn add(&mut self, tally: &Tally) {
        for (sum, more) in self.sums.iter_mut().zip(sums_of(tally)) {
            *sum += more;
        }
        self.peak_memory_bytes = self.peak_memory_bytes.max(tally.peak_memory_bytes);
        for code in &tally.errors {
            *self.errors.entry(code.sqlstate().to_owned()).or_default() += 1;
        }
    }
}

/// What one procedure version did since it was last written to the database.
#[derive(Default)]
pub struct Counters {
    sums: [AtomicU64; SUM_COUNT],
    peak_memory_bytes: AtomicU64,
    errors: Mutex<BTreeMap<String, u64>>,
    pub wall: SharedHistogram,
    pub cpu: SharedHistogram,
    pub shapes: Mutex<Shapes>,
    pub samples: Mutex<Reservoir>,
    /// What guests reported under names of their own.
    pub custom: Mutex<MetricTally>,
}

impl Counters {
    /// Adds what one thread counted, without distributions.
    pub fn add(&self, tally: &Tally) {
        for (sum, count) in self.sums.iter().zip(sums_of(tally)) {
            if count > 0 {
                sum.fetch_add(count, Ordering::Relaxed);
            }
        }
        self.peak_memory_bytes
            .fetch_max(tally.peak_memory_bytes, Ordering::Relaxed);
        if !tally.errors.is_empty() {
            let mut errors = self.errors.lock();
            for code in &tally.errors {
                *errors.entry(code.sqlstate().to_owned()).or_default() += 1;
            }
        }
    }

    pub fn add_shapes(&self, tally: ShapeTally) {
        if !tally.is_empty() {
            self.shapes.lock().add(tally);
        }
    }

    pub fn read(&self) -> Totals {
        Totals {
            sums: std::array::from_fn(|index| self.sums[index].load(Ordering::Relaxed)),
            peak_memory_bytes: self.peak_memory_bytes.load(Ordering::Relaxed),
            errors: self.errors.lock().clone(),
            wall: self.wall.read(),
            cpu: self.cpu.read(),
        }
    }

    /// Reads everything and starts again from nothing; counts of running threads go to one side
    /// or the other, never to both or neither.
    pub fn take(&self) -> Totals {
        Totals {
            sums: std::array::from_fn(|index| self.sums[index].swap(0, Ordering::Relaxed)),
            peak_memory_bytes: self.peak_memory_bytes.swap(0, Ordering::Relaxed),
            errors: std::mem::take(&mut *self.errors.lock()),
            wall: self.wall.take(),
            cpu: self.cpu.take(),
        }
    }

    /// Puts back what could not be written.
    pub fn restore(&self, totals: &Totals) {
        for (sum, count) in self.sums.iter().zip(totals.sums) {
            sum.fetch_add(count, Ordering::Relaxed);
        }
        self.peak_memory_bytes
            .fetch_max(totals.peak_memory_bytes, Ordering::Relaxed);
        let mut errors = self.errors.lock();
        for (state, count) in &totals.errors {
            *errors.entry(state.clone()).or_default() += count;
        }
        drop(errors);
        self.wall.add_all(&totals.wall);
        self.cpu.add_all(&totals.cpu);
    }
}

/// Whose counters they are. The id tells a procedure from a later one of the same name.
#[derive(Clone, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct Subject {
    pub procedure: String,
    pub version: i32,
    pub procedure_id: String,
}

/// Switches counting off where it says `off`, so that what counting costs can be measured.
const METRICS_VARIABLE: &str = "HELIOSDB_METRICS";

/// The counters of a database.
pub struct Metrics {
    is_on: bool,
    counters: RwLock<BTreeMap<Subject, Arc<Counters>>>,
}

impl Default for Metrics {
    fn default() -> Self {
        Self {
            is_on: !std::env::var(METRICS_VARIABLE).is_ok_and(|value| value == "off"),
            counters: RwLock::default(),
        }
    }
}

impl Metrics {
    pub fn is_on(&self) -> bool {
        self.is_on
    }

    pub fn of(&self, subject: Subject) -> Arc<Counters> {
        if let Some(found) = self.counters.read().get(&subject) {
            return Arc::clone(found);
        }
        Arc::clone(self.counters.write().entry(subject).or_default())
    }

    pub fn all(&self) -> Vec<(Subject, Arc<Counters>)> {
        let counters = self.counters.read();
        counters
            .iter()
            .map(|(subject, found)| (subject.clone(), Arc::clone(found)))
            .collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_taken_and_restored_is_what_was_added() {
        let counters = Counters::default();
        let tally = Tally {
            rows: 10,
            calls: 4,
            wall_ns: 4000,
            guest_cpu_ns: 2000,
            peak_memory_bytes: 65_536,
            errors: vec![ErrorCode::WasmTrap],
            ..Tally::default()
        };
        counters.add(&tally);
        counters.wall.add(1000, 4);
        let taken = counters.take();
        assert_eq!(
            (taken.sum("rows"), taken.sum("calls"), taken.errors["39W01"]),
            (10, 4, 1)
        );
        assert!(counters.read().is_empty());
        counters.restore(&taken);
        counters.add(&tally);
        counters.wall.add(1000, 4);
        let mut twice = taken.clone();
        twice.merge(&taken);
        assert_eq!(counters.read(), twice);
        assert!((950.0..1100.0).contains(&twice.wall.percentile(0.5).unwrap()));
    }

    #[test]
    fn no_count_of_a_thread_is_lost_while_another_takes_them() {
        const THREADS: u64 = 4;
        const ROUNDS: u64 = 2000;
        let counters = Counters::default();
        let tally = Tally {
            rows: 3,
            calls: 1,
            wall_ns: 1000,
            errors: vec![ErrorCode::WasmTrap],
            ..Tally::default()
        };
        let mut taken = Totals::default();
        std::thread::scope(|scope| {
            let adding: Vec<_> = (0..THREADS)
                .map(|_| scope.spawn(|| (0..ROUNDS).for_each(|_| counters.add(&tally))))
                .collect();
            while adding.iter().any(|thread| !thread.is_finished()) {
                taken.merge(&counters.take());
            }
        });
        taken.merge(&counters.take());
        assert_eq!(taken.sum("rows"), 3 * THREADS * ROUNDS);
        assert_eq!(taken.errors["39W01"], THREADS * ROUNDS);
    }
}
