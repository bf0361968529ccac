//! Compiling, instantiating and calling guests.

mod compiler;
mod engine;
mod host_functions;
mod instance;
mod limits;
mod module;
mod preview1;
mod returned;

pub use compiler::compile_module;
pub use engine::{ActiveGuest, shared_engine};
pub use instance::{GuestCall, GuestInstance, HostState, LogLevel, TransactionVerb};
pub use limits::Limits;
pub use module::{CompiledModule, HostImport, ModuleHash};
