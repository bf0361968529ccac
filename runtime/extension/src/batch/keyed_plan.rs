//! The statement that reads the answers to a rule's queries for every key there is.
//!
//! Where the only literal that differs stands in `column = literal`, which the condition demands,
//! demanding only that the column is not NULL gives the rows of all keys: no query finds a NULL by a
//! literal.

use std::ops::RangeInclusive;

use serde_json::{Value as Json, json};

use super::rule::KeyedQueries;
use super::shape_plan::{RowsPerRequest, ShapePlan, parse, split_order};
use super::template::{Template, literal_text};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::{quote_identifier, quote_literal};
use crate::value::LogicalType;

/// How the answers for every key are read.
pub struct KeyedPlan {
    /// Gives the key, what its row order needs, and the query's own columns.
    pub sql: String,
    /// Gives the answer for keys that there are not, where that has a row.
    pub sql_of_none: Option<String>,
    pub order: RowOrder,
    /// The position of the key among the template's literals.
    pub key_position: usize,
    pub kind: KeyKind,
    /// The keys that the column can hold, where they are numbers.
    pub numbers: RangeInclusive<i64>,
}

#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum KeyKind {
    Number,
    Text,
}

/// How the order of a key's rows is known.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowOrder {
    /// It has one row.
    One,
    /// They come in their order.
    Sequence,
    /// They may come in any order, each with its place in the table.
    Ordinals,
    /// They may come in any order, each with its place among the rows of its key and its rank,
    /// which differ where the query leaves the order open.
    Ranks,
}

impl RowOrder {
    /// Columns before the query's own.
    pub fn leading_columns(self) -> usize {
        match self {
            Self::One | Self::Sequence => 1,
            Self::Ordinals => 2,
            Self::Ranks => 3,
        }
    }
}

impl KeyedPlan {
    /// `None` where the queries have no such key.
    pub fn new(
        connection: &Connection,
        queries: &KeyedQueries<'_>,
        shape_plan: &ShapePlan,
    ) -> EngineResult<Option<Self>> {
        let KeyedQueries {
            template,
            key_position,
            ..
        } = *queries;
        let (kind, numbers) = match shape_plan.argument_types.get(key_position) {
            Some(LogicalType::TinyInt) => (KeyKind::Number, i8::MIN.into()..=i8::MAX.into()),
            Some(LogicalType::SmallInt) => (KeyKind::Number, i16::MIN.into()..=i16::MAX.into()),
            Some(LogicalType::Integer) => (KeyKind::Number, i32::MIN.into()..=i32::MAX.into()),
            Some(LogicalType::BigInt) => (KeyKind::Number, i64::MIN..=i64::MAX),
            Some(LogicalType::Varchar) if compares_bytes(connection, template, key_position)? => {
                (KeyKind::Text, 0..=0)
            }
            _ => return Ok(None),
        };
        let Some(column) = key_column(connection, template, key_position)? else {
            return Ok(None);
        };
        let query = of_every_key(template, key_position, &column);
        let start = query.len() - query.trim_start().len() + "select".len();
        let (select, rest) = query.split_at(start);
        let rest = trimmed(rest);
        let column = column.quoted();
        let key = match kind {
            KeyKind::Number => format!("{column}::BIGINT AS heliosdb_key"),
            KeyKind::Text => format!("{column} AS heliosdb_key"),
        };
        let (sql, order) = match shape_plan.rows {
            // By its place: a result column may have the key's name.
            RowsPerRequest::One => (format!("{select} {key},{rest} GROUP BY 1"), RowOrder::One),
            RowsPerRequest::InRowOrder => {
                let (preserves_order, threads) = order_settings(connection)?;
                match (preserves_order, threads) {
                    // The query itself gives its rows in any order.
                    (false, _) => return Ok(None),
                    // Scanned as the query itself scans it, the table gives its rows in the same
                    // order.
                    (true, 1) => (format!("{select} {key},{rest}"), RowOrder::Sequence),
                    (true, _) => (format!("{select} {key}, rowid,{rest}"), RowOrder::Ordinals),
                }
            }
            RowsPerRequest::Ordered => {
                let Some((body, terms)) = split_order(rest) else {
                    return Ok(None);
                };
                let sql = format!(
                    "{select} {key}, row_number() OVER heliosdb_w AS heliosdb_ordinal, \
                     rank() OVER heliosdb_w AS heliosdb_rank,{body} \
                     WINDOW heliosdb_w AS (PARTITION BY {column} ORDER BY {terms})"
                );
                (sql, RowOrder::Ranks)
            }
        };
        let sql_of_none =
            (order == RowOrder::One).then(|| with_key(template, key_position, "NULL"));
        Ok(Some(Self {
            sql,
            sql_of_none,
            order,
            key_position,
            kind,
            numbers,
        }))
    }
}

