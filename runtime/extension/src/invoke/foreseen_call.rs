//! What the rows of one thread get from the database while their queries are answered ahead.
//!
//! It counts on its own: what threads count together moves between their caches at every row.

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

/// Queries that were answered from what is known.
#[derive(Default)]
pub struct RecallCounts {
    /// Answers that were asked for the first time, and their rows.
    pub first: u64,
    pub rows: u64,
    pub again: u64,
    pub shapes: ShapeTally,
    pub shapes_again: ShapeTally,
    /// Queries to come that were counted by the same calls before.
    counted: u64,
    /// How many those were at first.
    given: u64,
}

impl ForeseenCall {
    /// `counted` is how many of the queries to come were counted already.
    pub fn new(call: &Arc<ProcedureCall>, rules: &[Rule], counted: u64) -> Self {
        let counts = RecallCounts {
            counted,
            given: counted,
            ..RecallCounts::default()
        };
        Self {
            call: Arc::clone(call),
            keyed: rules
                .iter()
                .filter_map(|rule| rule.keyed.answers().cloned())
                .collect(),
            counts: Mutex::new(counts),
        }
    }

    /// How many of the queries to come are still counted already.
    pub fn counted(&self) -> u64 {
        self.counts.lock().counted
    }

    /// The calls are made again, as if nothing had happened. What they asked for the first time
    /// stays counted, because it will not look like it then: says how many queries that were.
    pub fn take_back(mut self) -> u64 {
        let counts = self.counts.get_mut();
        counts.again = 0;
        counts.shapes_again = ShapeTally::default();
        counts.given + counts.first
    }

    /// Counts a query. `count_shape` counts it under its shape, and says whether the tally should be
    /// merged before it grows further.
    fn count(&self, outcome: QueryOutcome, count_shape: impl FnOnce(&mut ShapeTally) -> bool) {
        let mut counts = self.counts.lock();
        if outcome.is_memo_hit && counts.counted > 0 {
            counts.counted -= 1;
            return;
        }
        counts.first += u64::from(!outcome.is_memo_hit);
        counts.again += u64::from(outcome.is_memo_hit);
        counts.rows += outcome.rows;
        let shapes = match outcome.is_memo_hit {
            true => &mut counts.shapes_again,
            false => &mut counts.shapes,
        };
        if count_shape(shapes) {
            let shapes = std::mem::take(shapes);
            self.call.add_shapes(shapes);
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
            if let Some(found) = keyed.recall(sql, parameters, format, written) {
                let outcome = QueryOutcome::recalled(found.first, found.row_count);
                self.count(outcome, |shapes| {
                    keyed.query.count(shapes, sql, parameters, outcome)
                });
                return Recall::Written;
            }
        }
        let Some(known) = self.call.known(sql, parameters, format) else {
            return Recall::Nothing;
        };
        let outcome = QueryOutcome::recalled(known.first, known.row_count);
        self.count(outcome, |shapes| shapes.count(sql, parameters, outcome));
        Recall::Kept(known.bytes)
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
