//! A set-based statement prepared on one connection, executed once a wave.

use std::sync::Arc;

use super::request_table::RegisteredBatch;
use super::shape_plan::{RowsPerRequest, ShapePlan};
use super::template::Template;
use crate::duckdb::{Connection, Statement};
use crate::error::{EngineError, EngineResult};
use crate::state::DatabaseState;
use crate::value::convert::convert;
use crate::value::read::VectorReader;
use crate::value::result::{ResultEncoder, encode_row};
use crate::value::{Format, LogicalType, Value};

/// The statement of one template. It is dropped before the batch it reads.
pub struct PreparedBatch {
    statement: Statement,
    registered: RegisteredBatch,
    plan: Arc<ShapePlan>,
}

/// One request's answer.
pub struct BatchRows {
    pub bytes: Arc<[u8]>,
    pub row_count: u64,
}

/// `None` where the statement cannot give the answer.
pub type BatchAnswer = Option<BatchRows>;

impl PreparedBatch {
    pub fn new(
        state: &Arc<DatabaseState>,
        connection: &Connection,
        plan: Arc<ShapePlan>,
    ) -> EngineResult<Self> {
        let registered = RegisteredBatch::new(state, plan.argument_types.clone());
        let statement = connection.prepare(&plan.sql(registered.id))?;
        Ok(Self {
            statement,
            registered,
            plan,
        })
    }

    /// Answers one request a template, all of one shape with different literals.
    pub fn run(
        &self,
        requests: &[&Template],
        format: Format,
        bytes_max: usize,
        rows_max: u64,
    ) -> EngineResult<Vec<BatchAnswer>> {
        // A literal its column's type cannot hold is left to be run by itself.
        let mut rows = Vec::with_capacity(requests.len());
        let mut request_of_row = Vec::with_capacity(requests.len());
        for (position, request) in requests.iter().enumerate() {
            if let Some(row) = self.argument_row(request) {
                rows.push(row);
                request_of_row.push(position);
            }
        }
        let row_count = rows.len();
        *self.registered.batch.rows.lock() = Arc::new(rows);
        let mut gathered = Gathered::new(self.plan.rows, format, bytes_max, row_count);
        self.statement
            .for_each_chunk(&[], |columns, readers, count| {
                gathered.visit(columns, readers, count)
            })?;
        let mut answers: Vec<BatchAnswer> = requests.iter().map(|_| None).collect();
        for (answer, position) in gathered.finish(rows_max)?.into_iter().zip(request_of_row) {
            answers[position] = answer;
        }
        Ok(answers)
    }

    fn argument_row(&self, request: &Template) -> Option<Vec<Value>> {
        request
            .arguments
            .iter()
            .zip(&self.plan.argument_types)
            .map(|(argument, wanted)| convert(argument.clone(), wanted).ok())
            .collect()
    }
}

/// The rows of a set-based result, sorted out by request.
struct Gathered {
    rows_per_request: RowsPerRequest,
    format: Format,
    /// An encoder that has written the column names; cloned for each request.
    heading: Option<ResultEncoder>,
    bytes_max: usize,
    /// Row ids and encoded rows.
    rows: Vec<Vec<(i64, Vec<u8>)>>,
}

impl Gathered {
    fn new(
        rows_per_request: RowsPerRequest,
        format: Format,
        bytes_max: usize,
        request_count: usize,
    ) -> Self {
        let rows = (0..request_count).map(|_| Vec::new()).collect();
        Self {
            rows_per_request,
            format,
            heading: None,
            bytes_max,
            rows,
        }
    }

    /// Columns before the query's own: the request number, and the row id where there is one.
    fn leading(&self) -> usize {
        match self.rows_per_request {
            RowsPerRequest::One => 1,
            RowsPerRequest::InRowOrder => 2,
        }
    }

    fn visit(
        &mut self,
        columns: &[(String, LogicalType)],
        readers: &[VectorReader<'_>],
        count: usize,
    ) -> EngineResult<()> {
        let leading = self.leading();
        self.heading.get_or_insert_with(|| {
            ResultEncoder::new(self.format, &columns[leading..], self.bytes_max)
        });
        for row in 0..count {
            // SAFETY: `row` is below the chunk's size; the leading columns are BIGINT.
            let (request, ordinal) = unsafe {
                (
                    readers[0].i64(row) as usize,
                    if leading > 1 { readers[1].i64(row) } else { 0 },
                )
            };
            let mut bytes = Vec::new();
            // SAFETY: as above.
            unsafe { encode_row(self.format, &readers[leading..], row, &mut bytes) }?;
            self.rows
                .get_mut(request)
                .ok_or_else(|| EngineError::internal("an answer to no request"))?
                .push((ordinal, bytes));
        }
        Ok(())
    }

    /// The answers in the order of the requests; one that exceeds a limit is left to be run by
    /// itself, where it fails by itself.
    fn finish(self, rows_max: u64) -> EngineResult<Vec<BatchAnswer>> {
        let heading = self
            .heading
            .ok_or_else(|| EngineError::internal("a result without columns"))?;
        self.rows
            .into_iter()
            .map(|mut rows| {
                let is_odd = self.rows_per_request == RowsPerRequest::One && rows.len() != 1;
                if is_odd || rows.len() as u64 > rows_max {
                    return Ok(None);
                }
                rows.sort_by_key(|(ordinal, _)| *ordinal);
                let mut encoder = heading.clone();
                for (_, row) in &rows {
                    if encoder.push_encoded(row).is_err() {
                        return Ok(None);
                    }
                }
                Ok(Some(BatchRows {
                    bytes: encoder.finish()?.into(),
                    row_count: rows.len() as u64,
                }))
            })
            .collect()
    }
}
