//! Tables and views of which a role sees only some rows.
//!
//! DuckDB may evaluate a statement's own conditions on rows that a filter below would drop, and an
//! error would tell what is in them. So the values of rows that do not pass are NULL before
//! anything else can look at them.

use serde_json::Value as Json;

use super::relations::{
    columns_of, common_tables, inspect, is_reference, quoted, replace, text_of, tree_of,
};
use super::table_name::TableName;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::{Registry, quote_identifier, quote_literal};

/// Which rows of a table or view a role sees.
#[derive(Clone, Debug)]
pub struct RowFilter {
    pub relation: TableName,
    /// An expression over the relation's columns, as [`bound_condition`] made it.
    pub condition: String,
}

/// The rows that pass, with values that are NULL in all others.
pub fn visible_rows(connection: &Connection, filter: &RowFilter) -> EngineResult<String> {
    let columns = columns_of(connection, &filter.relation)?;
    let mut passes = "passes".to_owned();
    while columns
        .iter()
        .any(|(name, _)| name.eq_ignore_ascii_case(&passes))
    {
        passes.push('_');
    }
    let masked: Vec<String> = columns
        .iter()
        .map(|(name, _)| {
            let name = quote_identifier(name);
            format!("CASE WHEN {passes} THEN {name} END AS {name}")
        })
        .collect();
    let (condition, holds_subquery) = located_condition(connection, filter)?;
    // A condition that fails on a row would tell what is in it; DuckDB's TRY takes no subqueries.
    let condition = if holds_subquery {
        format!("({condition})")
    } else {
        format!("TRY(({condition}))")
    };
    Ok(format!(
        "SELECT {} FROM (SELECT *, coalesce({condition}, false) AS {passes} FROM {}) WHERE {passes}",
        masked.join(", "),
        quoted(&filter.relation)
    ))
}

/// The condition with the database in the names of its tables, and whether it has any: the same
/// file is a database of another name when it is opened under another one.
fn located_condition(connection: &Connection, filter: &RowFilter) -> EngineResult<(String, bool)> {
    let mut tree =
        tree_of(connection, &format!("SELECT ({}\n)", filter.condition))?.unwrap_or_default();
    let mut holds_subquery = false;
    inspect(&tree, &mut |node| {
        holds_subquery |= node["class"].as_str() == Some("SUBQUERY");
    });
    if !holds_subquery {
        return Ok((filter.condition.clone(), false));
    }
    replace(&mut tree, &mut |reference| {
        let mut full = reference.clone();
        full["catalog_name"] = filter.relation.database.clone().into();
        Ok(Some(full))
    })?;
    Ok((expression_text(connection, &tree)?, true))
}

/// The text of the one expression that a tree selects.
fn expression_text(connection: &Connection, tree: &Json) -> EngineResult<String> {
    let sql = text_of(connection, tree)?;
    Ok(sql.strip_prefix("SELECT ").unwrap_or(&sql).to_owned())
}

/// Fails when a filter's relation is gone: renamed, it would show all its rows.
pub fn check_present(connection: &Connection, filters: &[RowFilter]) -> EngineResult<()> {
    for filter in filters {
        let TableName {
            database,
            schema,
            table,
        } = &filter.relation;
        let [database, schema, table] = [database, schema, table].map(|part| quote_literal(part));
        let known = connection.query_text(&format!(
            "SELECT (SELECT count(*) FROM duckdb_tables() WHERE lower(database_name) = {database} \
             AND lower(schema_name) = {schema} AND lower(table_name) = {table}) \
             + (SELECT count(*) FROM duckdb_views() WHERE lower(database_name) = {database} \
             AND lower(schema_name) = {schema} AND lower(view_name) = {table})"
        ))?;
        if known.as_deref() != Some("1") {
            let name = filter.relation.short();
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("a row filter is set on {name}, which does not exist"),
            )
            .detail("a role with row filters reads nothing while one of them has no table")
            .hint(format!(
                "the owner drops it: DROP ROW FILTER ON {name} FROM <role>, and sets it where the \
                 rows are now"
            )));
        }
    }
    Ok(())
}

