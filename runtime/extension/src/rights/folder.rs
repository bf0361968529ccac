//! Folders that `filesystem:` capabilities name.

use crate::error::{EngineError, EngineResult, one_line};
use crate::generated::errors::ErrorCode;

/// A folder whose files a procedure may use.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Folder {
    /// Absolute, without `.`, `..`, empty parts and a slash at the end.
    pub path: String,
    /// Whether its files may be changed; they may be read in any case.
    pub writes: bool,
}

/// Where the operating system shows processes and devices as if they were files.
const NOT_STORED: [&str; 3] = ["/proc", "/sys", "/dev"];

/// How a capability says that files may only be read.
const READ_ONLY: &str = "read:";

impl Folder {
    /// `/path`, or `read:/path` for reading alone.
    pub(super) fn parse(text: &str) -> EngineResult<Self> {
        let (path, writes) = match text.strip_prefix(READ_ONLY) {
            Some(path) => (path, false),
            None => (text, true),
        };
        let parts: Vec<&str> = path.split('/').filter(|part| !part.is_empty()).collect();
        let is_plain = path.starts_with('/')
            && !path.contains('\0')
            && parts.iter().all(|part| *part != "." && *part != "..");
        if !is_plain {
            return Err(invalid(
                format!("`{}` is not the path of a folder", one_line(text)),
                "filesystem:/srv/data or filesystem:read:/srv/data: an absolute path without `.` \
                 and `..`",
            ));
        }
        let path = format!("/{}", parts.join("/"));
        if NOT_STORED.iter().any(|held| covers(held, &path)) {
            return Err(invalid(
                format!("{} holds no files that are stored", one_line(&path)),
                "processes, devices and the kernel's settings are granted to nobody",
            ));
        }
        Ok(Self { path, writes })
    }

    pub(super) fn covers(&self, path: &str, writes: bool) -> bool {
        covers(&self.path, path) && (self.writes || !writes)
    }
}

/// Whether a folder is another one or lies above it.
fn covers(held: &str, path: &str) -> bool {
    let held = held.trim_end_matches('/');
    path.strip_prefix(held)
        .is_some_and(|rest| rest.is_empty() || rest.starts_with('/'))
}

fn invalid(message: String, hint: &str) -> EngineError {
    EngineError::new(ErrorCode::InvalidParameterValue, message).hint(hint)
}
