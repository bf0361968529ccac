//! The connections an execution's nested queries run on, all reading one snapshot.
//!
//! DuckDB offers no way to share a snapshot between connections, but transaction ids are handed
//! out one after another to transactions that start *and* to those that commit. So a further
//! connection sees the same data exactly when its id follows the previous one without a gap; when
//! something fell between, it is closed again and the threads share the connections there are.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use parking_lot::{Mutex, MutexGuard};

use super::watchdog::Watch;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
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
    last_transaction_id: i64,
    /// Something committed since the first member opened: no further member can join.
    is_closed: bool,
    next: usize,
}

struct Member {
    state: Arc<DatabaseState>,
    connection: Mutex<Connection>,
    id: u64,
}

impl Drop for Member {
    fn drop(&mut self) {
        self.state.unmark_nested(self.id);
    }
}

impl Snapshot {
    /// Runs `body` on a connection of the snapshot that no other thread uses meanwhile; counts in
    /// `waits` when another thread's query had to end first.
    pub fn with_connection<T>(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        waits: &AtomicU64,
        body: impl FnOnce(&Connection) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let member = self.member(state)?;
        let connection: MutexGuard<'_, Connection> = match member.connection.try_lock() {
            Some(free) => free,
            None => {
                waits.fetch_add(1, Ordering::Relaxed);
                member.connection.lock()
            }
        };
        state.mark_nested(member.id, context.clone());
        let _watch = Watch::new(&connection, &context.cancellation);
        body(&connection)
    }

    /// A free member, a new one, or the one whose turn it is to be shared.
    fn member(&self, state: &Arc<DatabaseState>) -> EngineResult<Arc<Member>> {
        let mut members = self.members.lock();
        if let Some(free) = members
            .connections
            .iter()
            .find(|member| !member.connection.is_locked())
        {
            return Ok(Arc::clone(free));
        }
        if !members.is_closed && members.connections.len() < CONNECTIONS_MAX {
            let (member, transaction_id) = open(state)?;
            let joins =
                members.connections.is_empty() || transaction_id == members.last_transaction_id + 1;
            if joins {
                members.last_transaction_id = transaction_id;
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
fn open(state: &Arc<DatabaseState>) -> EngineResult<(Arc<Member>, i64)> {
    let connection = state.connect()?;
    connection.execute("BEGIN TRANSACTION READ ONLY")?;
    let text = connection
        .query_text("SELECT txid_current()")?
        .unwrap_or_default();
    let transaction_id = text.parse().map_err(|_| {
        EngineError::internal(format!("DuckDB reported the transaction id {text:?}"))
    })?;
    let id = connection.id();
    let member = Arc::new(Member {
        state: Arc::clone(state),
        connection: Mutex::new(connection),
        id,
    });
    Ok((member, transaction_id))
}
