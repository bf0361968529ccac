//! Where the answers to a procedure's queries come from, besides running them: one statement for
//! many, and memory.

use std::cell::RefCell;
use std::sync::Arc;
use std::sync::atomic::Ordering;
use std::time::{Duration, Instant};

use super::guest_call::ProcedureCall;
use crate::batch::{BatchAnswer, PreparedBatch, Template};
use crate::error::EngineResult;
use crate::execution::{KnownAnswer, QueryMemo, Session, is_repeatable};
use crate::observe::QueryOutcome;
use crate::value::{Format, Value};
use crate::wasm::QueryRequest;

thread_local! {
    /// The key that is looked up; its room is used again.
    static KEY: RefCell<Vec<u8>> = const { RefCell::new(Vec::new()) };
}

/// An answer from the execution's memory.
pub(super) struct RecalledAnswer {
    pub bytes: Arc<[u8]>,
    pub row_count: u64,
    /// What finding it took, when it is asked for the first time.
    pub first: Option<Duration>,
}

impl ProcedureCall {
    /// Answers queries of one template, which differ in their literals alone, with one statement.
    /// `None` when that is not possible; whatever the reason, one by one is.
    pub fn run_batch(
        &self,
        example: &QueryRequest,
        template: &Template,
        requests: &[&[Value]],
        time_left: Duration,
    ) -> Option<Vec<BatchAnswer>> {
        let plans = &self.execution.shape_plans;
        if !is_repeatable(&example.sql) || plans.is_given_up(&template.key) {
            return None;
        }
        let outcome = self.in_session(time_left, |session| {
            self.run_batch_on(session, example, template, requests)
        });
        match outcome {
            Ok(answers) => {
                self.batches
                    .fetch_add(u64::from(answers.is_some()), Ordering::Relaxed);
                answers
            }
            Err(_) => {
                plans.give_up(&template.key);
                None
            }
        }
    }

    fn run_batch_on(
        &self,
        session: &mut Session,
        example: &QueryRequest,
        template: &Template,
        requests: &[&[Value]],
    ) -> EngineResult<Option<Vec<BatchAnswer>>> {
        let plans = &self.execution.shape_plans;
        let Some(plan) = plans.get(&session.connection, template) else {
            return Ok(None);
        };
        // One template binds the same relations whatever its literals, so one verdict is enough.
        self.check_rights(&session.connection, &example.sql, &example.parameters)?;
        let rows_max = self.pinned.procedure.limits.query_rows_max;
        let run =
            |batch: &PreparedBatch| batch.run(requests, example.format, self.bytes_max(), rows_max);
        if let Some((sql, key_list)) = plan.sql_of_keys(&session.connection, template, requests) {
            let connection = &session.connection;
            let started = Instant::now();
            let batch = PreparedBatch::new(&self.state, connection, Arc::clone(&plan), Some(&sql))?;
            let answers = run(&batch)?;
            key_list.note(requests.len(), started.elapsed());
            return Ok(Some(answers));
        }
        if !session.batches.contains_key(&template.key) {
            let prepared = PreparedBatch::new(&self.state, &session.connection, plan, None)?;
            session.batches.insert(template.key.clone(), prepared);
        }
        let started = Instant::now();
        let answers = run(&session.batches[&template.key])?;
        plans.cost(&template.key).note_together(started.elapsed());
        Ok(Some(answers))
    }

    /// Keeps an answer for the rest of the execution, where asking again would give the same.
    pub fn remember(&self, request: &QueryRequest, answer: KnownAnswer) {
        let QueryRequest {
            sql,
            parameters,
            format,
            ..
        } = request;
        if is_repeatable(sql)
            && let Ok(key) = QueryMemo::key(sql, parameters, *format)
        {
            let queries = &self.execution.queries;
            queries.insert(queries.hash(&key), &key, answer);
        }
    }

    /// How many threads DuckDB may use for a statement; 1 where it does not say.
    pub fn thread_count(&self) -> usize {
        *self.execution.thread_count.get_or_init(|| {
            let ask = |session: &mut Session| {
                session
                    .connection
                    .query_text("SELECT current_setting('threads')")
            };
            let time_left = Duration::from_millis(self.pinned.procedure.limits.query_time_ms_max);
            let answer = self.in_session(time_left, ask).ok().flatten();
            answer.and_then(|text| text.parse().ok()).unwrap_or(1)
        })
    }

    /// Queries that had to be run by themselves, though such queries go together with others.
    pub fn unforeseen(&self) -> u64 {
        self.unforeseen.load(Ordering::Relaxed)
    }

    /// Answers that were fetched before they were asked, and were then asked.
    pub fn came_true(&self) -> u64 {
        self.came_true.load(Ordering::Relaxed)
    }

    /// The answer to a query, if it is known; from here on it was asked.
    pub(super) fn known(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
    ) -> Option<RecalledAnswer> {
        let queries = &self.execution.queries;
        KEY.with_borrow_mut(|key| {
            key.clear();
            let written = QueryMemo::write_key(key, parameters, format, |key| {
                key.extend_from_slice(sql.as_bytes());
            });
            // What cannot be written was never answered.
            written.ok()?;
            queries.find(queries.hash(key), key, |known| RecalledAnswer {
                bytes: Arc::clone(&known.bytes),
                row_count: known.row_count,
                first: known.ask().then_some(known.query_time),
            })
        })
    }

    /// As [`ProcedureCall::known`], and counts the query.
    pub(super) fn recall_known(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
    ) -> Option<Arc<[u8]>> {
        let known = self.known(sql, parameters, format)?;
        match known.first {
            Some(query_time) => {
                self.came_true.fetch_add(1, Ordering::Relaxed);
                self.count_batched(sql, parameters, query_time, known.row_count);
            }
            None => self.count_again(sql, parameters),
        }
        Some(known.bytes)
    }

    /// Counts a query that was asked before.
    pub(super) fn count_again(&self, sql: &str, parameters: &[Value]) {
        self.query_memo_hits.fetch_add(1, Ordering::Relaxed);
        let outcome = QueryOutcome {
            is_memo_hit: true,
            ..QueryOutcome::default()
        };
        self.count_text(sql, parameters, outcome);
    }
}
