//! Live guests and their memory, counted where they are made and dropped.

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

/// The guests of one database that are alive.
#[derive(Debug, Default)]
pub struct Gauge {
    live: AtomicU64,
    made: AtomicU64,
}

impl Gauge {
    /// Counts one more until the answer is dropped.
    pub fn count(self: &Arc<Self>) -> InstanceCount {
        self.live.fetch_add(1, Ordering::Relaxed);
        self.made.fetch_add(1, Ordering::Relaxed);
        InstanceCount(Arc::clone(self))
    }

    pub fn live(&self) -> u64 {
        self.live.load(Ordering::Relaxed)
    }

    /// How many were ever made.
    pub fn made(&self) -> u64 {
        self.made.load(Ordering::Relaxed)
    }
}

/// One live guest's place in the count.
#[derive(Debug)]
pub struct InstanceCount(Arc<Gauge>);

impl Drop for InstanceCount {
    fn drop(&mut self) {
        self.0.live.fetch_sub(1, Ordering::Relaxed);
    }
}
