//! `heliosdb_requests(batch id)`: values that the engine holds as a table, as the literals of a
//! batch of queries.
//!
//! DuckDB may scan it on another thread than the one that runs the statement, so a batch is found
//! by its id and never through a thread-local.

use std::collections::HashMap;
use std::ffi::c_void;
use std::sync::Arc;
use std::sync::atomic::{AtomicI64, Ordering};

use libduckdb_sys as ffi;
use parking_lot::Mutex;

use crate::duckdb::{CHUNK_ROWS_MAX, Connection, c_string, contain_with, drop_box};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::bind::{OwnedValue, read_boxed};
use crate::value::{LogicalType, Value, write};

/// The batches statements are prepared for, by id.
#[derive(Default)]
pub struct RequestBatches {
    next: AtomicI64,
    live: Mutex<HashMap<i64, Arc<RequestBatch>>>,
}

/// The requests one prepared statement reads; replaced before each execution.
pub struct RequestBatch {
    pub types: Vec<LogicalType>,
    /// The literals of one request after the other; a request's position is its number.
    pub literals: Mutex<Arc<Vec<Value>>>,
}

/// Keeps a batch findable while it lives.
pub struct RegisteredBatch {
    state: Arc<DatabaseState>,
    pub id: i64,
    batch: Arc<RequestBatch>,
}

impl RegisteredBatch {
    pub fn new(state: &DatabaseState, types: Vec<LogicalType>) -> EngineResult<Self> {
        let Some(owner) = state.myself() else {
            return Err(EngineError::internal("the database is closing"));
        };
        let batches = &state.request_batches;
        let id = batches.next.fetch_add(1, Ordering::Relaxed);
        let batch = Arc::new(RequestBatch {
            types,
            literals: Mutex::default(),
        });
        batches.live.lock().insert(id, Arc::clone(&batch));
        Ok(Self {
            state: owner,
            id,
            batch,
        })
    }

    /// What the next statement over the batch reads: as many literals a request as it has types.
    pub fn set_literals(&self, literals: Vec<Value>) {
        *self.batch.literals.lock() = Arc::new(literals);
    }
}

impl Drop for RegisteredBatch {
    fn drop(&mut self) {
        self.state.request_batches.live.lock().remove(&self.id);
    }
}

/// The name of a batch's argument column.
pub fn argument_column(position: usize) -> String {
    format!("p{position}")
}

pub fn register_request_table(
    connection: &Connection,
    state: &Arc<DatabaseState>,
) -> EngineResult<()> {
    // SAFETY: handles are created and destroyed here; the extra info is owned by DuckDB.
    unsafe {
        let mut raw = ffi::duckdb_create_table_function();
        ffi::duckdb_table_function_set_name(raw, c"heliosdb_requests".as_ptr());
        let mut bigint = ffi::duckdb_create_logical_type(ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT);
        ffi::duckdb_table_function_add_parameter(raw, bigint);
        ffi::duckdb_destroy_logical_type(&mut bigint);
        ffi::duckdb_table_function_set_extra_info(
            raw,
            Box::into_raw(Box::new(Arc::clone(state))).cast(),
            Some(drop_box::<Arc<DatabaseState>>),
        );
        ffi::duckdb_table_function_set_bind(raw, Some(bind));
        ffi::duckdb_table_function_set_init(raw, Some(init));
        ffi::duckdb_table_function_set_function(raw, Some(scan));
        let registered = ffi::duckdb_register_table_function(connection.raw(), raw);
        ffi::duckdb_destroy_table_function(&mut raw);
        if registered != ffi::duckdb_state_DuckDBSuccess {
            return Err(EngineError::internal(
                "DuckDB did not register heliosdb_requests",
            ));
        }
    }
    Ok(())
}

type BoundBatch = Arc<RequestBatch>;

/// One execution's rows and how far they have been handed over.
struct Scan {
    literals: Arc<Vec<Value>>,
    position: Mutex<usize>,
}

