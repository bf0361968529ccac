//! Where a guest on a fiber waits for the answer to a query.

use std::future::Future;
use std::pin::Pin;
use std::sync::Arc;
use std::task::{Context, Poll};
use std::time::Duration;

use parking_lot::Mutex;

use crate::error::EngineResult;
use crate::value::{Format, Value};

/// A query as a guest asked it.
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

/// A query a guest on a fiber waits for, and later its answer.
#[derive(Default)]
pub struct Park(Mutex<Parked>);

#[derive(Default)]
struct Parked {
    request: Option<QueryRequest>,
    answer: Option<Answered>,
}

impl Park {
    /// Leaves a query and waits for its answer.
    pub fn wait(self: Arc<Self>, request: QueryRequest) -> Answer {
        self.0.lock().request = Some(request);
        Answer(self)
    }

    pub fn take_request(&self) -> Option<QueryRequest> {
        self.0.lock().request.take()
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
