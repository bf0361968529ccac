//! A live guest: its store, its entry, and one call after another.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::{
    AsContext, Instance, Memory, PoolConcurrencyLimitError, Store, StoreContextMut, Trap,
    TypedFunc, UpdateDeadline, WasmBacktrace,
};

use super::abi_version;
use super::cancellation::Cancellation;
use super::columnar::{ColumnarEntry, ColumnarWatch, STALL_MS};
use super::cursor::{GuestCursor, OpenCursors};
use super::gauge::{Gauge, InstanceCount};
use super::guest_metrics::MetricTally;
use super::limits::{Limits, MemoryLimiter};
use super::module::CompiledModule;
use super::park::{Park, QueryRequest};
use super::traffic::Traffic;
use crate::error::{EngineError, EngineResult, one_line};
use crate::generated::errors::ErrorCode;
use crate::network::{FetchRequest, FetchResponse};
use crate::rights::Need;
use crate::value::{Format, Value};

/// What a guest may ask for while it runs. The side that knows databases implements it; the wasm
/// side knows only this.
pub trait GuestCall: Send + Sync {
    /// Runs one statement, for at most the request's time, and returns its encoded result.
    fn query(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>>;
    /// The answer to a query that is already known, without running anything.
    fn recall(&self, sql: &str, parameters: &[Value], format: Format) -> Option<Arc<[u8]>>;
    /// Runs one statement whose rows are fetched a batch at a time.
    fn open_cursor(self: Arc<Self>, request: QueryRequest) -> EngineResult<Box<dyn GuestCursor>>;
    /// Asks a host of the network and waits for its answer.
    fn fetch(&self, request: FetchRequest) -> EngineResult<FetchResponse>;
    /// The statement's time in microseconds since the epoch.
    fn now_micros(&self) -> i64;
    fn transaction(&self, verb: TransactionVerb) -> EngineResult<()>;
    /// Whether the procedure may do what its guest asks for.
    fn require(&self, need: &Need<'_>) -> EngineResult<()>;
    /// Whether somebody wants to know where the guest is.
    fn is_profiled(&self) -> bool;
    /// The guest is here: function names, innermost first.
    fn sample(&self, frames: &[String]);
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum LogLevel {
    Debug,
    Info,
    Warn,
    Error,
}

impl LogLevel {
    pub fn from_code(code: i32) -> Self {
        match code {
            0 => Self::Debug,
            1 => Self::Info,
            2 => Self::Warn,
            // An unknown level is more likely worth reading than not.
            _ => Self::Error,
        }
    }

    pub fn name(self) -> &'static str {
        match self {
            Self::Debug => "debug",
            Self::Info => "info",
            Self::Warn => "warn",
            Self::Error => "error",
        }
    }
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum TransactionVerb {
    Begin,
    Commit,
    Rollback,
}

/// What the host keeps beside one guest.
pub struct HostState {
    pub limiter: MemoryLimiter,
    pub format: Format,
    pub limits: Limits,
    /// Found once: looking exports up by name at every host call costs more than the call.
    pub memory: Option<Memory>,
    pub allocate: Option<TypedFunc<u32, u32>>,
    pub call: Option<CurrentCall>,
    /// Of the statement that the guest works for.
    cancellation: Arc<Cancellation>,
    pub traffic: Traffic,
    /// Where a query is left when the guest runs on a fiber and can wait for its answer.
    pub park: Option<Arc<Park>>,
    /// How far the call for many rows in progress has come.
    pub columnar: Option<ColumnarWatch>,
    /// Counts calls, so that the epoch callback can tell a new call from the one it watches.
    sequence: u64,
    watch: DeadlineWatch,
}

impl HostState {
    pub fn new(limits: &Limits, cancellation: &Arc<Cancellation>, park: Option<Arc<Park>>) -> Self {
        Self {
            limiter: MemoryLimiter::new(limits),
            format: Format::Json,
            limits: limits.clone(),
            memory: None,
            allocate: None,
            call: None,
            park,
            columnar: None,
            cancellation: Arc::clone(cancellation),
            traffic: Traffic::default(),
            sequence: 0,
            watch: DeadlineWatch {
                cpu_start_ns: thread_cpu_ns(),
                ..DeadlineWatch::default()
            },
        }
    }

    fn host_cpu_ns(&self) -> u64 {
        self.call.as_ref().map_or(0, |call| call.host_cpu_ns)
    }
}

/// The state of the call in progress.
pub struct CurrentCall {
    pub guest_call: Arc<dyn GuestCall>,
    pub arguments: Vec<Value>,
    pub returned: Option<Value>,
    pub last_error: Option<EngineError>,
    /// The last result that did not fit the guest's buffer, with the query it answers.
    pub pending: Option<PendingResult>,
    pub query_count: u64,
    pub log_count: u64,
    pub log_bytes: u64,
    /// Wall-clock time spent in nested queries.
    pub query_time: Duration,
    /// CPU the thread spent in nested queries, in nanoseconds: not the guest's.
    pub host_cpu_ns: u64,
    /// Lines in the order they were written; handed over when the call ends, so that calls that
    /// run interleaved log as if they ran one after another.
    pub log_lines: Vec<LogLine>,
    /// Bytes of lines written to stdout or stderr that have not ended yet.
    pub output_line: Vec<u8>,
    /// What the guest counted and observed.
    pub metrics: MetricTally,
    /// Closed when the call ends.
    pub cursors: OpenCursors,
    pub fetch_count: u64,
    /// Wall-clock time spent waiting for hosts of the network.
    pub fetch_time: Duration,
}

pub struct LogLine {
    pub level: LogLevel,
    pub message: String,
}

pub struct PendingResult {
    pub query: Vec<u8>,
    pub bytes: Arc<[u8]>,
}

#[derive(Default)]
struct DeadlineWatch {
    sequence: u64,
    cpu_start_ns: u64,
    /// What the call had spent in nested queries when the watch began.
    host_cpu_start_ns: u64,
}

impl HostState {
    /// Says that the guest runs again after a wait; CPU spent meanwhile was not its own.
    pub fn resume(&mut self) {
        self.sequence += 1;
    }
}

/// An error that the host raises inside a guest; it unwinds the guest and reaches the caller whole.
#[derive(Debug)]
pub struct HostFault(pub EngineError);

impl std::fmt::Display for HostFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for HostFault {}

/// Ends the guest with an error of ours.
pub fn fault<T>(error: EngineError) -> wasmtime::Result<T> {
    Err(wasmtime::Error::new(HostFault(error)))
}

/// An instantiated guest that serves any number of calls, one at a time.
pub struct GuestInstance {
    pub(super) store: Store<HostState>,
    entry: Entry,
    pub(super) columnar: Option<ColumnarEntry>,
    /// Cleared by a trap: a guest that ended in the middle may be in any state.
    pub(super) is_healthy: bool,
    _count: InstanceCount,
}

enum Entry {
    Plain(TypedFunc<(), ()>),
    Status(TypedFunc<(), i32>),
}

impl GuestInstance {
    /// Instantiates the module, runs its initializer and finds the entry. Guest code may run: the
    /// limits of a call hold, and `cancellation` stops it.
    pub fn new(
        module: &CompiledModule,
        entry: &str,
        limits: &Limits,
        cancellation: &Arc<Cancellation>,
        gauge: &Arc<Gauge>,
    ) -> EngineResult<Self> {
        let mut store = Self::prepare(module, limits, cancellation, None);
        let instance = module
            .linked
            .instantiate(&mut store, &module.module)
            .map_err(|error| classify(&store, entry, error))?;
        find_exports(&instance, &mut store);
        if let Some(name) = module.initializer
            && let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, name)
        {
            initialize
                .call(&mut store, ())
                .map_err(|error| classify(&store, name, error))?;
        }
        if let Some(version) = unknown_version(module, &instance, &mut store) {
            let code = version
                .call(&mut store, ())
                .map_err(|error| classify(&store, abi_version::EXPORT, error))?;
            abi_version::check(code)?;
            module.is_version_known.store(true, Ordering::Relaxed);
        }
        if let Ok(format) = instance.get_typed_func::<(), i32>(&mut store, FORMAT_EXPORT) {
            let code = format
                .call(&mut store, ())
                .map_err(|error| classify(&store, FORMAT_EXPORT, error))?;
            store.data_mut().format = value_format(code)?;
        }
        let columnar = match module.columnar_entries.iter().any(|known| known == entry) {
            true => ColumnarEntry::find(&instance, &mut store, entry),
            false => None,
        };
        let entry = Entry::find(&instance, &mut store, entry)?;
        Ok(Self {
            store,
            entry,
            columnar,
            is_healthy: true,
            _count: gauge.count(),
        })
    }

    /// As [`GuestInstance::new`] for a guest that runs on a fiber and parks at its queries.
    /// Nothing parks while a module initialises, so this never waits.
    pub async fn new_on_fiber(
        module: &CompiledModule,
        entry: &str,
        limits: &Limits,
        cancellation: &Arc<Cancellation>,
        gauge: &Arc<Gauge>,
    ) -> EngineResult<Self> {
        let park = Arc::new(Park::default());
        let mut store = Self::prepare(module, limits, cancellation, Some(park));
        let instance = module
            .linked
            .instantiate_async(&mut store, &module.module)
            .await
            .map_err(|error| classify(&store, entry, error))?;
        find_exports(&instance, &mut store);
        if let Some(name) = module.initializer
            && let Ok(initialize) = instance.get_typed_func::<(), ()>(&mut store, name)
        {
            initialize
                .call_async(&mut store, ())
                .await
                .map_err(|error| classify(&store, name, error))?;
        }
        if let Some(version) = unknown_version(module, &instance, &mut store) {
            let code = version
                .call_async(&mut store, ())
                .await
                .map_err(|error| classify(&store, abi_version::EXPORT, error))?;
            abi_version::check(code)?;
            module.is_version_known.store(true, Ordering::Relaxed);
        }
        if let Ok(format) = instance.get_typed_func::<(), i32>(&mut store, FORMAT_EXPORT) {
            let code = format
                .call_async(&mut store, ())
                .await
                .map_err(|error| classify(&store, FORMAT_EXPORT, error))?;
            store.data_mut().format = value_format(code)?;
        }
        let entry = Entry::find(&instance, &mut store, entry)?;
        Ok(Self {
            store,
            entry,
            columnar: None,
            is_healthy: true,
            _count: gauge.count(),
        })
    }

    fn prepare(
        module: &CompiledModule,
        limits: &Limits,
        cancellation: &Arc<Cancellation>,
        park: Option<Arc<Park>>,
    ) -> Store<HostState> {
        let state = HostState::new(limits, cancellation, park);
        let mut store = Store::new(module.module.engine(), state);
        store.limiter(|state| &mut state.limiter);
        store.set_epoch_deadline(1);
        store.epoch_deadline_callback(check_deadline);
        store
    }

    pub fn is_healthy(&self) -> bool {
        self.is_healthy
    }

    pub fn limits(&self) -> &Limits {
        &self.store.data().limits
    }

    /// Says for which statement an instance made ahead of time works from here on.
    pub fn serve(&mut self, cancellation: &Arc<Cancellation>) {
        self.store.data_mut().cancellation = Arc::clone(cancellation);
    }

    pub fn peak_memory_bytes(&self) -> usize {
        self.store.data().limiter.peak_bytes
    }

    /// What crossed the border, to be counted and taken.
    pub fn traffic(&mut self) -> &mut Traffic {
        &mut self.store.data_mut().traffic
    }

    /// Where this guest leaves its queries; present on fibers only.
    pub fn park(&self) -> Option<&Arc<Park>> {
        self.store.data().park.as_ref()
    }

    /// Calls the procedure once. `arguments` are the declared parameters' values; the result is
    /// what the guest returned, not yet converted to the declared type, NULL when it returned
    /// nothing.
    pub fn call(
        &mut self,
        guest_call: &Arc<dyn GuestCall>,
        name: &str,
        arguments: Vec<Value>,
    ) -> CallReport {
        self.begin(guest_call, arguments);
        let outcome = match &self.entry {
            Entry::Plain(function) => function.call(&mut self.store, ()).map(|()| 0),
            Entry::Status(function) => function.call(&mut self.store, ()),
        };
        self.end(name, outcome)
    }

    /// As [`GuestInstance::call`] on a fiber: pending while a query waits in its [`Park`].
    pub async fn call_on_fiber(
        &mut self,
        guest_call: &Arc<dyn GuestCall>,
        name: &str,
        arguments: Vec<Value>,
    ) -> CallReport {
        self.begin(guest_call, arguments);
        let outcome = match &self.entry {
            Entry::Plain(function) => function.call_async(&mut self.store, ()).await.map(|()| 0),
            Entry::Status(function) => function.call_async(&mut self.store, ()).await,
        };
        self.end(name, outcome)
    }

    pub(super) fn begin(&mut self, guest_call: &Arc<dyn GuestCall>, arguments: Vec<Value>) {
        let state = self.store.data_mut();
        state.sequence += 1;
        state.call = Some(CurrentCall {
            guest_call: Arc::clone(guest_call),
            arguments,
            returned: None,
            last_error: None,
            pending: None,
            query_count: 0,
            log_count: 0,
            log_bytes: 0,
            query_time: Duration::ZERO,
            host_cpu_ns: 0,
            log_lines: Vec::new(),
            output_line: Vec::new(),
            metrics: MetricTally::default(),
            cursors: OpenCursors::default(),
            fetch_count: 0,
            fetch_time: Duration::ZERO,
        });
        self.store.set_epoch_deadline(1);
    }

    fn end(&mut self, name: &str, outcome: wasmtime::Result<i32>) -> CallReport {
        let error = match outcome {
            Ok(0) => None,
            Ok(status) => Some(
                EngineError::new(
                    ErrorCode::ExternalRoutineException,
                    format!("procedure {name} failed with status {status}"),
                )
                .hint("the guest can say more through heliosdb_error"),
            ),
            Err(error) => {
                self.is_healthy = false;
                Some(classify(&self.store, name, error))
            }
        };
        let mut call = self.store.data_mut().call.take().expect("set by begin");
        finish_log(&mut call, &self.store.data().limits);
        CallReport {
            result: match error {
                Some(error) => Err(error.caused_by(call.last_error)),
                None => Ok(call.returned.unwrap_or(Value::Null)),
            },
            log_lines: call.log_lines,
            metrics: call.metrics,
        }
    }
}

/// What one call gave back.
pub struct CallReport {
    pub result: EngineResult<Value>,
    pub log_lines: Vec<LogLine>,
    pub metrics: MetricTally,
}

/// The export that chooses how values travel.
const FORMAT_EXPORT: &str = "heliosdb_value_format";

fn value_format(code: i32) -> EngineResult<Format> {
    match code {
        0 => Ok(Format::Json),
        1 => Ok(Format::MessagePack),
        other => Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            format!("the module asks for value format {other}"),
        )
        .hint("0 is JSON, 1 is MessagePack")),
    }
}

