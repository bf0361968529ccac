//! What the rows of one thread get from the database while their queries are answered ahead.
//!
//! It knows the answers that were read for every key, and counts on its own: what threads count
//! together moves between their caches at every row.

use std::sync::Arc;

use parking_lot::Mutex;

use super::guest_call::ProcedureCall;
use crate::batch::{KeyedAnswers, Rule};
use crate::error::EngineResult;
use crate::network::{FetchRequest, FetchResponse};
use crate::observe::{QueryOutcome, ShapeTally};
use crate::rights::Need;
use crate::value::{Format, Value};
use crate::wasm::{GuestCall, GuestCursor, QueryRequest, Recall, TransactionVerb};

/// The calls of one thread. What it counted is added to the whole when it goes.
pub struct ForeseenCall {
    call: Arc<ProcedureCall>,
    keyed: Vec<Arc<KeyedAnswers>>,
    /// Never contended: the thread's own.
    counts: Mutex<RecallCounts>,
}

/// Queries that were answered from what was read for every key.
#[derive(Default)]
pub struct RecallCounts {
    /// Answers that were asked for the first time, and their rows.
    pub first: u64,
    pub rows: u64,
    pub again: u64,
    pub shapes: ShapeTally,
}

impl ForeseenCall {
    pub fn new(call: &Arc<ProcedureCall>, rules: &[Rule]) -> Self {
        Self {
            call: Arc::clone(call),
            keyed: rules
                .iter()
                .filter_map(|rule| rule.keyed.answers().cloned())
                .collect(),
            counts: Mutex::default(),
        }
    }
}

impl Drop for ForeseenCall {
    fn drop(&mut self) {
        self.call
            .add_recalled(std::mem::take(self.counts.get_mut()));
    }
}

impl GuestCall for ForeseenCall {
    fn recall(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
        written: &mut Vec<u8>,
    ) -> Recall {
        for keyed in &self.keyed {
            let Some(found) = keyed.recall(sql, parameters, format, written) else {
                continue;
            };
            let outcome = match found.first {
                Some(query_time) => QueryOutcome {
                    nanoseconds: query_time.as_nanos() as u64,
                    rows: found.row_count,
                    ..QueryOutcome::default()
                },
                None => QueryOutcome {
                    is_memo_hit: true,
                    ..QueryOutcome::default()
                },
            };
            let mut counts = self.counts.lock();
            counts.first += u64::from(!outcome.is_memo_hit);
            counts.again += u64::from(outcome.is_memo_hit);
            counts.rows += outcome.rows;
            if keyed
                .query
                .count(&mut counts.shapes, sql, parameters, outcome)
            {
                self.call.add_shapes(std::mem::take(&mut counts.shapes));
            }
            return Recall::Written;
        }
        self.call.recall(sql, parameters, format, written)
    }

    fn query(&self, request: &QueryRequest) -> EngineResult<Arc<[u8]>> {
        self.call.query(request)
    }

    fn open_cursor(self: Arc<Self>, request: QueryRequest) -> EngineResult<Box<dyn GuestCursor>> {
        Arc::clone(&self.call).open_cursor(request)
    }

    fn fetch(&self, request: FetchRequest) -> EngineResult<FetchResponse> {
        self.call.fetch(request)
    }

    fn now_micros(&self) -> i64 {
        self.call.now_micros()
    }

    fn transaction(&self, verb: TransactionVerb) -> EngineResult<()> {
        self.call.transaction(verb)
    }

    fn require(&self, need: &Need<'_>) -> EngineResult<()> {
        self.call.require(need)
    }

    fn profiled_thread(&self) -> Option<u64> {
        self.call.profiled_thread()
    }

    fn sample(&self, frames: &[String], thread: u64) {
        self.call.sample(frames, thread);
    }
}
