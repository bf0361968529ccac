//! Connections, prepared statements and results of the engine's own queries.

use std::ffi::CStr;
use std::os::raw::c_char;
use std::ptr;

use libduckdb_sys as ffi;

use super::callback::c_string;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::value::bind::to_boxed;
use crate::value::convert::convert;
use crate::value::logical_type::OwnedLogicalType;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value};

/// A connection of the engine's own; closed when dropped.
pub struct Connection {
    raw: ffi::duckdb_connection,
}

// SAFETY: a DuckDB connection may be used from any thread, one at a time; every shared
// `Connection` in this crate sits behind a mutex.
unsafe impl Send for Connection {}

impl Drop for Connection {
    fn drop(&mut self) {
        // SAFETY: `raw` is owned and not used afterwards.
        unsafe { ffi::duckdb_disconnect(&mut self.raw) }
    }
}

impl Connection {
    /// # Safety
    /// `raw` must be open and owned by nobody else.
    pub unsafe fn from_raw(raw: ffi::duckdb_connection) -> Self {
        Self { raw }
    }

    pub fn raw(&self) -> ffi::duckdb_connection {
        self.raw
    }

    /// DuckDB's id of this connection, as scalar functions see it in their client context.
    pub fn id(&self) -> u64 {
        let mut context: ffi::duckdb_client_context = ptr::null_mut();
        // SAFETY: the connection is open; the context is destroyed right after its use.
        unsafe {
            ffi::duckdb_connection_get_client_context(self.raw, &mut context);
            let id = ffi::duckdb_client_context_get_connection_id(context);
            ffi::duckdb_destroy_client_context(&mut context);
            id
        }
    }

    /// Runs one or more statements and forgets their results.
    pub fn execute(&self, sql: &str) -> EngineResult<()> {
        let text = c_string(sql);
        // SAFETY: zeroed is the documented initial state of a result.
        let mut result: ffi::duckdb_result = unsafe { std::mem::zeroed() };
        // SAFETY: `text` outlives the call, the result is destroyed below.
        unsafe {
            let state = ffi::duckdb_query(self.raw, text.as_ptr(), &mut result);
            let outcome = if state == ffi::duckdb_state_DuckDBSuccess {
                Ok(())
            } else {
                Err(result_error(&mut result))
            };
            ffi::duckdb_destroy_result(&mut result);
            outcome
        }
    }

    /// Runs one statement and reads its whole result.
    pub fn query(&self, sql: &str) -> EngineResult<QueryRows> {
        self.prepare(sql)?.run(&[])
    }

    /// Runs one statement with bound parameters and reads its whole result.
    pub fn query_with(&self, sql: &str, parameters: &[Value]) -> EngineResult<QueryRows> {
        self.prepare(sql)?.run(parameters)
    }

    /// The first column of the first row as text; `None` for no row or NULL.
    pub fn query_text(&self, sql: &str) -> EngineResult<Option<String>> {
        let first = self
            .query(sql)?
            .rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next());
        Ok(match first {
            None => None,
            Some(value) => match convert(value, &LogicalType::Varchar)? {
                Value::Varchar(text) => Some(text),
                _ => None,
            },
        })
    }

    /// Prepares exactly one statement; several in one text are refused.
    pub fn prepare(&self, sql: &str) -> EngineResult<Statement> {
        let text = c_string(sql);
        let mut extracted: ffi::duckdb_extracted_statements = ptr::null_mut();
        let mut raw: ffi::duckdb_prepared_statement = ptr::null_mut();
        // SAFETY: `text` outlives the calls; `extracted` is destroyed on every path.
        let outcome = unsafe {
            let count = ffi::duckdb_extract_statements(self.raw, text.as_ptr(), &mut extracted);
            let outcome = match count {
                0 => Err(text_error(
                    ffi::duckdb_extract_statements_error(extracted),
                    "empty query",
                )),
                1 => {
                    let state =
                        ffi::duckdb_prepare_extracted_statement(self.raw, extracted, 0, &mut raw);
                    if state == ffi::duckdb_state_DuckDBSuccess {
                        Ok(())
                    } else {
                        Err(text_error(
                            ffi::duckdb_prepare_error(raw),
                            "the query cannot be prepared",
                        ))
                    }
                }
                more => Err(EngineError::new(
                    ErrorCode::SyntaxError,
                    format!("a query must be one statement, this text holds {more}"),
                )),
            };
            ffi::duckdb_destroy_extracted(&mut extracted);
            outcome
        };
        let statement = Statement { raw };
        outcome.map(|()| statement)
    }
}

/// A prepared statement; destroyed when dropped.
pub struct Statement {
    raw: ffi::duckdb_prepared_statement,
}

// SAFETY: as for the connection it belongs to, which is used by one thread at a time.
unsafe impl Send for Statement {}

impl Drop for Statement {
    fn drop(&mut self) {
        // SAFETY: owned; destroying a failed or null statement is allowed.
        unsafe { ffi::duckdb_destroy_prepare(&mut self.raw) }
    }
}

