//! One execution of one statement: which versions it runs, what it has already computed, and the
//! snapshot its nested queries read.

mod folders;
mod memo;
mod own_ids;
mod snapshot;
mod watchdog;
mod writer;

use std::collections::HashMap;
use std::sync::{Arc, OnceLock};
use std::time::{SystemTime, UNIX_EPOCH};

use parking_lot::Mutex;

use crate::batch::{Foresight, ShapePlans};
use crate::error::{EngineError, EngineResult};
use crate::files::GrantedFolders;
use crate::generated::errors::ErrorCode;
use crate::observe::{ExecutionTotals, Subject};
use crate::registry::{Privilege, Procedure, ProcedureVersion};
use crate::rights::{RowFilter, Verdicts};
use crate::state::{DatabaseState, NestedContext};
use crate::wasm::{Cancellation, GuestInstance, GuestRecipe, InstancePool, check_stack};

pub use memo::{KnownAnswer, QueryMemo, ResultMemo, is_repeatable};
pub use own_ids::OwnIds;
pub use snapshot::{LentSession, Session, Snapshot};
pub use watchdog::Watch;
pub use writer::Writer;

/// The executions in progress, by the connection they run on: a connection runs one at a time.
#[derive(Default)]
pub struct Executions {
    live: Mutex<HashMap<u64, Live>>,
}

struct Live {
    execution: Arc<Execution>,
    /// Occurrences × threads that hold it.
    holders: usize,
}

impl Executions {
    pub fn count(&self) -> usize {
        self.live.lock().len()
    }

    /// Joins the execution on a connection, starting it when this is its first occurrence.
    pub fn enter(&self, state: &Arc<DatabaseState>, connection_id: u64) -> ExecutionGuard {
        let mut live = self.live.lock();
        let entry = live.entry(connection_id).or_insert_with(|| Live {
            execution: Arc::new(Execution::new(
                connection_id,
                state.nested_context(connection_id),
            )),
            holders: 0,
        });
        entry.holders += 1;
        ExecutionGuard {
            state: Arc::clone(state),
            execution: Arc::clone(&entry.execution),
        }
    }

    fn leave(&self, state: &DatabaseState, connection_id: u64) {
        let mut live = self.live.lock();
        let mut ended = None;
        if let Some(entry) = live.get_mut(&connection_id) {
            entry.holders -= 1;
            if entry.holders == 0 {
                ended = live.remove(&connection_id);
            }
        }
        drop(live);
        if let Some(ended) = &ended
            && ended.execution.above.is_none()
        {
            state
                .last_executions
                .keep(connection_id, &ended.execution.totals);
        }
        // Closing connections and instances takes time; not under the lock.
        drop(ended);
    }

    /// Stops the guests and nested queries of a connection's statement. True when there was one.
    pub fn cancel(&self, connection_id: u64) -> bool {
        let found = self
            .live
            .lock()
            .get(&connection_id)
            .map(|live| Arc::clone(&live.execution));
        match found {
            Some(execution) => {
                execution.cancellation.request();
                true
            }
            None => false,
        }
    }
}

/// Membership of one occurrence on one thread in an execution.
pub struct ExecutionGuard {
    state: Arc<DatabaseState>,
    execution: Arc<Execution>,
}

impl ExecutionGuard {
    pub fn execution(&self) -> &Arc<Execution> {
        &self.execution
    }
}

impl Drop for ExecutionGuard {
    fn drop(&mut self) {
        self.state
            .executions
            .leave(&self.state, self.execution.connection_id);
    }
}

/// One execution of a statement.
pub struct Execution {
    connection_id: u64,
    /// What stands above, when this statement is a procedure's query.
    pub above: Option<NestedContext>,
    pub now_micros: i64,
    /// What its procedures did, for EXPLAIN ANALYZE.
    pub totals: ExecutionTotals,
    pub results: ResultMemo,
    pub queries: QueryMemo,
    pub snapshot: Snapshot,
    pub writer: Writer,
    pub verdicts: Verdicts,
    pub shape_plans: ShapePlans,
    /// How many threads DuckDB may use for it.
    pub thread_count: OnceLock<usize>,
    pub cancellation: Arc<Cancellation>,
    pins: Mutex<HashMap<(String, Option<i32>), Pinned>>,
    /// Guests between two chunks; one entry a procedure and version, which are few.
    guests: Mutex<Vec<Guests>>,
}

