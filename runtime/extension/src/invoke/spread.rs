//! Few rows with expensive calls on all cores.
//!
//! DuckDB gives a thread 122 880 rows at a time, so a statement with fewer runs on one. When the
//! calls of a chunk turn out to take long, the rest of them is shared with threads that live for this
//! chunk only. Results, log lines and the first error come out in the order of the rows.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::{Duration, Instant};

use super::chunk::{Chunk, note};
use super::foreseen_call::ForeseenCall;
use super::guest_call::ProcedureCall;
use crate::batch::Rule;
use crate::duckdb::InvokeInfo;
use crate::error::{EngineError, EngineResult};
use crate::execution::{Execution, Pinned};
use crate::observe::{CallClock, Counters, Tally};
use crate::state::DatabaseState;
use crate::value::Value;
use crate::value::read::VectorReader;
use crate::wasm::{ActiveGuest, CallReport, GuestCall, GuestInstance, thread_cpu_ns};

/// Work below which a chunk is not worth another thread.
const SHARED_WORK_MIN: Duration = Duration::from_millis(2);

/// Threads for calls that wait (for the network) more than they compute.
const WAITING_THREADS_MAX: usize = 16;

/// A call that waits for so many times its CPU takes no core from anybody.
const WAITING_SHARE: u32 = 4;

/// A thread's stack: guests and nested statements need more than the usual two megabytes.
const STACK_BYTES: usize = 8 << 20;

/// Helping threads of the whole process.
static HELPERS: AtomicUsize = AtomicUsize::new(0);

/// Measures how long calls take.
pub struct Pace {
    wall_start: Instant,
    cpu_start_ns: u64,
}

impl Pace {
    fn taken(&self, calls: usize) -> Taken {
        Taken {
            calls: u32::try_from(calls).unwrap_or(u32::MAX),
            wall: self.wall_start.elapsed(),
            cpu: Duration::from_nanos(thread_cpu_ns().saturating_sub(self.cpu_start_ns)),
        }
    }

    pub fn begin() -> Self {
        Self {
            wall_start: Instant::now(),
            cpu_start_ns: thread_cpu_ns(),
        }
    }
}

/// How many threads should help with so many further calls, after some took so long. Calls below
/// `call_min` are left where they are: handing them over would cost too much of them.
fn helpers_for(
    taken: Taken,
    call_min: Duration,
    remaining: usize,
    threads: impl FnOnce() -> usize,
) -> usize {
    let rest = u32::try_from(remaining).unwrap_or(u32::MAX);
    let call = taken.wall.checked_div(taken.calls).unwrap_or_default();
    if remaining < 2 || call < call_min || call * rest < SHARED_WORK_MIN {
        return 0;
    }
    let waits = taken.cpu * WAITING_SHARE < taken.wall;
    let helpers = HELPERS.load(Ordering::Relaxed);
    let places = match (threads(), waits) {
        // Whoever allows one thread gets one.
        (0 | 1, _) => 0,
        (_, true) => WAITING_THREADS_MAX.saturating_sub(helpers),
        (threads, false) => threads
            .min(core_count())
            .saturating_sub(ActiveGuest::count() + helpers),
    };
    places.min(remaining - 1)
}

/// What calls took so far.
#[derive(Clone, Copy)]
struct Taken {
    calls: u32,
    wall: Duration,
    cpu: Duration,
}

fn core_count() -> usize {
    std::thread::available_parallelism().map_or(1, std::num::NonZero::get)
}

/// Counts a helping thread while it lives.
struct Helping;

impl Helping {
    fn begin() -> Self {
        HELPERS.fetch_add(1, Ordering::Relaxed);
        Self
    }
}

