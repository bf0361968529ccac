//! Evaluating one chunk: NULLs, what is already known, and the calls that remain.

use std::ops::Range;
use std::sync::Arc;
use std::time::{Duration, Instant};

use super::column_form::ColumnForm;
use super::columnar::{BlockPlan, Results};
use super::foreseen_blocks::BlockHistory;
use super::guest_call::ProcedureCall;
use super::spread::Pace;
use crate::duckdb::InvokeInfo;
use crate::error::{EngineError, EngineResult};
use crate::execution::{Execution, Pinned};
use crate::generated::errors::ErrorCode;
use crate::observe::{CallClock, Counters, Tally};
use crate::registry::Volatility;
use crate::state::DatabaseState;
use crate::value::convert::convert;
use crate::value::key::encode_key;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value, write};
use crate::wasm::{
    ActiveGuest, CallReport, ColumnarOutcome, ColumnarReport, GuestCall, GuestInstance, LogLevel,
};

/// The evaluation of one chunk by one occurrence on one thread.
pub struct Chunk<'a> {
    pub state: &'a DatabaseState,
    pub returns: &'a LogicalType,
    pub call: &'a Arc<ProcedureCall>,
    pub tally: Tally,
    pub(super) instance: Option<GuestInstance>,
    pub(super) scratch: Scratch<'a>,
    pub(super) is_timed_by_call: bool,
    /// Whether marshalling of rows computed together is timed.
    pub(super) times_marshalling: bool,
    _active: ActiveGuest,
}

/// What an occurrence keeps from chunk to chunk.
pub struct Scratch<'a> {
    /// The bytes of the row's key.
    pub key: &'a mut Vec<u8>,
    pub clock: &'a mut CallClock,
    pub columns: &'a mut Columns,
    pub counters: &'a Counters,
}

/// What an occurrence knows about calling its guest for many rows at once.
#[derive(Default)]
pub struct Columns {
    /// The parameters' forms; unknown before the first chunk.
    forms: Option<Vec<ColumnForm>>,
    /// Chunks that had to be called row by row after all.
    failures: u32,
    /// Blocks of rows that query.
    pub(super) blocks: BlockHistory,
}

/// Chunks after whose failure an occurrence no longer tries.
const COLUMNAR_FAILURES_MAX: u32 = 3;

/// Rows below which one call a row is as fast.
const COLUMNAR_ROWS_MIN: usize = 2;

/// A call below this stays on its thread: its arguments would have to be set aside first.
const HANDED_CALL_MIN: Duration = Duration::from_micros(50);

/// Results may be this small a limit only where each is returned by its own call.
pub const FIXED_RESULT_BYTES: u64 = 64;

impl<'a> Chunk<'a> {
    pub fn new(
        state: &'a DatabaseState,
        returns: &'a LogicalType,
        call: &'a Arc<ProcedureCall>,
        scratch: Scratch<'a>,
        times_marshalling: bool,
    ) -> Self {
        Self {
            state,
            returns,
            call,
            tally: Tally::default(),
            instance: None,
            scratch,
            is_timed_by_call: true,
            times_marshalling,
            _active: ActiveGuest::enter(),
        }
    }

    /// Whether each call's wall time was measured; calls that run interleaved have none.
    pub fn is_timed_by_call(&self) -> bool {
        self.is_timed_by_call
    }