unsafe extern "C" fn bind(raw: ffi::duckdb_bind_info) {
    contain_with(
        || {
            // SAFETY: the extra info is the state set at registration.
            let state =
                unsafe { &*ffi::duckdb_bind_get_extra_info(raw).cast::<Arc<DatabaseState>>() };
            // SAFETY: the function has one parameter; the returned value is ours.
            let id = unsafe {
                let boxed = OwnedValue::from_raw(ffi::duckdb_bind_get_parameter(raw, 0));
                read_boxed(boxed.as_raw())?.0
            };
            let batch = match id {
                Value::BigInt(id) => state.request_batches.live.lock().get(&id).cloned(),
                _ => None,
            };
            let batch: BoundBatch = batch.ok_or_else(|| {
                EngineError::new(
                    ErrorCode::InsufficientPrivilege,
                    "heliosdb_requests() is the engine's own",
                )
            })?;
            add_column(raw, "i", &LogicalType::BigInt)?;
            for (position, logical_type) in batch.types.iter().enumerate() {
                add_column(raw, &argument_column(position), logical_type)?;
            }
            // SAFETY: DuckDB owns the bind data from here on.
            unsafe {
                // Fewer rows than most tables have, so that they are the side that is hashed; and few
                // enough for DuckDB never to choose a merge of ranges, which fails for such plans.
                ffi::duckdb_bind_set_cardinality(raw, 256, false);
                ffi::duckdb_bind_set_bind_data(
                    raw,
                    Box::into_raw(Box::new(batch)).cast(),
                    Some(drop_box::<BoundBatch>),
                );
            }
            Ok(())
        },
        // SAFETY: `raw` is valid during bind.
        |text| unsafe { ffi::duckdb_bind_set_error(raw, text.as_ptr()) },
    );
}

fn add_column(
    raw: ffi::duckdb_bind_info,
    name: &str,
    logical_type: &LogicalType,
) -> EngineResult<()> {
    let name = c_string(name);
    let logical_type = logical_type.to_duckdb()?;
    // SAFETY: `raw` is valid during bind, both arguments outlive the call.
    unsafe { ffi::duckdb_bind_add_result_column(raw, name.as_ptr(), logical_type.as_raw()) };
    Ok(())
}

unsafe extern "C" fn init(raw: ffi::duckdb_init_info) {
    contain_with(
        || {
            // SAFETY: the bind data is the batch set above.
            let batch = unsafe { &*ffi::duckdb_init_get_bind_data(raw).cast::<BoundBatch>() };
            let scan = Scan {
                literals: Arc::clone(&batch.literals.lock()),
                position: Mutex::new(0),
            };
            // SAFETY: DuckDB owns the init data from here on.
            unsafe {
                ffi::duckdb_init_set_max_threads(raw, 1);
                let data: *mut c_void = Box::into_raw(Box::new(scan)).cast();
                ffi::duckdb_init_set_init_data(raw, data, Some(drop_box::<Scan>));
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
            // SAFETY: bind and init data were set above.
            let (batch, scan) = unsafe {
                (
                    &*ffi::duckdb_function_get_bind_data(raw).cast::<BoundBatch>(),
                    &*ffi::duckdb_function_get_init_data(raw).cast::<Scan>(),
                )
            };
            let mut position = scan.position.lock();
            let width = batch.types.len().max(1);
            let literals = &scan.literals[*position * width..];
            let row_count = (literals.len() / width).min(CHUNK_ROWS_MAX);
            // SAFETY: the chunk has the bound columns and room for `CHUNK_ROWS_MAX` rows.
            unsafe {
                let numbers = ffi::duckdb_data_chunk_get_vector(output, 0);
                for row in 0..row_count {
                    write::put(numbers, row, (*position + row) as i64);
                }
                for (column, logical_type) in batch.types.iter().enumerate() {
                    let vector = ffi::duckdb_data_chunk_get_vector(output, column as u64 + 1);
                    for row in 0..row_count {
                        write::write(vector, logical_type, row, &literals[row * width + column])?;
                    }
                }
                ffi::duckdb_data_chunk_set_size(output, row_count as u64);
            }
            *position += row_count;
            Ok(())
        },
        // SAFETY: `raw` is valid during the call.
        |text| unsafe { ffi::duckdb_function_set_error(raw, text.as_ptr()) },
    );
}
