//! What a running procedure gets from the database: queries on the execution's snapshot, logs,
//! the statement's time.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::duckdb::{Connection, Statement};
use crate::error::{EngineError, EngineResult};
use crate::execution::{Execution, Pinned, QueryMemo, is_repeatable};
use crate::generated::errors::ErrorCode;
use crate::observe::{Counters, QueryOutcome, ShapeTally, Tally, shape_text};
use crate::rights::{Rights, check_query, without_suggestions};
use crate::state::{DatabaseState, NestedContext};
use crate::value::result::ResultEncoder;
use crate::value::{Format, Value};
use crate::wasm::{Cancellation, GuestCall, LogLevel, TransactionVerb, thread_cpu_ns};

/// One chunk's calls of one procedure.
pub struct ProcedureCall {
    state: Arc<DatabaseState>,
    execution: Arc<Execution>,
    pinned: Pinned,
    /// What stands above this procedure's queries: itself, and what stands above it.
    context: NestedContext,
    counters: Arc<Counters>,
    queries: AtomicU64,
    query_memo_hits: AtomicU64,
    query_ns: AtomicU64,
    query_cpu_ns: AtomicU64,
    query_rows: AtomicU64,
    pool_waits: AtomicU64,
    /// This chunk's own; its lock is never contended.
    shapes: Mutex<ShapeTally>,
}

impl ProcedureCall {
    pub fn new(
        state: Arc<DatabaseState>,
        execution: Arc<Execution>,
        pinned: Pinned,
        counters: Arc<Counters>,
    ) -> Self {
        let context = NestedContext {
            depth: execution.depth() + 1,
            rights: Rights::of(
                Arc::clone(&pinned.version.rights),
                execution.above.as_ref().map(|above| &above.rights),
            ),
            cancellation: Arc::clone(&execution.cancellation),
            raised: Arc::default(),
        };
        Self {
            state,
            execution,
            pinned,
            context,
            counters,
            queries: AtomicU64::new(0),
            query_memo_hits: AtomicU64::new(0),
            query_ns: AtomicU64::new(0),
            query_cpu_ns: AtomicU64::new(0),
            query_rows: AtomicU64::new(0),
            pool_waits: AtomicU64::new(0),
            shapes: Mutex::default(),
        }
    }

    /// Adds what the chunk's queries came to. `tally.guest_cpu_ns` is the thread's CPU on entry.
    pub fn add_to(&self, tally: &mut Tally) {
        let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
        tally.queries += read(&self.queries);
        tally.query_memo_hits += read(&self.query_memo_hits);
        tally.query_ns += read(&self.query_ns);
        tally.query_rows += read(&self.query_rows);
        tally.pool_waits += read(&self.pool_waits);
        tally.guest_cpu_ns = tally.guest_cpu_ns.saturating_sub(read(&self.query_cpu_ns));
        self.counters
            .add_shapes(std::mem::take(&mut *self.shapes.lock()));
    }

    /// Counts a query under its shape.
    fn count_shape(&self, sql: &str, parameters: &[Value], outcome: QueryOutcome) {
        let mut shapes = self.shapes.lock();
        if shapes.count(sql, parameters, outcome) {
            self.counters.add_shapes(std::mem::take(&mut *shapes));
        }
    }

    /// What stands above one query, which may take `time_left`.
    fn context_for(&self, time_left: Duration) -> NestedContext {
        NestedContext {
            cancellation: Cancellation::with_deadline(
                Arc::clone(&self.execution.cancellation),
                time_left,
                self.pinned.procedure.limits.query_time_ms_max,
            ),
            raised: Arc::default(),
            ..self.context.clone()
        }
    }

    fn run(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: &[Value],
        format: Format,
    ) -> EngineResult<Arc<[u8]>> {
        if self.state.is_guard_off() {
            return self.answer(&connection.prepare(sql)?, parameters, format);
        }
        // What runs outside a snapshot sees a catalog that may change between two statements.
        let verdicts = (!self.pinned.changes_data()).then_some(&self.execution.verdicts);
        check_query(
            connection,
            sql,
            parameters,
            &self.context.rights,
            &self.pinned.procedure.name,
            verdicts,
        )
        .map_err(without_suggestions)?;
        let statement = connection.prepare(sql).map_err(without_suggestions)?;
        self.answer(&statement, parameters, format)
    }