impl Entry {
    fn find(instance: &Instance, store: &mut Store<HostState>, name: &str) -> EngineResult<Self> {
        let function = instance.get_func(&mut *store, name).ok_or_else(|| {
            EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                format!("the module has no export `{name}`"),
            )
        })?;
        if let Ok(plain) = function.typed::<(), ()>(&*store) {
            return Ok(Self::Plain(plain));
        }
        function
            .typed::<(), i32>(&*store)
            .map(Self::Status)
            .map_err(|_| {
                EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                "a procedure's entry takes no wasm parameters and returns nothing or one i32",
            )
            .hint("parameters are read with heliosdb_get_param, results given with heliosdb_return")
            })
    }
}

/// Runs every epoch tick inside a guest: enforces the time limit and notices cancellation.
fn check_deadline(mut context: StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> {
    let progress = ColumnarWatch::has_advanced(&context);
    let state = context.data_mut();
    let cpu_now_ns = thread_cpu_ns();
    if let (Some(watch), Some(progress)) = (&mut state.columnar, progress) {
        watch.advance(progress);
        state.sequence += 1;
    }
    if state.watch.sequence != state.sequence {
        // The guest began at most one tick ago; that is the precision of the limit.
        state.watch = DeadlineWatch {
            sequence: state.sequence,
            cpu_start_ns: cpu_now_ns,
            host_cpu_start_ns: state.host_cpu_ns(),
        };
    }
    let host_cpu_ns = state.host_cpu_ns() - state.watch.host_cpu_start_ns;
    let used_ms = cpu_now_ns
        .saturating_sub(state.watch.cpu_start_ns)
        .saturating_sub(host_cpu_ns)
        / 1_000_000;
    if let Some(reason) = state.cancellation.reason() {
        return fault(reason);
    }
    let limit_ms = match state.columnar {
        Some(_) => state.limits.timeout_ms.min(STALL_MS),
        None => state.limits.timeout_ms,
    };
    if used_ms < limit_ms {
        sample(&context);
    } else {
        return fault(
            EngineError::new(ErrorCode::QueryCanceled, "the procedure ran out of time")
                .detail(format!("limit {} ms of guest CPU, used {used_ms} ms", state.limits.timeout_ms))
                .hint("a loop that does not end, or raise the limit: ALTER PROCEDURE … SET (TIMEOUT '30s')"),
        );
    }
    Ok(UpdateDeadline::Continue(1))
}

/// Tells the profiler where the guest is, when there is one.
pub fn sample(context: impl AsContext<Data = HostState>) {
    let context = context.as_context();
    let Some(call) = &context.data().call else {
        return;
    };
    if call.guest_call.is_profiled() {
        let trace = WasmBacktrace::force_capture(&context);
        call.guest_call
            .sample(&frame_names(&trace, PROFILED_FRAMES_MAX));
    }
}

/// CPU time of the calling thread in nanoseconds.
pub fn thread_cpu_ns() -> u64 {
    let mut time = libc::timespec {
        tv_sec: 0,
        tv_nsec: 0,
    };
    // SAFETY: `time` is a valid place for the result.
    unsafe { libc::clock_gettime(libc::CLOCK_THREAD_CPUTIME_ID, &mut time) };
    time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
}

/// Turns what wasmtime reports into an error of the catalogue.
fn classify(store: &Store<HostState>, name: &str, error: wasmtime::Error) -> EngineError {
    if let Some(HostFault(fault)) = error.downcast_ref::<HostFault>() {
        return fault.clone();
    }
    let state = store.data();
    if let Some(refusal) = &state.limiter.refused {
        return EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            format!("procedure {name} asked for more memory than it may have"),
        )
        .detail(format!(
            "limit {} bytes, current {} bytes, requested {} bytes",
            state.limiter.bytes_max, refusal.current_bytes, refusal.requested_bytes
        ))
        .hint("raise the limit: ALTER PROCEDURE … SET (MEMORY '64MB')");
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let wrapped = EngineError::new(
            ErrorCode::WasmTrap,
            format!("procedure {name} trapped: {trap}"),
        );
        let frames = frames(&error);
        return if frames.is_empty() {
            wrapped
        } else {
            wrapped.detail(frames)
        };
    }
    if is_pool_exhausted(&error) {
        return pool_exhausted(format!("{error:#}"));
    }
    if error.is::<wasmtime::ThrownException>() {
        return EngineError::new(
            ErrorCode::WasmTrap,
            format!("procedure {name} threw an exception that nothing caught"),
        );
    }
    EngineError::new(
        ErrorCode::WasmTrap,
        format!("procedure {name} could not run"),
    )
    .detail(format!("{error:#}"))
}

