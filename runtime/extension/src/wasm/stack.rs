//! How much of the thread's own stack is left: nested statements stack guests on one thread, and
//! running off its end would end the process.

use std::cell::Cell;

use super::engine::WASM_STACK_BYTES;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// What DuckDB and the engine may need below a guest, in bytes.
const HOST_STACK_BYTES: usize = 768 << 10;

thread_local! {
    /// The lowest address of this thread's stack; 0 when it is not known.
    static STACK_LOW: Cell<Option<usize>> = const { Cell::new(None) };
}

/// Refuses to enter a guest on a stack that may not hold it.
pub fn check_stack() -> EngineResult<()> {
    let low = STACK_LOW.with(|low| match low.get() {
        Some(known) => known,
        None => {
            let found = stack_low();
            low.set(Some(found));
            found
        }
    });
    let marker = 0u8;
    let left = (std::ptr::from_ref(&marker) as usize).saturating_sub(low);
    if low == 0 || left >= WASM_STACK_BYTES + HOST_STACK_BYTES {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::ProgramLimitExceeded,
        "procedures and queries are nested too deeply for this thread's stack",
    )
    .detail(format!(
        "{left} bytes are left, a call needs {}",
        WASM_STACK_BYTES + HOST_STACK_BYTES
    )))
}

#[cfg(target_os = "linux")]
fn stack_low() -> usize {
    // SAFETY: the attributes are initialised by the call that succeeds, read, and destroyed.
    unsafe {
        let mut attributes: libc::pthread_attr_t = std::mem::zeroed();
        if libc::pthread_getattr_np(libc::pthread_self(), &mut attributes) != 0 {
            return 0;
        }
        let mut low = std::ptr::null_mut();
        let mut size = 0;
        let state = libc::pthread_attr_getstack(&attributes, &mut low, &mut size);
        libc::pthread_attr_destroy(&mut attributes);
        if state == 0 { low as usize } else { 0 }
    }
}

#[cfg(target_os = "macos")]
fn stack_low() -> usize {
    // SAFETY: both calls only read the calling thread's description.
    unsafe {
        let thread = libc::pthread_self();
        libc::pthread_get_stackaddr_np(thread) as usize - libc::pthread_get_stacksize_np(thread)
    }
}

#[cfg(not(any(target_os = "linux", target_os = "macos")))]
fn stack_low() -> usize {
    0
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_small_stack_is_refused_and_a_usual_one_is_not() {
        let start = |bytes: usize| {
            let wait = std::sync::Arc::new(std::sync::Barrier::new(2));
            let release = std::sync::Arc::clone(&wait);
            let thread = std::thread::Builder::new()
                .stack_size(bytes)
                .spawn(move || {
                    let is_enough = check_stack().is_ok();
                    wait.wait();
                    is_enough
                });
            (thread.expect("a thread"), release)
        };
        // A thread may get the larger stack of one that has ended. While one with the small stack
        // lives, the next one gets another, and at last one that was made for it.
        let small: Vec<_> = (0..64).map(|_| start(1 << 20)).collect();
        let usual = start(8 << 20);
        let is_enough = |(thread, release): (std::thread::JoinHandle<bool>, _)| {
            let release: std::sync::Arc<std::sync::Barrier> = release;
            release.wait();
            thread.join().expect("no panic")
        };
        assert!(is_enough(usual));
        let refused = small.into_iter().map(is_enough).filter(|enough| !enough);
        assert!(refused.count() > 0);
    }
}
