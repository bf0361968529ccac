//! What the code of `#[heliosdb_procedure]` calls. Not for use by hand.

use crate::convert::{FromValue, SqlType, ToValue};
use crate::error::Error;
use crate::generated::{value_format, ABI_VERSION};
use crate::host;
use crate::value::Value;

/// Runs one call of a procedure and gives its result to the database.
pub fn invoke<R: ToValue>(body: impl FnOnce() -> Result<R, Error>) -> i32 {
    report_panics();
    let given = body().and_then(|value| {
        let mut status = Ok(());
        value.give(&mut |bytes, value_type| status = host::give(bytes, value_type));
        status
    });
    match given {
        Ok(()) => 0,
        Err(error) => host::fail(error.code(), &error.to_string(), error.place()),
    }
}

/// Converts the parameter at `index`.
pub fn parameter<T: FromValue>(index: u32, name: &str) -> Result<T, Error> {
    let place = |error: Error| error.at(format_args!("parameter `{name}`"));
    host::parameter(index, T::from_cell).map_err(place)
}

/// Makes a panic arrive as an error with its message instead of a bare trap.
pub(crate) fn report_panics() {
    use core::sync::atomic::{AtomicBool, Ordering};
    static DONE: AtomicBool = AtomicBool::new(false);
    if cfg!(target_arch = "wasm32") && !DONE.swap(true, Ordering::Relaxed) {
        std::panic::set_hook(Box::new(|panic| {
            let payload = panic.payload();
            let words = payload
                .downcast_ref::<&str>()
                .copied()
                .or_else(|| payload.downcast_ref::<String>().map(String::as_str))
                .unwrap_or("a value that is no text");
            host::fail(PANIC_CODE, &format!("panic: {words}"), panic.location())
        }));
    }
}

/// Code of a panic, apart from what a procedure names itself.
const PANIC_CODE: i32 = -1;

/// What a procedure's body may evaluate to: a value, or a `Result` of one.
pub trait Outcome {
    /// The value on success.
    type Value: ToValue + SqlType;
    /// Brings both forms into one.
    fn into_result(self) -> Result<Self::Value, Error>;
}

impl<T: ToValue + SqlType, E: Into<Error>> Outcome for Result<T, E> {
    type Value = T;
    fn into_result(self) -> Result<T, Error> {
        self.map_err(Into::into)
    }
}

macro_rules! plain_outcomes {
    ($($type:ty)*) => {$(
        impl Outcome for $type {
            type Value = $type;
            fn into_result(self) -> Result<$type, Error> {
                Ok(self)
            }
        }
    )*};
}

plain_outcomes! {
    () bool i8 i16 i32 i64 i128 u8 u16 u32 u64 f32 f64 String Value crate::Decimal crate::Date
    crate::Time crate::Timestamp crate::TimestampTz crate::Interval crate::Uuid
}

impl<T: ToValue + SqlType> Outcome for Option<T> {
    type Value = Option<T>;
    fn into_result(self) -> Result<Option<T>, Error> {
        Ok(self)
    }
}

impl<T: ToValue + SqlType> Outcome for Vec<T> {
    type Value = Vec<T>;
    fn into_result(self) -> Result<Vec<T>, Error> {
        Ok(self)
    }
}

/// Length of the parts laid end to end.
pub const fn total_len(parts: &[&str]) -> usize {
    let (mut length, mut part_idx) = (0, 0);
    while part_idx < parts.len() {
        length += parts[part_idx].len();
        part_idx += 1;
    }
    length
}

/// Lays the parts end to end, at compile time.
pub const fn concat<const N: usize>(parts: &[&str]) -> [u8; N] {
    let mut bytes = [0; N];
    let (mut at, mut part_idx) = (0, 0);
    while part_idx < parts.len() {
        let part = parts[part_idx].as_bytes();
        let mut byte_idx = 0;
        while byte_idx < part.len() {
            bytes[at] = part[byte_idx];
            at += 1;
            byte_idx += 1;
        }
        part_idx += 1;
    }
    bytes
}

/// JSON for a parameter's nullability, at compile time.
pub const fn nullable<T: SqlType>() -> &'static str {
    if T::IS_NULLABLE {
        "true"
    } else {
        "false"
    }
}

/// Tells the host which ABI the module speaks.
#[cfg(target_arch = "wasm32")]
#[no_mangle]
pub extern "C" fn heliosdb_abi_version() -> i32 {
    ABI_VERSION
}

/// Tells the host how to encode parameters and results.
#[cfg(target_arch = "wasm32")]
#[no_mangle]
pub extern "C" fn heliosdb_value_format() -> i32 {
    // The host asks while it makes an instance, ahead of any call: so the first allocation, which
    // grows the memory, does not happen in one.
    drop(std::hint::black_box(Vec::<u8>::with_capacity(1)));
    value_format::MESSAGE_PACK
}

#[cfg(not(target_arch = "wasm32"))]
const _: (i32, i32) = (ABI_VERSION, value_format::MESSAGE_PACK);
