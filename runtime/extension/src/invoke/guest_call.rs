//! What a running procedure gets from the database: queries on the execution's snapshot, logs,
//! the statement's time.

use std::sync::atomic::{AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::cursor::QueryCursor;
use super::foreseen_call::RecallCounts;
use crate::batch::Template;
use crate::duckdb::{Connection, Statement};
use crate::error::{EngineError, EngineResult};
use crate::execution::{Execution, KnownAnswer, Pinned, Session};
use crate::generated::errors::ErrorCode;
use crate::network::{Client, FetchRequest, FetchResponse};
use crate::observe::{self, Counters, QueryOutcome, ShapeTally, Tally, shape_text, thread_number};
use crate::rights::{
    Need, Rights, Subject, admit_filtered, check_need, check_query, without_suggestions,
};
use crate::state::{DatabaseState, NestedContext};
use crate::value::result::ResultEncoder;
use crate::value::{Format, Value};
use crate::wasm::{
    Cancellation, GuestCall, GuestCursor, QueryRequest, Recall, TransactionVerb, thread_cpu_ns,
};

/// The calls of one procedure by one occurrence on one thread, with the counts of one chunk.
pub struct ProcedureCall {
    pub(super) state: Arc<DatabaseState>,
    pub execution: Arc<Execution>,
    pub pinned: Pinned,
    /// What stands above this procedure's queries: itself, and what stands above it.
    pub(super) context: NestedContext,
    pub(super) counters: Arc<Counters>,
    /// Under what its metrics are counted.
    pub(super) subject: observe::Subject,
    /// The procedure's name, as log lines carry it.
    pub(super) log_name: Arc<str>,
    pub(super) queries: AtomicU64,
    pub(super) query_memo_hits: AtomicU64,
    query_ns: AtomicU64,
    query_cpu_ns: AtomicU64,
    query_rows: AtomicU64,
    pool_waits: AtomicU64,
    pub(super) batches: AtomicU64,
    batched_queries: AtomicU64,
    pub(super) unforeseen: AtomicU64,
    pub(super) came_true: AtomicU64,
    /// Made at the first request, so that connections serve several.
    network: OnceLock<Client>,
    /// This chunk's own; its lock is never contended.
    shapes: Mutex<ShapeTally>,
}

impl ProcedureCall {
    pub fn new(state: Arc<DatabaseState>, execution: Arc<Execution>, pinned: Pinned) -> Self {
        let subject = pinned.subject();
        let own = Arc::clone(&pinned.version.rights);
        let rights = match &execution.above {
            Some(above) => Rights::of(own, Some(&above.rights)),
            None => Rights::of(own, None).within(&pinned.row_filters),
        };
        let context = NestedContext {
            depth: execution.depth() + 1,
            rights,
            cancellation: Arc::clone(&execution.cancellation),
            raised: Arc::default(),
        };
        Self {
            counters: state.metrics.of(subject.clone()),
            subject,
            state,
            execution,
            log_name: Arc::from(pinned.procedure.name.as_str()),
            pinned,
            context,
            queries: AtomicU64::new(0),
            query_memo_hits: AtomicU64::new(0),
            query_ns: AtomicU64::new(0),
            query_cpu_ns: AtomicU64::new(0),
            query_rows: AtomicU64::new(0),
            pool_waits: AtomicU64::new(0),
            batches: AtomicU64::new(0),
            batched_queries: AtomicU64::new(0),
            unforeseen: AtomicU64::new(0),
            came_true: AtomicU64::new(0),
            network: OnceLock::new(),
            shapes: Mutex::default(),
        }
    }

    /// Forgets what belongs to the chunk before.
    pub fn begin_chunk(&mut self) {
        self.network.take();
        self.context.raised.lock().take();
    }

    /// Adds what the chunk's queries came to, and counts from nothing. Nobody counts meanwhile.
    /// `tally.guest_cpu_ns` is the thread's CPU on entry.
    pub fn add_to(&self, tally: &mut Tally) {
        let take = |counter: &AtomicU64| {
            let count = counter.load(Ordering::Relaxed);
            counter.store(0, Ordering::Relaxed);
            count
        };
        tally.queries += take(&self.queries);
        tally.query_memo_hits += take(&self.query_memo_hits);
        tally.query_ns += take(&self.query_ns);
        tally.query_rows += take(&self.query_rows);
        tally.pool_waits += take(&self.pool_waits);
        tally.batches += take(&self.batches);
        tally.batched_queries += take(&self.batched_queries);
        tally.guest_cpu_ns = tally.guest_cpu_ns.saturating_sub(take(&self.query_cpu_ns));
        self.counters
            .add_shapes(std::mem::take(&mut *self.shapes.lock()));
    }

    /// Processor time of this thread that was not spent on queries, from some moment on.
    pub(super) fn own_cpu_ns(&self) -> u64 {
        thread_cpu_ns().saturating_sub(self.query_cpu_ns.load(Ordering::Relaxed))
    }

    /// Counts a query that was answered together with others; `query_time` is its share.
    pub fn count_batched(&self, sql: &str, parameters: &[Value], query_time: Duration, rows: u64) {
        self.batched_queries.fetch_add(1, Ordering::Relaxed);
        self.query_rows.fetch_add(rows, Ordering::Relaxed);
        let outcome = QueryOutcome {
            nanoseconds: query_time.as_nanos() as u64,
            rows,
            ..QueryOutcome::default()
        };
        self.count_text(sql, parameters, outcome);
    }

    /// Counts a query under its shape.
    fn count_shape(&self, request: &QueryRequest, outcome: QueryOutcome) {
        self.count_text(&request.sql, &request.parameters, outcome);
    }

    /// Adds what a thread counted on its own.
    pub(super) fn add_recalled(&self, counts: RecallCounts) {
        let add = |counter: &AtomicU64, count| counter.fetch_add(count, Ordering::Relaxed);
        add(&self.queries, counts.first + counts.again);
        add(&self.query_memo_hits, counts.again);
        add(&self.batched_queries, counts.first);
        add(&self.came_true, counts.first);
        add(&self.query_rows, counts.rows);
        self.add_shapes(counts.shapes);
        self.add_shapes(counts.shapes_again);
    }

    pub(super) fn add_shapes(&self, shapes: ShapeTally) {
        self.counters.add_shapes(shapes);
    }

    pub(super) fn count_text(&self, sql: &str, parameters: &[Value], outcome: QueryOutcome) {
        let mut shapes = self.shapes.lock();
        if shapes.count(sql, parameters, outcome) {
            self.counters.add_shapes(std::mem::take(&mut *shapes));
        }
    }

    /// Counts queries that were asked on fibers.
    pub fn count_queries(&self, count: usize) {
        self.queries.fetch_add(count as u64, Ordering::Relaxed);
    }

    /// Runs one query on the execution's snapshot, or answers it from memory. The queries of a
    /// procedure that may change something run on the writer and are never remembered.
    pub fn run_query(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>> {
        let QueryRequest {
            sql,
            parameters,
            format,
            ..
        } = request;
        let remembers = !self.pinned.changes_data() && !self.state.is_guard_off();
        if remembers && let Some(known) = self.recall_known(sql, parameters, *format) {
            return Ok(known);
        }
        let could_be_foreseen = remembers
            && Template::of(sql, parameters)
                .is_some_and(|template| !self.execution.shape_plans.is_given_up(&template.key));
        self.unforeseen
            .fetch_add(u64::from(could_be_foreseen), Ordering::Relaxed);
        let started = Instant::now();
        let rows_before = self.query_rows.load(Ordering::Relaxed);
        let answer = self.run_unknown(request);
        let outcome = QueryOutcome {
            is_memo_hit: false,
            is_error: answer.is_err(),
            nanoseconds: started.elapsed().as_nanos() as u64,
            rows: self.query_rows.load(Ordering::Relaxed) - rows_before,
        };
        if self.state.profiler.is_on() {
            let duration = Duration::from_nanos(outcome.nanoseconds);
            self.state
                .profiler
                .span("query", &shape_text(sql), duration);
        }
        self.count_shape(request, outcome);
        let answer = answer?;
        if remembers {
            self.remember(request, KnownAnswer::asked(Arc::clone(&answer)));
        }
        Ok(answer)
    }

    fn run_unknown(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>> {
        let QueryRequest {
            sql,
            parameters,
            format,
            time_left,
        } = request;
        self.on_connection(*time_left, |connection| {
            self.run(connection, sql, parameters, *format)
        })
    }

    /// Runs `body` where this procedure's queries run: on the snapshot, or on the writer.
    pub fn on_connection<T>(
        &self,
        time_left: Duration,
        body: impl FnOnce(&Connection) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let writer = &self.execution.writer;
        if self.state.is_guard_off() {
            return self.watched(time_left, |context| {
                writer.run_bare(&self.state, context, body)
            });
        }
        if self.pinned.changes_data() {
            return self.watched(time_left, |context| writer.run(&self.state, context, body));
        }
        self.in_session(time_left, |session| body(&session.connection))
    }

    /// Counts the query of a cursor that was closed.
    pub fn count_cursor(&self, request: &QueryRequest, outcome: QueryOutcome) {
        self.query_rows.fetch_add(outcome.rows, Ordering::Relaxed);
        self.count_shape(request, outcome);
    }

    /// Runs `body` on a session of the snapshot.
    pub(super) fn in_session<T>(
        &self,
        time_left: Duration,
        body: impl FnOnce(&mut Session) -> EngineResult<T>,
    ) -> EngineResult<T> {
        self.watched(time_left, |context| {
            let snapshot = &self.execution.snapshot;
            snapshot.with_session(&self.state, context, &self.pool_waits, body)
        })
    }

    /// Runs `body` for at most `time_left`.
    fn watched<T>(
        &self,
        time_left: Duration,
        body: impl FnOnce(&NestedContext) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let context = self.context_for(time_left);
        self.within(&context, || body(&context))
    }

    /// Runs a query, or a part of one, with the time that `context` has left for it, and says why it
    /// was stopped, if it was.
    pub(super) fn within<T>(
        &self,
        context: &NestedContext,
        body: impl FnOnce() -> EngineResult<T>,
    ) -> EngineResult<T> {
        context.cancellation.notice_time(Instant::now());
        if let Some(reason) = context.cancellation.reason() {
            return Err(reason);
        }
        let (started, cpu_start) = (Instant::now(), thread_cpu_ns());
        let outcome = body().map_err(|error| match context.cancellation.reason() {
            // Whatever the interrupt made of the query, this is why.
            Some(reason) => reason,
            None => error.or_raised(context.raised.lock().take()),
        });
        self.query_ns
            .fetch_add(started.elapsed().as_nanos() as u64, Ordering::Relaxed);
        let cpu_ns = thread_cpu_ns().saturating_sub(cpu_start);
        self.query_cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed);
        outcome
    }

    /// What stands above one query, which may take `time_left`.
    pub(super) fn context_for(&self, time_left: Duration) -> NestedContext {
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
        self.answer(
            &self.judged(connection, sql, parameters)?,
            parameters,
            format,
        )
    }

    /// Prepares a statement that the procedure may run.
    pub fn judged(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: &[Value],
    ) -> EngineResult<Statement> {
        if self.state.is_guard_off() {
            return connection.prepare(sql);
        }
        let admitted = if self.context.rights.filters().is_empty() {
            self.check_rights(connection, sql, parameters)
                .map(|()| None)
        } else {
            self.filtered(connection, sql, parameters)
        };
        let admitted = admitted.map_err(without_suggestions)?;
        connection
            .prepare(admitted.as_deref().unwrap_or(sql))
            .map_err(without_suggestions)
    }

    /// The query with the row filters of the role that called in; `None` when none has to be.
    fn filtered(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: &[Value],
    ) -> EngineResult<Option<String>> {
        let rights = &self.context.rights;
        let subject = Subject::Procedure(&self.pinned.procedure.name);
        let admitted = admit_filtered(
            connection,
            sql,
            parameters,
            rights,
            subject,
            &self.state.registry,
        )?;
        if admitted.is_none() {
            self.check_rights(connection, sql, parameters)?;
        }
        Ok(admitted)
    }

    /// Runs a statement that was judged.
    fn answer(
        &self,
        statement: &Statement,
        parameters: &[Value],
        format: Format,
    ) -> EngineResult<Arc<[u8]>> {
        let bytes_max = self.bytes_max();
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
                .detail(format!("limit {rows_max} rows"))
                .field("limit", rows_max)
                .field("requested", row_count));
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

    pub(super) fn check_rights(
        &self,
        connection: &Connection,
        sql: &str,
        parameters: &[Value],
    ) -> EngineResult<()> {
        // What runs outside a snapshot sees a catalog that may change between two statements.
        let verdicts = (!self.pinned.changes_data()).then_some(&self.execution.verdicts);
        check_query(
            connection,
            sql,
            parameters,
            &self.context.rights,
            Subject::Procedure(&self.pinned.procedure.name),
            &self.state.registry,
            verdicts,
        )
    }

    pub fn bytes_max(&self) -> usize {
        usize::try_from(self.pinned.procedure.limits.query_result_bytes_max).unwrap_or(usize::MAX)
    }
}

impl GuestCall for ProcedureCall {
    fn require(&self, need: &Need<'_>) -> EngineResult<()> {
        if self.state.is_guard_off() {
            return Ok(());
        }
        check_need(&self.context.rights, need, &self.pinned.procedure.name)
    }

    fn profiled_thread(&self) -> Option<u64> {
        self.state.profiler.is_on().then(thread_number)
    }

    fn sample(&self, frames: &[String], thread: u64) {
        self.state.profiler.sample(frames, thread);
    }

    fn query(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>> {
        self.queries.fetch_add(1, Ordering::Relaxed);
        self.run_query(request)
    }

    fn recall(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
        _written: &mut Vec<u8>,
    ) -> Recall {
        if self.pinned.changes_data() || self.state.is_guard_off() {
            return Recall::Nothing;
        }
        let Some(known) = self.recall_known(sql, parameters, format) else {
            return Recall::Nothing;
        };
        self.queries.fetch_add(1, Ordering::Relaxed);
        Recall::Kept(known)
    }

    fn open_cursor(self: Arc<Self>, request: QueryRequest) -> EngineResult<Box<dyn GuestCursor>> {
        Ok(Box::new(QueryCursor::open(self, request)?))
    }

    fn fetch(&self, request: FetchRequest) -> EngineResult<FetchResponse> {
        let client = match self.network.get() {
            Some(client) => client,
            None => {
                let made = self.network_client()?;
                self.network.get_or_init(|| made)
            }
        };
        client.fetch(request)
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
            .hint("grant a write: CAPABILITIES ('write:<table>')")
            .field("capability", "write:<table>"));
        }
        self.execution
            .writer
            .transaction(&self.state, &self.context, verb)
    }
}