/// The guests of one procedure version that one execution made and may use again: a guest's state
/// lives as long as its statement, never longer.
struct Guests {
    procedure_id: String,
    version: i32,
    recipe: Arc<GuestRecipe>,
    pool: Arc<InstancePool>,
    idle: Vec<GuestInstance>,
    /// Those that run on fibers.
    idle_on_fibers: Vec<GuestInstance>,
}

impl Guests {
    /// The entry of a procedure at its version.
    fn of<'g>(all: &'g mut [Guests], pinned: &Pinned) -> Option<&'g mut Guests> {
        let (procedure_id, version) = (&pinned.procedure.id, pinned.version.number);
        all.iter_mut()
            .find(|known| known.version == version && known.procedure_id == *procedure_id)
    }
}

/// A procedure at the version this execution runs.
#[derive(Clone)]
pub struct Pinned {
    pub procedure: Arc<Procedure>,
    pub version: Arc<ProcedureVersion>,
    /// Tells it from the other procedures and versions of this execution.
    pub ordinal: u32,
    /// Relations that the calling role sees only some rows of.
    pub row_filters: Arc<[RowFilter]>,
    /// What its queries were seen to be made of.
    pub foresight: Arc<Foresight>,
}

impl Pinned {
    /// Whether its rights let it change something, so that its calls take turns.
    pub fn changes_data(&self) -> bool {
        self.version.rights.changes_data()
    }

    /// Under what its metrics are counted.
    pub fn subject(&self) -> Subject {
        Subject {
            procedure: self.procedure.name.clone(),
            version: self.version.number,
            procedure_id: self.procedure.id.clone(),
        }
    }
}

impl Execution {
    fn new(connection_id: u64, above: Option<NestedContext>) -> Self {
        let now = SystemTime::now()
            .duration_since(UNIX_EPOCH)
            .unwrap_or_default();
        let cancellation =
            Cancellation::new(above.as_ref().map(|above| Arc::clone(&above.cancellation)));
        Self {
            connection_id,
            above,
            now_micros: now.as_micros() as i64,
            totals: ExecutionTotals::default(),
            results: ResultMemo::default(),
            queries: QueryMemo::default(),
            snapshot: Snapshot::default(),
            writer: Writer::default(),
            verdicts: Verdicts::default(),
            shape_plans: ShapePlans::default(),
            thread_count: OnceLock::new(),
            cancellation,
            pins: Mutex::new(HashMap::new()),
            guests: Mutex::default(),
        }
    }

    pub fn connection_id(&self) -> u64 {
        self.connection_id
    }

    /// How many procedures stand above this statement.
    pub fn depth(&self) -> u32 {
        self.above.as_ref().map_or(0, |above| above.depth)
    }

    /// The version this execution runs: the active one at its first use, the same ever after.
    pub fn pin(
        &self,
        state: &DatabaseState,
        procedure_id: &str,
        requested: Option<i32>,
    ) -> EngineResult<Pinned> {
        let key = (procedure_id.to_owned(), requested);
        if let Some(pinned) = self.pins.lock().get(&key) {
            return Ok(pinned.clone());
        }
        let procedure = state.registry.get(state, procedure_id)?;
        let mut row_filters = Arc::default();
        // What a procedure calls is its definer's business, but for rows that its caller may not
        // see: those are in the rights that are handed down.
        if self.above.is_none()
            && let Some(role) = state.role(self.connection_id)?
        {
            role.check(Privilege::Execute, &procedure)?;
            row_filters = Arc::clone(&role.row_filters);
        }
        let version = procedure.version(requested)?;
        version.compile(state, &procedure)?;
        let mut pins = self.pins.lock();
        let is_same = |known: &&Pinned| {
            known.procedure.id == procedure.id && known.version.number == version.number
        };
        let known = pins.values().find(is_same).map(|known| known.ordinal);
        let ordinal = known.unwrap_or(pins.len() as u32);
        let pinned = pins.entry(key).or_insert_with(|| Pinned {
            procedure,
            version,
            ordinal,
            row_filters,
            foresight: Arc::default(),
        });
        Ok(pinned.clone())
    }

