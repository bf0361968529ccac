//! Where the rows of a cursor come from.
//!
//! They stream: DuckDB computes them as they are fetched, on a connection that the cursor has for
//! itself, because a connection's next query ends the stream before. Where there is no such
//! connection the whole result is computed at once and kept by DuckDB in its compact columns:
//! inside a transaction that the guest began, whose changes no other connection sees, and after
//! others committed, when no further connection can read the statement's snapshot.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::Duration;

use super::guest_call::ProcedureCall;
use crate::duckdb::{Connection, OpenResult, Statement};
use crate::error::{EngineError, EngineResult};
use crate::execution::{LentSession, Watch};
use crate::state::{DatabaseState, NestedContext};
use crate::wasm::QueryRequest;

/// The result of one query, computed or streaming.
pub enum CursorRows {
    Streamed(Stream),
    Kept(OpenResult),
}

impl CursorRows {
    pub fn open(call: &Arc<ProcedureCall>, request: &QueryRequest) -> EngineResult<Self> {
        if let Some(stream) = Stream::open(call, request)? {
            call.state.cursors.streamed.fetch_add(1, Ordering::Relaxed);
            return Ok(Self::Streamed(stream));
        }
        call.state.cursors.kept.fetch_add(1, Ordering::Relaxed);
        let result = call.on_connection(request.time_left, |connection| {
            call.judged(connection, &request.sql, &request.parameters)?
                .execute(&request.parameters)
        })?;
        Ok(Self::Kept(result))
    }

    /// Runs `body`, which fetches chunks, for at most `time_left`.
    pub fn fetch<T>(
        &mut self,
        time_left: Duration,
        body: impl FnOnce(&mut OpenResult) -> EngineResult<T>,
    ) -> EngineResult<T> {
        match self {
            Self::Streamed(stream) => stream.fetch(time_left, body),
            Self::Kept(result) => body(result),
        }
    }
}

/// A result that is computed as its rows are fetched.
pub struct Stream {
    call: Arc<ProcedureCall>,
    /// What runs on the connection, gone before the connection goes back.
    running: Option<(OpenResult, Statement)>,
    place: Option<Place>,
    context: NestedContext,
    is_broken: bool,
}

/// The connection that a stream has for itself.
enum Place {
    /// One that reads the statement's snapshot.
    Lent(LentSession),
    /// One with a transaction that began with the query.
    Own(OwnConnection),
}

struct OwnConnection {
    state: Arc<DatabaseState>,
    connection: Connection,
    id: u64,
}

impl Drop for OwnConnection {
    fn drop(&mut self) {
        self.state.unmark_nested(self.id);
    }
}

impl Stream {
    /// `None` where the query cannot stream.
    fn open(call: &Arc<ProcedureCall>, request: &QueryRequest) -> EngineResult<Option<Self>> {
        let context = call.context_for(request.time_left);
        let Some(place) = Place::find(call, &context)? else {
            return Ok(None);
        };
        let mut stream = Self {
            call: Arc::clone(call),
            running: None,
            place: Some(place),
            context,
            is_broken: true,
        };
        let running = call.within(&stream.context, || {
            stream.on_connection(|connection| {
                let statement = call.judged(connection, &request.sql, &request.parameters)?;
                if !statement.is_select() {
                    return Ok(None);
                }
                let result = statement.stream(&request.parameters)?;
                Ok(Some((result, statement)))
            })
        })?;
        stream.is_broken = false;
        stream.running = running;
        Ok(stream.running.is_some().then_some(stream))
    }

    fn on_connection<T>(
        &self,
        body: impl FnOnce(&Connection) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let watched = |connection: &Connection| {
            let _watch = Watch::new(connection, &self.context.cancellation);
            body(connection)
        };
        match &self.place {
            Some(Place::Lent(lent)) => watched(&lent.lock().connection),
            Some(Place::Own(own)) => watched(&own.connection),
            None => Err(EngineError::internal("a stream without its connection")),
        }
    }

    fn fetch<T>(
        &mut self,
        time_left: Duration,
        body: impl FnOnce(&mut OpenResult) -> EngineResult<T>,
    ) -> EngineResult<T> {
        let Some((mut result, statement)) = self.running.take() else {
            return Err(EngineError::internal("a cursor without its rows"));
        };
        // What the guest did meanwhile took none of the query's time.
        self.context.cancellation.go_on(time_left);
        let call = Arc::clone(&self.call);
        let outcome = call.within(&self.context, || self.on_connection(|_| body(&mut result)));
        self.is_broken |= outcome.is_err();
        self.running = Some((result, statement));
        outcome
    }
}

impl Place {
    fn find(call: &ProcedureCall, context: &NestedContext) -> EngineResult<Option<Self>> {
        let (state, execution) = (&call.state, &call.execution);
        if state.is_guard_off() {
            return Ok(None);
        }
        if !call.pinned.changes_data() {
            let lent = execution.snapshot.lend(state, context)?;
            return Ok(lent.map(Self::Lent));
        }
        if execution.writer.is_in_transaction() {
            return Ok(None);
        }
        let connection = state.connect()?;
        let own = OwnConnection {
            state: Arc::clone(state),
            id: connection.id(),
            connection,
        };
        state.mark_nested(own.id, context.clone());
        own.connection.execute("BEGIN TRANSACTION")?;
        Ok(Some(Self::Own(own)))
    }
}

impl Drop for Stream {
    fn drop(&mut self) {
        self.running = None;
        match self.place.take() {
            Some(Place::Lent(lent)) => self.call.execution.snapshot.give_back(lent, self.is_broken),
            Some(Place::Own(own)) => {
                // A SELECT may have drawn numbers from a sequence, which are used up by a commit.
                let end = if self.is_broken { "ROLLBACK" } else { "COMMIT" };
                // Rows that were delivered stay so, whatever comes of it.
                let _ = own.connection.execute(end);
            }
            None => {}
        }
    }
}
