//! Everything the engine keeps for one database. Nothing here is shared between databases.

use std::collections::{HashMap, HashSet};
use std::sync::{Arc, Weak};

use parking_lot::Mutex;

use crate::duckdb::{Connection, DatabaseHandle};
use crate::error::{EngineError, EngineResult};
use crate::execution::Executions;
use crate::observe::{LogRing, Metrics};
use crate::registry::Registry;
use crate::rights::Rights;
use crate::wasm::{Cancellation, Gauge};

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
    /// Return types that have their internal functions, by mangled name.
    pub registered_returns: Mutex<HashSet<String>>,
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
            registered_returns: Mutex::new(HashSet::new()),
            nested: Mutex::new(HashMap::new()),
        })
    }

    pub fn myself(&self) -> Option<Arc<Self>> {
        self.myself.upgrade()
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
