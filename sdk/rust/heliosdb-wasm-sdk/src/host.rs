//! The host functions and the buffers that carry values across.

use core::mem::MaybeUninit;
use core::panic::Location;

use crate::cell::Cell;
use crate::encoder::Encoder;
use crate::error::Error;
use crate::generated::status;
use crate::message_pack::Decoder;
use crate::value::Value;

/// The functions the database offers, as they are; see the ABI reference for traps and errors.
#[cfg(target_arch = "wasm32")]
mod import {
    #[link(wasm_import_module = "heliosdb")]
    extern "C" {
        pub fn heliosdb_query(
            query: *const u8,
            query_len: u32,
            result: *mut u8,
            result_len: *mut u32,
        ) -> i32;
        pub fn heliosdb_query_params(
            query: *const u8,
            query_len: u32,
            params: *const u8,
            params_len: u32,
            result: *mut u8,
            result_len: *mut u32,
        ) -> i32;
        pub fn heliosdb_fetch_result(result: *mut u8, result_len: *mut u32) -> i32;
        pub fn heliosdb_last_error(error: *mut u8, error_len: *mut u32) -> i32;
        pub fn heliosdb_get_param(index: u32, value: *mut u8, value_len: *mut u32) -> i32;
        pub fn heliosdb_return(value: *const u8, value_len: u32, value_type: u32) -> i32;
        pub fn heliosdb_log(level: u32, message: *const u8, message_len: u32) -> i32;
        pub fn heliosdb_begin_tx() -> i32;
        pub fn heliosdb_commit_tx() -> i32;
        pub fn heliosdb_rollback_tx() -> i32;
        pub fn heliosdb_now() -> i64;
        pub fn heliosdb_error(code: i32, message: *const u8, message_len: u32) -> !;
        pub fn heliosdb_error_stack(
            code: i32,
            message: *const u8,
            message_len: u32,
            stack: *const u8,
            stack_len: u32,
        ) -> !;
    }
}

/// Outside a database every call fails, so that code that does not call it can be unit-tested.
#[cfg(not(target_arch = "wasm32"))]
#[allow(clippy::missing_safety_doc)]
mod import {
    use super::status::ERROR;

    macro_rules! absent {
        ($($name:ident($($argument:ident: $type:ty),*);)*) => {$(
            pub unsafe fn $name($($argument: $type),*) -> i32 {
                $(let _ = $argument;)*
                ERROR
            }
        )*};
    }

    absent! {
        heliosdb_query(q: *const u8, ql: u32, r: *mut u8, rl: *mut u32);
        heliosdb_query_params(q: *const u8, ql: u32, p: *const u8, pl: u32, r: *mut u8, rl: *mut u32);
        heliosdb_fetch_result(r: *mut u8, rl: *mut u32);
        heliosdb_last_error(e: *mut u8, el: *mut u32);
        heliosdb_get_param(i: u32, v: *mut u8, vl: *mut u32);
        heliosdb_return(v: *const u8, vl: u32, t: u32);
        heliosdb_log(l: u32, m: *const u8, ml: u32);
        heliosdb_begin_tx();
        heliosdb_commit_tx();
        heliosdb_rollback_tx();
    }

    pub unsafe fn heliosdb_now() -> i64 {
        0
    }

    pub unsafe fn heliosdb_error(code: i32, _message: *const u8, _message_len: u32) -> ! {
        panic!("the procedure failed with code {code}")
    }

    pub unsafe fn heliosdb_error_stack(
        code: i32,
        _message: *const u8,
        _message_len: u32,
        _stack: *const u8,
        _stack_len: u32,
    ) -> ! {
        panic!("the procedure failed with code {code}")
    }
}

/// Declares further functions of the host in a module `import`; outside a database they fail.
macro_rules! host_functions {
    ($(pub fn $name:ident($($argument:ident: $type:ty),* $(,)?) -> i32;)*) => {
        #[cfg(target_arch = "wasm32")]
        mod import {
            #[link(wasm_import_module = "heliosdb")]
            extern "C" {
                $(pub fn $name($($argument: $type),*) -> i32;)*
            }
        }

        #[cfg(not(target_arch = "wasm32"))]
        mod import {
            $(#[allow(clippy::too_many_arguments, reason = "the contract's own functions")]
            pub unsafe fn $name($($argument: $type),*) -> i32 {
                $(let _ = $argument;)*
                crate::generated::status::ERROR
            })*
        }
    };
}
pub(crate) use host_functions;

/// Most parameters and results fit, so that one call brings them over.
pub(crate) const FIRST_CAPACITY: usize = 2048;

