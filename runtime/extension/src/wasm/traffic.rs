//! What crossed the border between host and guest.

use std::time::Instant;

/// Bytes and time of values going in and out of one guest, since they were last taken.
#[derive(Clone, Copy, Debug, Default)]
pub struct Traffic {
    /// Arguments and query results.
    pub bytes_in: u64,
    /// Results and queries.
    pub bytes_out: u64,
    pub marshalling_ns: u64,
    /// How many calls the current one stands for where time is concerned; 0 when it is not timed.
    pub time_weight: u64,
}

impl Traffic {
    pub fn start(&self) -> Option<Instant> {
        (self.time_weight > 0).then(Instant::now)
    }

    pub fn end(&mut self, started: Option<Instant>) {
        if let Some(started) = started {
            self.marshalling_ns += started.elapsed().as_nanos() as u64 * self.time_weight;
        }
    }

    pub fn take(&mut self) -> Self {
        std::mem::take(self)
    }
}
