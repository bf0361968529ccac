//! Opens the folders of a procedure, and says what of them stays closed.

use std::path::{Path, PathBuf};

use crate::error::EngineResult;
use crate::files::{GrantedFolders, Protected};
use crate::rights::RightSet;
use crate::state::DatabaseState;
use crate::value::Value;
use crate::wasm::cache_folder;

/// Every database of the process's own, and where DuckDB keeps what no procedure may read or
/// replace: spilled rows, secrets, extensions.
const PLACES: &str = "
    SELECT path FROM duckdb_databases() WHERE path IS NOT NULL
    UNION ALL SELECT current_setting('temp_directory')
    UNION ALL SELECT current_setting('secret_directory')
    UNION ALL SELECT current_setting('extension_directory')";

pub fn open(state: &DatabaseState, rights: &RightSet) -> EngineResult<GrantedFolders> {
    let mut protected = Protected::default();
    let home = std::env::var_os("HOME").map(PathBuf::from);
    for row in state.connect()?.query(PLACES)?.rows {
        if let [Value::Varchar(path)] = row.as_slice()
            && !path.is_empty()
        {
            match (path.strip_prefix("~/"), &home) {
                (Some(rest), Some(home)) => protected.add(&home.join(rest)),
                _ => protected.add(Path::new(path)),
            }
        }
    }
    if let Some(home) = home {
        protected.add(&home.join(".duckdb"));
    }
    if let Some(folder) = cache_folder() {
        protected.add(&folder);
    }
    GrantedFolders::open(rights.folders(), protected)
}
