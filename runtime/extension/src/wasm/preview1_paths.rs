//! WASI preview 1 over paths beneath granted folders.

use std::io;

use wasmtime::Linker;

use super::guest_access::{Guest, check_range, read_bytes, write_bytes};
use super::host_state::HostState;
use super::preview1::{MODULE, errno, number_of};
use super::preview1_descriptors::{rights, stat_bytes};
use crate::files::{self, OpenMode, Place};

/// Bytes of a path.
const PATH_BYTES_MAX: u32 = 4096;

/// That a link at a path's end leads on.
const FOLLOWS: u32 = 1;

pub const NAMES: [&str; 9] = [
    "path_open",
    "path_filestat_get",
    "path_filestat_set_times",
    "path_create_directory",
    "path_remove_directory",
    "path_unlink_file",
    "path_rename",
    "path_link",
    "path_symlink",
];

type Outcome = wasmtime::Result<i32>;

/// A path as a guest gives it: the folder it starts from, address and length.
#[derive(Clone, Copy)]
struct GuestPath(u32, u32, u32);

/// What is done with a place that a guest names.
type Action = fn(&Place) -> io::Result<()>;

pub fn define(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_open",
        |mut guest: Guest<'_>,
         below: u32,
         follow: u32,
         path: u32,
         path_len: u32,
         flags: u32,
         wanted: u64,
         _inherited: u64,
         file_flags: u32,
         opened: u32| {
            let mode = OpenMode {
                reads: wanted & rights::READ != 0,
                writes: wanted & (rights::WRITE | rights::ALLOCATE | rights::SET_SIZE) != 0
                    && flags & 2 == 0,
                appends: file_flags & 1 != 0,
                creates: flags & 1 != 0,
                wants_folder: flags & 2 != 0,
                excludes: flags & 4 != 0,
                truncates: flags & 8 != 0,
                follows: follow & FOLLOWS != 0,
            };
            open(&mut guest, GuestPath(below, path, path_len), mode, opened)
        },
    )?;
    linker.func_wrap(
        MODULE,
        "path_filestat_get",
        |mut guest: Guest<'_>, below: u32, flags: u32, path: u32, path_len: u32, at: u32| {
            let path = GuestPath(below, path, path_len);
            let found = place(&mut guest, path, flags & FOLLOWS != 0, false)?;
            match found.and_then(|place| place.stat().map_err(|error| number_of(&error))) {
                Ok(found) => {
                    write_bytes(&mut guest, at, &stat_bytes(&found))?;
                    Ok(errno::SUCCESS)
                }
                Err(code) => Ok(code),
            }
        },
    )?;
    let actions: [(&str, Action); 3] = [
        ("path_create_directory", files::make_folder),
        ("path_remove_directory", |place| files::remove(place, true)),
        ("path_unlink_file", |place| files::remove(place, false)),
    ];
    for (name, action) in actions {
        linker.func_wrap(
            MODULE,
            name,
            move |mut guest: Guest<'_>, below: u32, path: u32, path_len: u32| -> Outcome {
                let found = place(&mut guest, GuestPath(below, path, path_len), false, true)?;
                Ok(status(found, |place| action(&place)))
            },
        )?;
    }
    linker.func_wrap(
        MODULE,
        "path_rename",
        |mut guest: Guest<'_>,
         from: u32,
         old: u32,
         old_len: u32,
         to: u32,
         new: u32,
         new_len: u32| {
            let old = place(&mut guest, GuestPath(from, old, old_len), false, true)?;
            let new = place(&mut guest, GuestPath(to, new, new_len), false, true)?;
            let folders = &guest.data().folders;
            Ok(status(
                old.and_then(|old| new.map(|new| (old, new))),
                |(old, new)| files::rename(folders, &old, &new),
            ))
        },
    )?;
    define_refusals(linker)
}

/// Links could lead out of a folder, or give a file a second name; nobody may make one.
fn define_refusals(linker: &mut Linker<HostState>) -> wasmtime::Result<()> {
    linker.func_wrap(
        MODULE,
        "path_link",
        |_: u32, _: u32, _: u32, _: u32, _: u32, _: u32, _: u32| errno::NOTCAPABLE,
    )?;
    linker.func_wrap(
        MODULE,
        "path_symlink",
        |_: u32, _: u32, _: u32, _: u32, _: u32| errno::NOTCAPABLE,
    )?;
    linker.func_wrap(
        MODULE,
        "path_filestat_set_times",
        |_: u32, _: u32, _: u32, _: u32, _: u64, _: u64, _: u32| errno::NOTSUP,
    )?;
    Ok(())
}

fn open(guest: &mut Guest<'_>, path: GuestPath, mode: OpenMode, opened: u32) -> Outcome {
    check_range(guest, opened, 4)?;
    let text = match permitted(guest, path, mode.changes())? {
        Ok(text) => text,
        Err(code) => return Ok(code),
    };
    let state = guest.data_mut();
    let Some(call) = &mut state.call else {
        return Ok(errno::NOTCAPABLE);
    };
    match call.files.open(&state.folders, (path.0, &text), mode) {
        Ok(number) => {
            write_bytes(guest, opened, &number.to_le_bytes())?;
            Ok(errno::SUCCESS)
        }
        Err(error) => Ok(number_of(&error)),
    }
}

fn status<T>(found: Result<T, i32>, action: impl FnOnce(T) -> io::Result<()>) -> i32 {
    match found.map(action) {
        Ok(Ok(())) => errno::SUCCESS,
        Ok(Err(error)) => number_of(&error),
        Err(code) => code,
    }
}

/// Where a path ends, when the guest may do there what it wants.
fn place(
    guest: &mut Guest<'_>,
    path: GuestPath,
    follows: bool,
    writes: bool,
) -> wasmtime::Result<Result<Place, i32>> {
    let text = match permitted(guest, path, writes)? {
        Ok(text) => text,
        Err(code) => return Ok(Err(code)),
    };
    let state = guest.data();
    let Some(call) = &state.call else {
        return Ok(Err(errno::NOTCAPABLE));
    };
    let found = call.files.place(&state.folders, (path.0, &text), follows);
    Ok(found.map_err(|error| number_of(&error)))
}

/// The path itself, when the procedure and those above it hold the folder that it starts from.
fn permitted(
    guest: &mut Guest<'_>,
    GuestPath(below, address, length): GuestPath,
    writes: bool,
) -> wasmtime::Result<Result<Vec<u8>, i32>> {
    check_range(guest, address, length)?;
    if length > PATH_BYTES_MAX {
        return Ok(Err(errno::NAMETOOLONG));
    }
    let path = read_bytes(guest, address, length)?;
    let state = guest.data();
    // A module that initialises has no call, and with it no rights.
    let Some(call) = &state.call else {
        return Ok(Err(errno::NOTCAPABLE));
    };
    let Some(root) = call.files.root(&state.folders, below) else {
        return Ok(Err(errno::BADF));
    };
    match call.guest_call.require(&root.need(writes)) {
        Ok(()) => Ok(Ok(path)),
        Err(_) => Ok(Err(errno::NOTCAPABLE)),
    }
}