    /// Runs a statement that was judged.
    fn answer(
        &self,
        statement: &Statement,
        parameters: &[Value],
        format: Format,
    ) -> EngineResult<Arc<[u8]>> {
        let bytes_max = self.pinned.procedure.limits.query_result_bytes_max as usize;
        let rows_max = self.pinned.procedure.limits.query_rows_max;
        let mut row_count = 0;
        let mut encoder: Option<ResultEncoder> = None;
        statement.for_each_chunk(parameters, |columns, readers, count| {
            row_count += count as u64;
            if row_count > rows_max {
                return Err(EngineError::new(
                    ErrorCode::ConfigurationLimitExceeded,
                    "a query of the procedure returned more rows than it may",
                )
                .detail(format!("limit {rows_max} rows")));
            }
            let encoder =
                encoder.get_or_insert_with(|| ResultEncoder::new(format, columns, bytes_max));
            self.query_rows.fetch_add(count as u64, Ordering::Relaxed);
            if count > 0 {
                // SAFETY: the readers belong to the chunk being visited.
                unsafe { encoder.push_chunk(readers, count) }?;
            }
            Ok(())
        })?;
        let encoder = encoder.ok_or_else(|| EngineError::internal("a result without columns"))?;
        Ok(encoder.finish()?.into())
    }
}

impl GuestCall for ProcedureCall {
    fn is_profiled(&self) -> bool {
        self.state.profiler.is_on()
    }

    fn sample(&self, frames: &[String]) {
        self.state.profiler.sample(frames);
    }

    fn query(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
        time_left: Duration,
    ) -> EngineResult<Arc<[u8]>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        let is_writing = self.pinned.changes_data();
        let key = (!is_writing && is_repeatable(sql))
            .then(|| QueryMemo::key(sql, parameters, format))
            .transpose()?;
        if let Some(answer) = key.as_ref().and_then(|key| self.execution.queries.get(key)) {
            self.query_memo_hits.fetch_add(1, Ordering::Relaxed);
            let outcome = QueryOutcome {
                is_memo_hit: true,
                ..QueryOutcome::default()
            };
            self.count_shape(sql, parameters, outcome);
            return Ok(answer);
        }
        let context = self.context_for(time_left);
        context.cancellation.notice_time(Instant::now());
        if let Some(reason) = context.cancellation.reason() {
            return Err(reason);
        }
        let (started, cpu_start) = (Instant::now(), thread_cpu_ns());
        let rows_before = self.query_rows.load(Ordering::Relaxed);
        let run = |connection: &Connection| self.run(connection, sql, parameters, format);
        let execution = &self.execution;
        let answer = if self.state.is_guard_off() {
            execution.writer.run_bare(&self.state, &context, run)
        } else if is_writing {
            execution.writer.run(&self.state, &context, run)
        } else {
            execution
                .snapshot
                .with_connection(&self.state, &context, &self.pool_waits, run)
        };
        let answer = answer.map_err(|error| match context.cancellation.reason() {
            // Whatever the interrupt made of the query, this is why.
            Some(reason) => reason,
            None => error.or_raised(context.raised.lock().take()),
        });
        let outcome = QueryOutcome {
            is_memo_hit: false,
            is_error: answer.is_err(),
            nanoseconds: started.elapsed().as_nanos() as u64,
            rows: self.query_rows.load(Ordering::Relaxed) - rows_before,
        };
        self.query_ns
            .fetch_add(outcome.nanoseconds, Ordering::Relaxed);
        let cpu_ns = thread_cpu_ns().saturating_sub(cpu_start);
        self.query_cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed);
        self.count_shape(sql, parameters, outcome);
        if self.state.profiler.is_on() {
            let duration = Duration::from_nanos(outcome.nanoseconds);
            self.state
                .profiler
                .span("query", &shape_text(sql), duration);
        }
        let answer = answer?;
        if let Some(key) = key {
            self.execution.queries.insert(&key, &answer);
        }
        Ok(answer)
    }

    fn log(&self, level: LogLevel, message: &str) {
        self.state.logs.push(
            level,
            &self.pinned.procedure.name,
            self.pinned.version.number,
            message,
        );
    }

    fn now_micros(&self) -> i64 {
        self.execution.now_micros
    }

    fn transaction(&self, verb: TransactionVerb) -> EngineResult<()> {
        if !self.pinned.changes_data() {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!(
                    "procedure {} may not control transactions",
                    self.pinned.procedure.name
                ),
            )
            .detail("a procedure that only reads sees one snapshot throughout its statement")
            .hint("grant a write: CAPABILITIES ('write:<table>')"));
        }
        self.execution
            .writer
            .transaction(&self.state, &self.context, verb)
    }
}