    /// Takes an idle instance or makes one; give it back with [`Execution::put_back`]. The flag
    /// says that it was made.
    pub fn take_instance(
        &self,
        state: &DatabaseState,
        pinned: &Pinned,
    ) -> EngineResult<(GuestInstance, bool)> {
        self.check_depth(pinned)?;
        if let Some(instance) = self.with_guests(state, pinned, |guests| guests.idle.pop())? {
            return Ok((instance, false));
        }
        let recipe = self.with_guests(state, pinned, |guests| Arc::clone(&guests.recipe))?;
        let taken = pinned.version.pool.take(&recipe, &self.cancellation);
        taken.map_err(|error| error.in_procedure(&pinned.procedure.name))
    }

    /// As [`Execution::take_instance`] for an instance that runs on fibers. With `evicts`, warm
    /// guests of other procedures give way when the process has no place left.
    pub fn take_fiber(
        &self,
        state: &DatabaseState,
        pinned: &Pinned,
        evicts: bool,
    ) -> EngineResult<(GuestInstance, bool)> {
        self.check_depth(pinned)?;
        let idle = self.with_guests(state, pinned, |guests| guests.idle_on_fibers.pop())?;
        if let Some(instance) = idle {
            return Ok((instance, false));
        }
        let recipe = self.with_guests(state, pinned, |guests| Arc::clone(&guests.recipe))?;
        recipe
            .make_on_fiber(&self.cancellation, evicts)
            .map(|made| (made, true))
            .map_err(|error| error.in_procedure(&pinned.procedure.name))
    }

    fn with_guests<T>(
        &self,
        state: &DatabaseState,
        pinned: &Pinned,
        body: impl FnOnce(&mut Guests) -> T,
    ) -> EngineResult<T> {
        if let Some(known) = Guests::of(&mut self.guests.lock(), pinned) {
            return Ok(body(known));
        }
        let module = pinned.version.compile(state, &pinned.procedure)?;
        let folders = open_folders(state, pinned)?;
        let mut all = self.guests.lock();
        // Another thread may have been faster.
        if let Some(known) = Guests::of(&mut all, pinned) {
            return Ok(body(known));
        }
        let mut made = Guests {
            procedure_id: pinned.procedure.id.clone(),
            version: pinned.version.number,
            recipe: Arc::new(GuestRecipe {
                module,
                entry: pinned.version.entry.clone(),
                limits: pinned.procedure.limits.clone(),
                gauge: Arc::clone(&state.guests),
                folders,
            }),
            pool: Arc::clone(&pinned.version.pool),
            idle: Vec::new(),
            idle_on_fibers: Vec::new(),
        };
        let given = body(&mut made);
        all.push(made);
        Ok(given)
    }

    fn check_depth(&self, pinned: &Pinned) -> EngineResult<()> {
        let depth_max = pinned.procedure.limits.depth_max;
        if self.depth() < depth_max {
            return check_stack();
        }
        Err(EngineError::new(
            ErrorCode::ProgramLimitExceeded,
            "procedures call each other too deeply",
        )
        .detail(format!(
            "limit {depth_max} levels, in {}",
            pinned.procedure.name
        ))
        .field("limit", depth_max)
        .field("requested", self.depth() + 1))
    }

    /// Keeps an instance for the execution's next chunk. One that trapped is dropped instead.
    pub fn put_back(&self, pinned: &Pinned, instance: GuestInstance) {
        if instance.is_healthy()
            && let Some(guests) = Guests::of(&mut self.guests.lock(), pinned)
        {
            if instance.park().is_some() {
                guests.idle_on_fibers.push(instance);
            } else {
                guests.idle.push(instance);
            }
        }
    }
}

/// The folders of a procedure's guests, opened when the first of them is made.
fn open_folders(state: &DatabaseState, pinned: &Pinned) -> EngineResult<Arc<GrantedFolders>> {
    if pinned.version.rights.folders().is_empty() {
        return Ok(Arc::default());
    }
    folders::open(state, &pinned.version.rights).map(Arc::new)
}

impl Drop for Execution {
    fn drop(&mut self) {
        for guests in self.guests.get_mut().drain(..) {
            drop(guests.idle_on_fibers);
            guests.pool.refill(&guests.recipe, guests.idle);
        }
    }
}
