//! Which guest runs on which thread, so that it can be looked at and stopped from outside.
//!
//! Where guests can be interrupted ([`super::interrupt`]), they look at no clock themselves: the
//! clock's thread looks at them, and stops those that must stop. Elsewhere compiled code checks
//! wasmtime's epoch at every loop and function, and nothing here is needed.

use std::cell::Cell;
use std::sync::Arc;
use std::sync::atomic::{AtomicPtr, Ordering};

use parking_lot::Mutex;

use super::interrupt::{self, ThreadClock};
use super::watch::Watch;

/// A thread that runs guests.
struct Lane {
    clock: ThreadClock,
    /// The guest that runs on it now; null while the thread does something else.
    watch: AtomicPtr<Watch>,
}

/// Every thread that has run a guest and still lives. Whoever holds the lock can look at the
/// watches: a guest takes it before it is dropped, a thread before it ends.
static LANES: Mutex<Vec<Arc<Lane>>> = Mutex::new(Vec::new());

thread_local! {
    static LANE: Cell<*const Lane> = const { Cell::new(std::ptr::null()) };
    /// Takes the thread's lane off the list when the thread ends.
    static OWN_LANE: OwnLane = OwnLane::enlist();
}

struct OwnLane(Arc<Lane>);

impl OwnLane {
    fn enlist() -> Self {
        let lane = Arc::new(Lane {
            clock: ThreadClock::of_this_thread(),
            watch: AtomicPtr::default(),
        });
        LANES.lock().push(Arc::clone(&lane));
        LANE.set(Arc::as_ptr(&lane));
        Self(lane)
    }
}

impl Drop for OwnLane {
    fn drop(&mut self) {
        LANE.set(std::ptr::null());
        LANES.lock().retain(|lane| !Arc::ptr_eq(lane, &self.0));
    }
}

impl Lane {
    /// Called under the lock of all lanes.
    fn look(&self) {
        let running = self.watch.load(Ordering::Acquire);
        // SAFETY: a guest that runs is alive; it and its watch wait for the lock when they go.
        let Some(watch) = (unsafe { running.as_ref() }) else {
            return;
        };
        if watch.judge(self.clock.cpu_ns()) {
            watch.stop(|| self.watch.load(Ordering::Acquire) == running);
        } else if watch.is_profiled() {
            watch.locate();
        }
    }
}

/// Looks at every guest that runs. Called by the clock's thread.
pub fn look() {
    for lane in LANES.lock().iter() {
        lane.look();
    }
}

/// Waits until nobody looks at a guest that no longer runs, so that it can be dropped.
pub fn let_go() {
    if interrupt::is_available() {
        drop(LANES.lock());
    }
}

/// A guest runs on this thread while it lives; another one that ran before goes on afterwards.
pub struct Running {
    before: *mut Watch,
    lane: *const Lane,
}

impl Running {
    /// The guest must outlive this.
    pub fn enter(watch: &Arc<Watch>) -> Self {
        Self::replace(Arc::as_ptr(watch).cast_mut())
    }

    /// The guest of this thread waits for the host while this lives.
    pub fn pause() -> Self {
        Self::replace(std::ptr::null_mut())
    }

    fn replace(watch: *mut Watch) -> Self {
        if !interrupt::is_available() {
            let nothing = std::ptr::null_mut();
            return Self {
                before: nothing,
                lane: nothing.cast(),
            };
        }
        let mut lane = LANE.get();
        if lane.is_null() {
            // Fails only on a thread that is ending; its guests are then not watched, which no
            // caller of ours does.
            let _ = OWN_LANE.try_with(|_| ());
            lane = LANE.get();
        }
        // SAFETY: a thread's lane lives as long as the thread.
        let before = unsafe { lane.as_ref() }.map_or(std::ptr::null_mut(), |lane| {
            lane.watch.swap(watch, Ordering::AcqRel)
        });
        Self { before, lane }
    }
}

impl Drop for Running {
    fn drop(&mut self) {
        // SAFETY: as in `replace`; a guard does not leave its thread.
        if let Some(lane) = unsafe { self.lane.as_ref() } {
            lane.watch.store(self.before, Ordering::Release);
        }
    }
}
