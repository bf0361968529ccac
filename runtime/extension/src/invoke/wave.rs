//! Rows on fibers: each runs until it waits for a query, then all waiting queries are answered
//! together, and so on until every row has returned.
//!
//! DuckDB is never called on a fiber's stack: a query, and whatever else needs the thread's own stack,
//! is left in the fiber's park and done here.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll, Waker};

use super::chunk::Chunk;
use super::guest_call::ProcedureCall;
use super::together::Task;
use crate::batch::{Observation, Observed, answer_all};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::value::Value;
use crate::wasm::{CallReport, GuestCall, GuestInstance, Park, Waiting};

/// Rows in one wave. Few rows pay for their query alone; many no longer fit the processor's cache.
const WAVE_ROWS_MAX: usize = 256;

/// Memory the guests of one wave may start with, in bytes; a large guest gets smaller waves.
const WAVE_BYTES_MAX: usize = 64 << 20;

/// Runs a chunk's calls wave by wave.
pub struct Waves<'c, 'a> {
    chunk: &'c mut Chunk<'a>,
    guest_call: Arc<dyn GuestCall>,
    /// Where what the calls do is written down, when somebody wants to know.
    observations: Option<&'c mut Vec<Observation>>,
    /// Rows of the chunk that run after these.
    rows_to_come: usize,
}

type Call<'a> = Pin<Box<dyn Future<Output = (GuestInstance, CallReport)> + 'a>>;

/// One row that runs.
struct Fiber<'a> {
    call: Option<Call<'a>>,
    park: Arc<Park>,
    report: Option<CallReport>,
    observation: Option<Observation>,
}

impl<'c, 'a> Waves<'c, 'a> {
    pub fn new(chunk: &'c mut Chunk<'a>) -> Self {
        let guest_call: Arc<dyn GuestCall> = Arc::<ProcedureCall>::clone(chunk.call);
        Self {
            chunk,
            guest_call,
            observations: None,
            rows_to_come: 0,
        }
    }

    /// As [`Waves::new`], before so many others run; adds an observation for each call that ends.
    pub fn observing(
        chunk: &'c mut Chunk<'a>,
        observations: &'c mut Vec<Observation>,
        rows_to_come: usize,
    ) -> Self {
        Self {
            observations: Some(observations),
            rows_to_come,
            ..Self::new(chunk)
        }
    }

    /// The results of the calls in their order. The first call that fails, in that order, decides
    /// the error, and no later call's log lines are written: as if they had run one by one.
    pub fn run(mut self, tasks: Vec<Task>) -> EngineResult<Vec<Value>> {
        let mut results = Vec::with_capacity(tasks.len());
        let mut waiting = tasks.into_iter().peekable();
        while waiting.peek().is_some() {
            let mut fibers = self.start(&mut waiting)?;
            self.run_wave(&mut fibers)?;
            for fiber in fibers {
                let report = fiber
                    .report
                    .ok_or_else(|| EngineError::internal("a call without an end"))?;
                results.push(self.chunk.settle(report)?);
                if let Some(observations) = &mut self.observations {
                    observations.extend(fiber.observation);
                }
            }
        }
        Ok(results)
    }

    /// Puts the next calls on fibers: as many as a wave takes, fewer when the process has no more
    /// instances to give, never none.
    fn start(
        &mut self,
        waiting: &mut std::iter::Peekable<std::vec::IntoIter<Task>>,
    ) -> EngineResult<Vec<Fiber<'a>>> {
        let rows_max = self.rows_max();
        let mut fibers = Vec::with_capacity(rows_max.min(waiting.len()));
        let name: &'a str = &self.chunk.pinned().procedure.name;
        while fibers.len() < rows_max && waiting.peek().is_some() {
            let instance = match self.take_instance(fibers.is_empty()) {
                Ok(instance) => instance,
                Err(error)
                    if error.code == ErrorCode::ConfigurationLimitExceeded
                        && !fibers.is_empty() =>
                {
                    break;
                }
                Err(error) => return Err(error),
            };
            let (Some(task), Some(park)) = (waiting.next(), instance.park().cloned()) else {
                return Err(EngineError::internal("an instance without a fiber"));
            };
            let observation = self.observations.is_some().then(|| Observation {
                arguments: task.clone(),
                queries: Vec::new(),
            });
            let guest_call = Arc::clone(&self.guest_call);
            let call = async move {
                let mut instance = instance;
                let report = instance.call_on_fiber(&guest_call, name, task).await;
                (instance, report)
            };
            fibers.push(Fiber {
                call: Some(Box::pin(call)),
                park,
                report: None,
                observation,
            });
        }
        Ok(fibers)
    }

    fn run_wave(&mut self, fibers: &mut [Fiber<'a>]) -> EngineResult<()> {
        let mut context = Context::from_waker(Waker::noop());
        loop {
            let mut requests = Vec::new();
            let mut works = Vec::new();
            let mut askers = Vec::new();
            for (index, fiber) in fibers.iter_mut().enumerate() {
                let Some(call) = &mut fiber.call else {
                    continue;
                };
                match call.as_mut().poll(&mut context) {
                    Poll::Ready((mut instance, report)) => {
                        fiber.call = None;
                        fiber.report = Some(report);
                        self.chunk.note(&mut instance);
                        self.chunk
                            .execution()
                            .put_back(self.chunk.pinned(), instance);
                    }
                    Poll::Pending => {
                        let waiting = fiber.park.take();
                        match waiting
                            .ok_or_else(|| EngineError::internal("a call waits for nothing"))?
                        {
                            Waiting::Work(work) => works.push(work),
                            Waiting::Query(request) => {
                                requests.push(request);
                                askers.push(index);
                            }
                        }
                    }
                }
            }
            if requests.is_empty() && works.is_empty() {
                return Ok(());
            }
            for work in works {
                work();
            }
            self.chunk.call.count_queries(requests.len());
            let answers = answer_all(self.chunk.call, &requests, self.rows_to_come);
            for ((index, request), answer) in askers.into_iter().zip(requests).zip(answers) {
                let fiber = &mut fibers[index];
                if let (Some(observation), Ok(bytes)) = (&mut fiber.observation, &answer.outcome) {
                    observation.queries.push(Observed {
                        request,
                        answer: Arc::clone(bytes),
                    });
                }
                fiber.park.answer(answer);
            }
        }
    }

    /// An instance for the next row. Only the first of a wave may cost other procedures their
    /// warm guests: a smaller wave does as well.
    fn take_instance(&mut self, is_first: bool) -> EngineResult<GuestInstance> {
        let (state, pinned) = (self.chunk.state, self.chunk.pinned());
        let (instance, is_cold) = self.chunk.execution().take_fiber(state, pinned, is_first)?;
        self.chunk.tally.cold_starts += u64::from(is_cold);
        Ok(instance)
    }

    fn rows_max(&self) -> usize {
        let initial = self
            .chunk
            .pinned()
            .version
            .compiled
            .get()
            .map_or(0, |module| module.memory_bytes_initial);
        (WAVE_BYTES_MAX / initial.max(1)).clamp(1, WAVE_ROWS_MAX)
    }
}
