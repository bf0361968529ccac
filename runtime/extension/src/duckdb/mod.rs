//! A narrow, owned layer over DuckDB's C extension API.
//!
//! Everything that touches raw DuckDB pointers lives here or in `value`; the rest of the crate
//! works with the types below.

mod callback;
mod connection;
mod constant_column;
mod database_handle;
mod scalar_function;
mod table_function;

pub use callback::{c_string, contain, contain_with, drop_box};
pub use connection::{Connection, DataChunk, OpenResult, Statement};
pub use constant_column::ConstantColumn;
pub use database_handle::DatabaseHandle;
pub use scalar_function::{
    BindInfo, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec, register_scalar_function,
    register_scalar_functions,
};
pub use table_function::{CHUNK_ROWS_MAX, TableFunctionSpec, register_table_function};
