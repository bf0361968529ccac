//! Places: an open folder, and one name in it. Whatever a path says, this is where it ends.

use std::ffi::OsStr;
use std::io;
use std::os::fd::AsFd;
use std::os::unix::ffi::OsStrExt;
use std::path::Path;

use cap_std::fs::Dir;
use rustix::fs::{AtFlags, FileType, Stat, fstat, readlinkat, statat};

use super::granted::{GrantedFolder, GrantedFolders};
use super::protected::{identity, refused};

/// Links that the end of a path may lead through.
const LINKS_MAX: usize = 8;

/// Where a path ends. Nothing is there yet, perhaps.
pub struct Place {
    pub dir: Dir,
    /// One part of a path, never `.` or `..`; none where the path ends at the folder itself.
    pub name: Option<Vec<u8>>,
}

impl Place {
    /// Resolves a path beneath `below`, which lies in `root`. With `follows`, a link at its end
    /// leads on; a link may lead anywhere beneath `below`, and nowhere else.
    pub fn find(
        granted: &GrantedFolders,
        root: &GrantedFolder,
        (below, path): (&Dir, &[u8]),
        follows: bool,
    ) -> io::Result<Self> {
        let mut path = path.to_vec();
        for _ in 0..LINKS_MAX {
            let (folder, name) = split(&path)?;
            let dir = match folder {
                [] => below.try_clone()?,
                folder => below.open_dir(Path::new(OsStr::from_bytes(folder)))?,
            };
            check_system(&dir)?;
            granted.protected.check_folder(&dir, Some(root.identity))?;
            let Some(name) = name else {
                return Ok(Self { dir, name: None });
            };
            let here = identity(&fstat(&dir)?);
            if granted.protected.is_name(here, name) {
                return Err(refused("the file is closed to procedures"));
            }
            let found = statat(&dir, name, AtFlags::SYMLINK_NOFOLLOW);
            if let Ok(found) = &found
                && granted.protected.is_protected(identity(found))
            {
                return Err(refused("the file is closed to procedures"));
            }
            if !follows || !found.is_ok_and(|found| kind(&found) == FileType::Symlink) {
                return Ok(Self {
                    dir,
                    name: Some(name.to_vec()),
                });
            }
            let target = readlinkat(&dir, name, Vec::new())?;
            if target.as_bytes().starts_with(b"/") {
                return Err(refused("the link leads outside"));
            }
            path = match folder {
                [] => target.into_bytes(),
                folder => [folder, target.as_bytes()].join(&b'/'),
            };
        }
        Err(io::Error::from_raw_os_error(libc::ELOOP))
    }

    /// What is there; a link is not followed.
    pub fn stat(&self) -> io::Result<Stat> {
        Ok(match &self.name {
            Some(name) => statat(&self.dir, name.as_slice(), AtFlags::SYMLINK_NOFOLLOW)?,
            None => fstat(&self.dir)?,
        })
    }

    /// The name, where something is made, moved or removed.
    pub fn named(&self) -> io::Result<&[u8]> {
        self.name
            .as_deref()
            .ok_or_else(|| io::ErrorKind::InvalidInput.into())
    }
}

pub fn kind(found: &Stat) -> FileType {
    FileType::from_raw_mode(found.st_mode)
}

/// The folder of a path and the last name in it.
fn split(path: &[u8]) -> io::Result<(&[u8], Option<&[u8]>)> {
    if path.is_empty() || path.contains(&0) {
        return Err(io::ErrorKind::InvalidInput.into());
    }
    if path.starts_with(b"/") {
        return Err(refused("the path is absolute"));
    }
    let (folder, name) = match path.iter().rposition(|byte| *byte == b'/') {
        Some(slash) => (&path[..slash], &path[slash + 1..]),
        None => (&path[..0], path),
    };
    match name {
        b"" | b"." | b".." => Ok((path, None)),
        name => Ok((folder, Some(name))),
    }
}

/// Refuses what the operating system shows as files and keeps nowhere.
#[cfg(target_os = "linux")]
pub fn check_system(file: impl AsFd) -> io::Result<()> {
    const NOT_STORED: [u64; 20] = [
        0x9fa0,      // proc
        0x6265_6572, // sysfs
        0x1cd1,      // devpts
        0x0027_e0eb, // cgroup
        0x6367_7270, // cgroup2
        0x6462_6720, // debugfs
        0x7472_6163, // tracefs
        0x7363_6673, // securityfs
        0xf97c_ff8c, // selinux
        0x4341_5d53, // smack
        0xcafe_4a11, // bpf
        0xde5e_81e4, // efivarfs
        0x6165_676c, // pstore
        0x6265_6570, // configfs
        0x6c6f_6f70, // binder
        0x6e73_6673, // namespaces
        0x1980_0202, // message queues
        0x6573_5543, // fusectl
        0x4249_4e4d, // binfmt_misc
        0x0bad_1dea, // futexfs
    ];
    let found = rustix::fs::fstatfs(file)?;
    // Sign extension of a 32-bit number is no part of it.
    match NOT_STORED.contains(&(found.f_type as u64 & 0xffff_ffff)) {
        true => Err(refused("it is a view of the system, not a file")),
        false => Ok(()),
    }
}

/// Elsewhere such systems hold nothing but devices, which are never opened.
#[cfg(not(target_os = "linux"))]
pub fn check_system(_: impl AsFd) -> io::Result<()> {
    Ok(())
}
