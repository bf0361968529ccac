//! Naming the keys of a statement for many queries, so that DuckDB looks them up by an index.
//!
//! DuckDB joins a table with the literals of queries by reading it whole, whatever indexes it has;
//! but for `column IN (…)` with few values it asks the index of the column. The condition says of
//! each query only what the query says already, so it changes no answer.

use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use super::keyed_plan::{key_column, without_comparison};
use super::shape_plan::parse;
use super::template::{Template, literal_text};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_identifier;
use crate::value::convert::convert;
use crate::value::{LogicalType, Value};

/// Rows of a table below which reading it takes no longer than planning a statement with a list.
const TABLE_ROWS_MIN: u64 = 1 << 19;

/// Rows of the table for each key in a list: DuckDB asks an index for about so many at most, and
/// looking a key up takes as long as reading so many rows.
const ROWS_PER_KEY: u64 = 1024;

/// What looking up takes at most, planning included; what takes longer has read the table.
const STATEMENT_TIME_MAX: Duration = Duration::from_millis(4);
const KEY_TIME_MAX: Duration = Duration::from_micros(25);

/// Where the keys of one template's statement are named.
#[derive(Debug)]
pub struct KeyList {
    /// The position of the key among the template's literals.
    position: usize,
    /// The key's column, as the query writes it, and where it begins in the statement's text.
    column: String,
    start: usize,
    table_rows: u64,
    /// A statement took as long as if the column had no index.
    is_in_vain: AtomicBool,
}

impl KeyList {
    /// For a statement that contains the template's query with `place` in the place of each
    /// literal. `None` where it has no such key, or reads no large table alone.
    pub fn new(
        connection: &Connection,
        template: &Template,
        statement: &str,
        place: impl Fn(usize) -> String,
    ) -> EngineResult<Option<Self>> {
        let example = template.fill(|position| literal_text(&template.arguments[position]));
        let Some(query) = parse(connection, &example)? else {
            return Ok(None);
        };
        let from = &query["node"]["from_table"];
        let names = ["catalog_name", "schema_name", "table_name"];
        let names = names.iter().filter_map(|name| from[name].as_str());
        let names: Vec<String> = names
            .filter(|name| !name.is_empty())
            .map(quote_identifier)
            .collect();
        if from["type"] != "BASE_TABLE" || names.is_empty() {
            return Ok(None);
        }
        let table = names.join(".");
        // A view may be anything, and has no row ids.
        if connection
            .prepare(&format!("SELECT rowid FROM {table}"))
            .is_err()
        {
            return Ok(None);
        }
        // Known without reading anything.
        let count = format!("SELECT count(*) FROM {table}");
        let count = connection.query_text(&count)?.unwrap_or_default();
        let table_rows = count.parse().unwrap_or(0);
        if table_rows < TABLE_ROWS_MIN {
            return Ok(None);
        }
        for position in 0..template.arguments.len() {
            let Some(column) = key_column(connection, template, position)? else {
                continue;
            };
            let name = column.names.join(".");
            let literal = place(position);
            // Once: another place would be another query's, or part of a text.
            let &[before, _] = &statement.split(&literal).collect::<Vec<_>>()[..] else {
                continue;
            };
            let Some(compared) = without_comparison(before, &name) else {
                continue;
            };
            let start = compared.len() - name.len();
            return Ok(Some(Self {
                position,
                column: compared[start..].to_owned(),
                start,
                table_rows,
                is_in_vain: AtomicBool::new(false),
            }));
        }
        Ok(None)
    }

    /// The statement with the keys of these requests in it; `None` where reading the table is
    /// expected to take less.
    pub fn statement(
        &self,
        statement: &str,
        requests: &[&[Value]],
        types: &[LogicalType],
    ) -> Option<String> {
        let is_few = requests.len() as u64 <= self.table_rows / ROWS_PER_KEY;
        if !is_few || self.is_in_vain.load(Ordering::Relaxed) {
            return None;
        }
        let keys = requests.iter().filter_map(|request| {
            let key = request.get(self.position)?;
            // One that the column cannot hold is run by itself.
            convert(key.clone(), types.get(self.position)?).ok()?;
            Some(literal_text(key))
        });
        let keys: Vec<String> = keys.collect();
        if keys.is_empty() {
            return None;
        }
        let (before, after) = statement.split_at(self.start);
        let list = keys.join(", ");
        Some(format!("{before}{} IN ({list}) AND {after}", self.column))
    }

    /// Notes what a statement with so many keys took.
    pub fn note(&self, key_count: usize, elapsed: Duration) {
        let key_count = u32::try_from(key_count).unwrap_or(u32::MAX);
        if elapsed > STATEMENT_TIME_MAX + KEY_TIME_MAX * key_count {
            self.is_in_vain.store(true, Ordering::Relaxed);
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_keys_of_few_requests_are_named() {
        let statement = ") q, LATERAL (SELECT a FROM t WHERE x = 3 AND \"T\".id = q.p0) r";
        let key_list = KeyList {
            position: 0,
            column: "\"T\".id".into(),
            start: statement.find("\"T\"").unwrap(),
            table_rows: 3 * ROWS_PER_KEY,
            is_in_vain: AtomicBool::new(false),
        };
        let types = [LogicalType::SmallInt];
        let of_keys = |keys: &[i32]| {
            let requests: Vec<[Value; 1]> = keys.iter().map(|key| [Value::Integer(*key)]).collect();
            let requests: Vec<&[Value]> = requests.iter().map(|request| &request[..]).collect();
            key_list.statement(statement, &requests, &types)
        };
        assert_eq!(
            of_keys(&[7, 1 << 20, -8]).unwrap(),
            ") q, LATERAL (SELECT a FROM t WHERE x = 3 AND \"T\".id IN (7, -8) AND \"T\".id = q.p0) r"
        );
        assert_eq!(of_keys(&[1 << 20]), None, "no key that the column can hold");
        assert_eq!(of_keys(&[1, 2, 3, 4]), None, "more than are worth it");
        key_list.note(3, STATEMENT_TIME_MAX);
        assert!(of_keys(&[7]).is_some());
        key_list.note(3, STATEMENT_TIME_MAX + 4 * KEY_TIME_MAX);
        assert_eq!(of_keys(&[7]), None, "the column has no index");
    }
}
