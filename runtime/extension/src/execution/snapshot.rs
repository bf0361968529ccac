//! The connections an execution's nested queries run on, all reading one snapshot.
//!
//! DuckDB offers no way to share a snapshot between connections, but transaction ids are handed
//! out one after another to transactions that start *and* to those that commit. So a further
//! connection sees the same data exactly when its id follows the previous one without a gap; when
//! something fell between, it is closed again and the threads share the connections there are.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::Mutex;

use super::watchdog::Watch;
use crate::batch::PreparedBatch;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::{DatabaseState, NestedContext};

/// Connections one execution opens at most.
const CONNECTIONS_MAX: usize = 64;

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
        if !members.is_closed && members.connections.len() < CONNECTIONS_MAX {
            let (member, begun) = open(state)?;
            if members.connections.is_empty() || begun.follows(members.last) {
                members.last = begun;
                members.connections.push(Arc::clone(&member));
                return Ok(member);
            }
            members.is_closed = true;
        }
        let turn = members.next;
        members.next = turn.wrapping_add(1);
        let count = members.connections.len();
        Ok(Arc::clone(&members.connections[turn % count]))
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
