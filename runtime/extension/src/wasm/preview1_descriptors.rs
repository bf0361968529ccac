//! WASI preview 1 over descriptors of files and granted folders.
//!
//! Every function works on what the call in progress has open; a module that initialises has
//! nothing open, and sees no more than the names of its folders.

use std::fs::File;
use std::io::{self, Seek, SeekFrom};

use rustix::fs::{FileType, Stat, fstat};
use wasmtime::Linker;

use super::guest_access::{Guest, check_range, write_bytes};
use super::host_state::HostState;
use super::preview1::{MODULE, errno, number_of};
use super::preview1_contents::{self, charge};
use crate::files::{Open, OpenFile, OpenFiles, kind};

/// Rights of a descriptor, as guests ask for them.
pub mod rights {
    pub const READ: u64 = 1 << 1;
    pub const WRITE: u64 = 1 << 6;
    pub const ALLOCATE: u64 = 1 << 8;
    pub const SET_SIZE: u64 = 1 << 22;
    /// All that change something: data sync aside, which changes nothing.
    pub const CHANGES: u64 =
        WRITE | ALLOCATE | SET_SIZE | 1 << 9 | 1 << 10 | 1 << 16 | 1 << 17 | 1 << 25 | 1 << 26;
}

pub const NAMES: [&str; 17] = [
    "fd_prestat_get",
    "fd_prestat_dir_name",
    "fd_fdstat_get",
    "fd_fdstat_set_flags",
    "fd_close",
    "fd_read",
    "fd_pread",
    "fd_pwrite",
    "fd_seek",
    "fd_tell",
    "fd_sync",
    "fd_datasync",
    "fd_advise",
    "fd_filestat_get",
    "fd_filestat_set_size",
    "fd_filestat_set_times",
    "fd_readdir",
];

type Outcome = wasmtime::Result<i32>;

pub fn define(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    define_facts(linker)?;
    define_positions(linker)?;
    preview1_contents::define(linker)
}

