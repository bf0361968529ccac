//! How a guest fails: errors of the host that unwind it, traps and exhausted limits as errors of the
//! catalogue, and the names of the functions it was in.

use wasmtime::{AsContext, PoolConcurrencyLimitError, Store, Trap, WasmBacktrace};

use super::host_state::HostState;
use crate::error::{EngineError, one_line};
use crate::generated::errors::ErrorCode;

/// An error that the host raises inside a guest; it unwinds the guest and reaches the caller whole.
#[derive(Debug)]
pub struct HostFault(pub EngineError);

impl std::fmt::Display for HostFault {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        self.0.fmt(formatter)
    }
}

impl std::error::Error for HostFault {}

/// Ends the guest with an error of ours.
pub fn fault<T>(error: EngineError) -> wasmtime::Result<T> {
    Err(wasmtime::Error::new(HostFault(error)))
}

/// Turns what wasmtime reports into an error of the catalogue.
pub(super) fn classify(
    store: &Store<HostState>,
    name: &str,
    error: wasmtime::Error,
) -> EngineError {
    if let Some(HostFault(fault)) = error.downcast_ref::<HostFault>() {
        return fault.clone();
    }
    let state = store.data();
    if let Some(reason) = state.watch.reason() {
        return reason;
    }
    if let Some(refusal) = &state.limiter.refused {
        return EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            format!("procedure {name} asked for more memory than it may have"),
        )
        .detail(format!(
            "limit {} bytes, current {} bytes, requested {} bytes",
            state.limiter.bytes_max, refusal.current_bytes, refusal.requested_bytes
        ))
        .field("limit", state.limiter.bytes_max)
        .field("current", refusal.current_bytes)
        .field("requested", refusal.requested_bytes)
        .hint("raise the limit: ALTER PROCEDURE … SET (MEMORY '64MB')");
    }
    if let Some(trap) = error.downcast_ref::<Trap>() {
        let wrapped = EngineError::new(
            ErrorCode::WasmTrap,
            format!("procedure {name} trapped: {trap}"),
        )
        .field("trap", trap_name(*trap));
        let Some(trace) = error.downcast_ref::<WasmBacktrace>() else {
            return wrapped;
        };
        let names = frame_names(trace, FRAMES_MAX);
        if names.is_empty() {
            return wrapped;
        }
        let innermost = &names[..names.len().min(DETAILED_FRAMES_MAX)];
        return wrapped
            .detail(format!("at {}", innermost.join(" < ")))
            .field("stack", frame_stack(names));
    }
    if is_pool_exhausted(&error) {
        return pool_exhausted(format!("{error:#}"));
    }
    if error.is::<wasmtime::ThrownException>() {
        return EngineError::new(
            ErrorCode::WasmTrap,
            format!("procedure {name} threw an exception that nothing caught"),
        )
        .field("trap", "uncaught_exception");
    }
    EngineError::new(
        ErrorCode::WasmTrap,
        format!("procedure {name} could not run"),
    )
    .detail(format!("{error:#}"))
}

pub(super) fn is_pool_exhausted(error: &wasmtime::Error) -> bool {
    error.is::<PoolConcurrencyLimitError>()
}

/// Every place of the process is taken by a live guest. The message tells it from other limits.
pub(super) fn pool_exhausted(detail: String) -> EngineError {
    EngineError::new(ErrorCode::ConfigurationLimitExceeded, POOL_EXHAUSTED)
        .detail(detail)
        .hint("run fewer statements with procedures at once")
}

pub const POOL_EXHAUSTED: &str = "too many guests are alive at once in this process";

/// Tells the profiler where the guest is, when there is one.
pub fn sample(context: impl AsContext<Data = HostState>) {
    let context = context.as_context();
    let Some(call) = &context.data().call else {
        return;
    };
    if let Some(thread) = call.guest_call.profiled_thread() {
        let trace = WasmBacktrace::force_capture(&context);
        call.guest_call
            .sample(&frame_names(&trace, PROFILED_FRAMES_MAX), thread);
    }
}

/// Frames that a profile keeps of one stack.
const PROFILED_FRAMES_MAX: usize = 128;

fn frame_names(trace: &WasmBacktrace, count_max: usize) -> Vec<String> {
    let frames = trace.frames().iter().take(count_max);
    frames
        .map(|frame| match frame.func_name() {
            Some(name) => one_line(name),
            None => format!("function {}", frame.func_index()),
        })
        .collect()
}

/// Frames of a stack that an error carries, and those that its detail repeats.
const FRAMES_MAX: usize = 50;
const DETAILED_FRAMES_MAX: usize = 5;

/// A stack as an error carries it: a function a line, innermost first.
pub fn frame_stack(names: impl IntoIterator<Item = String>) -> String {
    let lines: Vec<String> = names
        .into_iter()
        .take(FRAMES_MAX)
        .map(|name| format!("at {name}"))
        .collect();
    lines.join("\n")
}

/// A trap's name in the style of the catalogue, such as `memory_out_of_bounds`.
fn trap_name(trap: Trap) -> String {
    let mut name = String::new();
    for character in format!("{trap:?}").chars() {
        if character.is_ascii_uppercase() && !name.is_empty() {
            name.push('_');
        }
        name.push(character.to_ascii_lowercase());
    }
    name
}
