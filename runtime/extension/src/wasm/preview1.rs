//! WASI preview 1 with everything denied: compilers link it in whether the author uses it or not.
//!
//! No files, no arguments, no environment. Clock and random work (and make a procedure VOLATILE);
//! what a guest prints becomes log lines. Any other call answers `ENOSYS`.

use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::{Caller, FuncType, Linker, Val, ValType};

use super::host_functions::{check_range, read_bytes, read_u32, write_bytes};
use super::instance::{HostState, LogLevel, fault};
use crate::error::EngineError;
use crate::generated::errors::ErrorCode;

const MODULE: &str = "wasi_snapshot_preview1";

/// Error numbers of WASI preview 1.
mod errno {
    pub const SUCCESS: i32 = 0;
    pub const BADF: i32 = 8;
    pub const INVAL: i32 = 28;
    pub const NOSYS: i32 = 52;
}

const NAMES: [&str; 13] = [
    "args_sizes_get",
    "args_get",
    "environ_sizes_get",
    "environ_get",
    "clock_time_get",
    "clock_res_get",
    "random_get",
    "fd_write",
    "fd_prestat_get",
    "fd_fdstat_get",
    "fd_close",
    "proc_exit",
    "sched_yield",
];

/// Bytes one call takes; the rest is for the next.
const WRITE_BYTES_MAX: u32 = 64 << 10;

/// Longest line of printed output kept before it is broken, in bytes.
const LINE_BYTES_MAX: usize = 8 << 10;

type Guest<'a> = Caller<'a, HostState>;

pub fn is_module(module: &str) -> bool {
    module == MODULE || module == "wasi_unstable"
}

pub fn is_defined(module: &str, name: &str) -> bool {
    module == MODULE && NAMES.contains(&name)
}

/// Answers a call that is not offered with `ENOSYS`, in whatever shape the guest imports it.
pub fn define_refusal(
    linker: &mut Linker<HostState>,
    module: &str,
    name: &str,
    signature: FuncType,
) -> wasmtime::Result<()> {
    let results: Vec<ValType> = signature.results().collect();
    linker.func_new(
        module,
        name,
        signature,
        move |_caller, _parameters, returned| {
            for (slot, ty) in returned.iter_mut().zip(&results) {
                *slot = match ty {
                    ValType::I64 => Val::I64(i64::from(errno::NOSYS)),
                    _ => Val::I32(errno::NOSYS),
                };
            }
            Ok(())
        },
    )?;
    Ok(())
}

pub fn define(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    for name in ["args_sizes_get", "environ_sizes_get"] {
        linker.func_wrap(
            MODULE,
            name,
            |mut guest: Guest<'_>, count: u32, size: u32| {
                write_bytes(&mut guest, count, &0u32.to_le_bytes())?;
                write_bytes(&mut guest, size, &0u32.to_le_bytes())?;
                Ok(errno::SUCCESS)
            },
        )?;
    }
    for name in ["args_get", "environ_get"] {
        linker.func_wrap(MODULE, name, |_: u32, _: u32| errno::SUCCESS)?;
    }
    linker.func_wrap(
        MODULE,
        "clock_time_get",
        |mut guest: Guest<'_>, clock: u32, _precision: u64, time: u32| {
            // 0 is real time, 1 monotonic; both run on the wall clock here.
            if clock > 1 {
                return Ok(errno::INVAL);
            }
            let now = SystemTime::now()
                .duration_since(UNIX_EPOCH)
                .unwrap_or_default();
            write_bytes(&mut guest, time, &(now.as_nanos() as u64).to_le_bytes())?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "clock_res_get",
        |mut guest: Guest<'_>, _clock: u32, resolution: u32| {
            write_bytes(&mut guest, resolution, &1000u64.to_le_bytes())?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "random_get",
        |mut guest: Guest<'_>, address: u32, length: u32| {
            check_range(&mut guest, address, length)?;
            let mut bytes = vec![0u8; length as usize];
            if getrandom::fill(&mut bytes).is_err() {
                return fault(EngineError::new(
                    ErrorCode::IoError,
                    "the operating system gave no random bytes",
                ));
            }
            write_bytes(&mut guest, address, &bytes)?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(MODULE, "fd_write", fd_write)?;
    linker.func_wrap(MODULE, "fd_prestat_get", |_: u32, _: u32| errno::BADF)?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_get",
        |mut guest: Guest<'_>, descriptor: u32, stat: u32| {
            if descriptor > 2 {
                return Ok(errno::BADF);
            }
            // A character device without rights; libc only asks whether output is a terminal.
            let mut bytes = [0u8; 24];
            bytes[0] = 2;
            write_bytes(&mut guest, stat, &bytes)?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(MODULE, "fd_close", |_: u32| errno::BADF)?;
    linker.func_wrap(MODULE, "sched_yield", || errno::SUCCESS)?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> wasmtime::Result<()> {
        fault(
            EngineError::new(
                ErrorCode::ExternalRoutineException,
                format!("the guest ended its program with exit code {code}"),
            )
            .hint("a procedure returns; it does not exit"),
        )
    })?;
    Ok(())
}

fn fd_write(
    mut guest: Guest<'_>,
    descriptor: u32,
    vectors: u32,
    vector_count: u32,
    written: u32,
) -> wasmtime::Result<i32> {
    let level = match descriptor {
        1 => LogLevel::Info,
        2 => LogLevel::Warn,
        _ => return Ok(errno::BADF),
    };
    if vector_count > 1024 {
        return Ok(errno::INVAL);
    }
    let mut total = 0u32;
    for index in 0..vector_count {
        let Some(entry) = vectors.checked_add(index * 8) else {
            return Ok(errno::INVAL);
        };
        let address = read_u32(&mut guest, entry)?;
        let length = read_u32(&mut guest, entry.wrapping_add(4))?;
        check_range(&mut guest, address, length)?;
        // A short write: the guest comes again with the rest, and its time is looked at between.
        let taken = length.min(WRITE_BYTES_MAX - total);
        let bytes = read_bytes(&mut guest, address, taken)?;
        total += taken;
        print(&mut guest, level, &bytes);
        if taken < length {
            break;
        }
    }
    write_bytes(&mut guest, written, &total.to_le_bytes())?;
    Ok(errno::SUCCESS)
}

/// Collects output until a line ends, then logs the line.
fn print(guest: &mut Guest<'_>, level: LogLevel, bytes: &[u8]) {
    let state = guest.data_mut();
    // Output of a module that initialises has no call to belong to.
    let Some(call) = &mut state.call else {
        return;
    };
    for &byte in bytes {
        if byte != b'\n' && call.output_line.len() < LINE_BYTES_MAX {
            call.output_line.push(byte);
            continue;
        }
        let line = std::mem::take(&mut call.output_line);
        call.log(&state.limits, level, &line);
    }
}
