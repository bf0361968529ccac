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

/// Queries of one template that differ in one literal.
pub struct KeyedQueries<'q> {
    pub example: &'q QueryRequest,
    pub template: &'q Template,
    /// The position of that literal.
    pub key_position: usize,
}

impl<'q> KeyedQueries<'q> {
    /// The queries with these literals, the example's among them; `None` where they differ in
    /// several, or in none.
    pub(super) fn of_literals(
        example: &'q QueryRequest,
        template: &'q Template,
        literals: &[&[Value]],
    ) -> Option<Self> {
        let differs = |position: usize| {
            let one = &template.arguments[position];
            literals.iter().any(|other| other[position] != *one)
        };
        let key_position = only_position((0..template.arguments.len()).map(differs))?;
        Some(Self {
            example,
            template,
            key_position,
        })
    }
}

/// The position of the only true one.
fn only_position(mut holds: impl Iterator<Item = bool>) -> Option<usize> {
    let position = holds.position(|holds| holds)?;
    (!holds.any(|holds| holds)).then_some(position)
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

    /// The rule's queries, where they differ in one literal.
    pub fn keyed_queries(&self) -> Option<KeyedQueries<'_>> {
        let is_key = |source: &Source| !matches!(source, Source::Constant(_));
        let key_position = only_position(self.sources.iter().map(is_key))?;
        Some(KeyedQueries {
            example: &self.example,
            template: &self.template,
            key_position,
        })
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

#[cfg(test)]
mod tests {
    use super::*;
    use std::time::Duration;

    #[test]
    fn a_key_is_the_only_literal_that_differs() {
        let example = QueryRequest {
            sql: "SELECT a FROM t WHERE kind = 'x' AND id = 1 AND n = 7".into(),
            parameters: Vec::new(),
            format: Format::Json,
            time_left: Duration::ZERO,
        };
        let template = Template::of(&example.sql, &[]).unwrap();
        let literals = |kind: &str, id: i32, n: i32| {
            [
                Value::Varchar(kind.into()),
                Value::Integer(id),
                Value::Integer(n),
            ]
        };
        let position = |others: &[[Value; 3]]| {
            let others: Vec<&[Value]> = others.iter().map(|literals| &literals[..]).collect();
            let queries = KeyedQueries::of_literals(&example, &template, &others);
            queries.map(|queries| queries.key_position)
        };
        assert_eq!(position(&[literals("x", 1, 7)]), None);
        assert_eq!(
            position(&[literals("x", 1, 7), literals("x", 2, 7)]),
            Some(1)
        );
        assert_eq!(position(&[literals("x", 3, 7), literals("x", 2, 8)]), None);
    }
}
