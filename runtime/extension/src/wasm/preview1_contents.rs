//! WASI preview 1: what files and folders hold. Bytes are read and written, entries listed.

use std::io::{self, Read, Seek, SeekFrom, Write};
use std::os::unix::fs::FileExt;

use wasmtime::Linker;

use super::failure::fault;
use super::guest_access::{Guest, check_range, read_bytes, read_u32, write_bytes};
use super::host_state::HostState;
use super::preview1::{MODULE, errno, number_of};
use super::preview1_descriptors::{rights, type_number, with_file};
use crate::error::EngineError;
use crate::files::{DIRECTORY_ENTRIES_MAX, Entry};
use crate::generated::errors::ErrorCode;

/// Bytes that one call moves; the rest is for the next.
const MOVED_BYTES_MAX: u32 = 1 << 20;

/// Vectors of one call.
const VECTORS_MAX: u32 = 1024;

type Outcome = wasmtime::Result<i32>;

pub fn define(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_read",
        |mut guest: Guest<'_>, descriptor: u32, vectors: u32, count: u32, moved: u32| {
            read(&mut guest, descriptor, (vectors, count), None, moved)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pread",
        |mut guest: Guest<'_>, descriptor: u32, vectors: u32, count: u32, at: u64, moved: u32| {
            read(&mut guest, descriptor, (vectors, count), Some(at), moved)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_pwrite",
        |mut guest: Guest<'_>, descriptor: u32, vectors: u32, count: u32, at: u64, moved: u32| {
            write(&mut guest, descriptor, (vectors, count), Some(at), moved)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_readdir",
        |mut guest: Guest<'_>, descriptor: u32, at: u32, length: u32, cookie: u64, used: u32| {
            list(&mut guest, descriptor, (at, length), cookie, used)
        },
    )?;
    Ok(())
}

/// The vectors of a call, checked, and no more of them than one call moves.
fn vectors_of(
    guest: &mut Guest<'_>,
    (vectors, count): (u32, u32),
) -> wasmtime::Result<Option<Vec<(u32, u32)>>> {
    if count > VECTORS_MAX {
        return Ok(None);
    }
    let mut left = MOVED_BYTES_MAX;
    let mut all = Vec::new();
    for index in 0..count {
        let Some(entry) = vectors.checked_add(index * 8) else {
            return Ok(None);
        };
        let address = read_u32(guest, entry)?;
        let length = read_u32(guest, entry.wrapping_add(4))?;
        check_range(guest, address, length)?;
        let taken = length.min(left);
        left -= taken;
        all.push((address, taken));
    }
    Ok(Some(all))
}

fn read(
    guest: &mut Guest<'_>,
    descriptor: u32,
    vectors: (u32, u32),
    at: Option<u64>,
    moved: u32,
) -> Outcome {
    check_range(guest, moved, 4)?;
    if let Err(code) = with_file(guest, descriptor, rights::READ, |_| Ok(())) {
        return Ok(code);
    }
    let Some(vectors) = vectors_of(guest, vectors)? else {
        return Ok(errno::INVAL);
    };
    let mut total = 0u32;
    for (address, length) in vectors {
        let mut bytes = vec![0u8; length as usize];
        let outcome = with_file(guest, descriptor, rights::READ, |file| match at {
            Some(at) => file.read_at(&mut bytes, at.saturating_add(u64::from(total))),
            None => file.read(&mut bytes),
        });
        let count = match outcome {
            Ok(count) => count,
            Err(code) => return Ok(code),
        };
        charge(guest, count as u64)?;
        write_bytes(guest, address, &bytes[..count])?;
        total += count as u32;
        if count < length as usize {
            break;
        }
    }
    write_bytes(guest, moved, &total.to_le_bytes())?;
    Ok(errno::SUCCESS)
}

