//! The connections an execution's nested queries run on, all reading one snapshot.
//!
//! DuckDB offers no way to share a snapshot between connections, but transaction ids are handed
//! out one after another to transactions that start *and* to those that commit. So a further
//! connection sees the same data exactly when its id follows the previous one without a gap; when
//! something fell between, it is closed again and the threads share the connections there are.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::watchdog::Watch;
use crate::batch::PreparedBatch;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::{DatabaseState, NestedContext};

/// Connections one execution opens at most, those that it lends to cursors among them.
const CONNECTIONS_MAX: usize = 64;
const LENT_MAX: usize = 32;

/// The connections of one execution; empty until its first nested query.
#[derive(Default)]
pub struct Snapshot {
    members: Mutex<Members>,
}

#[derive(Default)]
struct Members {
    connections: Vec<Arc<Member>>,
    last: Begun,
    /// Something committed since the first member opened: no further member can join.
    is_closed: bool,
    /// A member had to begin anew after something committed: the snapshot cannot be read again.
    is_lost: bool,
    next: usize,
    /// Members that cursors have for themselves; they are not among `connections`.
    lent: usize,
}

/// When a transaction took its snapshot.
#[derive(Clone, Copy, Default)]
struct Begun {
    transaction_id: i64,
    /// Ids the engine had used up by itself until then.
    own_ids: i64,
}

impl Begun {
    /// Whether nobody but the engine itself began or ended a transaction between the two.
    fn follows(self, earlier: Self) -> bool {
        self.transaction_id == earlier.transaction_id + 1 + self.own_ids - earlier.own_ids
    }
}

struct Member {
    state: Arc<DatabaseState>,
    session: Mutex<Session>,
    id: u64,
}

/// A connection and what is prepared on it. The statements come first: they are dropped before
/// their connection.
pub struct Session {
    pub batches: HashMap<String, PreparedBatch>,
    pub connection: Connection,
}

/// A member that one cursor has for itself; give it back with [`Snapshot::give_back`].
pub struct LentSession(Arc<Member>);

impl LentSession {
    /// Nobody else knows the member: this never waits.
    pub fn lock(&self) -> MutexGuard<'_, Session> {
        self.0.session.lock()
    }
}

impl Drop for Member {
    fn drop(&mut self) {
        self.state.unmark_nested(self.id);
    }
}

impl Snapshot {
    /// Runs `body` on a session of the snapshot that no other thread uses meanwhile; counts in
    /// `waits` when another thread's query had to end first.
    pub fn with_session<T>(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        waits: &AtomicU64,
        body: impl FnOnce(&mut Session) -> EngineResult<T>,
    ) -> EngineResult<T> {
        if self.members.lock().is_lost {
            return Err(lost_snapshot());
        }
        let member = self.member(state)?;
        let mut session = match member.session.try_lock() {
            Some(free) => free,
            None => {
                waits.fetch_add(1, Ordering::Relaxed);
                member.session.lock()
            }
        };
        state.mark_nested(member.id, context.clone());
        let watch = Watch::new(&session.connection, &context.cancellation);
        let outcome = body(&mut session);
        drop(watch);
        if outcome.is_err() && self.recover(state, &session.connection).is_err() {
            // This query's own error is what its caller should see; the next one gets the other.
            self.members.lock().is_lost = true;
        }
        outcome
    }

    /// A session for one cursor alone. `None` where none can be spared: queries beside the cursor
    /// need one too, and no further one can join after something committed.
    pub fn lend(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
    ) -> EngineResult<Option<LentSession>> {
        let mut members = self.members.lock();
        if members.is_lost {
            return Err(lost_snapshot());
        }
        if members.lent >= LENT_MAX {
            return Ok(None);
        }
        // A member that somebody is about to lock is held by them.
        let is_free = |member: &Arc<Member>| Arc::strong_count(member) == 1;
        let mut free = members.connections.iter().position(is_free);
        while free.is_none() || members.connections.len() < 2 {
            if members.join(state)?.is_none() {
                return Ok(None);
            }
            free = members.connections.iter().position(is_free);
        }
        let Some(free) = free else {
            return Ok(None);
        };
        let member = members.connections.swap_remove(free);
        members.lent += 1;
        state.mark_nested(member.id, context.clone());
        Ok(Some(LentSession(member)))
    }

