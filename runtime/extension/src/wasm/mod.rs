//! Compiling, instantiating and calling guests.

mod abi_version;
mod cancellation;
pub mod column_kind;
mod columnar;
#[cfg(unix)]
mod compile_cache;
mod compiler;
mod crypto;
mod cursor;
mod engine;
mod fetch;
mod gauge;
mod guest_metrics;
mod host_functions;
mod instance;
mod interpreter;
mod limits;
#[cfg(unix)]
mod mac;
mod module;
mod off_fiber;
mod park;
mod pool;
mod preview1;
mod returned;
mod stack;
mod traffic;

pub use cancellation::Cancellation;
pub use column_kind::ResultKind;
pub use columnar::{ColumnarOutcome, malformed as malformed_columns};
pub use compiler::{cache_counts, compile_module, compiled_count};
pub use cursor::GuestCursor;
pub use engine::{ActiveGuest, FastTicks, PROFILE_TICK, on_tick};
pub use gauge::Gauge;
pub use guest_metrics::{MetricKind, MetricSum, MetricTally};
pub use instance::{
    CallReport, GuestCall, GuestInstance, LogLevel, LogLine, TransactionVerb, thread_cpu_ns,
};
pub use limits::{FIXED_LIMITS, LIMITS, Limits, METRIC_NAMES_MAX};
pub use module::{CompiledModule, HostImport, ModuleHash};
pub use park::{Answered, Park, QueryRequest, Waiting};
pub use pool::{GuestRecipe, InstancePool};
pub use stack::check_stack;
