//! Whether and how the queries of one template can be answered by one statement.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::Value as Json;

use super::request_table::argument_column;
use super::template::Template;
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_literal;
use crate::value::{LogicalType, Value};

/// What one execution found out about its templates.
#[derive(Default)]
pub struct ShapePlans(Mutex<HashMap<String, Option<Arc<ShapePlan>>>>);

/// How a template's queries are answered together.
#[derive(Debug)]
pub struct ShapePlan {
    /// What DuckDB compares each literal as.
    pub argument_types: Vec<LogicalType>,
    /// The set-based statement without its batch id: text before and after it.
    sql: (String, String),
    pub rows: RowsPerRequest,
}

/// What one request's answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsPerRequest {
    /// An aggregate without GROUP BY: exactly one row.
    One,
    /// Rows of one table in its order; the first column behind the request number is the row id.
    InRowOrder,
}

impl ShapePlan {
    pub fn sql(&self, batch_id: i64) -> String {
        format!("{}{batch_id}{}", self.sql.0, self.sql.1)
    }
}

impl ShapePlans {
    /// The plan of a template, found out at its first use. `None` means one by one.
    pub fn get(
        &self,
        connection: &Connection,
        template: &Template,
        example: &str,
    ) -> Option<Arc<ShapePlan>> {
        if let Some(known) = self.0.lock().get(&template.key) {
            return known.clone();
        }
        // Finding out never fails a statement: what goes wrong here goes one by one.
        let plan = plan(connection, template, example)
            .unwrap_or(None)
            .map(Arc::new);
        self.0.lock().insert(template.key.clone(), plan.clone());
        plan
    }

    /// Gives a template up, after its statement failed.
    pub fn give_up(&self, key: &str) {
        self.0.lock().insert(key.to_owned(), None);
    }
}

fn plan(
    connection: &Connection,
    template: &Template,
    example: &str,
) -> EngineResult<Option<ShapePlan>> {
    if !template.pieces[0]
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("select"))
    {
        return Ok(None);
    }
    let Some(rows) = classify(connection, example)? else {
        return Ok(None);
    };
    let probe = connection.prepare(&template.fill(|position| format!("${}", position + 1)))?;
    let mut argument_types = Vec::with_capacity(template.arguments.len());
    for (position, argument) in template.arguments.iter().enumerate() {
        let compared = probe.parameter_type(position)?;
        if !compares_like_a_column(argument, &compared) {
            return Ok(None);
        }
        argument_types.push(compared);
    }
    let mut query = template.fill(|position| format!("heliosdb_q.{}", argument_column(position)));
    if rows == RowsPerRequest::InRowOrder {
        let start = query.len() - query.trim_start().len();
        query.insert_str(start + "select".len(), " rowid AS heliosdb_ordinal,");
    }
    let plan = ShapePlan {
        argument_types,
        sql: (
            "SELECT heliosdb_q.i, heliosdb_r.* FROM heliosdb_requests(".to_owned(),
            format!(") heliosdb_q, LATERAL ({query}) heliosdb_r"),
        ),
        rows,
    };
    Ok(Some(plan))
}

/// A literal adapts to what it is compared with; a column of the same type behaves alike only
/// where no cast of the other side comes in.
fn compares_like_a_column(argument: &Value, compared: &LogicalType) -> bool {
    use LogicalType::{BigInt, HugeInt, Integer, SmallInt, TinyInt, Varchar};
    match argument {
        Value::Integer(_) | Value::BigInt(_) => {
            matches!(compared, TinyInt | SmallInt | Integer | BigInt | HugeInt)
        }
        Value::Varchar(_) => *compared == Varchar,
        _ => false,
    }
}

