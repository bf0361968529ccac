//! The verdict on a query: allowed, or refused naming what it would have touched.
//!
//! `EXPLAIN (FORMAT JSON)` with `explain_output = 'all'` shows the plan DuckDB bound, before any
//! optimisation could hide a table: every base table by its full name, every table function by its
//! name. Whatever is not known to be harmless is refused.

use std::collections::HashSet;

use parking_lot::Mutex;
use serde_json::Value as Json;

use super::right::Rights;
use super::shape::shape_of;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::quote_literal;
use crate::value::Value;

/// Operators of a bound SELECT that only combine what is below them, and table functions that
/// compute their rows from their arguments alone.
const HARMLESS: [&str; 42] = [
    "PROJECTION",
    "FILTER",
    "AGGREGATE",
    "WINDOW",
    "UNNEST",
    "LIMIT",
    "LIMIT_PERCENT",
    "TOP_N",
    "ORDER_BY",
    "DISTINCT",
    "SAMPLE",
    "COMPARISON_JOIN",
    "ANY_JOIN",
    "DELIM_JOIN",
    "ASOF_JOIN",
    "POSITIONAL_JOIN",
    "DEPENDENT_JOIN",
    "CROSS_PRODUCT",
    "JOIN",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "CTE",
    "MATERIALIZED_CTE",
    "CTE_SCAN",
    "REC_CTE",
    "RECURSIVE_CTE",
    "CTE_REF",
    "DELIM_GET",
    "DUMMY_SCAN",
    "EXPRESSION_GET",
    "EMPTY_RESULT",
    "EMPTY",
    "CHUNK_GET",
    "COLUMN_DATA_SCAN",
    "COLUMN_DATA_GET",
    "PIVOT",
    "GROUPING_SETS",
    "RANGE",
    "GENERATE_SERIES",
    "REPEAT",
    "REPEAT_ROW",
];

/// Scalar functions that act, or that tell about more than the tables a query reads.
const FORBIDDEN_FUNCTIONS: [&str; 16] = [
    "nextval",
    "currval",
    "setseed",
    "current_setting",
    "getenv",
    "getvariable",
    "pg_get_viewdef",
    "which_secret",
    "write_log",
    "txid_current",
    "checkpoint",
    "force_checkpoint",
    "current_query",
    "current_schemas",
    "sleep_ms",
    "query_progress",
];

/// Shapes one execution has already judged as allowed. Its snapshot fixes the catalog, so a
/// verdict stays right for as long as this lives.
#[derive(Default)]
pub struct Verdicts(Mutex<HashSet<String>>);

/// Refuses a query that touches what the rights do not allow.
pub fn check_query(
    connection: &Connection,
    sql: &str,
    rights: &Rights,
    procedure: &str,
    verdicts: &Verdicts,
) -> EngineResult<()> {
    let key = format!("{procedure}\0{}", shape_of(sql));
    if verdicts.0.lock().contains(&key) {
        return Ok(());
    }
    let bound = BoundQuery::of(connection, sql)?;
    if let Some(table) = bound.tables.iter().find(|table| !rights.can_read(table)) {
        return Err(EngineError::new(
            ErrorCode::InsufficientPrivilege,
            format!("procedure {procedure} may not read {table}"),
        )
        .hint(format!(
            "grant it when the procedure is created: CAPABILITIES ('read:{}')",
            short(table)
        )));
    }
    if let Some(function) = bound.functions.first() {
        return Err(EngineError::new(
            ErrorCode::InsufficientPrivilege,
            format!("procedure {procedure} may not use {function}"),
        )
        .detail("functions that read files, settings or the catalog are denied to procedures"));
    }
    verdicts.0.lock().insert(key);
    Ok(())
}

/// `database.main.table` as people write it.
fn short(qualified: &str) -> &str {
    qualified
        .split_once(".main.")
        .map_or(qualified, |(_, table)| table)
}

/// What a query touches.
struct BoundQuery {
    tables: Vec<String>,
    /// Table functions and scalar functions that are not known to be harmless.
    functions: Vec<String>,
}

impl BoundQuery {
    fn of(connection: &Connection, sql: &str) -> EngineResult<Self> {
        let rows = connection.query(&format!("EXPLAIN (FORMAT JSON) {sql}"))?;
        let mut bound = Self {
            tables: Vec::new(),
            functions: Vec::new(),
        };
        let mut has_plan = false;
        for row in rows.rows {
            if let [Value::Varchar(kind), Value::Varchar(plan)] = row.as_slice()
                && kind == "logical_plan"
            {
                let tree: Json = serde_json::from_str(plan).map_err(|error| {
                    EngineError::internal(format!("DuckDB's plan is not JSON: {error}"))
                })?;
                has_plan = true;
                bound.visit(&tree);
            }
        }
        if !has_plan {
            return Err(EngineError::internal(
                "DuckDB showed no bound plan for a query",
            ));
        }
        bound.visit_functions(connection, sql)?;
        Ok(bound)
    }

    fn visit(&mut self, node: &Json) {
        if let Json::Array(nodes) = node {
            nodes.iter().for_each(|child| self.visit(child));
            return;
        }
        let name = node["name"].as_str().unwrap_or("").trim();
        match (name, node["extra_info"]["Table"].as_str()) {
            ("SEQ_SCAN" | "TABLE_SCAN" | "GET" | "INDEX_SCAN", Some(table)) => {
                self.tables.push(table.to_owned());
            }
            (operator, None) if HARMLESS.contains(&operator) => {}
            (other, _) => self.functions.push(format!("{}()", other.to_lowercase())),
        }
        if let Some(children) = node["children"].as_array() {
            children.iter().for_each(|child| self.visit(child));
        }
    }

    /// Scalar functions are not named by the plan; the parsed statement names them.
    fn visit_functions(&mut self, connection: &Connection, sql: &str) -> EngineResult<()> {
        let rows = connection.query(&format!(
            "SELECT json_serialize_sql({})",
            quote_literal(sql)
        ))?;
        let text = match rows.rows.first().and_then(|row| row.first()) {
            Some(Value::Varchar(text)) => text.clone(),
            _ => return Err(EngineError::internal("DuckDB did not serialise a query")),
        };
        let tree: Json = serde_json::from_str(&text).map_err(|error| {
            EngineError::internal(format!("DuckDB's syntax tree is not JSON: {error}"))
        })?;
        if tree["error"].as_bool() == Some(true) {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                "only SELECT is allowed without further capabilities",
            )
            .detail(tree["error_message"].as_str().unwrap_or("").to_owned()));
        }
        collect_functions(&tree, &mut self.functions);
        Ok(())
    }
}

fn collect_functions(node: &Json, found: &mut Vec<String>) {
    match node {
        Json::Array(items) => items.iter().for_each(|item| collect_functions(item, found)),
        Json::Object(fields) => {
            if let Some(name) = fields.get("function_name").and_then(Json::as_str) {
                let name = name.to_lowercase();
                if FORBIDDEN_FUNCTIONS.contains(&name.as_str()) || name.starts_with("heliosdb_") {
                    found.push(format!("{name}()"));
                }
            }
            fields
                .values()
                .for_each(|value| collect_functions(value, found));
        }
        _ => {}
    }
}