    pub fn pinned(&self) -> &'a Pinned {
        &self.call.pinned
    }

    /// Wall-clock time that one call may spend in queries.
    pub fn query_time_max(&self) -> Duration {
        Duration::from_millis(self.pinned().procedure.limits.query_time_ms_max)
    }

    pub fn execution(&self) -> &'a Execution {
        &self.call.execution
    }

    pub fn run(
        &mut self,
        readers: &[VectorReader<'_>],
        row_count: usize,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        self.tally.rows += row_count as u64;
        if self.collects_queries(row_count) {
            self.run_together(readers, row_count, info)
        } else if row_count >= COLUMNAR_ROWS_MIN && self.takes_columns(readers) {
            self.run_columnar(readers, 0..row_count, info)
        } else {
            self.run_in_turn(readers, 0..row_count, info)
        }
    }

    /// Whether the guest may be called for many rows at once: nothing of what it does depends on
    /// which rows are computed together.
    fn takes_columns(&mut self, readers: &[VectorReader<'_>]) -> bool {
        let pinned = self.pinned();
        let is_suited = pinned.procedure.volatility != Volatility::Stable
            && !pinned.changes_data()
            && pinned.procedure.limits.result_bytes_max >= FIXED_RESULT_BYTES
            && self.scratch.columns.failures < COLUMNAR_FAILURES_MAX
            && pinned.version.compiled.get().is_some_and(|module| {
                let entries = &module.columnar_entries;
                entries.computes_only(&pinned.version.entry)
            });
        if is_suited && self.scratch.columns.forms.is_none() {
            let forms: Option<Vec<ColumnForm>> = readers
                .iter()
                .map(|reader| ColumnForm::of(reader.logical_type()))
                .collect();
            match forms {
                Some(forms) => self.scratch.columns.forms = Some(forms),
                None => self.scratch.columns.failures = COLUMNAR_FAILURES_MAX,
            }
        }
        is_suited && self.scratch.columns.forms.is_some()
    }

    /// Computes rows by one call, by several where they do not fit the guest's memory, or else
    /// row by row.
    fn run_columnar(
        &mut self,
        readers: &[VectorReader<'_>],
        rows: Range<usize>,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        let forms = self.scratch.columns.forms.take().unwrap_or_default();
        let outcome = self.run_blocks(&forms, readers, rows, info);
        self.scratch.columns.forms = Some(forms);
        outcome
    }

    fn run_blocks(
        &mut self,
        forms: &[ColumnForm],
        readers: &[VectorReader<'_>],
        rows: Range<usize>,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        if let Some(reason) = self.execution().cancellation.reason() {
            return Err(reason);
        }
        let skips_nulls = !self.pinned().procedure.called_on_null_input;
        let Some(plan) = BlockPlan::new(forms, readers, rows.clone(), skips_nulls) else {
            return self.run_in_turn(readers, rows, info);
        };
        // A quarter is left to the guest's own copies, a quarter to the results.
        let length_max = self.pinned().procedure.limits.memory_bytes_max / 4;
        if plan.length() as u64 > length_max {
            if rows.len() < COLUMNAR_ROWS_MIN {
                return self.run_in_turn(readers, rows, info);
            }
            let middle = rows.start + rows.len() / 2;
            self.run_blocks(forms, readers, rows.start..middle, info)?;
            return self.run_blocks(forms, readers, middle..rows.end, info);
        }
        if self.compute_block(&plan, &rows, info)? {
            return Ok(());
        }
        self.scratch.columns.failures += 1;
        self.run_in_turn(readers, rows, info)
    }

    /// Computes a block; false when its rows have to be called one by one.
    fn compute_block(
        &mut self,
        plan: &BlockPlan<'_>,
        rows: &Range<usize>,
        info: &InvokeInfo,
    ) -> EngineResult<bool> {
        let mut instance = self.ready_instance()?;
        let guest_call: Arc<dyn GuestCall> = Arc::<ProcedureCall>::clone(self.call);
        let times_marshalling = self.times_marshalling;
        let mut marshalling = Duration::ZERO;
        let outcome =
            instance.call_columnar(&guest_call, plan.length() as u32, |memory, address| {
                let started = times_marshalling.then(Instant::now);
                plan.fill(memory, address);
                marshalling += elapsed_since(started);
            });
        self.note(&mut instance);
        let is_done = match outcome {
            Ok(ColumnarReport {
                outcome: ColumnarOutcome::Done,
                address,
                ..
            }) => {
                let started = times_marshalling.then(Instant::now);
                let written = self.write_results(&instance, address, plan, rows, info);
                marshalling += elapsed_since(started);
                written
            }
            Ok(_) => Ok(false),
            Err(error) => Err(error),
        };
        if instance.is_healthy() {
            self.instance = Some(instance);
        }
        if let Err(error) = &is_done {
            self.tally.errors.push(error.code);
        }
        let is_done = is_done?;
        self.tally.marshalling_ns += marshalling.as_nanos() as u64;
        self.tally.bytes_in += plan.length() as u64;
        if is_done {
            self.is_timed_by_call = false;
            let called = plan.computed_count() as u64;
            self.tally.calls += called;
            self.tally.columnar_rows += called;
        }
        Ok(is_done)
    }

    fn write_results(
        &mut self,
        instance: &GuestInstance,
        address: u32,
        plan: &BlockPlan<'_>,
        rows: &Range<usize>,
        info: &InvokeInfo,
    ) -> EngineResult<bool> {
        let results = Results::find(instance.columnar_memory(), address, rows.len())?;
        let bytes_max = self.pinned().procedure.limits.result_bytes_max;
        if results.exceeds(bytes_max, rows.len()) {
            return Ok(false);
        }
        self.tally.bytes_out += results.length() as u64;
        // SAFETY: the output vector has the registered return type and room for the chunk.
        unsafe { results.write(plan, info.output(), self.returns) }
    }

    /// The chunk's instance, or another one.
    fn ready_instance(&mut self) -> EngineResult<GuestInstance> {
        if let Some(instance) = self.instance.take() {
            return Ok(instance);
        }
        let (instance, is_cold) = self.execution().take_instance(self.state, self.pinned())?;
        self.tally.cold_starts += u64::from(is_cold);
        Ok(instance)
    }

    fn run_in_turn(
        &mut self,
        readers: &[VectorReader<'_>],
        rows: Range<usize>,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        let is_memoised = self.is_memoised();
        let pace = Pace::begin();
        for row in rows.clone() {
            let help = self.helpers(&pace, HANDED_CALL_MIN, row - rows.start, rows.end - row);
            if let Some(help) = help {
                return self.run_on_threads(readers, row..rows.end, help, info);
            }
            let value = if self.is_skipped(readers, row) {
                Value::Null
            } else if is_memoised {
                self.memoised(readers, row)?
            } else {
                self.evaluate(readers, row)?
            };
            // SAFETY: the output vector has the registered return type and room for the chunk.
            unsafe { write::write(info.output(), self.returns, row, &value) }?;
        }
        Ok(())
    }

    /// Whether calls with the same arguments give the same within one statement.
    pub(super) fn is_memoised(&self) -> bool {
        self.pinned().procedure.volatility == Volatility::Stable
    }

    pub(super) fn is_skipped(&self, readers: &[VectorReader<'_>], row: usize) -> bool {
        !self.pinned().procedure.called_on_null_input
            // SAFETY: `row` lies inside the chunk.
            && readers.iter().any(|reader| !unsafe { reader.is_valid(row) })
    }

    pub(super) fn make_key(&mut self, readers: &[VectorReader<'_>], row: usize) {
        self.scratch.key.clear();
        let ordinal = self.call.pinned.ordinal.to_le_bytes();
        self.scratch.key.extend_from_slice(&ordinal);
        // SAFETY: `row` lies inside the chunk.
        unsafe { encode_key(readers, row, self.scratch.key) };
    }

    fn memoised(&mut self, readers: &[VectorReader<'_>], row: usize) -> EngineResult<Value> {
        self.make_key(readers, row);
        let results = &self.execution().results;
        let hash = results.hash(self.scratch.key);
        if let Some(known) = results.get(hash, self.scratch.key) {
            self.tally.memo_hits += 1;
            return Ok(known);
        }
        let value = self.evaluate(readers, row)?;
        let results = &self.execution().results;
        results.add(hash, self.scratch.key, value.clone());
        Ok(value)
    }

    fn evaluate(&mut self, readers: &[VectorReader<'_>], row: usize) -> EngineResult<Value> {
        // A guest that is never entered cannot notice; TRY(…) would go on to the next row.
        if let Some(reason) = self.execution().cancellation.reason() {
            return Err(reason);
        }
        let started = self.scratch.clock.start();
        let arguments = read_arguments(readers, row)?;
        let time_weight = started.map_or(0, |_| self.scratch.clock.weight());
        if let Some(started) = started {
            self.tally.marshalling_ns += started.elapsed().as_nanos() as u64 * time_weight;
        }
        let guest_call: Arc<dyn GuestCall> = Arc::<ProcedureCall>::clone(self.call);
        let outcome = self.call_guest(&guest_call, arguments, time_weight);
        if let Some(started) = started {
            let (elapsed, weight) = self.scratch.clock.end(started);
            self.scratch.counters.wall.add(elapsed, weight);
        }
        outcome
    }

    pub(super) fn call_guest(
        &mut self,
        guest_call: &Arc<dyn GuestCall>,
        arguments: Vec<Value>,
        time_weight: u64,
    ) -> EngineResult<Value> {
        let mut instance = self.ready_instance()?;
        instance.traffic().time_weight = time_weight;
        let name = &self.pinned().procedure.name;
        // Calls that may change something take turns, each from beginning to end.
        let execution = self.execution();
        let turn = self
            .pinned()
            .changes_data()
            .then(|| execution.writer.turn());
        let mut report = instance.call(guest_call, name, arguments);
        if let (Some(turn), Ok(_)) = (turn, &report.result)
            && let Err(error) = turn.finish(name)
        {
            report.result = Err(error);
        }
        self.note(&mut instance);
        if instance.is_healthy() {
            self.instance = Some(instance);
        }
        self.settle(report)
    }

    /// Takes note of what a call did to its instance.
    pub fn note(&mut self, instance: &mut GuestInstance) {
        note(&mut self.tally, instance);
    }

    /// Keeps an instance for the rows to come, of this chunk or a later one.
    pub(super) fn keep(&mut self, instance: GuestInstance) {
        if self.instance.is_none() {
            self.instance = Some(instance);
        } else {
            self.execution().put_back(self.pinned(), instance);
        }
    }

    /// Turns what a call gave back into the row's value: logs, declared type, `ON ERROR`.
    pub fn settle(&mut self, report: CallReport) -> EngineResult<Value> {
        self.tally.calls += 1;
        self.call.write_logs(&report.log_lines);
        self.call.write_metrics(report.metrics);
        let procedure = &self.pinned().procedure;
        let outcome = report.result.and_then(|value| {
            convert(value, self.returns).map_err(|error| {
                EngineError::from(error).hint(format!(
                    "procedure {} is declared RETURNS {}",
                    procedure.name, procedure.returns_name
                ))
            })
        });
        let error = match outcome {
            Ok(value) => return Ok(value),
            Err(error) => error,
        };
        self.tally.errors.push(error.code);
        let is_recoverable = !matches!(
            error.code,
            ErrorCode::QueryCanceled | ErrorCode::InternalError
        );
        if procedure.on_error_null && is_recoverable {
            self.call.log(LogLevel::Error, &error.to_string());
            return Ok(Value::Null);
        }
        Err(error)
    }

    pub fn finish(mut self) -> Tally {
        if let Some(instance) = self.instance.take() {
            self.execution().put_back(self.pinned(), instance);
        }
        self.tally
    }
}

fn elapsed_since(started: Option<Instant>) -> Duration {
    started.map_or(Duration::ZERO, |started| started.elapsed())
}

/// Takes note of what a call did to its instance.
pub(super) fn note(tally: &mut Tally, instance: &mut GuestInstance) {
    let traffic = instance.traffic().take();
    tally.bytes_in += traffic.bytes_in;
    tally.bytes_out += traffic.bytes_out;
    tally.marshalling_ns += traffic.marshalling_ns;
    let peak = instance.peak_memory_bytes() as u64;
    tally.peak_memory_bytes = tally.peak_memory_bytes.max(peak);
}

pub(super) fn read_arguments(readers: &[VectorReader<'_>], row: usize) -> EngineResult<Vec<Value>> {
    // Not collected: an iterator of results does not say how many there will be.
    let mut arguments = Vec::with_capacity(readers.len());
    for reader in readers {
        // SAFETY: `row` lies inside the chunk.
        arguments.push(unsafe { reader.read(row) }?);
    }
    Ok(arguments)
}