/// Reads the parsed query: only forms whose answers are the same row by row and in order when
/// they are computed for many requests at once.
fn classify(connection: &Connection, example: &str) -> EngineResult<Option<RowsPerRequest>> {
    let text = connection
        .query_text(&format!(
            "SELECT json_serialize_sql({})",
            quote_literal(example)
        ))?
        .unwrap_or_default();
    let Ok(tree) = serde_json::from_str::<Json>(&text) else {
        return Ok(None);
    };
    let statements = tree["statements"].as_array().map_or(&[][..], Vec::as_slice);
    let [statement] = statements else {
        return Ok(None);
    };
    let node = &statement["node"];
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(|field| match field {
            Json::Array(items) => items.is_empty(),
            other => other.is_null(),
        }),
        _ => false,
    };
    let is_plain = node["type"] == "SELECT_NODE"
        && is_empty(&node["modifiers"])
        && is_empty(&node["cte_map"])
        && is_empty(&node["group_expressions"])
        && is_empty(&node["group_sets"])
        && node["having"].is_null()
        && node["qualify"].is_null()
        && node["sample"].is_null();
    if !is_plain {
        return Ok(None);
    }
    let mut functions = Vec::new();
    let mut has_odd_part = false;
    visit(&node["select_list"], &mut functions, &mut has_odd_part);
    let in_select = functions.len();
    visit(&node["where_clause"], &mut functions, &mut has_odd_part);
    visit(&node["from_table"], &mut functions, &mut has_odd_part);
    if has_odd_part {
        return Ok(None);
    }
    let Some(aggregates) = aggregate_flags(connection, &functions)? else {
        return Ok(None);
    };
    let from = &node["from_table"];
    if aggregates[..in_select].contains(&true) {
        let joins_tables = matches!(from["type"].as_str(), Some("BASE_TABLE" | "JOIN"));
        return Ok(joins_tables.then_some(RowsPerRequest::One));
    }
    let is_table = from["type"] == "BASE_TABLE" && from["sample"].is_null();
    Ok(is_table.then_some(RowsPerRequest::InRowOrder))
}

/// Collects function names; notes parts that this reading does not cover.
fn visit(node: &Json, functions: &mut Vec<String>, has_odd_part: &mut bool) {
    match node {
        Json::Array(items) => items
            .iter()
            .for_each(|item| visit(item, functions, has_odd_part)),
        Json::Object(fields) => {
            if matches!(
                fields.get("class").and_then(Json::as_str),
                Some("WINDOW" | "SUBQUERY" | "PARAMETER" | "LAMBDA")
            ) {
                *has_odd_part = true;
            }
            if fields.get("distinct").and_then(Json::as_bool) == Some(true)
                || fields.get("filter").is_some_and(|filter| !filter.is_null())
            {
                *has_odd_part = true;
            }
            if let Some(name) = fields.get("function_name").and_then(Json::as_str) {
                functions.push(name.to_lowercase());
            }
            fields
                .values()
                .for_each(|value| visit(value, functions, has_odd_part));
        }
        _ => {}
    }
}

/// Aggregates whose result does not depend on the order of their rows.
const ORDER_FREE_AGGREGATES: [&str; 9] = [
    "count",
    "count_star",
    "min",
    "max",
    "sum",
    "avg",
    "bool_and",
    "bool_or",
    "count_if",
];

/// Which of the functions aggregate; `None` when one is not built in (it may be a procedure) or
/// aggregates in an order.
fn aggregate_flags(connection: &Connection, names: &[String]) -> EngineResult<Option<Vec<bool>>> {
    let mut flags = Vec::with_capacity(names.len());
    for name in names {
        let kinds = connection
            .query_text(&format!(
                "SELECT string_agg(DISTINCT CASE WHEN internal THEN function_type ELSE 'foreign' END, ',') \
                 FROM duckdb_functions() WHERE lower(function_name) = {}",
                quote_literal(name)
            ))?
            .unwrap_or_default();
        match kinds.as_str() {
            "scalar" => flags.push(false),
            "aggregate" if ORDER_FREE_AGGREGATES.contains(&name.as_str()) => flags.push(true),
            _ => return Ok(None),
        }
    }
    Ok(Some(flags))
}