/// Whether DuckDB gives the rows of a scan in the order of the table, and its threads.
fn order_settings(connection: &Connection) -> EngineResult<(bool, u64)> {
    let sql = "SELECT concat(current_setting('preserve_insertion_order'), ' ', \
               current_setting('threads'))";
    let text = connection.query_text(sql)?.unwrap_or_default();
    let (preserves_order, threads) = text.split_once(' ').unwrap_or_default();
    // As many as there may be, where the number cannot be read.
    Ok((
        preserves_order == "true",
        threads.parse().unwrap_or(u64::MAX),
    ))
}

/// Stands for a key in a plan; no query has it.
const KEY_MARK: &str = "heliosdb\u{1}key";

/// Whether texts are compared with the key byte by byte: what a collation finds equal need not be
/// the same bytes, and a column of another type is cast.
fn compares_bytes(
    connection: &Connection,
    template: &Template,
    key_position: usize,
) -> EngineResult<bool> {
    let query = with_key(template, key_position, &quote_literal(KEY_MARK));
    let sql = format!(
        "SELECT json_serialize_plan({}, skip_null := true, skip_empty := true, \
         skip_default := true)",
        quote_literal(&query)
    );
    let text = connection.query_text(&sql)?.unwrap_or_default();
    let plan = serde_json::from_str::<Json>(&text).unwrap_or_default();
    let mut comparisons = Comparisons::default();
    comparisons.visit(&plan);
    Ok(comparisons.keys == 1 && comparisons.plain == 1)
}

/// The key's mark in a bound plan.
#[derive(Default)]
struct Comparisons {
    keys: usize,
    /// Comparisons of the key with a column that is a text without a collation.
    plain: usize,
}

impl Comparisons {
    fn visit(&mut self, node: &Json) {
        match node {
            Json::Array(items) => items.iter().for_each(|item| self.visit(item)),
            Json::Object(fields) => {
                let is_equality = fields
                    .get("type")
                    .is_some_and(|kind| kind == "COMPARE_EQUAL");
                if is_equality && is_plain_text(&node["left"]) && is_mark(&node["right"]) {
                    self.plain += 1;
                }
                fields.values().for_each(|value| self.visit(value));
            }
            Json::String(text) if text.contains(KEY_MARK) => self.keys += 1,
            _ => {}
        }
    }
}

fn is_plain_text(node: &Json) -> bool {
    let is_column = ["BOUND_REF", "BOUND_COLUMN_REF"]
        .iter()
        .any(|class| node["expression_class"] == *class);
    is_column && node["return_type"] == json!({ "id": "VARCHAR" })
}

fn is_mark(node: &Json) -> bool {
    match node["expression_class"].as_str() {
        Some("BOUND_CAST") => {
            node["return_type"] == json!({ "id": "VARCHAR" }) && is_mark(&node["child"])
        }
        Some("BOUND_CONSTANT") => node["value"]["value"] == KEY_MARK,
        _ => false,
    }
}

/// The query with something in the place of its key.
fn with_key(template: &Template, key_position: usize, key: &str) -> String {
    template.fill(|position| match position == key_position {
        true => key.to_owned(),
        false => literal_text(&template.arguments[position]),
    })
}

/// The query for whatever its key may be. `column = column` says the same as `column IS NOT NULL`,
/// but DuckDB compares every row and copies those it keeps, while it knows of most columns that they
/// hold no NULL.
fn of_every_key(template: &Template, key_position: usize, column: &KeyColumn) -> String {
    let piece = &template.pieces[key_position];
    match without_comparison(piece, &column.names.join(".")) {
        Some(before) => {
            let mut template = template.clone();
            template.pieces[key_position] = format!("{before} IS NOT NULL");
            with_key(&template, key_position, "")
        }
        None => with_key(template, key_position, &column.quoted()),
    }
}

