//! The answers to queries that differ in one key, for every key there is.
//!
//! Rows lie encoded one behind the other, and an answer is put together when it is asked for.

use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::Duration;

use super::key_index::{Key, KeyIndex, Place};
use super::keyed_plan::KeyedPlan;
use super::keyed_query::{KeyedQuery, key_of_value};
use super::keyed_rows::{KeyedRows, RowStore};
use super::rule::KeyedQueries;
use crate::execution::QueryMemo;
use crate::value::result::ResultEncoder;
use crate::value::{Format, Value};

/// The answers to queries by their key.
pub struct KeyedAnswers {
    pub query: KeyedQuery,
    format: Format,
    /// The keys that the column can hold, where they are numbers.
    numbers: RangeInclusive<i64>,
    key_position: usize,
    index: KeyIndex,
    rows: RowStore,
    /// Has written the names of the columns.
    heading: ResultEncoder,
    /// The row that keys have of which the table has none.
    row_of_none: Option<Vec<u8>>,
    /// What reading took, until an answer is asked for.
    unpaid_ns: AtomicU64,
}

/// An answer that was found.
pub struct Recalled {
    pub row_count: u64,
    /// What finding it took, when it is asked for the first time.
    pub first: Option<Duration>,
}

impl KeyedAnswers {
    /// `None` where there are too many, or the order of some is not known.
    pub fn new(
        queries: &KeyedQueries<'_>,
        plan: &KeyedPlan,
        rows: KeyedRows,
        row_of_none: Option<Vec<u8>>,
        elapsed: Duration,
    ) -> Option<Self> {
        let query = KeyedQuery::new(queries.template, plan.key_position)?;
        let (index, rows, heading) = rows.finish()?;
        Some(Self {
            query,
            format: queries.example.format,
            numbers: plan.numbers.clone(),
            key_position: plan.key_position,
            index,
            rows,
            heading,
            row_of_none,
            unpaid_ns: AtomicU64::new(u64::try_from(elapsed.as_nanos()).unwrap_or(u64::MAX)),
        })
    }

    /// Whether these are the answers to such queries.
    pub fn answers(&self, queries: &KeyedQueries<'_>) -> bool {
        let example = queries.example;
        self.key_position == queries.key_position
            && self.format == example.format
            && self
                .query
                .key_of(&example.sql, &example.parameters)
                .is_some()
    }

    /// Adds the answer to a query; `None`, and nothing, where it is not known.
    pub fn recall(
        &self,
        sql: &str,
        parameters: &[Value],
        format: Format,
        answer: &mut Vec<u8>,
    ) -> Option<Recalled> {
        let key = self.query.key_of(sql, parameters)?;
        if format != self.format {
            return None;
        }
        let row_count = self.write(&key, answer)?;
        let first = self.index.ask(&key).then(|| {
            let unpaid_ns = match self.unpaid_ns.load(Ordering::Relaxed) {
                0 => 0,
                _ => self.unpaid_ns.swap(0, Ordering::Relaxed),
            };
            Duration::from_nanos(unpaid_ns)
        });
        Some(Recalled { row_count, first })
    }

    /// The answer to the query with these literals; `None` where it is not known.
    pub fn answer(&self, literals: &[Value]) -> Option<Vec<u8>> {
        let key = literals.get(self.key_position).and_then(key_of_value)?;
        let mut answer = Vec::new();
        self.write(&key, &mut answer).map(|_| answer)
    }

    /// Takes over which queries were asked before, from the memory that answered them.
    pub fn note_asked(&self, memo: &QueryMemo) {
        memo.for_each_asked(self.format, |query| {
            if let Some(key) = self.query.key_of_encoded(query) {
                self.index.ask(&key);
            }
        });
    }

    fn write(&self, key: &Key<'_>, answer: &mut Vec<u8>) -> Option<u64> {
        if let Key::Number(number) = key
            && !self.numbers.contains(number)
        {
            // What comes of a comparison with it is for the query itself to say.
            return None;
        }
        let row_count = match self.index.place(key) {
            Place::Row(row) => {
                let rows = std::iter::once(self.rows.row(row));
                self.heading.write_message(rows, answer).ok()?;
                1
            }
            Place::Group(group) => {
                let rows = self.rows.group(group);
                let count = rows.len();
                self.heading.write_message(rows, answer).ok()?;
                count as u64
            }
            Place::Nowhere => {
                let rows = self.row_of_none.iter().map(Vec::as_slice);
                self.heading.write_message(rows, answer).ok()?;
                u64::from(self.row_of_none.is_some())
            }
            Place::Open => return None,
        };
        Some(row_count)
    }
}