/// Room on the stack for what the host writes: a value that is looked at once needs no allocation.
type FirstBuffer = [MaybeUninit<u8>; FIRST_CAPACITY];

/// Where the host put a value.
enum Received<'a> {
    /// In the first buffer.
    First(&'a [u8]),
    /// It was larger.
    Large(Vec<u8>),
}

/// Fills a buffer through `call`; `again` fetches a value that did not fit.
fn receive_into<'a>(
    first: &'a mut FirstBuffer,
    call: impl FnOnce(*mut u8, *mut u32) -> i32,
    again: impl FnOnce(*mut u8, *mut u32) -> i32,
) -> Result<Received<'a>, Error> {
    let mut length = FIRST_CAPACITY as u32;
    let status = call(first.as_mut_ptr().cast(), &mut length);
    if status != status::BUFFER_TOO_SMALL {
        check(status)?;
        if length as usize > FIRST_CAPACITY {
            return Err(beyond_buffer());
        }
        // SAFETY: the host wrote `length` bytes, which are within the buffer.
        let bytes = unsafe { core::slice::from_raw_parts(first.as_ptr().cast(), length as usize) };
        return Ok(Received::First(bytes));
    }
    let mut buffer: Vec<u8> = Vec::with_capacity(length as usize);
    length = buffer.capacity() as u32;
    check(again(buffer.as_mut_ptr(), &mut length))?;
    if length as usize > buffer.capacity() {
        return Err(beyond_buffer());
    }
    // SAFETY: the host wrote `length` bytes, which is within the capacity.
    unsafe { buffer.set_len(length as usize) };
    Ok(Received::Large(buffer))
}

/// As `receive_into`, for values that are kept.
pub(crate) fn receive(
    call: impl FnOnce(*mut u8, *mut u32) -> i32,
    again: impl FnOnce(*mut u8, *mut u32) -> i32,
) -> Result<Vec<u8>, Error> {
    let mut first = [MaybeUninit::uninit(); FIRST_CAPACITY];
    Ok(match receive_into(&mut first, call, again)? {
        Received::First(bytes) => bytes.to_vec(),
        Received::Large(bytes) => bytes,
    })
}

/// As `receive`, into a buffer that may serve for many values.
fn refill(
    buffer: &mut Vec<u8>,
    call: impl FnOnce(*mut u8, *mut u32) -> i32,
    again: impl FnOnce(*mut u8, *mut u32) -> i32,
) -> Result<(), Error> {
    buffer.clear();
    buffer.reserve(FIRST_CAPACITY);
    let mut length = buffer.capacity() as u32;
    let mut status = call(buffer.as_mut_ptr(), &mut length);
    if status == status::BUFFER_TOO_SMALL {
        // Nothing is worth copying.
        *buffer = Vec::with_capacity(length as usize);
        length = buffer.capacity() as u32;
        status = again(buffer.as_mut_ptr(), &mut length);
    }
    check(status)?;
    if length as usize > buffer.capacity() {
        return Err(beyond_buffer());
    }
    // SAFETY: the host wrote `length` bytes, which is within the capacity.
    unsafe { buffer.set_len(length as usize) };
    Ok(())
}

#[cold]
fn beyond_buffer() -> Error {
    Error::unplaced("the database reported a size beyond the buffer")
}

/// Turns a status into a result, with the database's own words for an error.
#[inline]
pub(crate) fn check(status: i32) -> Result<(), Error> {
    match status {
        status::OK => Ok(()),
        other => Err(failure(other)),
    }
}

#[cold]
#[inline(never)]
fn failure(status: i32) -> Error {
    match status {
        status::ERROR => last_error(),
        other => Error::unplaced(format!("unexpected status {other} from the database")),
    }
}

fn last_error() -> Error {
    let mut buffer = [0u8; 1024];
    let mut length = buffer.len() as u32;
    // SAFETY: both pointers are to live local memory of the stated size.
    let mut status = unsafe { import::heliosdb_last_error(buffer.as_mut_ptr(), &mut length) };
    let mut bytes = buffer.get(..length as usize).unwrap_or_default().to_vec();
    if status == status::BUFFER_TOO_SMALL {
        bytes = vec![0; length as usize];
        // SAFETY: as above.
        status = unsafe { import::heliosdb_last_error(bytes.as_mut_ptr(), &mut length) };
    }
    let described = (status == status::OK).then(|| Decoder::new(&bytes).decode_all());
    let Some(Ok(error)) = described else {
        return Error::unplaced("the database reported an error without details");
    };
    let text = |name: &str| match error.field(name) {
        Some(Value::Text(text)) => text.clone(),
        _ => String::new(),
    };
    Error::from_host(text("sqlstate"), text("message"))
}

