//! Fences on Linux.

use std::ops::Range;
use std::sync::atomic::{AtomicBool, AtomicUsize, Ordering};
use std::sync::{Arc, OnceLock};
use std::time::{Duration, Instant};

use wasmtime::{Engine, InstancePre, Linker, Module, Store};

use crate::wasm::host_state::HostState;
use crate::wasm::watch::Watch;

pub const IS_POSSIBLE: bool = true;

/// Address of the instruction that traps.
static STOP: AtomicUsize = AtomicUsize::new(0);

/// What that instruction belongs to, ready for every store; it is never behind a fence.
static STOP_MODULE: OnceLock<InstancePre<HostState>> = OnceLock::new();

/// How `unreachable` is compiled: `ud2`, or `udf #0xc11f`.
#[cfg(target_arch = "x86_64")]
const TRAP: &[u8] = &[0x0f, 0x0b];
#[cfg(target_arch = "aarch64")]
const TRAP: &[u8] = &[0x1f, 0xc1, 0x00, 0x00];

/// Makes the instruction that stopped guests go on at. Called once, before any guest runs.
pub fn prepare(engine: &Engine) -> wasmtime::Result<()> {
    let module = Module::new(engine, "(module (func (export \"stop\") unreachable))")?;
    let text = module.text();
    let function = module.functions().next();
    let place = function.and_then(|function| {
        let code = text.get(function.offset..function.offset + function.len)?;
        let offset = code.windows(TRAP.len()).position(|bytes| bytes == TRAP)?;
        Some(text.as_ptr() as usize + function.offset + offset)
    });
    let Some(place) = place else {
        let message = "`unreachable` is not compiled to the instruction that is expected";
        return Err(wasmtime::Error::msg(message));
    };
    STOP.store(place, Ordering::Release);
    let ready = Linker::new(engine).instantiate_pre(&module)?;
    let _ = STOP_MODULE.set(ready);
    Ok(())
}

/// The CPU clock of a thread, for others to read while the thread lives.
pub struct ThreadClock(libc::clockid_t);

impl ThreadClock {
    pub fn of_this_thread() -> Self {
        let mut clock = libc::CLOCK_THREAD_CPUTIME_ID;
        // SAFETY: asks about this thread; `clock` is a valid place for the answer.
        unsafe { libc::pthread_getcpuclockid(libc::pthread_self(), &mut clock) };
        Self(clock)
    }

    /// CPU time that the thread has used, in nanoseconds.
    pub fn cpu_ns(&self) -> u64 {
        let mut time = libc::timespec {
            tv_sec: 0,
            tv_nsec: 0,
        };
        // SAFETY: `time` is a valid place for the result.
        unsafe { libc::clock_gettime(self.0, &mut time) };
        time.tv_sec as u64 * 1_000_000_000 + time.tv_nsec as u64
    }
}

/// The pages of one module's compiled code.
pub struct Fence {
    pages: Range<usize>,
    is_up: AtomicBool,
}

impl Fence {
    /// Around a module's text, which wasmtime maps readable and executable, and what lies beside
    /// it on its last page, which is readable.
    pub fn around(text: &[u8]) -> Self {
        // SAFETY: asks the system for a constant.
        let page = unsafe { libc::sysconf(libc::_SC_PAGESIZE) } as usize;
        let start = text.as_ptr() as usize;
        Self {
            pages: start / page * page..(start + text.len()).next_multiple_of(page),
            is_up: AtomicBool::new(false),
        }
    }

    /// Lets no thread execute the code until [`Fence::lift`].
    pub fn raise(&self) {
        self.is_up.store(true, Ordering::Release);
        self.protect(libc::PROT_READ);
    }

    pub fn lift(&self) {
        self.protect(libc::PROT_READ | libc::PROT_EXEC);
        self.is_up.store(false, Ordering::Release);
    }

    fn protect(&self, protection: i32) {
        let length = self.pages.len();
        // SAFETY: the pages are a live module's code, which nobody writes. A thread that executes
        // it meanwhile faults, and `on_fault` lets it go on.
        unsafe { libc::mprotect(self.pages.start as *mut libc::c_void, length, protection) };
    }

    fn contains(&self, address: usize) -> bool {
        self.pages.contains(&address)
    }

    /// Waits until the code may be executed again. Runs in a signal handler.
    fn wait(&self) {
        while self.is_up.load(Ordering::Acquire) {
            pause();
        }
    }
}

/// Lets other threads run for a moment. Runs in a signal handler too, see [`on_fault`].
fn pause() {
    let moment = libc::timespec {
        tv_sec: 0,
        tv_nsec: 20_000,
    };
    // SAFETY: `moment` is a valid time; what remains of it is not asked for.
    unsafe { libc::nanosleep(&moment, std::ptr::null_mut()) };
}