/// A condition as it is stored: one expression whose subqueries name their tables with the schema.
/// Where it is put, the database is added, so that nothing around it can take their place.
///
/// # Errors
/// When it is no single expression that DuckDB binds to a BOOLEAN over the relation.
pub fn bound_condition(
    connection: &Connection,
    relation: &TableName,
    condition: &str,
    registry: &Registry,
) -> EngineResult<String> {
    let mut tree = tree_of(connection, &format!("SELECT ({condition}\n)"))?
        .filter(is_one_expression)
        .ok_or_else(|| refused("it is not one expression"))?;
    if !common_tables(&tree).is_empty() {
        return Err(refused("it has a WITH clause"));
    }
    if let Some(name) = procedure_in(&tree, registry) {
        return Err(refused(&format!("it calls procedure {name}")));
    }
    replace(&mut tree, &mut |reference| {
        let mut full = reference.clone();
        let text = |key: &str| reference[key].as_str().unwrap_or("");
        let (catalog, schema) = (text("catalog_name"), text("schema_name"));
        if !catalog.is_empty() && !catalog.eq_ignore_ascii_case(&relation.database) {
            return Err(refused("it reads another database"));
        }
        full["catalog_name"] = "".into();
        if schema.is_empty() {
            full["schema_name"] = "main".into();
        }
        Ok(Some(full))
    })?;
    let bound = expression_text(connection, &tree)?;
    let filter = RowFilter {
        relation: relation.clone(),
        condition: bound,
    };
    let (located, _) = located_condition(connection, &filter)?;
    let kind = connection
        .query_text(&format!(
            "SELECT column_type FROM (DESCRIBE SELECT ({located}) FROM {})",
            quoted(relation)
        ))
        .map_err(without_place)?;
    if kind.as_deref() != Some("BOOLEAN") {
        let kind = kind.unwrap_or_default();
        return Err(refused(&format!("its type is {kind}, not BOOLEAN")));
    }
    // Binds it as it will stand, with an error that says what does not fit.
    let query = visible_rows(connection, &filter)?;
    connection
        .query(&format!("EXPLAIN {query}"))
        .map_err(without_place)?;
    Ok(filter.condition)
}

/// A procedure that a condition calls: the role would need EXECUTE on it to see anything.
fn procedure_in(tree: &Json, registry: &Registry) -> Option<String> {
    let mut found = None;
    inspect(tree, &mut |node| {
        if let Some(name) = node["function_name"].as_str()
            && registry.has_name(&name.to_ascii_lowercase())
        {
            found = Some(name.to_owned());
        }
    });
    found
}

fn is_one_expression(tree: &Json) -> bool {
    let statements = tree["statements"].as_array().map_or(0, Vec::len);
    let node = &tree["statements"][0]["node"];
    let expressions = node["select_list"].as_array().map_or(0, Vec::len);
    let has_no_clause = ["where_clause", "having", "qualify", "sample"]
        .iter()
        .all(|key| node[key].is_null());
    let is_plain = ["modifiers", "group_expressions"]
        .iter()
        .all(|key| node[key].as_array().is_none_or(Vec::is_empty));
    statements == 1
        && expressions == 1
        && has_no_clause
        && is_plain
        && node["from_table"]["type"].as_str() == Some("EMPTY")
        && !is_reference(&node["from_table"])
}

/// DuckDB's error without the line that it points at, which nobody wrote.
fn without_place(error: EngineError) -> EngineError {
    let end = error.message.find("LINE ").unwrap_or(error.message.len());
    let message = error.message[..end].trim_end().to_owned();
    EngineError { message, ..error }
}

fn refused(detail: &str) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        "this cannot be the condition of a row filter",
    )
    .detail(detail)
    .hint("it is a BOOLEAN expression over the table's columns, such as region = 'EU'")
}
