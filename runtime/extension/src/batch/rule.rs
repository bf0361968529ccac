//! What was learned of a procedure's queries: how each one is made from a call's arguments and the
//! answers it got before.

use std::mem::discriminant;
use std::sync::Arc;

use super::keyed::Keyed;
use super::template::{Template, as_argument};
use crate::error::EngineResult;
use crate::execution::QueryMemo;
use crate::value::{Format, Value, json, msgpack};
use crate::wasm::QueryRequest;

/// The queries of a row in their order; a rule comes after those whose answers it needs.
pub type Rules = Arc<[Rule]>;

/// How the queries of one template are made.
pub struct Rule {
    /// One real query of the template.
    pub example: QueryRequest,
    pub template: Template,
    sources: Vec<Source>,
    /// The rule whose rows give the columns among the sources: one query a row.
    pub rows_of: Option<usize>,
    /// The answers for every key, once they were read.
    pub keyed: Keyed,
}

/// Where a query's literal comes from.
#[derive(Clone, Debug, PartialEq)]
pub(super) enum Source {
    Parameter(usize),
    /// A column of a row of an earlier answer.
    Column(usize),
    Constant(Value),
}

impl Rule {
    pub(super) fn new(
        example: QueryRequest,
        template: Template,
        sources: Vec<Source>,
        rows_of: Option<usize>,
    ) -> Self {
        Self {
            example,
            template,
            sources,
            rows_of,
            keyed: Keyed::default(),
        }
    }

    /// The position of the only literal that differs from query to query; `None` where several
    /// do, or none.
    pub(super) fn key_position(&self) -> Option<usize> {
        let is_key = |source: &Source| !matches!(source, Source::Constant(_));
        let position = self.sources.iter().position(is_key)?;
        let is_only = self.sources[position + 1..]
            .iter()
            .all(|source| !is_key(source));
        is_only.then_some(position)
    }

    /// The literals of the query for a call with these arguments and, where the rule needs one, a
    /// row of an earlier answer; `None` when they make no query of this template.
    pub(super) fn literals(&self, arguments: &[Value], row: &[Value]) -> Option<Vec<Value>> {
        let mut literals = Vec::with_capacity(self.sources.len());
        self.add_literals(arguments, row, &mut literals)
            .then_some(literals)
    }

    /// Adds those literals to others; false, with some of them, when they make no query.
    pub fn add_literals(
        &self,
        arguments: &[Value],
        row: &[Value],
        literals: &mut Vec<Value>,
    ) -> bool {
        let literal = |source: &Source| match source {
            Source::Parameter(index) => as_argument(arguments.get(*index)?),
            Source::Column(index) => as_argument(row.get(*index)?),
            Source::Constant(value) => Some(value.clone()),
        };
        self.sources
            .iter()
            .zip(&self.template.arguments)
            .all(|(source, kind)| {
                let found =
                    literal(source).filter(|value| discriminant(value) == discriminant(kind));
                let is_found = found.is_some();
                literals.extend(found);
                is_found
            })
    }

    /// Adds the memo's key of the query with these literals to bytes that may hold others.
    pub fn write_key(&self, literals: &[Value], key: &mut Vec<u8>) -> EngineResult<()> {
        let bound = literals.iter().zip(&self.template.is_bound);
        let parameters = bound
            .filter(|(_, is_bound)| **is_bound)
            .map(|(literal, _)| literal);
        QueryMemo::write_key(key, parameters, self.example.format, |key| {
            self.template.write_text(literals, key);
        })
    }

    /// Whether the rule gives exactly the query that was observed.
    pub(super) fn makes(&self, literals: &[Value], observed: &QueryRequest) -> bool {
        let mut made = Vec::new();
        let is_made = self.write_key(literals, &mut made).is_ok();
        let key = QueryMemo::key(&observed.sql, &observed.parameters, observed.format);
        is_made && key.is_ok_and(|key| key == made)
    }
}

/// The rows of an encoded answer.
pub fn answer_rows(answer: &[u8], format: Format) -> Vec<Vec<Value>> {
    let decoded = match format {
        Format::Json => json::decode(answer),
        Format::MessagePack => msgpack::decode(answer),
    };
    let Ok(Value::Struct(fields)) = decoded else {
        return Vec::new();
    };
    let rows = fields.into_iter().find(|(name, _)| name == "rows");
    let Some((_, Value::List(rows))) = rows else {
        return Vec::new();
    };
    rows.into_iter()
        .map(|row| match row {
            Value::List(cells) => cells,
            _ => Vec::new(),
        })
        .collect()
}