fn is_pool_exhausted(error: &wasmtime::Error) -> bool {
    error.is::<PoolConcurrencyLimitError>()
}

/// Every place of the process is taken by a live guest. The message tells it from other limits.
fn pool_exhausted(detail: String) -> EngineError {
    EngineError::new(ErrorCode::ConfigurationLimitExceeded, POOL_EXHAUSTED)
        .detail(detail)
        .hint("run fewer statements with procedures at once")
}

pub const POOL_EXHAUSTED: &str = "too many guests are alive at once in this process";

/// Frames that a profile keeps of one stack.
const PROFILED_FRAMES_MAX: usize = 128;

fn frame_names(trace: &WasmBacktrace, count_max: usize) -> Vec<String> {
    let frames = trace.frames().iter().take(count_max);
    frames
        .map(|frame| match frame.func_name() {
            Some(name) => one_line(name),
            None => format!("function {}", frame.func_index()),
        })
        .collect()
}

/// The guest's innermost function names, as its module names them.
fn frames(error: &wasmtime::Error) -> String {
    const FRAMES_MAX: usize = 5;
    let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
        return String::new();
    };
    let names = frame_names(trace, FRAMES_MAX);
    if names.is_empty() {
        String::new()
    } else {
        format!("at {}", names.join(" < "))
    }
}

