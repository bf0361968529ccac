//! Where a guest on a fiber waits for the answer to a query, or for what DuckDB and the operating
//! system do for it.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::EngineResult;
use crate::value::{Format, Value};

/// A query as a guest asked it.
#[derive(Clone)]
pub struct QueryRequest {
    pub sql: String,
    pub parameters: Vec<Value>,
    pub format: Format,
    /// Wall-clock time the call may still spend in queries.
    pub time_left: Duration,
}

/// What came of a query, and how long it took: its share where many were answered together.
pub struct Answered {
    pub outcome: EngineResult<Arc<[u8]>>,
    pub query_time: Duration,
}

/// Something else that must not run on a fiber's stack.
pub type Work = Box<dyn FnOnce() + Send>;

/// What a guest on a fiber waits for.
pub enum Waiting {
    Query(QueryRequest),
    Work(Work),
}

/// What a guest on a fiber waits for, and later the answer to its query.
#[derive(Default)]
pub struct Park(Mutex<Parked>);

#[derive(Default)]
struct Parked {
    waiting: Option<Waiting>,
    answer: Option<Answered>,
}

impl Park {
    /// Leaves a query and waits for its answer.
    pub fn wait(self: Arc<Self>, request: QueryRequest) -> Answer {
        self.0.lock().waiting = Some(Waiting::Query(request));
        Answer(self)
    }

    /// Leaves work for the thread's own stack and waits for what comes of it.
    pub async fn run<T: Send + 'static>(&self, work: impl FnOnce() -> T + Send + 'static) -> T {
        let place = Arc::new(Mutex::new(None));
        let result = Arc::clone(&place);
        self.0.lock().waiting = Some(Waiting::Work(Box::new(move || {
            let made = work();
            *place.lock() = Some(made);
        })));
        std::future::poll_fn(move |_| match result.lock().take() {
            Some(made) => Poll::Ready(made),
            None => Poll::Pending,
        })
        .await
    }

    pub fn take(&self) -> Option<Waiting> {
        self.0.lock().waiting.take()
    }

    pub fn answer(&self, answer: Answered) {
        self.0.lock().answer = Some(answer);
    }
}

/// Ready once the parked query is answered. Nothing wakes it: its scheduler polls.
pub struct Answer(Arc<Park>);

impl Future for Answer {
    type Output = Answered;

    fn poll(self: Pin<&mut Self>, _: &mut Context<'_>) -> Poll<Self::Output> {
        match self.0.0.lock().answer.take() {
            Some(answer) => Poll::Ready(answer),
            None => Poll::Pending,
        }
    }
}
