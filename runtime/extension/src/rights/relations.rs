//! References to tables and views in a statement's tree, and other relations in their place.

use serde_json::Value as Json;

use super::table_name::TableName;
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::{quote_identifier, quote_literal};
use crate::value::Value;

/// The tree of a text of SELECT statements; `None` for everything else.
pub fn tree_of(connection: &Connection, sql: &str) -> EngineResult<Option<Json>> {
    let text = connection
        .query_text(&format!(
            "SELECT json_serialize_sql({})",
            quote_literal(sql)
        ))?
        .unwrap_or_default();
    let tree = serde_json::from_str::<Json>(&text).ok();
    Ok(tree.filter(|tree| tree["error"].as_bool() == Some(false)))
}

/// The text of a tree with one statement.
pub fn text_of(connection: &Connection, tree: &Json) -> EngineResult<String> {
    let text = connection.query_text(&format!(
        "SELECT json_deserialize_sql({})",
        quote_literal(&tree.to_string())
    ))?;
    Ok(text.unwrap_or_default())
}

/// Calls `visit` for every object of a tree.
pub fn inspect(tree: &Json, visit: &mut impl FnMut(&Json)) {
    match tree {
        Json::Array(items) => items.iter().for_each(|item| inspect(item, visit)),
        Json::Object(fields) => {
            visit(tree);
            fields.values().for_each(|child| inspect(child, visit));
        }
        _ => {}
    }
}

/// The names of a tree's common table expressions, folded to lower case.
pub fn common_tables(tree: &Json) -> Vec<String> {
    let mut names = Vec::new();
    inspect(tree, &mut |node| {
        let entries = node["cte_map"]["map"].as_array().into_iter().flatten();
        names.extend(entries.filter_map(|entry| Some(entry["key"].as_str()?.to_ascii_lowercase())));
    });
    names
}

/// Whether a node names a table, a view or a common table expression.
pub fn is_reference(node: &Json) -> bool {
    node["type"].as_str() == Some("BASE_TABLE")
}

/// Puts relations in the place of references, wherever `replacement` has one.
pub fn replace(
    node: &mut Json,
    replacement: &mut impl FnMut(&Json) -> EngineResult<Option<Json>>,
) -> EngineResult<()> {
    if is_reference(node)
        && let Some(relation) = replacement(node)?
    {
        *node = relation;
        return Ok(());
    }
    match node {
        Json::Array(items) => items
            .iter_mut()
            .try_for_each(|item| replace(item, replacement)),
        Json::Object(fields) => fields
            .iter_mut()
            .try_for_each(|(_, child)| replace(child, replacement)),
        _ => Ok(()),
    }
}

/// What a reference may mean, as DuckDB looks names up; nothing for a common table expression.
pub fn candidates(reference: &Json, database: &str, common: &[String]) -> Vec<TableName> {
    let text = |key: &str| reference[key].as_str().unwrap_or("");
    let (catalog, schema, name) = (
        text("catalog_name"),
        text("schema_name"),
        text("table_name"),
    );
    match (catalog, schema) {
        _ if common.contains(&name.to_ascii_lowercase()) => Vec::new(),
        ("", "") => vec![TableName::new(database, "main", name)],
        // A single qualifier is a schema, or a database whose main schema is meant.
        ("", one) => vec![
            TableName::new(database, one, name),
            TableName::new(one, "main", name),
        ],
        (other, "") => vec![TableName::new(other, "main", name)],
        (other, schema) => vec![TableName::new(other, schema, name)],
    }
}

/// The names and types of a table's or view's columns.
pub fn columns_of(
    connection: &Connection,
    relation: &TableName,
) -> EngineResult<Vec<(String, String)>> {
    let rows = connection.query(&format!(
        "SELECT column_name, column_type FROM (DESCRIBE {})",
        quoted(relation)
    ))?;
    let column = |row: Vec<Value>| match <[Value; 2]>::try_from(row) {
        Ok([Value::Varchar(name), Value::Varchar(type_name)]) => Some((name, type_name)),
        _ => None,
    };
    Ok(rows.rows.into_iter().filter_map(column).collect())
}

/// A relation's name as SQL.
pub fn quoted(relation: &TableName) -> String {
    [&relation.database, &relation.schema, &relation.table]
        .map(|part| quote_identifier(part))
        .join(".")
}

/// The text of a relation without rows that has these columns.
pub fn empty_query(columns: &[(String, String)]) -> String {
    let columns: Vec<String> = columns
        .iter()
        .map(|(name, type_name)| format!("CAST(NULL AS {type_name}) AS {}", quote_identifier(name)))
        .collect();
    format!("SELECT {} WHERE false", columns.join(", "))
}

/// A subquery that stands where a reference stood, and is called what that was called.
pub fn in_place_of(connection: &Connection, reference: &Json, query: &str) -> EngineResult<Json> {
    let alias = match reference["alias"].as_str() {
        Some(alias) if !alias.is_empty() => alias,
        _ => reference["table_name"].as_str().unwrap_or("view"),
    };
    let sql = format!("SELECT * FROM ({query}) AS {}", quote_identifier(alias));
    let tree = tree_of(connection, &sql)?.unwrap_or_default();
    let mut relation = tree["statements"][0]["node"]["from_table"].clone();
    for key in ["column_name_alias", "sample"] {
        if !reference[key].is_null() {
            relation[key] = reference[key].clone();
        }
    }
    Ok(relation)
}
