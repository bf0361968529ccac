//! Rows whose queries are answered already: in blocks where the guest takes many rows at once, one
//! after another elsewhere.

use std::ops::Range;
use std::sync::Arc;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use super::chunk::Chunk;
use super::foreseen_blocks::{
    BLOCK_CALLS_MAX, Block, BlockWorker, ForeseenBlocks, SMALL_BLOCK_CALLS,
};
use super::foreseen_call::ForeseenCall;
use super::gathered::Gathered;
use super::spread::{Help, Pace, on_threads};
use crate::batch::Rules;
use crate::error::EngineResult;
use crate::value::Value;
use crate::wasm::GuestCall;

/// A chunk's unforeseen queries beyond which its rules count as wrong: so many, and a share of
/// the rows.
const UNFORESEEN_MIN: u64 = 8;
const UNFORESEEN_ROWS: u64 = 8;

/// A call below this stays on its thread.
const HANDED_CALL_MIN: Duration = Duration::from_nanos(500);

impl Chunk<'_> {
    /// Makes the calls that have no result yet, their queries being answered already. Stops when
    /// too many queries are not, which it says.
    pub(super) fn run_ahead(
        &mut self,
        rules: &Rules,
        gathered: &Gathered<'_>,
        results: &mut Vec<Value>,
        unforeseen_before: u64,
    ) -> EngineResult<bool> {
        let first = results.len();
        let count = gathered.calls.len();
        let pace = Pace::begin();
        // Queries of the calls that are left, counted by a block that failed.
        let mut counted = 0;
        while results.len() < count {
            let left = count - results.len();
            let blocks = ForeseenBlocks::new(self, rules, gathered, left);
            let mut end = count;
            if let Some(blocks) = &blocks {
                counted = self.run_blocks_ahead(blocks, results, (count, counted))?;
                // Those of the block that failed, if one did.
                end = count.min(results.len() + SMALL_BLOCK_CALLS);
            }
            let (start, cpu_start_ns) = (results.len(), self.call.own_cpu_ns());
            let foreseen = Arc::new(ForeseenCall::new(self.call, rules, counted));
            let guest_call: Arc<dyn GuestCall> = Arc::<ForeseenCall>::clone(&foreseen);
            while results.len() < end {
                let done = results.len() - first;
                let rest = results.len()..end;
                if let Some(help) = self.helpers(&pace, HANDED_CALL_MIN, done, rest.len()) {
                    let calls = gathered.all_arguments(rest)?;
                    results.extend(self.call_on_threads(rules, &calls, help)?);
                } else {
                    let arguments = gathered.arguments(rest.start)?;
                    results.push(self.call_guest(&guest_call, arguments, 0)?);
                }
                if self.is_wrong(unforeseen_before, results.len() - first) {
                    return Ok(true);
                }
            }
            counted = foreseen.counted();
            if blocks.is_some() && results.len() > start {
                let history = &mut self.scratch.columns.blocks;
                let cpu_ns = self.call.own_cpu_ns().saturating_sub(cpu_start_ns);
                history.note_single(results.len() - start, Duration::from_nanos(cpu_ns));
            }
        }
        Ok(false)
    }

    /// Makes calls up to `count` block by block, until none is left or one of the small blocks fails.
    /// `counted` is how many queries of these calls were counted; gives how many of those that are
    /// left.
    fn run_blocks_ahead(
        &mut self,
        blocks: &ForeseenBlocks<'_>,
        results: &mut Vec<Value>,
        (count, mut counted): (usize, u64),
    ) -> EngineResult<u64> {
        let mut worker = BlockWorker {
            instance: self.instance.take(),
            ..BlockWorker::default()
        };
        let (pace, first) = (Pace::begin(), results.len());
        let mut block_calls = SMALL_BLOCK_CALLS;
        // Up to where blocks stay small, because a larger one failed.
        let mut small_until = 0;
        while results.len() < count {
            if let Some(reason) = self.execution().cancellation.reason() {
                return Err(reason);
            }
            let calls = results.len()..count.min(results.len() + block_calls);
            match blocks.run(&mut worker, calls.clone(), counted) {
                Ok(block) => {
                    counted = block.guest_call.counted();
                    self.accept(block, results);
                    block_calls = match results.len() < small_until {
                        true => SMALL_BLOCK_CALLS,
                        false => BLOCK_CALLS_MAX,
                    };
                }
                Err(now_counted) => {
                    counted = now_counted;
                    self.scratch.columns.blocks.note_lost(calls.len());
                    if calls.len() <= SMALL_BLOCK_CALLS {
                        break;
                    }
                    small_until = calls.end;
                    block_calls = SMALL_BLOCK_CALLS;
                }
            }
            let left = count - results.len();
            if block_calls == BLOCK_CALLS_MAX
                && counted == 0
                && let Some(help) = self.helpers_for_blocks(&pace, results.len() - first, left)
            {
                let calls = results.len()..count;
                counted =
                    self.run_blocks_on_threads((blocks, help), &mut worker, calls, results)?;
                small_until = count;
                block_calls = SMALL_BLOCK_CALLS;
            }
        }
        self.add(worker.tally);
        if let Some(instance) = worker.instance {
            self.keep(instance);
        }
        Ok(counted)
    }

    /// Makes calls block by block on this thread and others, up to the first block that fails. Says
    /// how many queries of the calls that are left were counted.
    fn run_blocks_on_threads(
        &mut self,
        (blocks, help): (&ForeseenBlocks<'_>, Help),
        worker: &mut BlockWorker,
        calls: Range<usize>,
        results: &mut Vec<Value>,
    ) -> EngineResult<u64> {
        let next = AtomicUsize::new(calls.start);
        let failed = AtomicUsize::new(usize::MAX);
        let work = |worker: &mut BlockWorker| {
            let mut outcomes = Vec::new();
            loop {
                let start = next.fetch_add(help.block_calls, Ordering::Relaxed);
                if start >= calls.end || start > failed.load(Ordering::Relaxed) {
                    return outcomes;
                }
                let end = calls.end.min(start + help.block_calls);
                let outcome = blocks.run(worker, start..end, 0);
                if outcome.is_err() {
                    failed.fetch_min(start, Ordering::Relaxed);
                }
                outcomes.push((start..end, outcome));
            }
        };
        let (mut outcomes, others) = on_threads(help.threads, worker, work)?;
        for other in others {
            self.tally.guest_cpu_ns += other.cpu_ns;
            self.add(other.worker.tally);
            if let Some(instance) = other.worker.instance {
                self.execution().put_back(self.pinned(), instance);
            }
            outcomes.extend(other.made);
        }
        outcomes.sort_by_key(|(calls, _)| calls.start);
        let mut counted = 0;
        for (calls, outcome) in outcomes {
            match outcome {
                Ok(block) if calls.start == results.len() => self.accept(block, results),
                // What comes after a block that failed runs again.
                Ok(block) => counted += block.guest_call.take_back(),
                Err(now_counted) => {
                    counted += now_counted;
                    self.scratch.columns.blocks.note_lost(calls.len());
                }
            }
        }
        Ok(counted)
    }

    fn accept(&mut self, block: Block, results: &mut Vec<Value>) {
        let calls = block.values.len();
        self.scratch.columns.blocks.note_done(calls);
        self.tally.calls += calls as u64;
        self.tally.columnar_rows += calls as u64;
        self.call.write_logs(&block.log_lines);
        results.extend(block.values);
    }

    /// Whether the rows asked too much that was not foreseen.
    fn is_wrong(&self, unforeseen_before: u64, done: usize) -> bool {
        let unforeseen = self.call.unforeseen() - unforeseen_before;
        unforeseen > UNFORESEEN_MIN && unforeseen > done as u64 / UNFORESEEN_ROWS
    }
}
