//! What no procedure may touch, whatever folder it was granted: databases and what DuckDB keeps
//! beside them, its extensions and secrets, and the engine's compiled modules.

use std::collections::HashSet;
use std::ffi::OsStr;
use std::io;
use std::os::fd::{AsFd, OwnedFd};
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use rustix::fs::{CWD, Mode, OFlags, Stat, fstat, openat, statat};

/// What a file is, whatever its name.
pub type Identity = (u64, u64);

pub fn identity(found: &Stat) -> Identity {
    // The types of these numbers differ between systems.
    #[allow(clippy::unnecessary_cast, reason = "32 bits on some systems")]
    (found.st_dev as u64, found.st_ino as u64)
}

/// Folders above one another that are looked at; deeper ones are refused.
const DEPTH_MAX: usize = 256;

/// Files and folders that are closed to procedures.
#[derive(Debug, Default)]
pub struct Protected {
    /// By what they are: other names of the same file are refused too.
    identities: HashSet<Identity>,
    /// By folder and name, because they may come into being at any time.
    names: Vec<(Identity, Vec<u8>)>,
    /// The folders that they lie in, up to the root: these may not be moved.
    above: HashSet<Identity>,
}

impl Protected {
    /// Protects a file or folder, and what has its name with a dot and more behind it.
    pub fn add(&mut self, path: &Path) {
        // What cannot be found cannot be reached through a granted folder either.
        let Ok(path) = std::path::absolute(path) else {
            return;
        };
        if let Ok(found) = statat(CWD, &path, rustix::fs::AtFlags::empty()) {
            self.identities.insert(identity(&found));
        }
        // A link to a database may lie elsewhere than the database.
        let mut known = vec![path.clone()];
        known.extend(std::fs::canonicalize(&path));
        for path in known {
            if let (Some(folder), Some(name)) = (path.parent(), path.file_name()) {
                self.add_name(folder, name);
            }
        }
    }

    fn add_name(&mut self, folder: &Path, name: &OsStr) {
        let Ok(folder) = open_path(CWD, folder) else {
            return;
        };
        if let Ok(found) = fstat(&folder) {
            let name = name.as_bytes().to_ascii_lowercase();
            self.names.push((identity(&found), name));
        }
        let above = &mut self.above;
        // What could be climbed is protected; more cannot be reached either.
        let _ = climb(folder, |each| {
            above.insert(each);
            Ok(true)
        });
    }

    pub fn is_protected(&self, found: Identity) -> bool {
        self.identities.contains(&found)
    }

    /// Whether moving or removing a folder would move something protected.
    pub fn lies_below(&self, folder: Identity) -> bool {
        self.above.contains(&folder)
    }

    /// Whether a name in a folder is taken, now or later, by something protected.
    pub fn is_name(&self, folder: Identity, name: &[u8]) -> bool {
        let name = name.to_ascii_lowercase();
        self.names.iter().any(|(place, known)| {
            *place == folder
                && name
                    .strip_prefix(known.as_slice())
                    .is_some_and(|rest| rest.is_empty() || rest[0] == b'.')
        })
    }

    /// Refuses a folder that is protected or lies in one; `end` is where the way up may stop.
    pub fn check_folder(&self, folder: impl AsFd, end: Option<Identity>) -> io::Result<()> {
        let start = open_path(folder, Path::new("."))?;
        let mut has_ended = end.is_none();
        climb(start, |each| {
            if self.is_protected(each) {
                return Err(refused("the folder is closed to procedures"));
            }
            has_ended |= Some(each) == end;
            Ok(end.is_none() || Some(each) != end)
        })?;
        match has_ended {
            true => Ok(()),
            false => Err(refused("the folder was moved")),
        }
    }
}

pub fn refused(why: &'static str) -> io::Error {
    io::Error::new(io::ErrorKind::PermissionDenied, why)
}

/// Visits a folder and those above it until `visit` has seen enough or the root is reached.
fn climb(
    mut folder: OwnedFd,
    mut visit: impl FnMut(Identity) -> io::Result<bool>,
) -> io::Result<()> {
    let mut last = None;
    for _ in 0..DEPTH_MAX {
        let here = identity(&fstat(&folder)?);
        // The root is its own parent.
        if last == Some(here) || !visit(here)? {
            return Ok(());
        }
        last = Some(here);
        folder = open_path(&folder, Path::new(".."))?;
    }
    Err(refused("the folder lies too deep"))
}

fn open_path(folder: impl AsFd, path: &Path) -> io::Result<OwnedFd> {
    #[cfg(target_os = "linux")]
    let how = OFlags::PATH;
    #[cfg(not(target_os = "linux"))]
    let how = OFlags::RDONLY;
    let flags = how | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(openat(folder, path, flags, Mode::empty())?)
}
