//! A live guest: its store, its entry, and one call after another.

use std::future::poll_fn;
use std::pin::pin;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use wasmtime::{Instance, Store, StoreContextMut, TypedFunc, UpdateDeadline};

use super::abi_version;
use super::call::{CallReport, CurrentCall, GuestCall, finish_log};
use super::cancellation::Cancellation;
use super::columnar::ColumnarEntry;
use super::cursor::OpenCursors;
use super::failure::{classify, fault, sample};
use super::gauge::InstanceCount;
use super::guest_metrics::MetricTally;
use super::host_state::{HostState, find_exports};
use super::interrupt;
use super::limits::Limits;
use super::log_lines::LogLines;
use super::module::CompiledModule;
use super::park::Park;
use super::pool::GuestRecipe;
use super::running::{Running, let_go};
use super::traffic::Traffic;
use super::watch::Watch;
use crate::error::{EngineError, EngineResult};
use crate::files::OpenFiles;
use crate::generated::errors::ErrorCode;
use crate::value::{Format, Value};

/// An instantiated guest that serves any number of calls, one at a time.
pub struct GuestInstance {
    pub(super) store: Store<HostState>,
    entry: Entry,
    pub(super) columnar: Option<ColumnarEntry>,
    /// Cleared by a trap: a guest that ended in the middle may be in any state.
    pub(super) is_healthy: bool,
    /// None once its statement is over.
    count: Option<InstanceCount>,
}

impl Drop for GuestInstance {
    fn drop(&mut self) {
        let_go();
    }
}

enum Entry {
    Plain(TypedFunc<(), ()>),
    Status(TypedFunc<(), i32>),
}

impl GuestInstance {
    /// Instantiates the module, runs its initializer and finds the entry. Guest code may run: the
    /// limits of a call hold, and `cancellation` stops it.
    pub fn new(recipe: &GuestRecipe, cancellation: &Arc<Cancellation>) -> EngineResult<Self> {
        let (module, entry) = (&*recipe.module, recipe.entry.as_str());
        let mut store = Self::prepare(recipe, cancellation, None)?;
        let _running = Running::enter(&store.data().watch);
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
        let columnar = match module.columnar_entries.contains(entry) {
            true => ColumnarEntry::find(&instance, &mut store, entry),
            false => None,
        };
        let entry = Entry::find(&instance, &mut store, entry)?;
        Ok(Self {
            store,
            entry,
            columnar,
            is_healthy: true,
            count: Some(recipe.gauge.count()),
        })
    }

