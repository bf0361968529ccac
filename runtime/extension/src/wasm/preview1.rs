//! WASI preview 1: compilers link it in whether the author uses it or not.
//!
//! No arguments, no environment, and of files those in granted folders alone. Clock and random
//! work (and make a procedure VOLATILE); what a guest prints becomes log lines. Any other call
//! answers `ENOSYS`.

use std::io;
use std::time::{SystemTime, UNIX_EPOCH};

use wasmtime::{FuncType, Linker, Val, ValType};

use super::call::LogLevel;
use super::failure::fault;
use super::guest_access::{Guest, check_range, read_bytes, read_u32, write_bytes};
use super::host_state::HostState;
use super::{preview1_contents, preview1_descriptors, preview1_paths};
use crate::error::EngineError;
use crate::generated::errors::ErrorCode;

pub const MODULE: &str = "wasi_snapshot_preview1";

/// Error numbers of WASI preview 1.
pub mod errno {
    pub const SUCCESS: i32 = 0;
    pub const ACCES: i32 = 2;
    pub const BADF: i32 = 8;
    pub const EXIST: i32 = 20;
    pub const INVAL: i32 = 28;
    pub const IO: i32 = 29;
    pub const ISDIR: i32 = 31;
    pub const LOOP: i32 = 32;
    pub const MFILE: i32 = 33;
    pub const NAMETOOLONG: i32 = 37;
    pub const NOENT: i32 = 44;
    pub const NOSPC: i32 = 51;
    pub const NOSYS: i32 = 52;
    pub const NOTDIR: i32 = 54;
    pub const NOTEMPTY: i32 = 55;
    pub const NOTSUP: i32 = 58;
    pub const ROFS: i32 = 69;
    pub const SPIPE: i32 = 70;
    pub const XDEV: i32 = 75;
    pub const NOTCAPABLE: i32 = 76;
}

/// The number for an error of the operating system, or of ours.
pub fn number_of(error: &io::Error) -> i32 {
    match error.raw_os_error() {
        Some(libc::ELOOP) => return errno::LOOP,
        Some(libc::EMFILE | libc::ENFILE) => return errno::MFILE,
        Some(libc::ENAMETOOLONG) => return errno::NAMETOOLONG,
        Some(libc::EACCES) => return errno::ACCES,
        _ => {}
    }
    match error.kind() {
        io::ErrorKind::NotFound => errno::NOENT,
        // Out of the folder, or closed to procedures.
        io::ErrorKind::PermissionDenied => errno::NOTCAPABLE,
        io::ErrorKind::AlreadyExists => errno::EXIST,
        io::ErrorKind::NotADirectory => errno::NOTDIR,
        io::ErrorKind::IsADirectory => errno::ISDIR,
        io::ErrorKind::DirectoryNotEmpty => errno::NOTEMPTY,
        io::ErrorKind::InvalidInput => errno::INVAL,
        io::ErrorKind::StorageFull | io::ErrorKind::QuotaExceeded => errno::NOSPC,
        io::ErrorKind::ReadOnlyFilesystem => errno::ROFS,
        io::ErrorKind::CrossesDevices => errno::XDEV,
        _ => errno::IO,
    }
}

const NAMES: [&str; 10] = [
    "args_sizes_get",
    "args_get",
    "environ_sizes_get",
    "environ_get",
    "clock_time_get",
    "clock_res_get",
    "random_get",
    "fd_write",
    "proc_exit",
    "sched_yield",
];

/// Bytes one call takes; the rest is for the next.
const WRITE_BYTES_MAX: u32 = 64 << 10;

/// Longest line of printed output kept before it is broken, in bytes.
const LINE_BYTES_MAX: usize = 8 << 10;

pub fn is_module(module: &str) -> bool {
    module == MODULE || module == "wasi_unstable"
}

pub fn is_defined(module: &str, name: &str) -> bool {
    let all = [
        &NAMES[..],
        &preview1_descriptors::NAMES,
        &preview1_paths::NAMES,
    ];
    module == MODULE && all.iter().any(|names| names.contains(&name))
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
    preview1_descriptors::define(linker)?;
    preview1_paths::define(linker)?;
    linker.func_wrap(MODULE, "sched_yield", || errno::SUCCESS)?;
    linker.func_wrap(MODULE, "proc_exit", |code: i32| -> wasmtime::Result<()> {
        fault(
            EngineError::new(
                ErrorCode::ExternalRoutineException,
                format!("the guest ended its program with exit code {code}"),
            )
            .hint("a procedure returns; it does not exit")
            .field("code", code),
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
        _ => {
            let vectors = (vectors, vector_count);
            return preview1_contents::write(&mut guest, descriptor, vectors, None, written);
        }
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