impl CurrentCall {
    /// Logs a message unless the call has logged all it may; what is dropped is counted.
    pub fn log(&mut self, limits: &Limits, level: LogLevel, message: &[u8]) {
        self.log_count += 1;
        self.log_bytes += message.len() as u64;
        if self.may_log(limits) {
            let message = String::from_utf8_lossy(message).into_owned();
            self.log_lines.push(LogLine { level, message });
        }
    }

    fn may_log(&self, limits: &Limits) -> bool {
        self.log_count <= limits.log_messages_max && self.log_bytes <= limits.log_bytes_max
    }
}

/// Logs the line that was not ended, and that messages were dropped.
fn finish_log(call: &mut CurrentCall, limits: &Limits) {
    let line = std::mem::take(&mut call.output_line);
    if !line.is_empty() {
        call.log(limits, LogLevel::Info, &line);
    }
    if !call.may_log(limits) {
        let message = format!(
            "messages were dropped: the call logged {} in {} bytes, limits {} and {}",
            call.log_count, call.log_bytes, limits.log_messages_max, limits.log_bytes_max
        );
        call.log_lines.push(LogLine {
            level: LogLevel::Warn,
            message,
        });
    }
}

/// The guest's way to say which contract it needs, where nobody has asked yet.
fn unknown_version(
    module: &CompiledModule,
    instance: &Instance,
    store: &mut Store<HostState>,
) -> Option<TypedFunc<(), i32>> {
    if module.is_version_known.load(Ordering::Relaxed) {
        return None;
    }
    instance.get_typed_func(store, abi_version::EXPORT).ok()
}

/// The guest's exported memory.
pub fn memory_of(caller: &mut wasmtime::Caller<'_, HostState>) -> wasmtime::Result<Memory> {
    // A start function runs before the exports were looked up.
    let found = caller.data().memory;
    let found = found.or_else(|| {
        caller
            .get_export("memory")
            .and_then(wasmtime::Extern::into_memory)
    });
    match found {
        Some(memory) => Ok(memory),
        None => fault(EngineError::internal(
            "a module without memory was instantiated",
        )),
    }
}

/// Looks up once what host functions need at every call.
fn find_exports(instance: &Instance, store: &mut Store<HostState>) {
    let memory = instance.get_memory(&mut *store, "memory");
    let allocate = instance
        .get_typed_func::<u32, u32>(&mut *store, "heliosdb_alloc")
        .ok();
    let state = store.data_mut();
    state.memory = memory;
    state.allocate = allocate;
}
