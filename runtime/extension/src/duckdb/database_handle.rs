//! The one place that keeps a way back to the database after `init`.
//!
//! DuckDB hands an extension a `duckdb_database` that is valid only while the extension
//! initialises, and a connection kept open would keep the database alive for ever, so that its
//! file could not be closed and opened again. So the engine keeps the *address* of the database
//! instance, without owning it, and opens a connection only while a statement of that very
//! database runs.
//!
//! Layout this relies on (checked on DuckDB 1.5.5, 1.5.6 and 2.0.0, see
//! `docs/decisions`): what `get_database` points to is a wrapper whose first word is a
//! `DuckDB *`; a `DuckDB` begins with a `shared_ptr<DatabaseInstance>` (pointer, control block);
//! `duckdb_connect` reads exactly those words and takes its own reference through the instance's
//! `enable_shared_from_this`. `DatabaseHandle` rebuilds the two structures with a null control
//! block, which owns nothing.

use std::ptr;

use libduckdb_sys as ffi;

use super::connection::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// A borrowed way to a database instance; see the module's safety argument.
pub struct DatabaseHandle {
    /// What a `DuckDB` looks like: the instance's address and a null control block.
    _database: Box<[usize; 2]>,
    /// What a `duckdb_database` points to: the address of the above and a null control block.
    wrapper: Box<[usize; 2]>,
}

// SAFETY: the two boxes are written once, in `capture`, and only read by `duckdb_connect`,
// which DuckDB documents as callable from any thread.
unsafe impl Send for DatabaseHandle {}
// SAFETY: as above.
unsafe impl Sync for DatabaseHandle {}

impl DatabaseHandle {
    /// Captures the instance behind the handle DuckDB passes to an extension's entry point.
    ///
    /// # Safety
    /// `database` must be the pointer returned by `get_database` during the running `init`.
    pub unsafe fn capture(database: *mut ffi::duckdb_database) -> EngineResult<Self> {
        if database.is_null() {
            return Err(EngineError::internal(
                "DuckDB passed no database to the extension",
            ));
        }
        // SAFETY: `database` is valid during `init`; its first word is the `DuckDB *`, whose
        // first word is the instance.
        let instance = unsafe {
            let duckdb = *database as *const usize;
            if duckdb.is_null() {
                return Err(EngineError::internal("DuckDB passed an empty database"));
            }
            *duckdb
        };
        if instance == 0 {
            return Err(EngineError::internal(
                "DuckDB passed a database without an instance",
            ));
        }
        let inner = Box::new([instance, 0]);
        let wrapper = Box::new([inner.as_ptr() as usize, 0]);
        Ok(Self {
            _database: inner,
            wrapper,
        })
    }

    /// Opens a connection of our own. Call it only while a statement of this database runs, or
    /// during `init`: otherwise the instance may already be gone.
    pub fn connect(&self) -> EngineResult<Connection> {
        let mut raw: ffi::duckdb_connection = ptr::null_mut();
        // SAFETY: the wrapper has the layout that `duckdb_connect` reads (module docs), and the
        // caller guarantees that the instance is alive.
        let state =
            unsafe { ffi::duckdb_connect(self.wrapper.as_ptr() as ffi::duckdb_database, &mut raw) };
        if state != ffi::duckdb_state_DuckDBSuccess || raw.is_null() {
            return Err(EngineError::new(
                ErrorCode::InternalError,
                "the engine could not open a connection of its own",
            ));
        }
        // SAFETY: `raw` was just opened and is owned by nobody else.
        Ok(unsafe { Connection::from_raw(raw) })
    }

    /// Proves that the captured handle leads to the same database as the one DuckDB passed:
    /// both list the same attached databases under the same numbers.
    ///
    /// # Safety
    /// As for [`DatabaseHandle::capture`].
    pub unsafe fn verify(&self, database: *mut ffi::duckdb_database) -> EngineResult<()> {
        let mut raw: ffi::duckdb_connection = ptr::null_mut();
        // SAFETY: `database` is valid during `init`.
        let state = unsafe { ffi::duckdb_connect(*database, &mut raw) };
        if state != ffi::duckdb_state_DuckDBSuccess {
            return Err(EngineError::internal(
                "the database handed to the extension is not usable",
            ));
        }
        // SAFETY: just opened.
        let official = unsafe { Connection::from_raw(raw) };
        let ours = self.connect()?;
        let probe = "SELECT string_agg(database_oid || ':' || database_name, ',' ORDER BY database_oid) \
                     FROM duckdb_databases() WHERE database_name <> 'temp'";
        if official.query_text(probe)? != ours.query_text(probe)? {
            return Err(EngineError::internal(
                "the engine's connection leads to another database than the one it was loaded into",
            ));
        }
        Ok(())
    }
}
