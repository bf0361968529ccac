//! Cursors over a procedure's queries.
//!
//! The result is computed when the cursor is opened and kept by DuckDB, outside the guest's memory,
//! in its compact columns: the connection is free for other queries at once, whatever they do, and
//! rows are encoded only as they are fetched.

use std::sync::Arc;
use std::time::Instant;

use super::guest_call::ProcedureCall;
use crate::duckdb::{DataChunk, OpenResult};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::observe::QueryOutcome;
use crate::value::Format;
use crate::value::result::{ResultEncoder, encode_row};
use crate::wasm::{GuestCursor, QueryRequest};

/// The open result of one query.
pub struct QueryCursor {
    call: Arc<ProcedureCall>,
    request: QueryRequest,
    result: OpenResult,
    chunk: Option<DataChunk>,
    /// The next row of `chunk`.
    row: usize,
    row_count: u64,
    /// Nanoseconds that the query and the fetching of its rows took.
    spent_ns: u64,
    is_broken: bool,
}

impl QueryCursor {
    pub fn open(call: Arc<ProcedureCall>, request: QueryRequest) -> EngineResult<Self> {
        call.count_queries(1);
        let started = Instant::now();
        let result = call.on_connection(request.time_left, |connection| {
            call.judged(connection, &request.sql, &request.parameters)?
                .execute(&request.parameters)
        })?;
        Ok(Self {
            call,
            request,
            result,
            chunk: None,
            row: 0,
            row_count: 0,
            spent_ns: started.elapsed().as_nanos() as u64,
            is_broken: false,
        })
    }

    /// Makes sure that `chunk` holds the row at `row`; false at the end.
    fn advance(&mut self) -> EngineResult<bool> {
        loop {
            if let Some(chunk) = &self.chunk {
                if self.row < chunk.row_count() {
                    return Ok(true);
                }
                self.row = 0;
                self.chunk = None;
            }
            let Some(chunk) = self.result.next_chunk()? else {
                return Ok(false);
            };
            self.count_rows(chunk.row_count())?;
            self.chunk = Some(chunk);
        }
    }

    fn count_rows(&mut self, count: usize) -> EngineResult<()> {
        self.row_count += count as u64;
        let rows_max = self.call.pinned.procedure.limits.query_rows_max;
        if self.row_count <= rows_max {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            "a query of the procedure returned more rows than it may",
        )
        .detail(format!("limit {rows_max} rows")))
    }
}

impl GuestCursor for QueryCursor {
    fn next(&mut self, rows_max: u32, bytes_max: usize) -> EngineResult<Option<Vec<u8>>> {
        let started = Instant::now();
        let batch = self.batch(rows_max, bytes_max);
        self.spent_ns += started.elapsed().as_nanos() as u64;
        self.is_broken |= batch.is_err();
        batch
    }
}

impl QueryCursor {
    fn batch(&mut self, rows_max: u32, bytes_max: usize) -> EngineResult<Option<Vec<u8>>> {
        let format = self.request.format;
        let mut encoder = ResultEncoder::new(format, &self.result.columns, self.call.bytes_max());
        let mut row_bytes = Vec::new();
        let mut count = 0u32;
        // 0 leaves the number to the size of the buffer.
        let rows_max = if rows_max == 0 { u32::MAX } else { rows_max };
        while count < rows_max && self.advance()? {
            let Some(chunk) = &self.chunk else {
                return Err(EngineError::internal("a cursor without its rows"));
            };
            let readers = chunk.readers(&self.result.columns);
            while count < rows_max && self.row < chunk.row_count() {
                row_bytes.clear();
                // SAFETY: the row lies inside the chunk.
                unsafe { encode_row(format, &readers, self.row, &mut row_bytes) }?;
                let size = encoder.byte_count() + row_bytes.len() + end_bytes(format);
                if count > 0 && size > bytes_max {
                    return Ok(Some(encoder.finish()?));
                }
                encoder.push_encoded(&row_bytes)?;
                self.row += 1;
                count += 1;
            }
        }
        if count == 0 {
            return Ok(None);
        }
        Ok(Some(encoder.finish()?))
    }
}

/// What a row and the end of the message may still add to its bytes: a comma, two brackets.
fn end_bytes(format: Format) -> usize {
    match format {
        Format::Json => 3,
        Format::MessagePack => 0,
    }
}

impl Drop for QueryCursor {
    fn drop(&mut self) {
        let outcome = QueryOutcome {
            is_error: self.is_broken,
            nanoseconds: self.spent_ns,
            rows: self.row_count,
            ..QueryOutcome::default()
        };
        self.call.count_cursor(&self.request, outcome);
    }
}