impl Statement {
    pub fn parameter_count(&self) -> usize {
        // SAFETY: `raw` is prepared.
        unsafe { ffi::duckdb_nparams(self.raw) as usize }
    }

    /// The type DuckDB settled for a parameter, counted from 0.
    pub fn parameter_type(&self, position: usize) -> EngineResult<LogicalType> {
        // SAFETY: `raw` is prepared; the returned type is ours.
        let logical_type = unsafe {
            OwnedLogicalType::from_raw(ffi::duckdb_param_logical_type(
                self.raw,
                position as u64 + 1,
            ))
        };
        // SAFETY: the type is alive.
        Ok(unsafe { LogicalType::from_duckdb(logical_type.as_raw()) }?)
    }

    /// The names and types of the result's columns.
    pub fn columns(&self) -> EngineResult<Vec<(String, LogicalType)>> {
        // SAFETY: `raw` is prepared; a name is copied and freed, a type destroyed with its owner.
        unsafe {
            (0..ffi::duckdb_prepared_statement_column_count(self.raw))
                .map(|index| {
                    let name = ffi::duckdb_prepared_statement_column_name(self.raw, index);
                    let copied = match name.is_null() {
                        true => String::new(),
                        false => CStr::from_ptr(name).to_string_lossy().into_owned(),
                    };
                    ffi::duckdb_free(name.cast_mut().cast());
                    let logical_type = OwnedLogicalType::from_raw(
                        ffi::duckdb_prepared_statement_column_logical_type(self.raw, index),
                    );
                    Ok((copied, LogicalType::from_duckdb(logical_type.as_raw())?))
                })
                .collect()
        }
    }

    /// Binds the parameters in order and reads the whole result as values.
    pub fn run(&self, parameters: &[Value]) -> EngineResult<QueryRows> {
        let mut rows = QueryRows {
            columns: Vec::new(),
            rows: Vec::new(),
        };
        self.for_each_chunk(parameters, |columns, readers, count| {
            rows.columns = columns.to_vec();
            for row in 0..count {
                let read: Result<Vec<Value>, _> =
                    // SAFETY: `row` is below the chunk's size.
                    readers.iter().map(|reader| unsafe { reader.read(row) }).collect();
                rows.rows.push(read?);
            }
            Ok(())
        })?;
        Ok(rows)
    }

    /// Binds the parameters in order, executes, and visits the result chunk by chunk. `visit` is
    /// called at least once, with zero rows for an empty result.
    pub fn for_each_chunk(
        &self,
        parameters: &[Value],
        mut visit: impl FnMut(&[(String, LogicalType)], &[VectorReader], usize) -> EngineResult<()>,
    ) -> EngineResult<()> {
        let mut result = self.execute(parameters)?;
        let mut seen = false;
        while let Some(chunk) = result.next_chunk()? {
            seen = true;
            visit(
                &result.columns,
                &chunk.readers(&result.columns),
                chunk.row_count(),
            )?;
        }
        if !seen {
            visit(&result.columns, &[], 0)?;
        }
        Ok(())
    }

    /// Binds the parameters in order and computes the whole result, which needs neither the
    /// statement nor the connection any more.
    pub fn execute(&self, parameters: &[Value]) -> EngineResult<OpenResult> {
        self.bind(parameters)?;
        // SAFETY: the statement is prepared and its parameters are bound.
        unsafe { self.open(ffi::duckdb_execute_prepared) }
    }

    /// Binds the parameters in order and begins to compute the result: DuckDB holds about a
    /// megabyte of it at a time. The caller keeps statement and connection, and runs nothing else
    /// on them, as long as it wants rows.
    pub fn stream(&self, parameters: &[Value]) -> EngineResult<OpenResult> {
        self.bind(parameters)?;
        // SAFETY: as above.
        unsafe { self.open(ffi::duckdb_execute_prepared_streaming) }
    }

    /// Whether it is a SELECT: its rows are all that it is run for.
    pub fn is_select(&self) -> bool {
        // SAFETY: `raw` is prepared.
        let kind = unsafe { ffi::duckdb_prepared_statement_type(self.raw) };
        kind == ffi::duckdb_statement_type_DUCKDB_STATEMENT_TYPE_SELECT
    }

    fn bind(&self, parameters: &[Value]) -> EngineResult<()> {
        if parameters.len() != self.parameter_count() {
            return Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!(
                    "the query has {} parameters, {} were given",
                    self.parameter_count(),
                    parameters.len()
                ),
            ));
        }
        for (index, value) in parameters.iter().enumerate() {
            let boxed = to_boxed(value, &value.natural_type())?;
            // SAFETY: the binding copies the boxed value, which lives through the call.
            let state =
                unsafe { ffi::duckdb_bind_value(self.raw, index as u64 + 1, boxed.as_raw()) };
            if state != ffi::duckdb_state_DuckDBSuccess {
                return Err(EngineError::new(
                    ErrorCode::InvalidParameterValue,
                    format!("parameter {} cannot be bound", index + 1),
                ));
            }
        }
        Ok(())
    }

    /// # Safety
    /// `execute` is a function of DuckDB's that fills a result, and the parameters are bound.
    unsafe fn open(&self, execute: Execute) -> EngineResult<OpenResult> {
        // SAFETY: zeroed is the documented initial state of a result.
        let mut raw = OwnedResult(unsafe { std::mem::zeroed() });
        // SAFETY: by contract.
        let state = unsafe { execute(self.raw, &mut raw.0) };
        if state != ffi::duckdb_state_DuckDBSuccess {
            // SAFETY: the result holds the error.
            return Err(unsafe { result_error(&mut raw.0) });
        }
        let columns = raw.columns()?;
        Ok(OpenResult {
            columns,
            raw,
            is_at_end: false,
        })
    }
}