pub(crate) fn query(sql: &str, answer: &mut Vec<u8>) -> Result<(), Error> {
    refill(
        answer,
        // SAFETY: `sql` outlives the call; the buffer has the capacity that `length` states.
        |result, length| unsafe {
            import::heliosdb_query(sql.as_ptr(), sql.len() as u32, result, length)
        },
        // SAFETY: as above.
        |result, length| unsafe { import::heliosdb_fetch_result(result, length) },
    )
}

pub(crate) fn query_with(
    sql: &str,
    parameters: &Encoder,
    answer: &mut Vec<u8>,
) -> Result<(), Error> {
    let bytes = &parameters.bytes;
    refill(
        answer,
        // SAFETY: `sql` and `bytes` outlive the call; the buffer has the stated capacity.
        |result, length| unsafe {
            import::heliosdb_query_params(
                sql.as_ptr(),
                sql.len() as u32,
                bytes.as_ptr(),
                bytes.len() as u32,
                result,
                length,
            )
        },
        // SAFETY: as above.
        |result, length| unsafe { import::heliosdb_fetch_result(result, length) },
    )
}

/// What a call left that did not fit its buffer.
pub(crate) fn fetch_result(result: *mut u8, length: *mut u32) -> i32 {
    // SAFETY: the caller's buffer has the capacity that `length` states.
    unsafe { import::heliosdb_fetch_result(result, length) }
}

/// Reads a parameter where the host puts it.
pub(crate) fn parameter<T>(
    index: u32,
    read: impl FnOnce(Cell<'_>) -> Result<T, Error>,
) -> Result<T, Error> {
    let mut first = [MaybeUninit::uninit(); FIRST_CAPACITY];
    match receive_parameter(index, &mut first)? {
        Received::First(bytes) => read(Cell::new(bytes)),
        Received::Large(bytes) => read(Cell::new(&bytes)),
    }
}

#[inline(never)]
fn receive_parameter(index: u32, first: &mut FirstBuffer) -> Result<Received<'_>, Error> {
    receive_into(
        first,
        // SAFETY: the buffer has the capacity that `length` states.
        |value, length| unsafe { import::heliosdb_get_param(index, value, length) },
        // SAFETY: as above; asking for a parameter again has no effect but the answer.
        |value, length| unsafe { import::heliosdb_get_param(index, value, length) },
    )
}

pub(crate) fn give(bytes: &[u8], value_type: u32) -> Result<(), Error> {
    // SAFETY: `bytes` outlives the call.
    check(unsafe { import::heliosdb_return(bytes.as_ptr(), bytes.len() as u32, value_type) })
}

pub(crate) fn log(level: u32, message: &str) -> Result<(), Error> {
    // SAFETY: `message` outlives the call.
    check(unsafe { import::heliosdb_log(level, message.as_ptr(), message.len() as u32) })
}

pub(crate) fn begin() -> Result<(), Error> {
    // SAFETY: takes nothing.
    check(unsafe { import::heliosdb_begin_tx() })
}

pub(crate) fn commit() -> Result<(), Error> {
    // SAFETY: takes nothing.
    check(unsafe { import::heliosdb_commit_tx() })
}

pub(crate) fn roll_back() -> Result<(), Error> {
    // SAFETY: takes nothing.
    check(unsafe { import::heliosdb_rollback_tx() })
}

pub(crate) fn now() -> i64 {
    // SAFETY: takes nothing.
    unsafe { import::heliosdb_now() }
}

/// Ends the call; `place` is where in the procedure's source it failed.
pub(crate) fn fail(code: i32, message: &str, place: Option<&Location<'_>>) -> ! {
    let Some(place) = place else {
        // SAFETY: `message` outlives the call, which does not return.
        unsafe { import::heliosdb_error(code, message.as_ptr(), message.len() as u32) }
    };
    // Where the author's files lie is nobody's business.
    let file = match place.file() {
        absolute if absolute.starts_with('/') => absolute.rsplit('/').next().unwrap_or(absolute),
        relative => relative,
    };
    let stack = format!("at {file}:{}:{}", place.line(), place.column());
    // SAFETY: `message` and `stack` outlive the call, which does not return.
    unsafe {
        import::heliosdb_error_stack(
            code,
            message.as_ptr(),
            message.len() as u32,
            stack.as_ptr(),
            stack.len() as u32,
        )
    }
}