impl Drop for Helping {
    fn drop(&mut self) {
        HELPERS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Threads that help, and how many calls a thread takes at a time.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Help {
    pub threads: usize,
    pub block_calls: usize,
}

/// Work that a thread takes at a time: enough for threads not to meet at every call, little enough
/// for them to end together.
const BLOCK_WORK: Duration = Duration::from_micros(100);

const BLOCK_CALLS_MAX: usize = 64;

/// Calls below this stay on their thread where blocks of them are computed at once. A chunk of them
/// takes no longer than the system lets another thread have a core, such as the one that asked for
/// the statement and looks for more to do: whoever helps may be waited for as long.
const BLOCK_CALL_MIN: Duration = Duration::from_micros(5);

/// Blocks that a thread gets of calls that are computed many at once, so that threads end together.
const BLOCKS_PER_THREAD: usize = 4;

impl Taken {
    fn block_calls(self) -> usize {
        let call_ns = (self.wall / self.calls.max(1)).as_nanos().max(1);
        let calls = usize::try_from(BLOCK_WORK.as_nanos() / call_ns);
        calls.unwrap_or(BLOCK_CALLS_MAX).clamp(1, BLOCK_CALLS_MAX)
    }
}

/// What a helping thread did.
pub struct Helped<W, T> {
    pub worker: W,
    pub made: T,
    /// Processor time of the thread.
    pub cpu_ns: u64,
}

/// Works on this thread and on so many others, which live for this only.
pub fn on_threads<W: Default + Send, T: Send>(
    threads: usize,
    own: &mut W,
    work: impl Fn(&mut W) -> T + Sync,
) -> EngineResult<(T, Vec<Helped<W, T>>)> {
    std::thread::scope(|scope| {
        let help = || {
            let _helping = Helping::begin();
            let cpu_start = thread_cpu_ns();
            let mut worker = W::default();
            let made = work(&mut worker);
            Helped {
                worker,
                made,
                cpu_ns: thread_cpu_ns().saturating_sub(cpu_start),
            }
        };
        let helping: Vec<_> = (0..threads)
            .filter_map(|_| {
                // Without a thread the others do its share.
                std::thread::Builder::new()
                    .name("heliosdb-call".to_owned())
                    .stack_size(STACK_BYTES)
                    .spawn_scoped(scope, help)
                    .ok()
            })
            .collect();
        let made = work(own);
        let mut helped = Vec::with_capacity(helping.len());
        for thread in helping {
            match thread.join() {
                Ok(part) => helped.push(part),
                Err(_) => return Err(EngineError::internal("a helping thread panicked")),
            }
        }
        Ok((made, helped))
    })
}

/// Calls that threads take one block after another.
struct Shared<'s> {
    state: &'s DatabaseState,
    execution: &'s Execution,
    pinned: &'s Pinned,
    call: &'s Arc<ProcedureCall>,
    rules: &'s [Rule],
    block_calls: usize,
    counters: &'s Counters,
    calls: &'s [Vec<Value>],
    next: AtomicUsize,
    /// The first call that failed so far: what comes after it need not run.
    failed: AtomicUsize,
}

/// What one thread did.
#[derive(Default)]
struct Part {
    reports: Vec<(usize, CallReport)>,
    tally: Tally,
    clock: CallClock,
    instance: Option<GuestInstance>,
}

impl Chunk<'_> {
    /// Which help the remaining calls should get, if any. It looks after the first, second, fourth,
    /// … call, so that asking costs nothing.
    pub(super) fn helpers(
        &self,
        pace: &Pace,
        call_min: Duration,
        done: usize,
        remaining: usize,
    ) -> Option<Help> {
        if !done.is_power_of_two() || self.pinned().changes_data() || self.state.is_guard_off() {
            return None;
        }
        let taken = pace.taken(done);
        let threads = helpers_for(taken, call_min, remaining, || self.call.thread_count());
        (threads > 0).then(|| Help {
            threads,
            block_calls: taken.block_calls(),
        })
    }

    /// Which help the remaining calls should get when blocks of them are computed at once.
    pub(super) fn helpers_for_blocks(
        &self,
        pace: &Pace,
        done: usize,
        remaining: usize,
    ) -> Option<Help> {
        let taken = pace.taken(done);
        let threads = || self.call.thread_count();
        let threads = helpers_for(taken, BLOCK_CALL_MIN, remaining, threads);
        let block_calls = remaining.div_ceil((threads + 1) * BLOCKS_PER_THREAD);
        (threads > 0).then(|| Help {
            threads,
            block_calls: block_calls.max(BLOCK_CALLS_MAX),
        })
    }

