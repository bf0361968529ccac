//! What one call of a guest has open. All of it is closed when the call ends.

use std::collections::BTreeMap;
use std::fs::File;
use std::io;

use cap_std::fs::Dir;
use rustix::fs::{
    AtFlags, FileType, Mode, OFlags, Stat, fstat, mkdirat, openat, renameat, unlinkat,
};

use super::granted::{GrantedFolder, GrantedFolders};
use super::place::{Place, check_system, kind};
use super::protected::{identity, refused};

/// Files and folders that a call has open at once, the granted folders aside.
pub const OPEN_FILES_MAX: usize = 64;

/// Entries of a folder that a guest may list.
pub const DIRECTORY_ENTRIES_MAX: u64 = 65_536;

/// The first descriptor after standard input, output and errors.
const FIRST_DESCRIPTOR: u32 = 3;

/// The files of one call.
#[derive(Default)]
pub struct OpenFiles {
    open: BTreeMap<u32, Open>,
    listings: BTreeMap<u32, Listing>,
}

/// Something that is open.
pub enum Open {
    Folder {
        dir: Dir,
        /// The granted folder it lies in.
        root: usize,
    },
    File(OpenFile),
}

pub struct OpenFile {
    pub file: File,
    pub reads: bool,
    pub writes: bool,
    pub appends: bool,
}

/// How a file is opened.
#[derive(Clone, Copy, Default)]
pub struct OpenMode {
    pub reads: bool,
    pub writes: bool,
    pub appends: bool,
    pub creates: bool,
    pub excludes: bool,
    pub truncates: bool,
    pub wants_folder: bool,
    pub follows: bool,
}

impl OpenMode {
    /// Whether opening or using the file can change something.
    pub fn changes(&self) -> bool {
        self.writes || self.creates || self.truncates
    }
}

/// One entry of a folder.
#[derive(Clone, Debug)]
pub struct Entry {
    pub name: Vec<u8>,
    pub inode: u64,
    pub kind: FileType,
}

/// How far a folder was listed.
struct Listing {
    entries: rustix::fs::Dir,
    /// Entries that `entries` gave already.
    position: u64,
    /// The last of them, which the guest may not have had room for.
    last: Option<Entry>,
}

impl OpenFiles {
    /// The granted folder that a descriptor is or lies in.
    pub fn root<'a>(
        &self,
        granted: &'a GrantedFolders,
        descriptor: u32,
    ) -> Option<&'a GrantedFolder> {
        granted.get(self.root_index(granted, descriptor)?)
    }

    fn root_index(&self, granted: &GrantedFolders, descriptor: u32) -> Option<usize> {
        let index = descriptor.checked_sub(FIRST_DESCRIPTOR)? as usize;
        if index < granted.count() {
            return Some(index);
        }
        match self.open.get(&descriptor)? {
            Open::Folder { root, .. } => Some(*root),
            Open::File(_) => None,
        }
    }

    /// The granted folder that a descriptor stands for.
    pub fn granted(granted: &GrantedFolders, descriptor: u32) -> Option<&GrantedFolder> {
        granted.get(descriptor.checked_sub(FIRST_DESCRIPTOR)? as usize)
    }

    pub fn get(&mut self, descriptor: u32) -> Option<&mut Open> {
        self.open.get_mut(&descriptor)
    }

    pub fn close(&mut self, descriptor: u32) -> bool {
        self.listings.remove(&descriptor);
        self.open.remove(&descriptor).is_some()
    }

    /// The folder behind a descriptor, a granted one included.
    pub fn folder<'a>(
        &'a self,
        granted: &'a GrantedFolders,
        descriptor: u32,
    ) -> io::Result<&'a Dir> {
        if let Some(folder) = Self::granted(granted, descriptor) {
            return Ok(&folder.dir);
        }
        match self.open.get(&descriptor) {
            Some(Open::Folder { dir, .. }) => Ok(dir),
            _ => Err(io::ErrorKind::NotADirectory.into()),
        }
    }

    /// Where a path beneath a descriptor ends.
    pub fn place(
        &self,
        granted: &GrantedFolders,
        (below, path): (u32, &[u8]),
        follows: bool,
    ) -> io::Result<Place> {
        let root = self
            .root(granted, below)
            .ok_or(io::ErrorKind::NotADirectory)?;
        let folder = self.folder(granted, below)?;
        Place::find(granted, root, (folder, path), follows)
    }

    /// Opens a file or folder and returns its descriptor.
    pub fn open(
        &mut self,
        granted: &GrantedFolders,
        (below, path): (u32, &[u8]),
        mode: OpenMode,
    ) -> io::Result<u32> {
        if self.open.len() >= OPEN_FILES_MAX {
            return Err(io::Error::from_raw_os_error(libc::EMFILE));
        }
        let root = self
            .root_index(granted, below)
            .ok_or(io::ErrorKind::NotADirectory)?;
        let place = self.place(granted, (below, path), mode.follows)?;
        // Looked at before anything is opened: opening a pipe or a device is an act by itself.
        let found = place.stat();
        let opened = match found.as_ref().map(kind) {
            Ok(FileType::Directory) if mode.writes || mode.truncates => {
                return Err(io::ErrorKind::IsADirectory.into());
            }
            Ok(FileType::Directory) => Open::Folder {
                dir: open_folder(granted, &place)?,
                root,
            },
            Ok(FileType::RegularFile) if !mode.wants_folder => {
                Open::File(open_file(granted, &place, mode)?)
            }
            Ok(FileType::Symlink) => return Err(io::Error::from_raw_os_error(libc::ELOOP)),
            Ok(_) if mode.wants_folder => return Err(io::ErrorKind::NotADirectory.into()),
            Ok(_) => return Err(refused("it is neither a file nor a folder")),
            Err(error) if error.kind() == io::ErrorKind::NotFound && mode.creates => {
                Open::File(open_file(granted, &place, mode)?)
            }
            Err(_) => {
                return Err(found
                    .err()
                    .unwrap_or_else(|| io::ErrorKind::NotFound.into()));
            }
        };
        let first = FIRST_DESCRIPTOR + granted.count() as u32;
        let number = (first..)
            .find(|number| !self.open.contains_key(number))
            .ok_or_else(|| io::Error::from_raw_os_error(libc::EMFILE))?;
        self.open.insert(number, opened);
        Ok(number)
    }

    /// The entry of a folder behind the first `position` ones; none at the end. A position beyond
    /// what may be listed gives an error of kind `FileTooLarge`.
    pub fn entry(
        &mut self,
        granted: &GrantedFolders,
        descriptor: u32,
        position: u64,
    ) -> io::Result<Option<Entry>> {
        if position >= DIRECTORY_ENTRIES_MAX {
            return Err(io::ErrorKind::FileTooLarge.into());
        }
        let listing = match self.listings.remove(&descriptor) {
            // A listing that is begun again shows what is there now.
            Some(known) if position > 0 && position + 1 >= known.position => known,
            _ => Listing {
                entries: listing_of(self.folder(granted, descriptor)?)?,
                position: 0,
                last: None,
            },
        };
        let listing = self.listings.entry(descriptor).or_insert(listing);
        while listing.position <= position {
            let Some(entry) = listing.entries.read() else {
                return Ok(None);
            };
            let entry = entry?;
            listing.last = Some(Entry {
                name: entry.file_name().to_bytes().to_vec(),
                inode: entry.ino(),
                kind: entry.file_type(),
            });
            listing.position += 1;
        }
        Ok(listing.last.clone())
    }
}

