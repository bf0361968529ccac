//! Files of the machine, for procedures that hold `filesystem:<path>`.
//!
//! Knows folders, files and what of them no procedure may touch; it knows no guest. A path is
//! resolved beneath its granted folder by the operating system or, where that cannot, a step at a
//! time; what is done in the end is done on one name in one folder that is open.
//!
//! ```text
//! granted folder ─► place (folder, name) ─► protected? ─► open, stat, list, make, remove
//! ```

mod granted;
mod open;
mod place;
mod protected;

pub use granted::GrantedFolders;
pub use open::{
    DIRECTORY_ENTRIES_MAX, Entry, OPEN_FILES_MAX, Open, OpenFile, OpenFiles, OpenMode, make_folder,
    remove, rename,
};
pub use place::{Place, kind};
pub use protected::Protected;
