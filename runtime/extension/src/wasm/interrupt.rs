//! Stopping a guest at whatever instruction it executes, without any check in its code.
//!
//! Whoever wants to look at a guest takes the permission to execute its code away for a moment, a
//! fence: the next instruction of the guest faults. wasmtime's handler of that fault asks us first
//! ([`on_fault`]). A guest that must stop goes on at an `unreachable` instead, a trap like any
//! other: wasmtime unwinds the guest to where it was entered, and the guest is not used again. Every
//! other guest of the same module waits until the fence is lifted, and executes its instruction
//! again.
//!
//! A guest that is in one of wasmtime's trampolines, on its way back from the host, returns to
//! the `unreachable`. A guest in the host's own functions is not disturbed; it is met when it
//! comes back, at this fence or the next.
//!
//! Why a trap is sound at any instruction of a guest: the fault is synchronous, compiled code keeps
//! the frame pointer a valid chain at every instruction, what the host knows of a guest is written
//! by trampolines and host functions only, and of a guest that was stopped nothing is looked at
//! again. See docs/decisions/2026-11-28-guests-look-at-no-clock.md.

#[cfg(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
))]
#[path = "interrupt/linux.rs"]
mod system;
#[cfg(not(all(
    target_os = "linux",
    any(target_arch = "x86_64", target_arch = "aarch64")
)))]
#[path = "interrupt/other.rs"]
mod system;
#[cfg(test)]
mod tests;

use std::sync::OnceLock;

pub use system::{Fence, Sample, ThreadClock, handle_faults, prepare};

/// Environment variable that chooses how guests are stopped: `fence` where the system can, or
/// `epoch`, which is slower and always possible.
const DEADLINES_VARIABLE: &str = "HELIOSDB_DEADLINES";

static IS_AVAILABLE: OnceLock<bool> = OnceLock::new();

/// Whether guests are stopped by fences here.
pub fn is_available() -> bool {
    *IS_AVAILABLE.get_or_init(|| {
        system::IS_POSSIBLE && !std::env::var(DEADLINES_VARIABLE).is_ok_and(|name| name == "epoch")
    })
}