type Execute =
    unsafe fn(ffi::duckdb_prepared_statement, *mut ffi::duckdb_result) -> ffi::duckdb_state;

/// A result whose chunks are fetched one after another, computed or still being computed.
pub struct OpenResult {
    pub columns: Vec<(String, LogicalType)>,
    raw: OwnedResult,
    /// A stream that has ended is closed, and asking it again is an error of DuckDB's.
    is_at_end: bool,
}

// SAFETY: a computed result belongs to no connection, one that streams to a connection that nobody
// else uses meanwhile; either is used by one thread at a time.
unsafe impl Send for OpenResult {}

impl OpenResult {
    /// The next rows; `None` after the last ones.
    pub fn next_chunk(&mut self) -> EngineResult<Option<DataChunk>> {
        if self.is_at_end {
            return Ok(None);
        }
        // SAFETY: the result is alive; the chunk is owned by the guard.
        let chunk = DataChunk(unsafe { ffi::duckdb_fetch_chunk(self.raw.0) });
        if !chunk.0.is_null() {
            return Ok(Some(chunk));
        }
        // SAFETY: the result is alive; a failure while fetching shows up here.
        let message = unsafe { ffi::duckdb_result_error(&mut self.raw.0) };
        if message.is_null() {
            self.is_at_end = true;
            return Ok(None);
        }
        // SAFETY: as above.
        Err(unsafe { result_error(&mut self.raw.0) })
    }
}

/// Some rows of a result.
pub struct DataChunk(ffi::duckdb_data_chunk);

// SAFETY: a chunk owns its memory, or shares it with others under atomic counts.
unsafe impl Send for DataChunk {}

impl DataChunk {
    pub fn row_count(&self) -> usize {
        // SAFETY: the chunk is alive.
        unsafe { ffi::duckdb_data_chunk_get_size(self.0) as usize }
    }

    /// Readers of its vectors; `columns` are those of the result it came from.
    pub fn readers<'a>(&'a self, columns: &'a [(String, LogicalType)]) -> Vec<VectorReader<'a>> {
        columns
            .iter()
            .enumerate()
            // SAFETY: the vector belongs to the chunk and has this column's type.
            .map(|(index, (_, logical_type))| unsafe {
                VectorReader::new(
                    ffi::duckdb_data_chunk_get_vector(self.0, index as u64),
                    logical_type,
                )
            })
            .collect()
    }
}

impl Drop for DataChunk {
    fn drop(&mut self) {
        if !self.0.is_null() {
            // SAFETY: owned.
            unsafe { ffi::duckdb_destroy_data_chunk(&mut self.0) }
        }
    }
}

/// A whole result as values.
#[derive(Debug)]
pub struct QueryRows {
    pub columns: Vec<(String, LogicalType)>,
    pub rows: Vec<Vec<Value>>,
}

struct OwnedResult(ffi::duckdb_result);

impl OwnedResult {
    fn columns(&mut self) -> EngineResult<Vec<(String, LogicalType)>> {
        // SAFETY: the result is alive; each logical type is destroyed after being copied.
        unsafe {
            let count = ffi::duckdb_column_count(&mut self.0);
            (0..count)
                .map(|index| {
                    let name = ffi::duckdb_column_name(&mut self.0, index);
                    let name = if name.is_null() {
                        String::new()
                    } else {
                        CStr::from_ptr(name).to_string_lossy().into_owned()
                    };
                    let mut raw = ffi::duckdb_column_logical_type(&mut self.0, index);
                    let logical_type = LogicalType::from_duckdb(raw);
                    ffi::duckdb_destroy_logical_type(&mut raw);
                    Ok((name, logical_type?))
                })
                .collect()
        }
    }
}

impl Drop for OwnedResult {
    fn drop(&mut self) {
        // SAFETY: owned.
        unsafe { ffi::duckdb_destroy_result(&mut self.0) }
    }
}

/// # Safety
/// `message` must be null or a NUL-terminated string that is alive.
unsafe fn text_error(message: *const c_char, fallback: &str) -> EngineError {
    if message.is_null() {
        return EngineError::new(ErrorCode::SyntaxError, fallback);
    }
    // SAFETY: by contract.
    EngineError::from_duckdb(&unsafe { CStr::from_ptr(message) }.to_string_lossy())
}

/// # Safety
/// `result` must be the result of a failed execution.
unsafe fn result_error(result: &mut ffi::duckdb_result) -> EngineError {
    // SAFETY: by contract.
    unsafe { text_error(ffi::duckdb_result_error(result), "the query failed") }
}