    /// As [`GuestInstance::new`] for a guest that runs on a fiber and parks at its queries.
    /// Nothing parks while a module initialises, so this never waits.
    pub async fn new_on_fiber(
        recipe: &GuestRecipe,
        cancellation: &Arc<Cancellation>,
    ) -> EngineResult<Self> {
        let (module, entry) = (&*recipe.module, recipe.entry.as_str());
        let park = Arc::new(Park::default());
        let mut store = Self::prepare(recipe, cancellation, Some(park))?;
        let _running = Running::enter(&store.data().watch);
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
            count: Some(recipe.gauge.count()),
        })
    }

    fn prepare(
        recipe: &GuestRecipe,
        cancellation: &Arc<Cancellation>,
        park: Option<Arc<Park>>,
    ) -> EngineResult<Store<HostState>> {
        let code = recipe.module.code()?;
        let watch = Watch::new(code, recipe.limits.timeout_ms, cancellation);
        let mut state = HostState::new(&recipe.limits, watch, park);
        state.folders = Arc::clone(&recipe.folders);
        let mut store = Store::new(recipe.module.module.engine(), state);
        store.limiter(|state| &mut state.limiter);
        if interrupt::is_available() {
            let watch = Arc::clone(&store.data().watch);
            interrupt::handle_faults(&mut store, &watch)
                .map_err(|error| classify(&store, "", error))?;
        } else {
            store.set_epoch_deadline(1);
            store.epoch_deadline_callback(check_deadline);
        }
        Ok(store)
    }

    /// Whether the guest can serve another call. One that was stopped and ended well all the same,
    /// by a handler for exceptions that was not meant, cannot.
    pub fn is_healthy(&self) -> bool {
        self.is_healthy && !self.store.data().watch.is_caught()
    }

    pub fn limits(&self) -> &Limits {
        &self.store.data().limits
    }

    /// Says for which statement an instance made ahead of time works from here on.
    /// Its folders are that statement's: they may have been replaced since.
    pub fn serve(&mut self, recipe: &GuestRecipe, cancellation: &Arc<Cancellation>) {
        let state = self.store.data_mut();
        state.folders = Arc::clone(&recipe.folders);
        state.watch.serve(cancellation);
    }

    /// The instance is not called again: from here on it only waits to be dropped.
    pub fn retire(&mut self) {
        self.count = None;
        self.store.data_mut().folders = Arc::default();
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
        let running = Running::enter(&self.store.data().watch);
        let outcome = match &self.entry {
            Entry::Plain(function) => function.call(&mut self.store, ()).map(|()| 0),
            Entry::Status(function) => function.call(&mut self.store, ()),
        };
        drop(running);
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
        let watch = Arc::clone(&self.store.data().watch);
        let outcome = {
            let (entry, store) = (&self.entry, &mut self.store);
            let mut call = pin!(async {
                match entry {
                    Entry::Plain(function) => function.call_async(store, ()).await.map(|()| 0),
                    Entry::Status(function) => function.call_async(store, ()).await,
                }
            });
            poll_fn(|context| {
                let _running = Running::enter(&watch);
                call.as_mut().poll(context)
            })
            .await
        };
        self.end(name, outcome)
    }

    pub(super) fn begin(&mut self, guest_call: &Arc<dyn GuestCall>, arguments: Vec<Value>) {
        let state = self.store.data_mut();
        state.watch.begin(guest_call);
        state.call = Some(CurrentCall {
            guest_call: Arc::clone(guest_call),
            is_for_block: false,
            arguments,
            returned: None,
            last_error: None,
            pending: None,
            query_count: 0,
            log_count: 0,
            log_bytes: 0,
            query_time: Duration::ZERO,
            log_lines: LogLines::default(),
            output_line: Vec::new(),
            metrics: MetricTally::default(),
            cursors: OpenCursors::default(),
            fetch_count: 0,
            fetch_time: Duration::ZERO,
            files: OpenFiles::default(),
            file_bytes: 0,
        });
        if !interrupt::is_available() {
            self.store.set_epoch_deadline(1);
        }
    }

    fn end(&mut self, name: &str, outcome: wasmtime::Result<i32>) -> CallReport {
        let error = match outcome {
            Ok(0) => None,
            Ok(status) => Some(
                EngineError::new(
                    ErrorCode::ExternalRoutineException,
                    format!("procedure {name} failed with status {status}"),
                )
                .field("code", status)
                .hint("the guest can say more through heliosdb_error"),
            ),
            Err(error) => {
                self.is_healthy = false;
                Some(classify(&self.store, name, error))
            }
        };
        self.store.data().watch.end();
        let mut call = self.store.data_mut().call.take().expect("set by begin");
        finish_log(&mut call, &self.store.data().limits);
        CallReport {
            result: match error {
                Some(error) => Err(error.in_procedure(name).caused_by(call.last_error)),
                None => Ok(call.returned.unwrap_or(Value::Null)),
            },
            log_lines: call.log_lines,
            metrics: call.metrics,
        }
    }
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

/// Runs every epoch tick inside a guest, where guests cannot be interrupted from outside.
fn check_deadline(context: StoreContextMut<'_, HostState>) -> wasmtime::Result<UpdateDeadline> {
    let watch = &context.data().watch;
    if watch.judge(thread_cpu_ns())
        && let Some(reason) = watch.reason()
    {
        return fault(reason);
    }
    sample(&context);
    Ok(UpdateDeadline::Continue(1))
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