fn define_facts(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_prestat_get",
        |mut guest: Guest<'_>, descriptor: u32, at: u32| {
            let folders = &guest.data().folders;
            let Some(folder) = OpenFiles::granted(folders, descriptor) else {
                return Ok(errno::BADF);
            };
            let length = folder.path.len() as u32;
            let mut answer = [0u8; 8];
            answer[4..].copy_from_slice(&length.to_le_bytes());
            write_bytes(&mut guest, at, &answer)?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_prestat_dir_name",
        |mut guest: Guest<'_>, descriptor: u32, at: u32, length: u32| {
            let folders = &guest.data().folders;
            let Some(folder) = OpenFiles::granted(folders, descriptor) else {
                return Ok(errno::BADF);
            };
            let path = folder.path.clone();
            if (length as usize) < path.len() {
                return Ok(errno::NAMETOOLONG);
            }
            write_bytes(&mut guest, at, path.as_bytes())?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(MODULE, "fd_fdstat_get", fdstat)?;
    linker.func_wrap(
        MODULE,
        "fd_fdstat_set_flags",
        |mut guest: Guest<'_>, descriptor: u32, flags: u32| {
            match guest.data_mut().open_file(descriptor) {
                // Whether a file is appended to; that it never waits is so in any case.
                Ok(file) => {
                    file.appends = flags & 1 != 0;
                    errno::SUCCESS
                }
                Err(code) => code,
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_close",
        |mut guest: Guest<'_>, descriptor: u32| {
            let state = guest.data_mut();
            let is_open = match &mut state.call {
                Some(call) => call.files.close(descriptor),
                None => false,
            };
            // A granted folder stays: it is not the guest's.
            match is_open || OpenFiles::granted(&state.folders, descriptor).is_some() {
                true => errno::SUCCESS,
                false => errno::BADF,
            }
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_get",
        |mut guest: Guest<'_>, descriptor: u32, at: u32| {
            let found = match stat_of(&mut guest, descriptor) {
                Ok(found) => stat_bytes(&found),
                // What is printed goes to a character device.
                Err(errno::BADF) if descriptor <= 2 => {
                    let mut bytes = [0u8; 64];
                    bytes[16] = 2;
                    bytes
                }
                Err(code) => return Ok(code),
            };
            write_bytes(&mut guest, at, &found)?;
            Ok(errno::SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_set_size",
        |mut guest: Guest<'_>, descriptor: u32, size: u64| {
            let length = match with_file(&mut guest, descriptor, rights::WRITE, |file| {
                file.metadata()
            }) {
                Ok(found) => found.len(),
                Err(code) => return Ok(code),
            };
            charge(&mut guest, size.saturating_sub(length))?;
            let outcome = with_file(&mut guest, descriptor, rights::WRITE, |file| {
                file.set_len(size)
            });
            Ok(outcome.map_or_else(|code| code, |()| errno::SUCCESS))
        },
    )?;
    Ok(())
}

fn define_positions(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "fd_seek",
        |mut guest: Guest<'_>, descriptor: u32, offset: i64, whence: u32, at: u32| {
            seek(&mut guest, descriptor, (offset, whence), at)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_tell",
        |mut guest: Guest<'_>, descriptor: u32, at: u32| seek(&mut guest, descriptor, (0, 1), at),
    )?;
    for name in ["fd_sync", "fd_datasync"] {
        linker.func_wrap(MODULE, name, |mut guest: Guest<'_>, descriptor: u32| {
            with_file(&mut guest, descriptor, 0, |file| file.sync_data())
                .map_or_else(|code| code, |()| errno::SUCCESS)
        })?;
    }
    linker.func_wrap(
        MODULE,
        "fd_advise",
        |mut guest: Guest<'_>, descriptor: u32, _at: u64, _length: u64, _advice: u32| {
            with_file(&mut guest, descriptor, 0, |_| Ok(()))
                .map_or_else(|code| code, |()| errno::SUCCESS)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "fd_filestat_set_times",
        |_: u32, _: u64, _: u64, _: u32| errno::NOTSUP,
    )?;
    Ok(())
}

fn fdstat(mut guest: Guest<'_>, descriptor: u32, at: u32) -> Outcome {
    // By default a character device without rights: libc only asks whether output is a terminal.
    let (mut file_type, mut flags, mut allowed) = (2u8, 0u16, 0u64);
    if descriptor > 2 {
        let state = guest.data_mut();
        if let Some(call) = &mut state.call
            && let Some(Open::File(file)) = call.files.get(descriptor)
        {
            file_type = type_number(FileType::RegularFile);
            flags = u16::from(file.appends);
            allowed = !rights::CHANGES & !rights::READ;
            allowed |= if file.reads { rights::READ } else { 0 };
            allowed |= if file.writes { rights::CHANGES } else { 0 };
        } else {
            let files = state.call.as_ref().map(|call| &call.files);
            let root = match files {
                Some(files) => files.root(&state.folders, descriptor),
                None => OpenFiles::granted(&state.folders, descriptor),
            };
            let Some(root) = root else {
                return Ok(errno::BADF);
            };
            file_type = type_number(FileType::Directory);
            allowed = if root.writes { !0 } else { !rights::CHANGES };
        }
    }
    let mut bytes = [0u8; 24];
    bytes[0] = file_type;
    bytes[2..4].copy_from_slice(&flags.to_le_bytes());
    bytes[8..16].copy_from_slice(&allowed.to_le_bytes());
    bytes[16..].copy_from_slice(&allowed.to_le_bytes());
    write_bytes(&mut guest, at, &bytes)?;
    Ok(errno::SUCCESS)
}