/// Writes vectors to a file.
pub fn write(
    guest: &mut Guest<'_>,
    descriptor: u32,
    vectors: (u32, u32),
    at: Option<u64>,
    moved: u32,
) -> Outcome {
    check_range(guest, moved, 4)?;
    let appends = match guest.data_mut().open_file(descriptor) {
        Ok(file) => file.appends,
        Err(code) => return Ok(code),
    };
    let before = with_file(guest, descriptor, rights::WRITE, |file| {
        let length = file.metadata()?.len();
        if at.is_none() && appends {
            file.seek(SeekFrom::End(0))?;
        }
        let position = at.map_or_else(|| file.stream_position(), Ok)?;
        Ok((length, position))
    });
    let (length, position) = match before {
        Ok(before) => before,
        Err(code) => return Ok(code),
    };
    let Some(vectors) = vectors_of(guest, vectors)? else {
        return Ok(errno::INVAL);
    };
    let mut bytes = Vec::new();
    for (address, length) in vectors {
        bytes.extend(read_bytes(guest, address, length)?);
    }
    let size = bytes.len() as u64;
    // A hole that is left before the bytes counts as well: somebody has to read it.
    let growth = position.saturating_add(size).saturating_sub(length);
    charge(guest, size.max(growth))?;
    let written = with_file(guest, descriptor, rights::WRITE, |file| match at {
        Some(at) => file.write_at(&bytes, at),
        None => file.write(&bytes),
    });
    match written {
        Ok(count) => {
            write_bytes(guest, moved, &(count as u32).to_le_bytes())?;
            Ok(errno::SUCCESS)
        }
        Err(code) => Ok(code),
    }
}

/// Counts bytes that a call reads from files and adds to them, and ends it when they are too many.
pub fn charge(guest: &mut Guest<'_>, bytes: u64) -> wasmtime::Result<()> {
    let limit = guest.data().limits.file_bytes_max;
    let Some(call) = &mut guest.data_mut().call else {
        return Ok(());
    };
    call.file_bytes = call.file_bytes.saturating_add(bytes);
    if call.file_bytes <= limit {
        return Ok(());
    }
    fault(
        EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            "the procedure moved more bytes of files in one call than it may",
        )
        .detail(format!(
            "limit {limit} bytes, moved {} bytes",
            call.file_bytes
        ))
        .hint("raise the limit: ALTER PROCEDURE … SET (file_bytes_max = 1073741824)")
        .field("limit", limit)
        .field("requested", call.file_bytes),
    )
}

/// Writes entries of a folder behind the first `cookie` ones. The last may be cut: the guest asks
/// for it again.
fn list(
    guest: &mut Guest<'_>,
    descriptor: u32,
    (at, length): (u32, u32),
    cookie: u64,
    used: u32,
) -> Outcome {
    check_range(guest, at, length)?;
    check_range(guest, used, 4)?;
    let length = length.min(MOVED_BYTES_MAX) as usize;
    let mut bytes: Vec<u8> = Vec::new();
    let mut position = cookie;
    while bytes.len() < length {
        let state = guest.data_mut();
        let Some(call) = &mut state.call else {
            return Ok(errno::BADF);
        };
        let entry = match call.files.entry(&state.folders, descriptor, position) {
            Ok(Some(entry)) => entry,
            Ok(None) => break,
            Err(error) if error.kind() == io::ErrorKind::FileTooLarge => return too_many_entries(),
            Err(error) => return Ok(number_of(&error)),
        };
        position += 1;
        push_entry(&mut bytes, &entry, position);
    }
    bytes.truncate(length);
    write_bytes(guest, at, &bytes)?;
    write_bytes(guest, used, &(bytes.len() as u32).to_le_bytes())?;
    Ok(errno::SUCCESS)
}

fn push_entry(bytes: &mut Vec<u8>, entry: &Entry, next: u64) {
    bytes.extend(next.to_le_bytes());
    bytes.extend(entry.inode.to_le_bytes());
    bytes.extend((entry.name.len() as u32).to_le_bytes());
    bytes.extend([type_number(entry.kind), 0, 0, 0]);
    bytes.extend(&entry.name);
}

fn too_many_entries() -> Outcome {
    fault(
        EngineError::new(
            ErrorCode::ProgramLimitExceeded,
            "the folder has more entries than a procedure may list",
        )
        .detail(format!("limit {DIRECTORY_ENTRIES_MAX} entries"))
        .hint("spread the files over several folders")
        .field("limit", DIRECTORY_ENTRIES_MAX),
    )
}