/// Waits for something that another thread does, for a while; false when it did not come.
fn comes_within(duration: Duration, has_come: impl Fn() -> bool) -> bool {
    let start = Instant::now();
    while !has_come() {
        if start.elapsed() > duration {
            return false;
        }
        pause();
    }
    true
}

/// How long a fence stands for a guest that must stop. Other guests of its module wait so long.
const STOP_WAIT: Duration = Duration::from_millis(2);

/// How long a fence stands to learn where a guest is.
const SAMPLE_WAIT: Duration = Duration::from_micros(300);

impl Watch {
    /// Meets the guest, which runs while `is_running`, and stops it.
    pub fn stop(&self, is_running: impl Fn() -> bool) {
        let before = self.catches();
        self.code.fences().for_each(Fence::raise);
        comes_within(STOP_WAIT, || self.catches() != before || !is_running());
        self.code.fences().for_each(Fence::lift);
    }

    /// Meets the guest and tells the profile where it is.
    pub fn locate(&self) {
        let Some(sample) = self.sample() else {
            return;
        };
        sample.request();
        self.code.fences().for_each(Fence::raise);
        comes_within(SAMPLE_WAIT, || sample.is_written());
        self.code.fences().for_each(Fence::lift);
        self.record_sample(&sample.take());
    }
}

/// Lets `watch` decide what becomes of the store's guest when it meets a fence.
///
/// The store gets to know the instruction that stops guests. A guest that is stopped on its way to
/// the host seems to have been called from there, and what it asks of the host may look for its
/// callers: to find who catches an exception, or what still refers to one.
///
/// # Errors
/// There is no place for one more instance.
pub fn handle_faults(store: &mut Store<HostState>, watch: &Arc<Watch>) -> wasmtime::Result<()> {
    if let Some(ready) = STOP_MODULE.get() {
        ready.instantiate(&mut *store)?;
    }
    let watch = Arc::clone(watch);
    // SAFETY: what runs in the handler may run there: see `on_fault`.
    unsafe {
        wasmtime::unix::StoreExt::set_signal_handler(store, move |signal, info, context| {
            signal == libc::SIGSEGV
                && on_fault(
                    &watch,
                    (*info).si_addr() as usize,
                    &mut *context.cast_mut().cast::<libc::ucontext_t>(),
                )
        });
    }
    Ok(())
}

/// A guest's thread touched memory at `address` that it may not touch. Says whether that was
/// because of a fence; the thread then goes on as `context` says.
///
/// What runs here may run in a signal handler, on every path:
///
/// - It allocates nothing and takes no lock. Fences, ranges of code and the sample are made before
///   the guest's call begins and are freed after it ended; they are found through the closure of
///   the store, whose call wasmtime knows by a thread local that it sets when a guest is entered, so
///   nothing is initialised here. `OnceLock::get` is a load; all that is written is atomics and the
///   frame of the thread that stands still.
/// - It reads no clock: the thread that raised the fence decides how long it stands, and lifts it in
///   any case. [`pause`] is one system call. It is no function that POSIX names as safe here, but
///   has no state in the library; the `errno` that it may leave was nobody's, see below.
/// - It does not panic: places in slices are bounded before they are used, and what is read from a
///   stack is compared or wraps.
///
/// And it could hardly do harm if it did more: the fault is synchronous, raised by fetching an
/// instruction from a module's pages, where only guests and wasmtime's trampolines lie. So the
/// thread is never met inside the allocator, with a lock of the host's, or between a system call and
/// a look at `errno`. That is also why wasmtime's own handler, to which a stopped guest comes next at
/// its `unreachable`, may take its registry's lock and record a backtrace.
///
/// # Safety
/// Called on that thread by the fault's handler, with its context.
unsafe fn on_fault(watch: &Watch, address: usize, context: &mut libc::ucontext_t) -> bool {
    // What a guest reads and writes is never code.
    let Some(fence) = watch.code.fences().find(|fence| fence.contains(address)) else {
        return false;
    };
    let place = Place::of(context);
    let is_guest = |instruction| watch.code.contains(instruction);
    if watch.is_condemned() {
        if is_guest(place.instruction) {
            watch.catch();
            go_on_at(context, STOP.load(Ordering::Acquire));
            return true;
        }
        // SAFETY: see `Place::caller`.
        if let Some(returns_to) = unsafe { place.caller(is_guest) } {
            watch.catch();
            // SAFETY: `returns_to` is where a trampoline's frame holds its return address.
            unsafe { returns_to.write(STOP.load(Ordering::Acquire)) };
        }
    } else if let Some(sample) = watch.sample()
        && is_guest(place.instruction)
    {
        // SAFETY: the instruction is the guest's.
        unsafe { sample.write(place, is_guest) };
    }
    fence.wait();
    true
}

