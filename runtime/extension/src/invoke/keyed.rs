//! Reading the answers to queries for every key there is.

use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::guest_call::ProcedureCall;
use crate::batch::{KeyedAnswers, KeyedPlan, KeyedQueries, KeyedRows, KeyedSink};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::execution::{KnownAnswer, Session, Watch, is_repeatable};
use crate::value::Format;
use crate::value::result::encode_row;
use crate::wasm::QueryRequest;

impl ProcedureCall {
    /// Reads the answers to queries for every key, for at most about `time_max`. `None` where
    /// they cannot be read, or are too many; whatever the reason, the statements that answer some
    /// are as good.
    pub fn read_keyed(
        &self,
        queries: &KeyedQueries<'_>,
        time_max: Duration,
    ) -> Option<Arc<KeyedAnswers>> {
        let example = queries.example;
        let plans = &self.execution.shape_plans;
        let key = &queries.template.key;
        if !is_repeatable(&example.sql) || plans.is_given_up(key) {
            return None;
        }
        let make_plan = |session: &mut Session| {
            let Some(shape_plan) = plans.get(&session.connection, queries.template) else {
                return Ok(None);
            };
            // It reads what the example reads.
            self.check_rights(&session.connection, &example.sql, &example.parameters)?;
            KeyedPlan::new(&session.connection, queries, &shape_plan)
        };
        let plan = self.in_session(self.query_time_max(), make_plan).ok()??;
        let answers = self.read_apart(queries, &plan, time_max).ok()??;
        answers.note_asked(&self.execution.queries);
        self.batches.fetch_add(1, Ordering::Relaxed);
        Some(Arc::new(answers))
    }

    /// The answer to a query out of those for every key; it counts as asked.
    pub fn recall_keyed(
        &self,
        answers: &KeyedAnswers,
        request: &QueryRequest,
    ) -> Option<Arc<[u8]>> {
        let (sql, parameters) = (&request.sql, &request.parameters);
        let mut written = Vec::new();
        let found = answers.recall(sql, parameters, request.format, &mut written)?;
        let bytes: Arc<[u8]> = written.into();
        self.remember(request, KnownAnswer::asked(Arc::clone(&bytes)));
        match found.first {
            Some(query_time) => self.count_batched(sql, parameters, query_time, found.row_count),
            None => self.count_again(sql, parameters),
        }
        Some(bytes)
    }

    fn query_time_max(&self) -> Duration {
        Duration::from_millis(self.pinned.procedure.limits.query_time_ms_max)
    }

    /// Reads them on a connection of their own: a row of a key that nobody asks for may fail the
    /// statement, which must not end the snapshot that others read.
    fn read_apart(
        &self,
        queries: &KeyedQueries<'_>,
        plan: &KeyedPlan,
        time_max: Duration,
    ) -> EngineResult<Option<KeyedAnswers>> {
        let context = self.context_for(self.query_time_max());
        let snapshot = &self.execution.snapshot;
        let Some(lent) = snapshot.lend(&self.state, &context)? else {
            return Ok(None);
        };
        let outcome = self.within(&context, || {
            let session = lent.lock();
            let _watch = Watch::new(&session.connection, &context.cancellation);
            self.read_on(&session.connection, queries, plan, time_max)
        });
        snapshot.give_back(lent, !matches!(outcome, Ok(Some(_))));
        outcome
    }

    fn read_on(
        &self,
        connection: &Connection,
        queries: &KeyedQueries<'_>,
        plan: &KeyedPlan,
        time_max: Duration,
    ) -> EngineResult<Option<KeyedAnswers>> {
        let started = Instant::now();
        let format = queries.example.format;
        let columns = connection.prepare(&plan.sql)?.columns()?;
        let own_columns = columns.get(plan.order.leading_columns()..);
        let bounds = (
            self.bytes_max(),
            self.pinned.procedure.limits.query_rows_max,
        );
        let rows = KeyedRows::new(plan, own_columns.unwrap_or_default(), format, bounds);
        let types = columns.into_iter().map(|(_, logical_type)| logical_type);
        let query = (plan.sql.as_str(), types.collect());
        let rows = KeyedSink::read(&self.state, connection, query, rows, time_max)?;
        let row_of_none = match &plan.sql_of_none {
            Some(sql) => match only_row(connection, sql, format)? {
                Some(row) => Some(row),
                None => return Ok(None),
            },
            None => None,
        };
        let elapsed = started.elapsed();
        Ok(KeyedAnswers::new(queries, plan, rows, row_of_none, elapsed))
    }
}

/// The only row of a query, encoded; `None` when it gives none, or several.
fn only_row(connection: &Connection, sql: &str, format: Format) -> EngineResult<Option<Vec<u8>>> {
    let mut row = Vec::new();
    let mut row_count = 0;
    let statement = connection.prepare(sql)?;
    statement.for_each_chunk(&[], |_, readers, count| {
        row_count += count;
        if count > 0 {
            // SAFETY: the chunk has a first row.
            unsafe { encode_row(format, readers, 0, &mut row) }?;
        }
        Ok(())
    })?;
    Ok((row_count == 1).then_some(row))
}
