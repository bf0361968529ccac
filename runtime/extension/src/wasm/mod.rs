//! Compiling, instantiating and calling guests.

mod cancellation;
#[cfg(unix)]
mod compile_cache;
mod compiler;
mod engine;
mod gauge;
mod host_functions;
mod instance;
mod limits;
#[cfg(unix)]
mod mac;
mod module;
mod park;
mod pool;
mod preview1;
mod returned;
mod stack;
mod traffic;

pub use cancellation::Cancellation;
pub use compiler::{cache_counts, compile_module, compiled_count};
pub use engine::{ActiveGuest, FastTicks, PROFILE_TICK, on_tick};
pub use gauge::Gauge;
pub use instance::{
    CallReport, GuestCall, GuestInstance, LogLevel, LogLine, TransactionVerb, thread_cpu_ns,
};
pub use limits::{FIXED_LIMITS, LIMITS, Limits};
pub use module::{CompiledModule, HostImport, ModuleHash};
pub use park::{Answered, Park, QueryRequest};
pub use pool::{GuestRecipe, InstancePool};
pub use stack::check_stack;