/// Where a thread was when it met the fence.
#[derive(Clone, Copy)]
struct Place {
    instruction: usize,
    frame: usize,
    stack: usize,
}

/// A trampoline's frame is not larger.
const TRAMPOLINE_FRAME_MAX: usize = 4096;

impl Place {
    #[cfg(target_arch = "x86_64")]
    fn of(context: &libc::ucontext_t) -> Self {
        let registers = &context.uc_mcontext.gregs;
        Self {
            instruction: registers[libc::REG_RIP as usize] as usize,
            frame: registers[libc::REG_RBP as usize] as usize,
            stack: registers[libc::REG_RSP as usize] as usize,
        }
    }

    #[cfg(target_arch = "aarch64")]
    fn of(context: &libc::ucontext_t) -> Self {
        Self {
            instruction: context.uc_mcontext.pc as usize,
            frame: context.uc_mcontext.regs[29] as usize,
            stack: context.uc_mcontext.sp as usize,
        }
    }

    /// Where the frame of a trampoline that a guest called holds the address it returns to.
    ///
    /// # Safety
    /// The thread stands still at the place.
    unsafe fn caller(self, is_guest: impl Fn(usize) -> bool) -> Option<*mut usize> {
        // On the way into a guest the register may hold anything; then it does not point close
        // above the stack pointer, at a return address into a guest. A frame that does is one, and
        // its guest must stop when it comes back to it.
        let is_close = (self.stack..self.stack + TRAMPOLINE_FRAME_MAX).contains(&self.frame);
        if !is_close || !self.frame.is_multiple_of(16) {
            return None;
        }
        // SAFETY: the address lies in the part of the stack that is in use.
        unsafe {
            let slot = (self.frame as *mut usize).add(1);
            is_guest(slot.read().wrapping_sub(1)).then_some(slot)
        }
    }
}

#[cfg(target_arch = "x86_64")]
fn go_on_at(context: &mut libc::ucontext_t, instruction: usize) {
    context.uc_mcontext.gregs[libc::REG_RIP as usize] = instruction as i64;
}

#[cfg(target_arch = "aarch64")]
fn go_on_at(context: &mut libc::ucontext_t, instruction: usize) {
    context.uc_mcontext.pc = instruction as u64;
}

/// Frames of one stack that a profile keeps.
const FRAMES_MAX: usize = 128;

/// Where a thread writes down where its guest is, when asked.
pub struct Sample {
    state: AtomicUsize,
    addresses: [AtomicUsize; FRAMES_MAX],
}

/// States of a sample; one above [`WRITTEN`] says how many addresses there are.
const IDLE: usize = 0;
const WANTED: usize = 1;
const WRITTEN: usize = 2;

impl Default for Sample {
    fn default() -> Self {
        Self {
            state: AtomicUsize::new(IDLE),
            addresses: [const { AtomicUsize::new(0) }; FRAMES_MAX],
        }
    }
}

impl Sample {
    fn request(&self) {
        self.state.store(WANTED, Ordering::Release);
    }

    fn is_written(&self) -> bool {
        self.state.load(Ordering::Acquire) > WRITTEN
    }

    /// Instructions, innermost first; none from a thread that did not come.
    fn take(&self) -> Vec<usize> {
        let state = self.state.swap(IDLE, Ordering::AcqRel);
        let count = state.saturating_sub(WRITTEN);
        let addresses = self.addresses[..count].iter();
        addresses
            .map(|address| address.load(Ordering::Relaxed))
            .collect()
    }

    /// Writes down the frames from a place outwards, if that is wanted.
    ///
    /// # Safety
    /// `is_guest` holds for the place's instruction, whose code keeps a chain of frame pointers.
    unsafe fn write(&self, place: Place, is_guest: impl Fn(usize) -> bool) {
        if self.state.load(Ordering::Acquire) != WANTED {
            return;
        }
        let (mut instruction, mut frame) = (place.instruction, place.frame);
        let mut count = 0;
        loop {
            self.addresses[count].store(instruction, Ordering::Relaxed);
            count += 1;
            // SAFETY: a guest's frame begins with its caller's frame pointer, then the return
            // address; the outermost one returns to a trampoline, where this ends.
            let (caller_frame, returns_to) = unsafe {
                let frame = frame as *const usize;
                (frame.read(), frame.add(1).read())
            };
            if count == FRAMES_MAX || caller_frame <= frame || !is_guest(returns_to.wrapping_sub(1))
            {
                break;
            }
            (instruction, frame) = (returns_to, caller_frame);
        }
        self.state.store(WRITTEN + count, Ordering::Release);
    }
}
