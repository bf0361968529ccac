//! The statement that reads the answers to a rule's queries for every key there is.
//!
//! Where the only literal that differs stands in `column = literal`, which the condition demands,
//! demanding only that the column is not NULL gives the rows of all keys: no query finds a NULL by a
//! literal.

use serde_json::Value as Json;

use super::rule::KeyedQueries;
use super::shape_plan::{RowsPerRequest, ShapePlan, parse, split_order};
use super::template::{Template, literal_text};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_identifier;
use crate::value::LogicalType;

/// How the answers for every key are read.
pub struct KeyedPlan {
    /// Gives the key, a row's place and rank where the query orders its rows, and the query's own
    /// columns.
    pub sql: String,
    /// Gives the answer for keys that there are not, where that has a row.
    pub sql_of_none: Option<String>,
    pub rows: RowsPerRequest,
    /// The position of the key among the template's literals.
    pub key_position: usize,
    /// The keys that the column can hold.
    pub keys: std::ops::RangeInclusive<i64>,
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
        // Texts are left out: what a column's collation makes equal is not equal byte by byte.
        let keys = match shape_plan.argument_types.get(key_position) {
            Some(LogicalType::TinyInt) => i64::from(i8::MIN)..=i64::from(i8::MAX),
            Some(LogicalType::SmallInt) => i64::from(i16::MIN)..=i64::from(i16::MAX),
            Some(LogicalType::Integer) => i64::from(i32::MIN)..=i64::from(i32::MAX),
            Some(LogicalType::BigInt) => i64::MIN..=i64::MAX,
            _ => return Ok(None),
        };
        let Some(column) = key_column(connection, template, key_position)? else {
            return Ok(None);
        };
        let query = of_every_key(template, key_position, &column);
        let start = query.len() - query.trim_start().len() + "select".len();
        let (select, rest) = query.split_at(start);
        let column = column.quoted();
        let key = format!("{column}::BIGINT AS heliosdb_key");
        let rows = shape_plan.rows;
        let sql = match rows {
            // By its place: a result column may have the key's name.
            RowsPerRequest::One => format!("{select} {key},{} GROUP BY 1", trimmed(rest)),
            RowsPerRequest::InRowOrder if !preserves_order(connection)? => return Ok(None),
            // Scanned as the query itself scans it, the table gives its rows in the same order.
            RowsPerRequest::InRowOrder => format!("{select} {key},{rest}"),
            RowsPerRequest::Ordered => {
                let Some((body, terms)) = split_order(rest) else {
                    return Ok(None);
                };
                format!(
                    "{select} {key}, row_number() OVER heliosdb_w AS heliosdb_ordinal, \
                     rank() OVER heliosdb_w AS heliosdb_rank,{body} \
                     WINDOW heliosdb_w AS (PARTITION BY {column} ORDER BY {terms})"
                )
            }
        };
        let sql_of_none =
            (rows == RowsPerRequest::One).then(|| with_key(template, key_position, "NULL"));
        Ok(Some(Self {
            sql,
            sql_of_none,
            rows,
            key_position,
            keys,
        }))
    }
}

/// Whether DuckDB gives the rows of a scan in the order of the table.
fn preserves_order(connection: &Connection) -> EngineResult<bool> {
    let setting = "SELECT current_setting('preserve_insertion_order')";
    Ok(connection.query_text(setting)?.as_deref() == Some("true"))
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
fn without_comparison<'t>(text: &'t str, name: &str) -> Option<&'t str> {
    let text = text.trim_end().strip_suffix('=')?.trim_end();
    let start = text.len().checked_sub(name.len())?;
    let found = text.get(start..)?;
    let is_part =
        |byte: u8| byte.is_ascii_alphanumeric() || byte >= 0x80 || b"_.\"$".contains(&byte);
    let is_whole = !text[..start].bytes().next_back().is_some_and(is_part);
    (is_whole && found.eq_ignore_ascii_case(name)).then_some(text)
}

/// The column that a condition demands to equal the key.
struct KeyColumn {
    names: Vec<String>,
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
fn key_column(
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
    use serde_json::json;

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
