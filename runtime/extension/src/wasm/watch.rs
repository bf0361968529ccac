//! Watching a guest from outside: how long it has run, and whether it has to stop.
//!
//! Everything here can be read while the guest runs on another thread.

use std::sync::atomic::{AtomicBool, AtomicPtr, AtomicU32, AtomicU64, Ordering};
use std::sync::{Arc, OnceLock};

use parking_lot::Mutex;

use super::call::GuestCall;
use super::cancellation::Cancellation;
use super::code::GuestCode;
use super::columnar::STALL_MS;
use super::interrupt::Sample;
use super::running::let_go;
use crate::error::EngineError;
use crate::generated::errors::ErrorCode;

/// What is known of one guest while it runs.
pub struct Watch {
    pub code: GuestCode,
    /// CPU that a call may take.
    timeout_ms: u64,
    /// Of the statement that the guest works for.
    cancellation: Mutex<Arc<Cancellation>>,
    /// Counts calls, and stretches of them between waits.
    sequence: AtomicU64,
    /// CPU that the call's thread spent on the host's work: not the guest's.
    host_cpu_ns: AtomicU64,
    /// Where a call for many rows says how far it has come; null in other calls.
    progress: AtomicPtr<AtomicU32>,
    /// The stretch that must stop.
    condemned: AtomicU64,
    /// What the condemned call had used; [`IS_CANCELLED`] when it is not out of time.
    used_ms: AtomicU64,
    stretch: Mutex<Stretch>,
    /// How often a call that must stop was met and sent on its way out.
    catches: AtomicU32,
    is_profiled: AtomicBool,
    /// Made for the first profile.
    sample: OnceLock<Box<Sample>>,
    profile: Mutex<Option<ProfiledCall>>,
}

impl Drop for Watch {
    fn drop(&mut self) {
        let_go();
    }
}

/// No call is condemned.
const NOBODY: u64 = u64::MAX;
const IS_CANCELLED: u64 = u64::MAX;

/// What the last look at the guest found.
#[derive(Default)]
struct Stretch {
    sequence: u64,
    progress: u32,
    cpu_start_ns: u64,
    /// What the call had spent on the host's work when the stretch began.
    host_cpu_start_ns: u64,
}

/// Who wants to know where the guest is, and on which thread it runs.
#[derive(Clone)]
struct ProfiledCall {
    guest_call: Arc<dyn GuestCall>,
    thread: u64,
}

impl Watch {
    pub fn new(code: GuestCode, timeout_ms: u64, cancellation: &Arc<Cancellation>) -> Self {
        Self {
            code,
            timeout_ms,
            cancellation: Mutex::new(Arc::clone(cancellation)),
            sequence: AtomicU64::new(1),
            host_cpu_ns: AtomicU64::new(0),
            progress: AtomicPtr::default(),
            condemned: AtomicU64::new(NOBODY),
            used_ms: AtomicU64::new(0),
            stretch: Mutex::new(Stretch::default()),
            catches: AtomicU32::new(0),
            is_profiled: AtomicBool::new(false),
            sample: OnceLock::new(),
            profile: Mutex::new(None),
        }
    }

    /// Says for which statement the guest works from here on.
    pub fn serve(&self, cancellation: &Arc<Cancellation>) {
        *self.cancellation.lock() = Arc::clone(cancellation);
    }

    /// A call begins.
    pub fn begin(&self, guest_call: &Arc<dyn GuestCall>) {
        self.host_cpu_ns.store(0, Ordering::Relaxed);
        self.resume();
        if let Some(thread) = guest_call.profiled_thread() {
            *self.profile.lock() = Some(ProfiledCall {
                guest_call: Arc::clone(guest_call),
                thread,
            });
            self.sample.get_or_init(Box::default);
            self.is_profiled.store(true, Ordering::Release);
        }
    }

    /// The call goes on after a wait; CPU spent meanwhile was not its own.
    pub fn resume(&self) {
        // Only the thread that runs the guest writes it.
        let next = self.sequence.load(Ordering::Relaxed) + 1;
        self.sequence.store(next, Ordering::Release);
    }

    /// The host did work for the guest.
    pub fn charge_host(&self, cpu_ns: u64) {
        self.host_cpu_ns.fetch_add(cpu_ns, Ordering::Relaxed);
    }

    /// A call for many rows begins; it writes how far it has come to this place, which stays
    /// readable until [`Watch::end`].
    pub fn begin_columnar(&self, progress: *mut AtomicU32) {
        self.progress.store(progress, Ordering::Release);
    }

