//! Write HeliosDB stored procedures in Rust.
//!
//! ```
//! use heliosdb_wasm_sdk::*;
//!
//! /// The discount a customer's loyalty tier gives on an order.
//! #[heliosdb_procedure]
//! fn calculate_discount(customer_id: i64, order_total: f64) -> Result<f64, Error> {
//!     let result = heliosdb_query_with(
//!         "SELECT loyalty_tier FROM customers WHERE id = ?",
//!         &[&customer_id],
//!     )?;
//!     let rate = match result.get_string(0)?.as_str() {
//!         "platinum" => 0.20,
//!         "gold" => 0.15,
//!         _ => 0.05,
//!     };
//!     heliosdb_log(LogLevel::Info, "discount applied")?;
//!     Ok(order_total * rate)
//! }
//! # fn main() {}
//! ```
//!
//! A parameter of type `Option<T>` receives SQL NULL as `None`; a procedure without one is not
//! called for NULL. An `Err` fails the statement with the error's message and code, and so does a
//! panic.

#[cfg(any(
    test,
    all(
        feature = "allocator",
        target_arch = "wasm32",
        not(target_feature = "atomics")
    )
))]
mod allocator;
mod answer;
mod cell;
#[doc(hidden)]
pub mod columnar;
mod convert;
mod crypto;
mod cursor;
mod decimal;
mod encoder;
mod error;
mod fetch;
pub mod generated;
#[doc(hidden)]
pub mod guest;
mod heading;
mod host;
#[doc(hidden)]
pub mod lend;
mod message_pack;
mod metric;
mod result;
#[cfg(feature = "serde")]
mod typed_rows;
mod value;

pub use convert::{FromValue, SqlType, ToValue};
pub use crypto::{
    heliosdb_crypto_equal, heliosdb_crypto_hash, heliosdb_crypto_hmac, heliosdb_crypto_open,
    heliosdb_crypto_random, heliosdb_crypto_seal, heliosdb_crypto_verify, Cipher, HashAlgorithm,
};
pub use cursor::{heliosdb_cursor_open, Cursor};
pub use decimal::{Decimal, ParseDecimalError};
pub use encoder::Encoder;
pub use error::Error;
use error::Placed;
pub use fetch::{heliosdb_fetch, FetchRequest, FetchResponse};
pub use heliosdb_wasm_macros::heliosdb_procedure;
pub use metric::{heliosdb_metric_count, heliosdb_metric_observe};
pub use result::{Column, ColumnIndex, FromRow, QueryResult, Row};
pub use value::{Date, Interval, Time, Timestamp, TimestampTz, Uuid, Value};

/// How important a log line is.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum LogLevel {
    /// For whoever writes the procedure.
    Debug = 0,
    /// What happened.
    Info = 1,
    /// What looks wrong but did not stop the procedure.
    Warn = 2,
    /// What failed.
    Error = 3,
}

/// Runs one SQL statement. Prefer [`heliosdb_query_with`] when it contains values.
#[track_caller]
pub fn heliosdb_query(sql: &str) -> Result<QueryResult, Error> {
    QueryResult::receive(|buffer| host::query(sql, buffer)).placed()
}

/// Runs one SQL statement with values for its `?` or `$1` placeholders.
#[track_caller]
pub fn heliosdb_query_with(sql: &str, parameters: &[&dyn ToValue]) -> Result<QueryResult, Error> {
    let parameters = Encoder::of_parameters(parameters);
    QueryResult::receive(|buffer| host::query_with(sql, &parameters, buffer)).placed()
}

/// Writes a line to the procedure's log.
pub fn heliosdb_log(level: LogLevel, message: &str) -> Result<(), Error> {
    host::log(level as u32, message)
}

/// Begins a transaction for the queries that follow.
#[track_caller]
pub fn heliosdb_begin_tx() -> Result<(), Error> {
    host::begin().placed()
}

/// Makes what was written since [`heliosdb_begin_tx`] permanent.
#[track_caller]
pub fn heliosdb_commit_tx() -> Result<(), Error> {
    host::commit().placed()
}

/// Undoes what was written since [`heliosdb_begin_tx`].
#[track_caller]
pub fn heliosdb_rollback_tx() -> Result<(), Error> {
    host::roll_back().placed()
}

/// Runs `body` in a transaction: commits when it succeeds, rolls back when it fails.
pub fn heliosdb_transaction<T>(body: impl FnOnce() -> Result<T, Error>) -> Result<T, Error> {
    heliosdb_begin_tx()?;
    match body() {
        Ok(value) => heliosdb_commit_tx().map(|()| value),
        Err(error) => {
            // The first error matters; one of the rollback would only hide it.
            let _ = heliosdb_rollback_tx();
            Err(error)
        }
    }
}

/// The moment the statement began, the same during the whole statement.
pub fn heliosdb_now() -> TimestampTz {
    TimestampTz {
        micros: host::now(),
    }
}

/// Ends the procedure with an error.
#[track_caller]
pub fn heliosdb_error(code: i32, message: &str) -> ! {
    host::fail(code, message, Some(std::panic::Location::caller()))
}
