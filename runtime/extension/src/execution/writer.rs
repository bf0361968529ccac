//! The connection that procedures with write or ddl rights run on.
//!
//! One per execution, so that two threads of a statement take turns: a call holds its turn from
//! beginning to end, whatever it queries meanwhile. A nested statement is an execution of its own
//! with a turn of its own, so turns are only ever taken from the outside inwards and no two calls
//! can wait for each other.

use std::sync::Arc;

use parking_lot::{Mutex, MutexGuard};

use super::watchdog::Watch;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::{DatabaseState, NestedContext};
use crate::wasm::TransactionVerb;

/// The writing side of one execution; nothing is open until a procedure uses it.
#[derive(Default)]
pub struct Writer {
    turn: Mutex<()>,
    session: Mutex<Option<Session>>,
}

struct Session {
    state: Arc<DatabaseState>,
    connection: Connection,
    id: u64,
    /// The guest began a transaction that has not ended.
    is_in_transaction: bool,
}

impl Drop for Session {
    fn drop(&mut self) {
        self.state.unmark_nested(self.id);
    }
}

/// A call's turn. Dropping it rolls back what the call left open.
pub struct Turn<'a> {
    writer: &'a Writer,
    _turn: MutexGuard<'a, ()>,
}

impl Turn<'_> {
    /// Ends a call that succeeded: a transaction still open is rolled back and is an error.
    pub fn finish(self, procedure: &str) -> EngineResult<()> {
        if !self.writer.roll_back_open() {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::TransactionLeftOpen,
            format!("procedure {procedure} ended inside a transaction"),
        )
        .detail("the transaction was rolled back")
        .hint("call heliosdb_commit_tx or heliosdb_rollback_tx before returning"))
    }
}

impl Drop for Turn<'_> {
    fn drop(&mut self) {
        self.writer.roll_back_open();
    }
}

impl Writer {
    /// Waits for the turn to run one call.
    pub fn turn(&self) -> Turn<'_> {
        Turn {
            writer: self,
            _turn: self.turn.lock(),
        }
    }

    /// Runs `body` in the guest's transaction, or in one of its own that commits with it.
    pub fn run<T>(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        body: impl FnOnce(&Connection) -> EngineResult<T>,
    ) -> EngineResult<T> {
        self.with_session(state, context, |session| {
            let watch = Watch::new(&session.connection, &context.cancellation);
            if session.is_in_transaction {
                return body(&session.connection);
            }
            session.connection.execute("BEGIN TRANSACTION")?;
            let outcome = body(&session.connection).and_then(|value| {
                session.connection.execute("COMMIT")?;
                Ok(value)
            });
            // Whatever stopped the statement must not stop what undoes it.
            drop(watch);
            if outcome.is_err() {
                // A failed COMMIT has ended the transaction already.
                let _ = session.connection.execute("ROLLBACK");
            }
            outcome
        })
    }

    /// Runs `body` on the connection as it is: no transaction is opened around it.
    pub fn run_bare<T>(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        body: impl FnOnce(&Connection) -> EngineResult<T>,
    ) -> EngineResult<T> {
        self.with_session(state, context, |session| {
            let _watch = Watch::new(&session.connection, &context.cancellation);
            body(&session.connection)
        })
    }

    /// Begins, commits or rolls back the guest's transaction.
    pub fn transaction(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        verb: TransactionVerb,
    ) -> EngineResult<()> {
        self.with_session(state, context, |session| {
            match (verb, session.is_in_transaction) {
                (TransactionVerb::Begin, true) => Err(EngineError::new(
                    ErrorCode::ActiveSqlTransaction,
                    "a transaction is already active",
                )),
                (TransactionVerb::Begin, false) => {
                    session.connection.execute("BEGIN TRANSACTION")?;
                    session.is_in_transaction = true;
                    Ok(())
                }
                (_, false) => Err(EngineError::new(
                    ErrorCode::NoActiveSqlTransaction,
                    "no transaction is active",
                )),
                (TransactionVerb::Commit, true) => {
                    session.is_in_transaction = false;
                    session.connection.execute("COMMIT").inspect_err(|_| {
                        let _ = session.connection.execute("ROLLBACK");
                    })
                }
                (TransactionVerb::Rollback, true) => {
                    session.is_in_transaction = false;
                    session.connection.execute("ROLLBACK")
                }
            }
        })
    }

    /// Whether the guest began a transaction that has not ended.
    pub fn is_in_transaction(&self) -> bool {
        let session = self.session.lock();
        session.as_ref().is_some_and(|open| open.is_in_transaction)
    }

    fn roll_back_open(&self) -> bool {
        let mut session = self.session.lock();
        let Some(session) = session.as_mut().filter(|open| open.is_in_transaction) else {
            return false;
        };
        session.is_in_transaction = false;
        // A failure means that there is nothing left to roll back.
        let _ = session.connection.execute("ROLLBACK");
        true
    }

    fn with_session<T>(
        &self,
        state: &Arc<DatabaseState>,
        context: &NestedContext,
        body: impl FnOnce(&mut Session) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let mut session = self.session.lock();
        let open = match &mut *session {
            Some(open) => open,
            none => none.insert(open(state)?),
        };
        state.mark_nested(open.id, context.clone());
        body(open)
    }
}

fn open(state: &Arc<DatabaseState>) -> EngineResult<Session> {
    let connection = state.connect()?;
    Ok(Session {
        state: Arc::clone(state),
        id: connection.id(),
        connection,
        is_in_transaction: false,
    })
}