impl HostState {
    /// A file that the call in progress has open.
    pub(super) fn open_file(&mut self, descriptor: u32) -> Result<&mut OpenFile, i32> {
        let call = self.call.as_mut().ok_or(errno::BADF)?;
        match call.files.get(descriptor) {
            Some(Open::File(file)) => Ok(file),
            Some(Open::Folder { .. }) => Err(errno::ISDIR),
            None if OpenFiles::granted(&self.folders, descriptor).is_some() => Err(errno::ISDIR),
            None => Err(errno::BADF),
        }
    }
}

/// Acts on a file that is open for what `needed` says.
pub fn with_file<T>(
    guest: &mut Guest<'_>,
    descriptor: u32,
    needed: u64,
    action: impl FnOnce(&mut File) -> io::Result<T>,
) -> Result<T, i32> {
    let file = guest.data_mut().open_file(descriptor)?;
    let lacks_read = needed & rights::READ != 0 && !file.reads;
    let lacks_write = needed & rights::WRITE != 0 && !file.writes;
    if lacks_read || lacks_write {
        return Err(errno::NOTCAPABLE);
    }
    action(&mut file.file).map_err(|error| number_of(&error))
}

fn stat_of(guest: &mut Guest<'_>, descriptor: u32) -> Result<Stat, i32> {
    let state = guest.data_mut();
    let Some(call) = &mut state.call else {
        return Err(errno::BADF);
    };
    let found = match call.files.get(descriptor) {
        Some(Open::File(file)) => fstat(&file.file),
        _ => match call.files.folder(&state.folders, descriptor) {
            Ok(folder) => fstat(folder),
            Err(_) => return Err(errno::BADF),
        },
    };
    found.map_err(|error| number_of(&error.into()))
}

/// What a guest learns about a file.
pub fn stat_bytes(found: &Stat) -> [u8; 64] {
    let mut bytes = [0u8; 64];
    let mut put = |at: usize, number: u64| {
        bytes[at..at + 8].copy_from_slice(&number.to_le_bytes());
    };
    #[allow(clippy::unnecessary_cast, reason = "other widths on other systems")]
    {
        put(0, found.st_dev as u64);
        put(8, found.st_ino as u64);
        put(24, found.st_nlink as u64);
        put(32, found.st_size as u64);
        put(
            40,
            nanoseconds(found.st_atime as i64, found.st_atime_nsec as i64),
        );
        put(
            48,
            nanoseconds(found.st_mtime as i64, found.st_mtime_nsec as i64),
        );
        put(
            56,
            nanoseconds(found.st_ctime as i64, found.st_ctime_nsec as i64),
        );
    }
    bytes[16] = type_number(kind(found));
    bytes
}

fn nanoseconds(seconds: i64, rest: i64) -> u64 {
    let total = i128::from(seconds) * 1_000_000_000 + i128::from(rest);
    u64::try_from(total).unwrap_or(0)
}

pub fn type_number(kind: FileType) -> u8 {
    match kind {
        FileType::BlockDevice => 1,
        FileType::CharacterDevice => 2,
        FileType::Directory => 3,
        FileType::RegularFile => 4,
        FileType::Symlink => 7,
        _ => 0,
    }
}

fn seek(guest: &mut Guest<'_>, descriptor: u32, (offset, whence): (i64, u32), at: u32) -> Outcome {
    check_range(guest, at, 8)?;
    let target = match (whence, u64::try_from(offset)) {
        (0, Ok(offset)) => SeekFrom::Start(offset),
        (1, _) => SeekFrom::Current(offset),
        (2, _) => SeekFrom::End(offset),
        _ => return Ok(errno::INVAL),
    };
    match with_file(guest, descriptor, 0, |file| file.seek(target)) {
        Ok(position) => {
            write_bytes(guest, at, &position.to_le_bytes())?;
            Ok(errno::SUCCESS)
        }
        // Neither what is printed nor a folder has a position.
        Err(errno::BADF) if descriptor <= 2 => Ok(errno::SPIPE),
        Err(code) => Ok(code),
    }
}
