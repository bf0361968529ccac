//! A column that holds one value in every row.

use libduckdb_sys as ffi;

use super::table_function::CHUNK_ROWS_MAX;
use crate::error::{EngineError, EngineResult};
use crate::value::{LogicalType, Value, write};

/// A data chunk of one column, filled as far as it was asked for.
pub struct ConstantColumn {
    chunk: ffi::duckdb_data_chunk,
    logical_type: LogicalType,
    value: Value,
    filled: usize,
}

impl ConstantColumn {
    /// `value` must have exactly the type.
    pub fn new(logical_type: LogicalType, value: Value) -> EngineResult<Self> {
        let raw_type = logical_type.to_duckdb()?;
        let mut types = [raw_type.as_raw()];
        // SAFETY: DuckDB copies the type; the chunk is destroyed with its owner.
        let chunk = unsafe { ffi::duckdb_create_data_chunk(types.as_mut_ptr(), 1) };
        if chunk.is_null() {
            return Err(EngineError::internal("DuckDB made no data chunk"));
        }
        Ok(Self {
            chunk,
            logical_type,
            value,
            filled: 0,
        })
    }

    /// The column with at least this many rows.
    pub fn rows(&mut self, count: usize) -> EngineResult<ffi::duckdb_vector> {
        if count > CHUNK_ROWS_MAX {
            return Err(EngineError::internal(format!(
                "a chunk of {count} rows is larger than a vector"
            )));
        }
        // SAFETY: the vector has this type and room for `CHUNK_ROWS_MAX` rows.
        unsafe {
            let vector = ffi::duckdb_data_chunk_get_vector(self.chunk, 0);
            while self.filled < count {
                write::write(vector, &self.logical_type, self.filled, &self.value)?;
                self.filled += 1;
            }
            Ok(vector)
        }
    }
}

impl Drop for ConstantColumn {
    fn drop(&mut self) {
        // SAFETY: owned and not used afterwards.
        unsafe { ffi::duckdb_destroy_data_chunk(&mut self.chunk) }
    }
}