/// A text that ends with a column's plain name and an equals sign, without the sign.
pub(super) fn without_comparison<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let text = text.trim_end().strip_suffix('=')?.trim_end();
    let start = text.len().checked_sub(name.len())?;
    let found = text.get(start..)?;
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.\"$".contains(&byte);
    let is_whole = !text[..start].bytes().next_back().is_some_and(is_part);
    (is_whole && found.eq_ignore_ascii_case(name)).then_some(text)
}

/// The column that a condition demands to equal the key.
pub(super) struct KeyColumn {
    pub names: Vec<String>,
}

impl KeyColumn {
    fn quoted(&self) -> String {
        let quoted: Vec<String> = self
            .names
            .iter()
            .map(|name| quote_identifier(name))
            .collect();
        quoted.join(".")
    }
}

fn trimmed(query: &str) -> &str {
    query.trim_end().trim_end_matches(';')
}

/// The column that the condition demands to equal the key.
pub(super) fn key_column(
    connection: &Connection,
    template: &Template,
    key_position: usize,
) -> EngineResult<Option<KeyColumn>> {
    let Some(statement) = parse(connection, &with_key(template, key_position, "$1"))? else {
        return Ok(None);
    };
    let condition = &statement["node"]["where_clause"];
    Ok(compared_column(condition).map(|names| KeyColumn {
        names: names.into_iter().map(str::to_owned).collect(),
    }))
}

/// The names of the column that must equal the statement's only parameter.
fn compared_column(condition: &Json) -> Option<Vec<&str>> {
    match condition["type"].as_str()? {
        "CONJUNCTION_AND" => {
            let mut children = condition["children"].as_array()?.iter();
            children.find_map(compared_column)
        }
        "COMPARE_EQUAL" => {
            let (column, key) = (&condition["left"], &condition["right"]);
            if column["class"] != "COLUMN_REF" || key["class"] != "PARAMETER" {
                return None;
            }
            let names = column["column_names"].as_array()?;
            names.iter().map(Json::as_str).collect()
        }
        _ => None,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn equals(left: &Json, right: &Json) -> Json {
        json!({ "type": "COMPARE_EQUAL", "left": left, "right": right })
    }

    #[test]
    fn a_plain_comparison_becomes_a_test_for_null() {
        let every = |sql: &str, names: &[&str]| {
            let names = names.iter().map(|name| (*name).to_owned()).collect();
            of_every_key(&Template::of(sql, &[]).unwrap(), 0, &KeyColumn { names })
        };
        assert_eq!(
            every("SELECT a FROM t WHERE (T.Id =7) AND b = 2", &["t", "id"]),
            "SELECT a FROM t WHERE (T.Id IS NOT NULL) AND b = 2"
        );
        for (sql, expected) in [
            (
                "SELECT a FROM t WHERE \"id\" = 7",
                "SELECT a FROM t WHERE \"id\" = \"id\"",
            ),
            (
                "SELECT a FROM t WHERE grid = 7",
                "SELECT a FROM t WHERE grid = \"id\"",
            ),
            (
                "SELECT a FROM t WHERE t.id = 7",
                "SELECT a FROM t WHERE t.id = \"id\"",
            ),
            (
                "SELECT a FROM t WHERE id == 7",
                "SELECT a FROM t WHERE id == \"id\"",
            ),
        ] {
            assert_eq!(every(sql, &["id"]), expected);
        }
    }

    #[test]
    fn the_key_stands_beside_a_column_that_the_condition_demands() {
        let column = json!({ "class": "COLUMN_REF", "column_names": ["c", "id"] });
        let parameter = json!({ "class": "PARAMETER", "identifier": "1" });
        let constant = json!({ "class": "CONSTANT" });
        let other = json!({ "class": "COLUMN_REF", "column_names": ["kind"] });
        let demanded = equals(&column, &parameter);
        assert_eq!(compared_column(&demanded), Some(vec!["c", "id"]));
        let parts = [equals(&other, &constant), demanded.clone()];
        let both = json!({ "type": "CONJUNCTION_AND", "children": parts });
        assert_eq!(compared_column(&both), Some(vec!["c", "id"]));
        let either = json!({ "type": "CONJUNCTION_OR", "children": parts });
        assert_eq!(compared_column(&either), None);
        let computed = json!({ "class": "FUNCTION" });
        assert_eq!(compared_column(&equals(&computed, &parameter)), None);
        assert_eq!(compared_column(&equals(&column, &computed)), None);
        let least = json!({ "type": "COMPARE_GREATERTHAN", "left": column, "right": parameter });
        assert_eq!(compared_column(&least), None);
    }
}
