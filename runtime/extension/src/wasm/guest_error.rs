//! Errors on their way in and out of a guest: its own, and the last one that it was answered.

use wasmtime::{Linker, WasmBacktrace};

use super::failure::{fault, frame_stack};
use super::guest_access::{Guest, call, check_range, deliver, encode, read_bytes};
use super::host_state::HostState;
use crate::error::{EngineError, one_line, stack_lines};
use crate::generated::errors::ErrorCode;
use crate::value::Value;

/// What is read of a text; an error carries less of it.
const TEXT_BYTES_MAX: u32 = 64 << 10;

pub fn define(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap(
        module,
        "heliosdb_error",
        |mut guest: Guest<'_>, code: i32, address: u32, length: u32| -> wasmtime::Result<()> {
            let message = read_text(&mut guest, address, length)?;
            fault(raised(code, &message))
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_error_stack",
        |mut guest: Guest<'_>,
         code: i32,
         address: u32,
         length: u32,
         stack_address: u32,
         stack_length: u32|
         -> wasmtime::Result<()> {
            let message = read_text(&mut guest, address, length)?;
            let told = read_text(&mut guest, stack_address, stack_length)?;
            let stack = match stack_length {
                0 => callers_of(&WasmBacktrace::force_capture(&guest)),
                _ => stack_lines(&told),
            };
            let error = raised(code, &message);
            fault(match stack.is_empty() {
                true => error,
                false => error.field("stack", stack),
            })
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_last_error",
        |mut guest: Guest<'_>, value: u32, value_len: u32| {
            let format = guest.data().format;
            let described = match &call(&mut guest)?.last_error {
                None => Value::Null,
                Some(error) => described(error),
            };
            match encode(&described, format) {
                Ok(bytes) => deliver(&mut guest, &bytes, value, value_len),
                Err(error) => fault(error),
            }
        },
    )?;
    Ok(())
}

/// The functions that led here, as far as the module names them.
fn callers_of(trace: &WasmBacktrace) -> String {
    let names = trace.frames().iter().filter_map(|frame| frame.func_name());
    frame_stack(names.map(one_line))
}

fn raised(code: i32, message: &str) -> EngineError {
    EngineError::new(ErrorCode::ExternalRoutineException, one_line(message)).field("code", code)
}

fn described(error: &EngineError) -> Value {
    let parts = [
        ("sqlstate", error.code.sqlstate()),
        ("name", error.code.name()),
        ("message", &error.message),
    ];
    Value::Struct(
        parts
            .map(|(name, text)| (name.to_owned(), Value::Varchar(text.to_owned())))
            .into(),
    )
}

fn read_text(guest: &mut Guest<'_>, address: u32, length: u32) -> wasmtime::Result<String> {
    check_range(guest, address, length)?;
    let bytes = read_bytes(guest, address, length.min(TEXT_BYTES_MAX))?;
    Ok(String::from_utf8_lossy(&bytes).into_owned())
}
