//! Everything the engine keeps for one database. Nothing here is shared between databases.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use parking_lot::Mutex;

use crate::batch::{KeyedSinks, RequestBatches};
use crate::duckdb::{Connection, DatabaseHandle};
use crate::error::{EngineError, EngineResult};
use crate::execution::{Executions, OwnIds};
use crate::generated::errors::ErrorCode;
use crate::observe::{LastExecutions, LogRing, Metrics, Profiler, Store};
use crate::registry::{Registry, Role};
use crate::rights::Rights;
use crate::wasm::LogLevel;
use crate::wasm::{Cancellation, Gauge};

/// Environment variable without which the guard cannot be switched off.
const UNSAFE_NO_GUARD: &str = "HELIOSDB_UNSAFE_TEST_NO_GUARD";

/// What stands above a statement that a procedure runs.
#[derive(Clone, Debug)]
pub struct NestedContext {
    /// Procedures above it.
    pub depth: u32,
    /// What they may do, all together.
    pub rights: Rights,
    /// Stops the statement, with everything below it.
    pub cancellation: Arc<Cancellation>,
    /// The first error that a procedure in the statement raised: DuckDB passes texts only, and a
    /// text proves nothing.
    pub raised: Arc<Mutex<Option<EngineError>>>,
}

/// How the results of cursors were computed.
#[derive(Debug, Default)]
pub struct CursorCounts {
    /// As their rows were fetched.
    pub streamed: AtomicU64,
    /// All at once, and kept until then.
    pub kept: AtomicU64,
}

/// The state of one database, owned by the functions registered in it and freed with them.
pub struct DatabaseState {
    /// This state, for functions registered after LOAD.
    myself: Weak<DatabaseState>,
    handle: DatabaseHandle,
    pub registry: Registry,
    pub executions: Executions,
    pub metrics: Metrics,
    pub logs: LogRing,
    /// Live guests of this database.
    pub guests: Arc<Gauge>,
    /// The way of both into the database.
    pub store: Store,
    pub own_ids: OwnIds,
    pub last_executions: LastExecutions,
    pub profiler: Profiler,
    pub request_batches: RequestBatches,
    pub keyed_sinks: KeyedSinks,
    pub cursors: CursorCounts,
    /// Return types that have their internal functions, by mangled name.
    pub registered_returns: Mutex<HashSet<String>>,
    /// Tests of the rights corpus may switch the guard off: an attack that fails without it as
    /// well would prove nothing. Fixed at LOAD.
    can_disable_guard: bool,
    is_guard_off: AtomicBool,
    /// Connections that a door opened for a role, by connection id; the owner's are not here.
    roles: Mutex<HashMap<u64, String>>,
    /// The engine's own connections that run nested statements, by connection id.
    nested: Mutex<HashMap<u64, NestedContext>>,
}

impl DatabaseState {
    pub fn new(handle: DatabaseHandle) -> Arc<Self> {
        Arc::new_cyclic(|myself| Self {
            myself: Weak::clone(myself),
            handle,
            registry: Registry::default(),
            executions: Executions::default(),
            metrics: Metrics::default(),
            logs: LogRing::default(),
            guests: Arc::default(),
            store: Store::default(),
            own_ids: OwnIds::default(),
            last_executions: LastExecutions::default(),
            profiler: Profiler::default(),
            request_batches: RequestBatches::default(),
            keyed_sinks: KeyedSinks::default(),
            cursors: CursorCounts::default(),
            registered_returns: Mutex::new(HashSet::new()),
            can_disable_guard: std::env::var_os(UNSAFE_NO_GUARD).is_some_and(|set| set == "1"),
            is_guard_off: AtomicBool::new(false),
            roles: Mutex::new(HashMap::new()),
            nested: Mutex::new(HashMap::new()),
        })
    }

    pub fn myself(&self) -> Option<Arc<Self>> {
        self.myself.upgrade()
    }

    /// Switches the guard of procedures' rights off or on. Refused unless the process was started
    /// for it, and never silent.
    pub fn set_guard(&self, is_on: bool) -> EngineResult<()> {
        if !self.can_disable_guard {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                "the guard of procedures' rights cannot be switched",
            )
            .detail(format!(
                "only a process started with {UNSAFE_NO_GUARD}=1 can do so, to test the guard"
            )));
        }
        self.is_guard_off.store(!is_on, Ordering::Release);
        let state = if is_on {
            "on again"
        } else {
            "OFF: procedures may do anything"
        };
        let message = format!("HeliosDB: the guard of procedures' rights is {state}");
        eprintln!("{message}");
        self.logs.push(
            LogLevel::Warn,
            &Arc::from("heliosdb_set_guard"),
            0,
            &message,
        );
        Ok(())
    }

    pub fn is_guard_off(&self) -> bool {
        self.is_guard_off.load(Ordering::Acquire)
    }

    /// Gives a connection to a role, or back to the owner. The caller is the owner: see
    /// `SqlFunction::init`.
    pub fn set_role(&self, connection_id: u64, role: Option<String>) {
        let mut roles = self.roles.lock();
        match role {
            Some(role) => roles.insert(connection_id, role),
            None => roles.remove(&connection_id),
        };
    }

    /// The role of a connection's statements; none means the owner.
    pub fn role_name(&self, connection_id: u64) -> Option<String> {
        self.roles.lock().get(&connection_id).cloned()
    }

    /// As [`DatabaseState::role_name`], with what was granted to it.
    pub fn role(&self, connection_id: u64) -> EngineResult<Option<Arc<Role>>> {
        self.role_name(connection_id)
            .map(|name| self.registry.role(self, &name))
            .transpose()
    }

    /// Opens a connection of the engine's own; call it only while a statement runs.
    pub fn connect(&self) -> EngineResult<Connection> {
        self.handle.connect()
    }

    /// Says for whom a connection of the engine's own runs its next statement.
    pub fn mark_nested(&self, connection_id: u64, context: NestedContext) {
        self.nested.lock().insert(connection_id, context);
    }

    /// Keeps an error of a statement on one of the engine's own connections for whoever runs it.
    pub fn raise(&self, connection_id: u64, error: EngineError) -> EngineError {
        if let Some(context) = self.nested_context(connection_id) {
            context.raised.lock().get_or_insert_with(|| error.clone());
        }
        error
    }

    pub fn nested_count(&self) -> usize {
        self.nested.lock().len()
    }

    pub fn unmark_nested(&self, connection_id: u64) {
        self.nested.lock().remove(&connection_id);
    }

    /// What stands above a statement on this connection; nothing for a client's own.
    pub fn nested_context(&self, connection_id: u64) -> Option<NestedContext> {
        self.nested.lock().get(&connection_id).cloned()
    }
}