    /// Takes a lent session back. One whose query failed is closed: DuckDB has aborted its
    /// transaction.
    pub fn give_back(&self, lent: LentSession, is_broken: bool) {
        let mut members = self.members.lock();
        members.lent -= 1;
        if !is_broken {
            members.connections.push(lent.0);
        }
    }

    /// Brings a session back after a query failed: DuckDB aborts the transaction of a query that
    /// fails while it runs. A new one reads the same data when nothing committed meanwhile.
    fn recover(&self, state: &DatabaseState, connection: &Connection) -> EngineResult<()> {
        if connection.query_text("SELECT 1").is_ok() {
            return Ok(());
        }
        connection.execute("ROLLBACK")?;
        let mut members = self.members.lock();
        let begun = begin(state, connection)?;
        if !begun.follows(members.last) {
            return Err(lost_snapshot());
        }
        members.last = begun;
        Ok(())
    }

    /// A free member, a new one, or the one whose turn it is to be shared.
    fn member(&self, state: &Arc<DatabaseState>) -> EngineResult<Arc<Member>> {
        let mut members = self.members.lock();
        if let Some(free) = members
            .connections
            .iter()
            .find(|member| !member.session.is_locked())
        {
            return Ok(Arc::clone(free));
        }
        if let Some(joined) = members.join(state)? {
            return Ok(joined);
        }
        let turn = members.next;
        members.next = turn.wrapping_add(1);
        let count = members.connections.len();
        Ok(Arc::clone(&members.connections[turn % count]))
    }
}

impl Members {
    /// A further member, if one may and can still read the same snapshot.
    fn join(&mut self, state: &Arc<DatabaseState>) -> EngineResult<Option<Arc<Member>>> {
        if self.is_closed || self.connections.len() + self.lent >= CONNECTIONS_MAX {
            return Ok(None);
        }
        let (member, begun) = open(state)?;
        let is_first = self.connections.is_empty() && self.lent == 0;
        if !is_first && !begun.follows(self.last) {
            self.is_closed = true;
            return Ok(None);
        }
        self.last = begun;
        self.connections.push(Arc::clone(&member));
        Ok(Some(member))
    }
}

/// Opens a connection with a read-only transaction that has already taken its snapshot.
fn open(state: &Arc<DatabaseState>) -> EngineResult<(Arc<Member>, Begun)> {
    let connection = state.connect()?;
    let begun = begin(state, &connection)?;
    let id = connection.id();
    let member = Arc::new(Member {
        state: Arc::clone(state),
        session: Mutex::new(Session {
            batches: HashMap::new(),
            connection,
        }),
        id,
    });
    Ok((member, begun))
}

/// Begins a read-only transaction, makes it take its snapshot and says when that was.
fn begin(state: &DatabaseState, connection: &Connection) -> EngineResult<Begun> {
    state.own_ids.counted(|own_ids| {
        connection.execute("BEGIN TRANSACTION READ ONLY")?;
        let text = connection
            .query_text("SELECT txid_current()")?
            .unwrap_or_default();
        let transaction_id = text.parse().map_err(|_| {
            EngineError::internal(format!("DuckDB reported the transaction id {text:?}"))
        })?;
        Ok(Begun {
            transaction_id,
            own_ids,
        })
    })
}

fn lost_snapshot() -> EngineError {
    EngineError::new(
        ErrorCode::SerializationFailure,
        "a failed query of a procedure ended the statement's snapshot",
    )
    .detail("other transactions committed since the statement began")
    .hint("run the statement again")
}
