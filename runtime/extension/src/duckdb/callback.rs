//! Panic containment: a panic that crossed the C boundary would be undefined behaviour.

use std::any::Any;
use std::ffi::{CString, c_void};
use std::panic::{AssertUnwindSafe, catch_unwind};

use crate::error::{EngineError, EngineResult};

/// Runs `body`, turning a panic into an internal error.
pub fn contain<T>(body: impl FnOnce() -> EngineResult<T>) -> EngineResult<T> {
    match catch_unwind(AssertUnwindSafe(body)) {
        Ok(result) => result,
        Err(payload) => Err(EngineError::internal(panic_text(payload.as_ref()))),
    }
}

/// Runs `body` and hands an error's text, made safe for C, to `report`.
pub fn contain_with(body: impl FnOnce() -> EngineResult<()>, report: impl FnOnce(CString)) {
    if let Err(error) = contain(body) {
        report(c_string(&error.to_string()));
    }
}

/// Frees what was handed to DuckDB with `Box::into_raw` of a `Box<T>`.
///
/// # Safety
/// `data` came from there and is freed once.
pub unsafe extern "C" fn drop_box<T>(data: *mut c_void) {
    // SAFETY: by contract.
    let drop = || drop(unsafe { Box::from_raw(data.cast::<T>()) });
    // A panicking destructor has nobody to report to.
    let _ = catch_unwind(AssertUnwindSafe(drop));
}

/// Text as a C string; interior NULs, which C would end at, become the replacement character.
pub fn c_string(text: &str) -> CString {
    CString::new(text.replace('\0', "\u{FFFD}")).unwrap_or_default()
}

fn panic_text(payload: &(dyn Any + Send)) -> String {
    let text = payload
        .downcast_ref::<&str>()
        .map(|text| (*text).to_owned())
        .or_else(|| payload.downcast_ref::<String>().cloned())
        .unwrap_or_else(|| "panic without a message".to_owned());
    // A payload's own destructor may panic; forgetting it is the only safe end.
    format!("the engine panicked: {text}")
}
