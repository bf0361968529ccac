//! The folders a procedure was granted, opened once for all guests that a statement makes.

use std::io;
use std::path::Path;

use cap_std::ambient_authority;
use cap_std::fs::Dir;
use rustix::fs::fstat;

use super::place::check_system;
use super::protected::{Identity, Protected, identity};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::rights::{Folder, Need};

/// The granted folders of one procedure version, and what of them stays closed.
#[derive(Debug, Default)]
pub struct GrantedFolders {
    folders: Vec<GrantedFolder>,
    pub(super) protected: Protected,
}

/// One folder that is open.
#[derive(Debug)]
pub struct GrantedFolder {
    pub path: String,
    pub writes: bool,
    pub(super) dir: Dir,
    pub(super) identity: Identity,
}

impl GrantedFolder {
    /// What a procedure needs to read below it, or to change something.
    pub fn need(&self, writes: bool) -> Need<'_> {
        Need::Folder {
            path: &self.path,
            writes,
        }
    }
}

impl GrantedFolders {
    /// Opens folders; one that is named twice may be written to when either name says so.
    pub fn open(folders: &[Folder], protected: Protected) -> EngineResult<Self> {
        let mut opened: Vec<GrantedFolder> = Vec::new();
        for folder in folders {
            if let Some(known) = opened.iter_mut().find(|known| known.path == folder.path) {
                known.writes |= folder.writes;
                continue;
            }
            let (dir, identity) =
                open(&folder.path, &protected).map_err(|error| cannot_open(folder, &error))?;
            opened.push(GrantedFolder {
                path: folder.path.clone(),
                writes: folder.writes,
                dir,
                identity,
            });
        }
        Ok(Self {
            folders: opened,
            protected,
        })
    }

    pub fn get(&self, index: usize) -> Option<&GrantedFolder> {
        self.folders.get(index)
    }

    pub fn count(&self) -> usize {
        self.folders.len()
    }
}

fn open(path: &str, protected: &Protected) -> io::Result<(Dir, Identity)> {
    let dir = Dir::open_ambient_dir(Path::new(path), ambient_authority())?;
    check_system(&dir)?;
    protected.check_folder(&dir, None)?;
    let found = fstat(&dir)?;
    Ok((dir, identity(&found)))
}

fn cannot_open(folder: &Folder, error: &io::Error) -> EngineError {
    let code = match error.kind() {
        io::ErrorKind::PermissionDenied => ErrorCode::InsufficientPrivilege,
        io::ErrorKind::NotFound => ErrorCode::UndefinedFile,
        _ => ErrorCode::IoError,
    };
    EngineError::new(
        code,
        format!("folder {} cannot be opened for the procedure", folder.path),
    )
    .detail(error.to_string())
    .hint("a folder of filesystem: must exist when the procedure is called, and be a plain one")
}
