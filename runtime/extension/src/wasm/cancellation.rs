//! Whether work should stop, and why: asked for by somebody, or out of time.
//!
//! A statement has one, and so has every nested query below it: a stop wished for above holds for
//! everything below, however deep procedures and queries alternate.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;

use crate::error::EngineError;
use crate::generated::errors::ErrorCode;

/// The wish that a statement or a nested query end.
#[derive(Debug, Default)]
pub struct Cancellation {
    is_requested: AtomicBool,
    is_expired: AtomicBool,
    deadline: Option<Deadline>,
    above: Option<Arc<Cancellation>>,
}

#[derive(Debug)]
struct Deadline {
    at: Mutex<Instant>,
    limit_ms: u64,
}

impl Cancellation {
    /// For a client's own statement, or for a query of the procedures that `above` stands for.
    pub fn new(above: Option<Arc<Cancellation>>) -> Arc<Self> {
        Arc::new(Self {
            above,
            ..Self::default()
        })
    }

    /// For a nested query that may take `time_left`, what remains of `limit_ms`.
    pub fn with_deadline(
        above: Arc<Cancellation>,
        time_left: Duration,
        limit_ms: u64,
    ) -> Arc<Self> {
        Arc::new(Self {
            deadline: Instant::now().checked_add(time_left).map(|at| Deadline {
                at: Mutex::new(at),
                limit_ms,
            }),
            above: Some(above),
            ..Self::default()
        })
    }

    /// Says that work goes on after a pause, and may take `time_left` from here on.
    pub fn go_on(&self, time_left: Duration) {
        if let Some(deadline) = &self.deadline
            && let Some(at) = Instant::now().checked_add(time_left)
        {
            *deadline.at.lock() = at;
        }
    }

    /// Asks that this and everything below it stop.
    pub fn request(&self) {
        self.is_requested.store(true, Ordering::Release);
    }

    /// Looks at the clock; the only place that does, so that asking stays cheap.
    pub fn notice_time(&self, now: Instant) {
        if let Some(deadline) = &self.deadline
            && now >= *deadline.at.lock()
        {
            self.is_expired.store(true, Ordering::Release);
        }
    }

    pub fn should_stop(&self) -> bool {
        let mut level = Some(self);
        while let Some(cancellation) = level {
            if cancellation.is_requested.load(Ordering::Acquire)
                || cancellation.is_expired.load(Ordering::Acquire)
            {
                return true;
            }
            level = cancellation.above.as_deref();
        }
        false
    }

    /// Why to stop, as the error of what is stopped; none while nothing asks for it.
    pub fn reason(&self) -> Option<EngineError> {
        let mut level = Some(self);
        while let Some(cancellation) = level {
            if cancellation.is_requested.load(Ordering::Acquire) {
                return Some(EngineError::new(
                    ErrorCode::QueryCanceled,
                    "the statement was cancelled",
                ));
            }
            if let Some(deadline) = &cancellation.deadline
                && cancellation.is_expired.load(Ordering::Acquire)
            {
                return Some(
                    EngineError::new(
                        ErrorCode::QueryCanceled,
                        "the procedure's queries ran out of time",
                    )
                    .detail(format!(
                        "limit {} ms in queries of one call",
                        deadline.limit_ms
                    ))
                    .hint("raise the limit: ALTER PROCEDURE … SET (query_time_ms_max = '5min')"),
                );
            }
            level = cancellation.above.as_deref();
        }
        None
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_stop_holds_for_everything_below_and_nothing_above() {
        let statement = Cancellation::new(None);
        let query = Cancellation::with_deadline(Arc::clone(&statement), Duration::ZERO, 7);
        let nested = Cancellation::new(Some(Arc::clone(&query)));
        assert!(!nested.should_stop());
        query.notice_time(Instant::now());
        assert!(nested.should_stop() && !statement.should_stop());
        let reason = nested.reason().expect("it is out of time");
        assert_eq!(
            reason.detail.as_deref(),
            Some("limit 7 ms in queries of one call")
        );
        statement.request();
        assert!(statement.should_stop());
    }
}