    /// Computes rows on this thread and so many others.
    pub(super) fn run_on_threads(
        &mut self,
        readers: &[VectorReader<'_>],
        rows: Range<usize>,
        help: Help,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        let gathered = self.gather(readers, rows);
        let calls = gathered.all_arguments(0..gathered.calls.len())?;
        let results = self.call_on_threads(&[], &calls, help)?;
        self.write_gathered(&gathered, &results, info)
    }

    /// Makes the calls, whose queries the rules foresee, on this thread and so many others. Gives
    /// their results in order; the first that fails, in that order, decides the error.
    pub(super) fn call_on_threads(
        &mut self,
        rules: &[Rule],
        calls: &[Vec<Value>],
        help: Help,
    ) -> EngineResult<Vec<Value>> {
        let shared = Shared {
            state: self.state,
            execution: self.execution(),
            pinned: self.pinned(),
            call: self.call,
            rules,
            block_calls: help.block_calls,
            counters: self.scratch.counters,
            calls,
            next: AtomicUsize::new(0),
            failed: AtomicUsize::new(usize::MAX),
        };
        let mut own = Part {
            instance: self.instance.take(),
            ..Part::default()
        };
        let ((), others) = on_threads(help.threads, &mut own, |part| shared.work(part))?;
        let mut reports: Vec<(usize, CallReport)> = Vec::with_capacity(calls.len());
        let mut parts = vec![own];
        for other in others {
            self.tally.guest_cpu_ns += other.cpu_ns;
            parts.push(other.worker);
        }
        for part in parts {
            self.add(part.tally);
            reports.extend(part.reports);
            if let Some(instance) = part.instance {
                self.keep(instance);
            }
        }
        reports.sort_by_key(|(index, _)| *index);
        let results = reports.into_iter().map(|(_, report)| self.settle(report));
        results.collect()
    }

    /// Adds what a thread counted of its calls.
    pub(super) fn add(&mut self, part: Tally) {
        let own = &mut self.tally;
        own.bytes_in += part.bytes_in;
        own.bytes_out += part.bytes_out;
        own.marshalling_ns += part.marshalling_ns;
        own.cold_starts += part.cold_starts;
        own.peak_memory_bytes = own.peak_memory_bytes.max(part.peak_memory_bytes);
    }
}

impl Shared<'_> {
    /// Takes calls until there are none.
    fn work(&self, part: &mut Part) {
        let guest_call: Arc<dyn GuestCall> = Arc::new(ForeseenCall::new(self.call, self.rules, 0));
        loop {
            let start = self.next.fetch_add(self.block_calls, Ordering::Relaxed);
            if start >= self.calls.len() || start > self.failed.load(Ordering::Relaxed) {
                break;
            }
            for index in start..self.calls.len().min(start + self.block_calls) {
                let report = self.call(&guest_call, index, part);
                let is_last = report.result.is_err() && !self.pinned.procedure.on_error_null;
                part.reports.push((index, report));
                if is_last {
                    self.failed.fetch_min(index, Ordering::Relaxed);
                    break;
                }
            }
        }
    }

    fn call(&self, guest_call: &Arc<dyn GuestCall>, index: usize, part: &mut Part) -> CallReport {
        let instance = match part.instance.take() {
            Some(instance) => Ok((instance, false)),
            None => self.execution.take_instance(self.state, self.pinned),
        };
        let (mut instance, is_cold) = match instance {
            Ok(taken) => taken,
            Err(error) => return CallReport::refused(error),
        };
        part.tally.cold_starts += u64::from(is_cold);
        let started = part.clock.start();
        instance.traffic().time_weight = started.map_or(0, |_| part.clock.weight());
        let name = &self.pinned.procedure.name;
        let report = instance.call(guest_call, name, self.calls[index].clone());
        if let Some(started) = started {
            let (elapsed, weight) = part.clock.end(started);
            self.counters.wall.add(elapsed, weight);
        }
        note(&mut part.tally, &mut instance);
        if instance.is_healthy() {
            part.instance = Some(instance);
        }
        report
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    const CALL: Duration = Duration::from_micros(1);

    fn taken(calls: u32, wall_us: u64, cpu_us: u64) -> Taken {
        Taken {
            calls,
            wall: Duration::from_micros(wall_us),
            cpu: Duration::from_micros(cpu_us),
        }
    }

    #[test]
    fn cheap_calls_stay_on_their_thread() {
        assert_eq!(helpers_for(taken(1024, 500, 500), CALL, 1024, || 8), 0);
        assert_eq!(helpers_for(taken(1, 20_000, 20_000), CALL, 1, || 8), 0);
        let many_cheap = taken(2048, 40_000, 40_000);
        assert_eq!(helpers_for(many_cheap, CALL * 20, 100_000, || 8), 0);
    }

    #[test]
    fn cheap_calls_are_taken_many_at_a_time() {
        assert_eq!(taken(1000, 1000, 1000).block_calls(), BLOCK_CALLS_MAX);
        assert_eq!(taken(10, 200, 200).block_calls(), 5);
        assert_eq!(taken(1, 100_000, 1000).block_calls(), 1);
        assert_eq!(taken(1, 0, 0).block_calls(), BLOCK_CALLS_MAX);
    }

    #[test]
    fn calls_that_wait_get_more_threads_than_there_are_cores() {
        let waiting = taken(1, 100_000, 1000);
        assert_eq!(helpers_for(waiting, CALL, 100, || 2), WAITING_THREADS_MAX);
        assert_eq!(helpers_for(waiting, CALL, 5, || 2), 4);
        assert_eq!(helpers_for(waiting, CALL, 5, || 1), 0);
    }
}