/// The entries of a folder, whose own handle may be a place alone that cannot be read.
fn listing_of(folder: &Dir) -> io::Result<rustix::fs::Dir> {
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::CLOEXEC;
    Ok(rustix::fs::Dir::new(openat(
        folder,
        c".",
        flags,
        Mode::empty(),
    )?)?)
}

/// Makes a folder.
pub fn make_folder(place: &Place) -> io::Result<()> {
    Ok(mkdirat(
        &place.dir,
        place.named()?,
        Mode::from_raw_mode(0o777),
    )?)
}

/// Removes a file, or with `is_folder` an empty folder.
pub fn remove(place: &Place, is_folder: bool) -> io::Result<()> {
    let flags = match is_folder {
        true => AtFlags::REMOVEDIR,
        false => AtFlags::empty(),
    };
    Ok(unlinkat(&place.dir, place.named()?, flags)?)
}

/// Gives a file or folder another place.
pub fn rename(granted: &GrantedFolders, from: &Place, to: &Place) -> io::Result<()> {
    let moved = identity(&from.stat()?);
    if granted.protected.lies_below(moved) {
        return Err(refused("the folder holds what is closed to procedures"));
    }
    Ok(renameat(&from.dir, from.named()?, &to.dir, to.named()?)?)
}

fn open_folder(granted: &GrantedFolders, place: &Place) -> io::Result<Dir> {
    let Some(name) = &place.name else {
        return place.dir.try_clone();
    };
    let flags = OFlags::RDONLY | OFlags::DIRECTORY | OFlags::NOFOLLOW | OFlags::CLOEXEC;
    let opened = openat(&place.dir, name.as_slice(), flags, Mode::empty())?;
    check(granted, &fstat(&opened)?)?;
    check_system(&opened)?;
    Ok(Dir::from_std_file(File::from(opened)))
}

fn open_file(granted: &GrantedFolders, place: &Place, mode: OpenMode) -> io::Result<OpenFile> {
    let access = match (mode.reads, mode.writes || mode.truncates) {
        (_, false) => OFlags::RDONLY,
        (true, true) => OFlags::RDWR,
        (false, true) => OFlags::WRONLY,
    };
    // Should a pipe have taken the file's place, opening it does not wait.
    let mut flags = access | OFlags::NOFOLLOW | OFlags::CLOEXEC | OFlags::NONBLOCK | OFlags::NOCTTY;
    if mode.creates {
        flags |= OFlags::CREATE;
    }
    if mode.creates && mode.excludes {
        flags |= OFlags::EXCL;
    }
    let opened = openat(
        &place.dir,
        place.named()?,
        flags,
        Mode::from_raw_mode(0o666),
    )?;
    let found = fstat(&opened)?;
    if kind(&found) != FileType::RegularFile {
        return Err(refused("it is neither a file nor a folder"));
    }
    // Another name of the file may lie anywhere.
    if found.st_nlink > 1 {
        return Err(refused("the file has several names"));
    }
    check(granted, &found)?;
    check_system(&opened)?;
    let file = File::from(opened);
    // Only now: cutting a file is an act that opening must not do before it was looked at.
    if mode.truncates {
        file.set_len(0)?;
    }
    Ok(OpenFile {
        file,
        reads: mode.reads || !mode.writes,
        writes: mode.writes,
        appends: mode.appends,
    })
}

fn check(granted: &GrantedFolders, found: &Stat) -> io::Result<()> {
    match granted.protected.is_protected(identity(found)) {
        true => Err(refused("the file is closed to procedures")),
        false => Ok(()),
    }
}
