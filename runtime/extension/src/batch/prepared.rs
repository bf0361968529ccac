//! A set-based statement prepared on one connection, executed once a wave.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;
use std::sync::Arc;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::request_table::RegisteredBatch;
use super::shape_plan::{RowsPerRequest, ShapePlan};
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
        state: &DatabaseState,
        connection: &Connection,
        plan: Arc<ShapePlan>,
        of_keys: Option<&str>,
    ) -> EngineResult<Self> {
        let registered = RegisteredBatch::new(state, plan.argument_types.clone())?;
        let statement = connection.prepare(&plan.sql(registered.id, of_keys))?;
        Ok(Self {
            statement,
            registered,
            plan,
        })
    }

    /// Answers one request for each row of literals.
    pub fn run(
        &self,
        requests: &[&[Value]],
        format: Format,
        bytes_max: usize,
        rows_max: u64,
    ) -> EngineResult<Vec<BatchAnswer>> {
        // A literal its column's type cannot hold is left to be run by itself.
        let mut literals = Vec::with_capacity(requests.len() * self.plan.argument_types.len());
        let mut request_of_row = Vec::with_capacity(requests.len());
        for (position, request) in requests.iter().enumerate() {
            if self.add_literals(request, &mut literals) {
                request_of_row.push(position);
            }
        }
        let row_count = request_of_row.len();
        self.registered.set_literals(literals);
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

    /// Adds a request's literals; false, and none of them, when one does not fit its column.
    fn add_literals(&self, request: &[Value], literals: &mut Vec<Value>) -> bool {
        let start = literals.len();
        for (argument, wanted) in request.iter().zip(&self.plan.argument_types) {
            let Ok(literal) = convert(argument.clone(), wanted) else {
                literals.truncate(start);
                return false;
            };
            literals.push(literal);
        }
        true
    }
}

/// Bytes of rows that one statement's answers may hold together.
const TOGETHER_BYTES_MAX: usize = 64 << 20;

/// The rows of a set-based result, sorted out by request.
struct Gathered {
    rows_per_request: RowsPerRequest,
    format: Format,
    /// An encoder that has written the column names; cloned for each request.
    heading: Option<ResultEncoder>,
    bytes_max: usize,
    request_count: usize,
    rows: Vec<FoundRow>,
    /// The encoded rows, one behind the other.
    bytes: Vec<u8>,
    /// Requests with rows that their query does not order.
    open_orders: HashSet<usize>,
}

/// A row of one request's answer.
struct FoundRow {
    request: usize,
    /// Its place among the request's rows.
    ordinal: i64,
    bytes: Range<usize>,
}

/// Different answers of one row that are looked up instead of being encoded again.
const SHARED_ANSWERS_MAX: usize = 256;

impl Gathered {
    fn new(
        rows_per_request: RowsPerRequest,
        format: Format,
        bytes_max: usize,
        request_count: usize,
    ) -> Self {
        Self {
            rows_per_request,
            format,
            heading: None,
            bytes_max,
            request_count,
            rows: Vec::with_capacity(request_count),
            bytes: Vec::new(),
            open_orders: HashSet::new(),
        }
    }

    fn visit(
        &mut self,
        columns: &[(String, LogicalType)],
        readers: &[VectorReader<'_>],
        count: usize,
    ) -> EngineResult<()> {
        let leading = self.rows_per_request.leading_columns();
        self.heading.get_or_insert_with(|| {
            ResultEncoder::new(self.format, &columns[leading..], self.bytes_max)
        });
        for row in 0..count {
            // SAFETY: `row` is below the chunk's size; the leading columns are BIGINT.
            let number = |column: usize| unsafe { readers[column].i64(row) };
            let request = number(0) as usize;
            let ordinal = if leading > 1 { number(1) } else { 0 };
            if leading > 2 && number(2) != ordinal {
                // Which of the two comes first is for the query itself to say.
                self.open_orders.insert(request);
            }
            if request >= self.request_count {
                return Err(EngineError::internal("an answer to no request"));
            }
            let start = self.bytes.len();
            // SAFETY: as above.
            unsafe { encode_row(self.format, &readers[leading..], row, &mut self.bytes) }?;
            if self.bytes.len() > TOGETHER_BYTES_MAX {
                return Err(EngineError::internal("too much to be answered together"));
            }
            self.rows.push(FoundRow {
                request,
                ordinal,
                bytes: start..self.bytes.len(),
            });
        }
        Ok(())
    }

    /// The answers in the order of the requests; one that exceeds a limit is left to be run by
    /// itself, where it fails by itself.
    fn finish(mut self, rows_max: u64) -> EngineResult<Vec<BatchAnswer>> {
        let heading = self
            .heading
            .take()
            .ok_or_else(|| EngineError::internal("a result without columns"))?;
        let mut rows = std::mem::take(&mut self.rows);
        rows.sort_by_key(|row| (row.request, row.ordinal));
        let mut rest = rows.as_slice();
        let mut shared = SharedAnswers::default();
        let mut answers = Vec::with_capacity(self.request_count);
        for request in 0..self.request_count {
            let count = rest.iter().take_while(|row| row.request == request).count();
            let (own, others) = rest.split_at(count);
            rest = others;
            let is_odd = self.rows_per_request == RowsPerRequest::One && count != 1;
            if is_odd || self.open_orders.contains(&request) || count as u64 > rows_max {
                answers.push(None);
                continue;
            }
            let encode = || {
                let mut encoder = heading.clone();
                for row in own {
                    encoder.push_encoded(&self.bytes[row.bytes.clone()]).ok()?;
                }
                encoder.finish().ok().map(Arc::from)
            };
            let bytes = match own {
                [] => shared.of(&[], encode),
                [only] => shared.of(&self.bytes[only.bytes.clone()], encode),
                _ => encode(),
            };
            answers.push(bytes.map(|bytes| BatchRows {
                bytes,
                row_count: count as u64,
            }));
        }
        Ok(answers)
    }
}

/// Answers by their only row: lookups tend to give few different ones.
#[derive(Default)]
struct SharedAnswers<'g> {
    hasher: RandomState,
    known: HashTable<(&'g [u8], Arc<[u8]>)>,
}

impl<'g> SharedAnswers<'g> {
    /// The answer with this row, or with none; `None` when it exceeds a limit.
    fn of(
        &mut self,
        row: &'g [u8],
        encode: impl FnOnce() -> Option<Arc<[u8]>>,
    ) -> Option<Arc<[u8]>> {
        let hash = self.hasher.hash_one(row);
        if let Some((_, known)) = self.known.find(hash, |(other, _)| *other == row) {
            return Some(Arc::clone(known));
        }
        let answer = encode()?;
        if self.known.len() < SHARED_ANSWERS_MAX {
            let hash_of = |(row, _): &(&[u8], _)| self.hasher.hash_one(row);
            self.known
                .insert_unique(hash, (row, Arc::clone(&answer)), hash_of);
        }
        Some(answer)
    }
}
