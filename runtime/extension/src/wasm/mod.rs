//! Compiling, instantiating and calling guests.

mod abi_version;
mod call;
mod cancellation;
mod code;
pub mod column_kind;
mod columnar;
#[cfg(unix)]
mod compile_cache;
mod compiler;
mod crypto;
mod cursor;
mod engine;
mod failure;
mod fetch;
mod gauge;
mod guest_access;
mod guest_error;
mod guest_metrics;
mod host_functions;
mod host_state;
mod instance;
mod interpreter;
mod interrupt;
mod limits;
#[cfg(unix)]
mod mac;
mod module;
mod off_fiber;
mod park;
mod pool;
mod preview1;
mod preview1_contents;
mod preview1_descriptors;
mod preview1_paths;
mod query_functions;
mod returned;
mod running;
mod stack;
mod traffic;
mod watch;

pub use call::{CallReport, GuestCall, LogLevel, LogLine, Recall, TransactionVerb};
pub use cancellation::Cancellation;
pub use column_kind::ResultKind;
pub use columnar::{ColumnarOutcome, malformed as malformed_columns};
pub use compiler::{cache_counts, cache_folder, compile_module, compiled_count};
pub use cursor::{BatchSize, GuestCursor};
pub use engine::{ActiveGuest, FastTicks, PROFILE_TICK, on_tick};
pub use gauge::Gauge;
pub use guest_metrics::{MetricKind, MetricSum, MetricTally};
pub use instance::{GuestInstance, thread_cpu_ns};
pub use limits::{FIXED_LIMITS, LIMITS, Limits, METRIC_NAMES_MAX};
pub use module::{CompiledModule, HostImport, ModuleHash};
pub use park::{Answered, Park, QueryRequest, Waiting};
pub use pool::{GuestRecipe, InstancePool};
pub use stack::check_stack;
