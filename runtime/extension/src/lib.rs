//! HeliosDB's engine: a DuckDB loadable extension that runs WebAssembly stored procedures inside
//! DuckDB's executor.
//!
//! ```text
//! SQL ─► duckdb/ (the C API, contained) ─► invoke/ (one chunk of calls)
//!                                             │ pins a version, remembers results
//!                     registry/ ◄─────────────┼─► execution/ (one statement: memo, snapshot)
//!                     (what exists)           ▼
//!                                          wasm/ (engine, module, instance, host functions)
//! ```

mod batch;
mod duckdb;
mod error;
mod execution;
mod files;
mod generated;
mod invoke;
mod network;
mod observe;
mod registry;
mod rights;
mod sql_functions;
mod state;
mod value;
mod wasm;

use std::ffi::CStr;

use libduckdb_sys as ffi;

use crate::duckdb::{Connection, DatabaseHandle, c_string, contain};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::logical_type::learn_variant;

/// The C API version the function table is requested for.
const API_VERSION: &CStr = c"v1.2.0";

/// DuckDB versions whose function table and database layout this engine was tested with.
const TESTED_VERSIONS: [&str; 3] = ["v1.5.5", "v1.5.6", "v2.0.0"];

/// Environment variable that allows a newer, untested DuckDB.
const ALLOW_UNTESTED: &str = "HELIOSDB_ALLOW_UNTESTED_DUCKDB";

/// DuckDB's entry point.
///
/// # Safety
/// Called by DuckDB with the arguments of its extension protocol.
#[unsafe(no_mangle)]
pub unsafe extern "C" fn heliosdb_init_c_api(
    info: ffi::duckdb_extension_info,
    access: *const ffi::duckdb_extension_access,
) -> bool {
    // SAFETY: by the extension protocol.
    match contain(|| unsafe { initialise(info, access) }) {
        Ok(()) => true,
        Err(error) => {
            let text = c_string(&error.to_string());
            // SAFETY: `access` is valid during init.
            if let Some(set_error) = unsafe { (*access).set_error } {
                // SAFETY: as above; DuckDB copies the text.
                unsafe { set_error(info, text.as_ptr()) };
            }
            false
        }
    }
}

/// # Safety
/// As for [`heliosdb_init_c_api`].
unsafe fn initialise(
    info: ffi::duckdb_extension_info,
    access: *const ffi::duckdb_extension_access,
) -> EngineResult<()> {
    let incomplete = || EngineError::internal("DuckDB's extension access is incomplete");
    // SAFETY: `access` and what it points to are valid during init.
    unsafe {
        let get_api = (*access).get_api.ok_or_else(incomplete)?;
        let api = get_api(info, API_VERSION.as_ptr()).cast::<ffi::duckdb_ext_api_v1>();
        if api.is_null() {
            return Err(EngineError::new(
                ErrorCode::IncompatibleVersion,
                "this DuckDB does not offer the C extension API v1.2.0",
            ));
        }
        // Read through one early member first: an older library's table is shorter than ours.
        let library_version = (*api).duckdb_library_version.ok_or_else(incomplete)?;
        check_version(&CStr::from_ptr(library_version()).to_string_lossy())?;
        ffi::duckdb_rs_extension_api_init(info, access, "v1.2.0").map_err(EngineError::internal)?;
        let database = (*access).get_database.ok_or_else(incomplete)?(info);
        let handle = DatabaseHandle::capture(database)?;
        handle.verify(database)?;
        let connection = handle.connect()?;
        learn_variant(connection.raw());
        register(&connection, DatabaseState::new(handle))
    }
}

fn register(connection: &Connection, state: std::sync::Arc<DatabaseState>) -> EngineResult<()> {
    sql_functions::register(connection, &state)?;
    batch::register_request_table(connection, &state)?;
    batch::register_keyed_rows(connection, &state)?;
    for returns in invoke::scalar_types() {
        invoke::ensure_return_type(&state, connection, &returns)?;
    }
    // Procedures that are there already get their functions; a registry that cannot be read must
    // not keep the extension from loading, it fails whoever uses it.
    state.registry.refresh(&state)
}

fn check_version(version: &str) -> EngineResult<()> {
    if TESTED_VERSIONS.contains(&version) {
        return Ok(());
    }
    let is_older = version_number(version) < version_number(TESTED_VERSIONS[0]);
    if !is_older && std::env::var_os(ALLOW_UNTESTED).is_some() {
        return Ok(());
    }
    let error = EngineError::new(
        ErrorCode::IncompatibleVersion,
        format!("HeliosDB does not support DuckDB {version}"),
    )
    .detail(format!("tested versions: {}", TESTED_VERSIONS.join(", ")))
    .field("required", TESTED_VERSIONS[0])
    .field("found", version);
    Err(if is_older {
        error.hint("upgrade DuckDB")
    } else {
        error.hint(format!(
            "set the environment variable {ALLOW_UNTESTED}=1 to try it all the same"
        ))
    })
}

/// `v1.5.6-dev3` as (1, 5, 6).
fn version_number(version: &str) -> (u32, u32, u32) {
    let mut parts = version
        .trim_start_matches('v')
        .split(|character: char| !character.is_ascii_digit())
        .map(|part| part.parse().unwrap_or(0));
    let mut next = || parts.next().unwrap_or(0);
    (next(), next(), next())
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn versions_compare_by_number() {
        assert!(version_number("v1.4.10") < version_number("v1.5.5"));
        assert_eq!(version_number("v1.5.6-dev12"), (1, 5, 6));
        assert!(check_version("v1.5.4").is_err());
        assert!(check_version("v2.0.0").is_ok());
    }
}
