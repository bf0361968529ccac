//! Cursors over a procedure's queries: rows are encoded as they are fetched.

use std::sync::Arc;
use std::time::{Duration, Instant};

use super::cursor_rows::CursorRows;
use super::guest_call::ProcedureCall;
use crate::duckdb::{DataChunk, OpenResult};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::observe::QueryOutcome;
use crate::value::Format;
use crate::value::result::{ResultEncoder, encode_row};
use crate::wasm::{BatchSize, GuestCursor, QueryRequest};

/// The open result of one query.
pub struct QueryCursor {
    call: Arc<ProcedureCall>,
    request: QueryRequest,
    /// Goes before what it came from.
    position: Position,
    rows: CursorRows,
    /// Nanoseconds that the query and the fetching of its rows took.
    spent_ns: u64,
    is_broken: bool,
}

impl QueryCursor {
    pub fn open(call: Arc<ProcedureCall>, request: QueryRequest) -> EngineResult<Self> {
        call.count_queries(1);
        let started = Instant::now();
        let rows = CursorRows::open(&call, &request)?;
        Ok(Self {
            position: Position {
                chunk: None,
                row: 0,
                row_count: 0,
                rows_max: call.pinned.procedure.limits.query_rows_max,
            },
            call,
            request,
            rows,
            spent_ns: started.elapsed().as_nanos() as u64,
            is_broken: false,
        })
    }
}

impl GuestCursor for QueryCursor {
    fn next(&mut self, size: BatchSize, time_left: Duration) -> EngineResult<Option<Vec<u8>>> {
        let started = Instant::now();
        let Self {
            call,
            request,
            position,
            ..
        } = self;
        let batch = self.rows.fetch(time_left, |result| {
            position.batch(result, request.format, size, call.bytes_max())
        });
        self.spent_ns += started.elapsed().as_nanos() as u64;
        self.is_broken |= batch.is_err();
        batch
    }
}

/// How far the rows of a result were fetched.
struct Position {
    chunk: Option<DataChunk>,
    /// The next row of `chunk`.
    row: usize,
    row_count: u64,
    rows_max: u64,
}

impl Position {
    /// Makes sure that `chunk` holds the row at `row`; false at the end.
    fn advance(&mut self, result: &mut OpenResult) -> EngineResult<bool> {
        loop {
            if let Some(chunk) = &self.chunk {
                if self.row < chunk.row_count() {
                    return Ok(true);
                }
                self.row = 0;
                self.chunk = None;
            }
            let Some(chunk) = result.next_chunk()? else {
                return Ok(false);
            };
            self.count_rows(chunk.row_count())?;
            self.chunk = Some(chunk);
        }
    }

    fn count_rows(&mut self, count: usize) -> EngineResult<()> {
        self.row_count += count as u64;
        if self.row_count <= self.rows_max {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::ConfigurationLimitExceeded,
            "a query of the procedure returned more rows than it may",
        )
        .detail(format!("limit {} rows", self.rows_max))
        .field("limit", self.rows_max)
        .field("requested", self.row_count))
    }

    fn batch(
        &mut self,
        result: &mut OpenResult,
        format: Format,
        size: BatchSize,
        message_bytes_max: usize,
    ) -> EngineResult<Option<Vec<u8>>> {
        let mut encoder = ResultEncoder::new(format, &result.columns, message_bytes_max);
        let mut row_bytes = Vec::new();
        let mut count = 0u32;
        let rows_max = match size.rows_max {
            0 => u32::MAX,
            rows => rows,
        };
        while count < rows_max && self.advance(result)? {
            let Some(chunk) = &self.chunk else {
                return Err(EngineError::internal("a cursor without its rows"));
            };
            let readers = chunk.readers(&result.columns);
            while count < rows_max && self.row < chunk.row_count() {
                row_bytes.clear();
                // SAFETY: the row lies inside the chunk.
                unsafe { encode_row(format, &readers, self.row, &mut row_bytes) }?;
                let bytes = encoder.byte_count() + row_bytes.len() + end_bytes(format);
                if count > 0 && bytes > size.bytes_max {
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
            rows: self.position.row_count,
            ..QueryOutcome::default()
        };
        self.call.count_cursor(&self.request, outcome);
    }
}
