//! Host functions that work for longer, or on DuckDB: never on a fiber's stack.

use std::future::Future;
use std::pin::pin;
use std::task::{Context, Poll, Waker};
use std::time::{Duration, Instant};

use super::failure::{fault, sample};
use super::guest_access::Guest;
use super::instance::thread_cpu_ns;
use super::running::Running;
use crate::error::EngineError;

/// The outcome of a host function that has nothing to wait for, because no fiber is involved.
pub fn at_once<T>(work: impl Future<Output = wasmtime::Result<T>>) -> wasmtime::Result<T> {
    match pin!(work).poll(&mut Context::from_waker(Waker::noop())) {
        Poll::Ready(outcome) => outcome,
        Poll::Pending => fault(EngineError::internal("a guest without a fiber waited")),
    }
}

/// Does work on the thread's own stack and says how long it took; a guest on a fiber waits for it.
/// The CPU that it takes is not the guest's.
pub async fn off_fiber<T: Send + 'static>(
    guest: &mut Guest<'_>,
    work: impl FnOnce() -> T + Send + 'static,
) -> wasmtime::Result<(T, Duration)> {
    // So that the profile knows who asked.
    sample(&*guest);
    let started = Instant::now();
    let cpu_start = thread_cpu_ns();
    let (made, is_on_fiber) = match guest.data().park.clone() {
        Some(park) => (park.run(work).await, true),
        None => {
            let _pause = Running::pause();
            (work(), false)
        }
    };
    if is_on_fiber {
        guest.data().watch.resume();
    }
    if !is_on_fiber {
        let watch = &guest.data().watch;
        watch.charge_host(thread_cpu_ns().saturating_sub(cpu_start));
    }
    Ok((made, started.elapsed()))
}