    /// The call is over, and nobody needs to know any more where it is.
    pub fn end(&self) {
        self.progress.store(std::ptr::null_mut(), Ordering::Release);
        if self.is_profiled() {
            self.is_profiled.store(false, Ordering::Release);
            *self.profile.lock() = None;
        }
    }

    /// Looks at the clock, given the CPU time of the guest's thread, and says whether the guest
    /// has to stop. A call that began since the last look is timed from here on: the limit is as
    /// precise as the looks are frequent.
    pub fn judge(&self, cpu_now_ns: u64) -> bool {
        let sequence = self.sequence.load(Ordering::Acquire);
        if self.condemned.load(Ordering::Relaxed) == sequence {
            return true;
        }
        let host_cpu_ns = self.host_cpu_ns.load(Ordering::Relaxed);
        let place = self.progress.load(Ordering::Acquire);
        // SAFETY: the place is readable while it is set, and whoever looks from another thread
        // keeps the guest from being dropped meanwhile.
        let progress = unsafe { place.as_ref() }.map(|place| place.load(Ordering::Relaxed));
        let mut stretch = self.stretch.lock();
        let has_advanced = progress.is_some_and(|progress| progress != stretch.progress);
        if stretch.sequence != sequence || has_advanced {
            *stretch = Stretch {
                sequence,
                progress: progress.unwrap_or(0),
                cpu_start_ns: cpu_now_ns,
                host_cpu_start_ns: host_cpu_ns,
            };
        }
        let host_cpu_ns = host_cpu_ns.saturating_sub(stretch.host_cpu_start_ns);
        let used_ms = cpu_now_ns
            .saturating_sub(stretch.cpu_start_ns)
            .saturating_sub(host_cpu_ns)
            / 1_000_000;
        drop(stretch);
        let limit_ms = match progress {
            Some(_) => self.timeout_ms.min(STALL_MS),
            None => self.timeout_ms,
        };
        let verdict = match self.cancellation.lock().should_stop() {
            true => IS_CANCELLED,
            false if used_ms >= limit_ms => used_ms,
            false => return false,
        };
        self.used_ms.store(verdict, Ordering::Relaxed);
        self.condemned.store(sequence, Ordering::Release);
        true
    }

    /// Whether the call in progress has to stop. A fault's handler asks.
    pub fn is_condemned(&self) -> bool {
        self.condemned.load(Ordering::Acquire) == self.sequence.load(Ordering::Relaxed)
    }

    /// The call that has to stop was met: it ends when it goes on. Only one that was throwing an
    /// exception may go on elsewhere, at an outer handler, and is met again.
    pub fn catch(&self) {
        self.catches.fetch_add(1, Ordering::AcqRel);
    }

    pub fn catches(&self) -> u32 {
        self.catches.load(Ordering::Acquire)
    }

    pub fn is_caught(&self) -> bool {
        self.catches() > 0
    }

    /// Where to write down where the guest is, for a profile.
    pub fn sample(&self) -> Option<&Sample> {
        self.sample.get().map(|sample| &**sample)
    }

    /// Why the call in progress has to stop, when it has to.
    pub fn reason(&self) -> Option<EngineError> {
        if !self.is_condemned() && !self.is_caught() {
            return None;
        }
        let used_ms = self.used_ms.load(Ordering::Relaxed);
        if used_ms == IS_CANCELLED {
            return self.cancellation.lock().reason();
        }
        Some(
            EngineError::new(ErrorCode::QueryCanceled, "the procedure ran out of time")
                .detail(format!(
                    "limit {} ms of guest CPU, used {used_ms} ms",
                    self.timeout_ms
                ))
                .hint("a loop that does not end, or raise the limit: ALTER PROCEDURE … SET (TIMEOUT '30s')"),
        )
    }

    pub fn is_profiled(&self) -> bool {
        self.is_profiled.load(Ordering::Acquire)
    }

    /// Tells the profile where the guest is: addresses of its code, innermost first, each but the
    /// first one a return address.
    pub fn record_sample(&self, addresses: &[usize]) {
        let Some(profiled) = self.profile.lock().clone() else {
            return;
        };
        if addresses.is_empty() {
            return;
        }
        let frames: Vec<String> = addresses
            .iter()
            .enumerate()
            .filter_map(|(depth, address)| {
                let instruction = address - usize::from(depth > 0);
                self.code.name_of(instruction).map(str::to_owned)
            })
            .collect();
        profiled.guest_call.sample(&frames, profiled.thread);
    }
}
