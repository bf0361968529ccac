//! Many rows by one call of a guest that looks something up for each: what they ask is answered
//! from memory.
//!
//! A block is all or nothing. When a row fails, asks what nobody knows yet, takes long, or logs more
//! than a call may, then nothing of the block has happened, and its rows run one by one.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::chunk::{Chunk, FIXED_RESULT_BYTES, note};
use super::column_form::ColumnForm;
use super::columnar::{BlockPlan, Results};
use super::foreseen_call::ForeseenCall;
use super::gathered::Gathered;
use super::guest_call::ProcedureCall;
use crate::batch::Rules;
use crate::observe::Tally;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value};
use crate::wasm::{ColumnarOutcome, GuestCall, GuestInstance, LogLines};

/// Calls of a block at most: enough that its own cost is not felt, few enough that what its rows
/// logged, and what is lost when one of them fails, stays small.
pub const BLOCK_CALLS_MAX: usize = 512;

/// Calls of a chunk's first block, by which it is seen how long they take, and of the parts of one
/// that failed.
pub const SMALL_BLOCK_CALLS: usize = 64;

/// Calls below which one after another is as fast.
const BLOCK_CALLS_MIN: usize = 8;

/// Calls whose blocks may fail before an occurrence no longer tries: so many, and a share of those
/// whose blocks did not.
const LOST_CALLS_MIN: usize = 1024;
const LOST_CALLS_SHARE: usize = 4;

/// A call beyond this gains nothing from being one of many.
const CALL_MAX: Duration = Duration::from_micros(20);

/// What an occurrence knows about blocks.
#[derive(Default)]
pub struct BlockHistory {
    done: usize,
    lost: usize,
    is_slow: bool,
}

impl BlockHistory {
    pub fn note_done(&mut self, calls: usize) {
        self.done += calls;
    }

    pub fn note_lost(&mut self, calls: usize) {
        self.lost += calls;
    }

    /// Notes what calls of a block that failed took one by one, but for their queries: processor time.
    pub fn note_single(&mut self, calls: usize, cpu: Duration) {
        let calls = u32::try_from(calls).unwrap_or(u32::MAX);
        self.is_slow |= cpu > CALL_MAX * calls;
    }

    fn is_promising(&self) -> bool {
        !self.is_slow && self.lost <= LOST_CALLS_MIN + self.done / LOST_CALLS_SHARE
    }
}

/// The calls of a chunk that may be computed in blocks.
pub struct ForeseenBlocks<'b> {
    state: &'b DatabaseState,
    call: &'b Arc<ProcedureCall>,
    rules: &'b Rules,
    returns: &'b LogicalType,
    gathered: &'b Gathered<'b>,
    forms: Vec<ColumnForm>,
    times_marshalling: bool,
}

/// What computes blocks on one thread.
#[derive(Default)]
pub struct BlockWorker {
    pub instance: Option<GuestInstance>,
    pub tally: Tally,
}

/// A block that was computed.
pub struct Block {
    pub values: Vec<Value>,
    /// What its rows logged, in their order.
    pub log_lines: LogLines,
    /// What its rows asked; it is counted when this goes.
    pub guest_call: ForeseenCall,
}

impl<'b> ForeseenBlocks<'b> {
    /// `None` where this guest is not called this way, or not with these columns.
    pub fn new<'a: 'b>(
        chunk: &Chunk<'a>,
        rules: &'b Rules,
        gathered: &'b Gathered<'b>,
        calls_left: usize,
    ) -> Option<Self> {
        let pinned = chunk.pinned();
        let module = pinned.version.compiled.get()?;
        let is_suited = calls_left >= BLOCK_CALLS_MIN
            && module.columnar_entries.contains(&pinned.version.entry)
            && pinned.procedure.limits.result_bytes_max >= FIXED_RESULT_BYTES
            && chunk.scratch.columns.blocks.is_promising();
        if !is_suited {
            return None;
        }
        let readers = gathered.readers.iter();
        let forms = readers.map(|reader| ColumnForm::of(reader.logical_type()));
        Some(Self {
            state: chunk.state,
            call: chunk.call,
            rules,
            returns: chunk.returns,
            gathered,
            forms: forms.collect::<Option<_>>()?,
            times_marshalling: chunk.times_marshalling,
        })
    }

    /// Computes the calls, of whose queries so many were counted already. Where they have to be made
    /// otherwise, says how many are counted by then.
    pub fn run(
        &self,
        worker: &mut BlockWorker,
        calls: Range<usize>,
        counted: u64,
    ) -> Result<Block, u64> {
        let guest_call = Arc::new(ForeseenCall::new(self.call, self.rules, counted));
        let computed = self.compute(worker, calls, &guest_call);
        // The guest that had it as well is done.
        let Some(guest_call) = Arc::into_inner(guest_call) else {
            return Err(counted);
        };
        match computed {
            Some((values, log_lines)) => Ok(Block {
                values,
                log_lines,
                guest_call,
            }),
            None => Err(guest_call.take_back()),
        }
    }

    fn compute(
        &self,
        worker: &mut BlockWorker,
        calls: Range<usize>,
        guest_call: &Arc<ForeseenCall>,
    ) -> Option<(Vec<Value>, LogLines)> {
        let pinned = &self.call.pinned;
        let limits = &pinned.procedure.limits;
        let rows = &self.gathered.calls[calls];
        let plan = BlockPlan::of_rows(&self.forms, self.gathered.readers, rows)?;
        // A quarter is left to the guest's own copies, a quarter to the results.
        if plan.length() as u64 > limits.memory_bytes_max / 4 {
            return None;
        }
        let mut instance = match worker.instance.take() {
            Some(instance) => instance,
            None => {
                let taken = self.call.execution.take_instance(self.state, pinned);
                let (instance, is_cold) = taken.ok()?;
                worker.tally.cold_starts += u64::from(is_cold);
                instance
            }
        };
        let guest_call: Arc<dyn GuestCall> = Arc::<ForeseenCall>::clone(guest_call);
        let mut marshalling = Duration::ZERO;
        let length = plan.length() as u32;
        let report = instance.call_columnar(&guest_call, length, |memory, address| {
            let started = self.times_marshalling.then(Instant::now);
            plan.fill(memory, address);
            marshalling += started.map_or(Duration::ZERO, |started| started.elapsed());
        });
        note(&mut worker.tally, &mut instance);
        let mut computed = None;
        if let Ok(report) = report
            && matches!(report.outcome, ColumnarOutcome::Done)
        {
            let started = self.times_marshalling.then(Instant::now);
            let memory = instance.columnar_memory();
            let results = Results::find(memory, report.address, plan.row_count());
            let results = results
                .ok()
                .filter(|results| !results.exceeds(limits.result_bytes_max, plan.row_count()));
            if let Some(results) = results {
                worker.tally.bytes_out += results.length() as u64;
                let values = results.values(&plan, rows, self.returns);
                computed = values.map(|values| (values, report.log_lines));
            }
            marshalling += started.map_or(Duration::ZERO, |started| started.elapsed());
        }
        if instance.is_healthy() {
            worker.instance = Some(instance);
        }
        worker.tally.bytes_in += plan.length() as u64;
        worker.tally.marshalling_ns += marshalling.as_nanos() as u64;
        computed
    }
}
