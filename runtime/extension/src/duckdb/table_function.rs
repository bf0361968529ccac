//! Table functions that list rows the engine holds in memory: procedures, metrics, logs.

use libduckdb_sys as ffi;

use super::callback::{c_string, contain_with, drop_box};
use super::connection::Connection;
use crate::error::{EngineError, EngineResult};
use crate::value::{LogicalType, Value, write};

/// DuckDB's vector size; a chunk never holds more rows.
pub const CHUNK_ROWS_MAX: usize = 2048;

/// A table function without arguments whose rows are made when it is executed.
pub struct TableFunctionSpec {
    pub name: &'static str,
    pub columns: Vec<(&'static str, LogicalType)>,
    pub rows: Box<dyn Fn() -> EngineResult<Vec<Vec<Value>>> + Send + Sync>,
}

/// One execution's rows and how far they have been handed over.
struct Scan {
    rows: Vec<Vec<Value>>,
    position: usize,
}

pub fn register_table_function(
    connection: &Connection,
    spec: TableFunctionSpec,
) -> EngineResult<()> {
    let name = c_string(spec.name);
    // SAFETY: handles are created and destroyed here; the extra info is owned by DuckDB.
    unsafe {
        let mut raw = ffi::duckdb_create_table_function();
        ffi::duckdb_table_function_set_name(raw, name.as_ptr());
        ffi::duckdb_table_function_set_extra_info(
            raw,
            Box::into_raw(Box::new(spec)).cast(),
            Some(drop_box::<TableFunctionSpec>),
        );
        ffi::duckdb_table_function_set_bind(raw, Some(bind));
        ffi::duckdb_table_function_set_init(raw, Some(init));
        ffi::duckdb_table_function_set_function(raw, Some(scan));
        let state = ffi::duckdb_register_table_function(connection.raw(), raw);
        ffi::duckdb_destroy_table_function(&mut raw);
        if state != ffi::duckdb_state_DuckDBSuccess {
            return Err(EngineError::internal(
                "DuckDB did not register a table function",
            ));
        }
    }
    Ok(())
}

unsafe extern "C" fn bind(raw: ffi::duckdb_bind_info) {
    contain_with(
        || {
            // SAFETY: the extra info is a `TableFunctionSpec`.
            let spec =
                unsafe { &*ffi::duckdb_bind_get_extra_info(raw).cast::<TableFunctionSpec>() };
            for (name, logical_type) in &spec.columns {
                let name = c_string(name);
                let logical_type = logical_type.to_duckdb()?;
                // SAFETY: `raw` is valid during bind, both arguments outlive the call.
                unsafe {
                    ffi::duckdb_bind_add_result_column(raw, name.as_ptr(), logical_type.as_raw());
                }
            }
            Ok(())
        },
        // SAFETY: `raw` is valid during bind.
        |text| unsafe { ffi::duckdb_bind_set_error(raw, text.as_ptr()) },
    );
}

unsafe extern "C" fn init(raw: ffi::duckdb_init_info) {
    contain_with(
        || {
            // SAFETY: the extra info is a `TableFunctionSpec`.
            let spec =
                unsafe { &*ffi::duckdb_init_get_extra_info(raw).cast::<TableFunctionSpec>() };
            let scan = parking_lot::Mutex::new(Scan {
                rows: (spec.rows)()?,
                position: 0,
            });
            // SAFETY: DuckDB owns the init data from here on.
            unsafe {
                ffi::duckdb_init_set_max_threads(raw, 1);
                ffi::duckdb_init_set_init_data(
                    raw,
                    Box::into_raw(Box::new(scan)).cast(),
                    Some(drop_box::<parking_lot::Mutex<Scan>>),
                );
            }
            Ok(())
        },
        // SAFETY: `raw` is valid during init.
        |text| unsafe { ffi::duckdb_init_set_error(raw, text.as_ptr()) },
    );
}

unsafe extern "C" fn scan(raw: ffi::duckdb_function_info, output: ffi::duckdb_data_chunk) {
    contain_with(
        || {
            // SAFETY: the init data is the mutex set above.
            let state = unsafe {
                &*ffi::duckdb_function_get_init_data(raw).cast::<parking_lot::Mutex<Scan>>()
            };
            // SAFETY: the extra info is a `TableFunctionSpec`.
            let spec =
                unsafe { &*ffi::duckdb_function_get_extra_info(raw).cast::<TableFunctionSpec>() };
            let mut scan = state.lock();
            let start = scan.position;
            let count = (scan.rows.len() - start).min(CHUNK_ROWS_MAX);
            for (column, (_, logical_type)) in spec.columns.iter().enumerate() {
                // SAFETY: the chunk has the bound columns and room for `CHUNK_ROWS_MAX` rows.
                unsafe {
                    let vector = ffi::duckdb_data_chunk_get_vector(output, column as u64);
                    for row in 0..count {
                        write::write(vector, logical_type, row, &scan.rows[start + row][column])?;
                    }
                }
            }
            scan.position += count;
            // SAFETY: `count` is at most the chunk's capacity.
            unsafe { ffi::duckdb_data_chunk_set_size(output, count as u64) };
            Ok(())
        },
        // SAFETY: `raw` is valid during the call.
        |text| unsafe { ffi::duckdb_function_set_error(raw, text.as_ptr()) },
    );
}
