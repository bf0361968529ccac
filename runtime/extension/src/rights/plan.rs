//! Reading DuckDB's serialised plans: names, entries and errors.

use serde_json::Value as Json;

use super::table_name::TableName;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::quote_literal;

/// The plan as JSON, or DuckDB's reason why there is none.
pub fn bound_plan(connection: &Connection, sql: &str, options: &str) -> EngineResult<Json> {
    let text = connection
        .query_text(&format!(
            "SELECT json_serialize_plan({}{options})",
            quote_literal(sql)
        ))?
        .unwrap_or_default();
    if text.is_empty() {
        return Err(EngineError::new(
            ErrorCode::FeatureNotSupported,
            "DuckDB cannot describe how it would run this query",
        )
        .hint("write bit strings as '101'::BIT"));
    }
    serde_json::from_str(&text)
        .map_err(|error| EngineError::internal(format!("DuckDB's plan is not JSON: {error}")))
}

pub fn text_of(node: &Json) -> &str {
    node.as_str().unwrap_or("")
}

/// DuckDB 2 keeps names as paths, earlier versions as fields.
fn path_of<'a>(node: &'a Json, key: &str) -> Option<Vec<&'a str>> {
    let path = node[key]["path"].as_array()?;
    path.iter().map(Json::as_str).collect()
}

pub fn function_name(node: &Json) -> String {
    let name = match path_of(node, "qname") {
        Some(path) => path.last().copied().unwrap_or(""),
        None => text_of(&node["name"]),
    };
    name.to_lowercase()
}

/// The full name of a catalog entry; `key` is the field that holds its last part.
pub fn entry_name(info: &Json, key: &str) -> EngineResult<TableName> {
    let full = match path_of(info, "qualified_name") {
        Some(path) => match path.as_slice() {
            [database, schema, name] => Some(TableName::new(database, schema, name)),
            _ => None,
        },
        None => match (text_of(&info["catalog"]), text_of(&info[key])) {
            ("", _) | (_, "") => None,
            (database, name) => {
                let schema = info["schema"].as_str().unwrap_or("main");
                Some(TableName::new(database, schema, name))
            }
        },
    };
    full.ok_or_else(|| EngineError::internal("DuckDB's plan does not name its object"))
}

/// The entry an ALTER or DROP finds; none when IF EXISTS finds nothing.
pub fn existing_entry(info: &Json) -> Option<TableName> {
    entry_name(info, "name").ok()
}

pub fn mentions_foreign_key(node: &Json) -> bool {
    match node {
        Json::Array(items) => items.iter().any(mentions_foreign_key),
        Json::Object(fields) => {
            text_of(&node["type"]) == "FOREIGN_KEY"
                || text_of(&node["constraint_type"]) == "FOREIGN_KEY"
                || fields.values().any(mentions_foreign_key)
        }
        _ => false,
    }
}

pub fn table_of_index(connection: &Connection, index: &TableName) -> EngineResult<TableName> {
    let sql = format!(
        "SELECT table_name FROM duckdb_indexes() WHERE lower(database_name) = {} \
         AND lower(schema_name) = {} AND lower(index_name) = {}",
        quote_literal(&index.database),
        quote_literal(&index.schema),
        quote_literal(&index.table)
    );
    let table = connection.query_text(&sql)?.unwrap_or_default();
    Ok(TableName::new(&index.database, &index.schema, &table))
}

/// Why DuckDB made no plan: an error of the query's own, or a kind of statement without a plan.
pub fn unplanned(answer: &Json) -> EngineResult<String> {
    let kind = text_of(&answer["error_type"]);
    let message = text_of(&answer["error_message"]);
    if kind == "not implemented" || message.ends_with("does not support serialization") {
        return Ok("run this kind of statement".to_owned());
    }
    let mut category = String::with_capacity(kind.len());
    for (index, character) in kind.chars().enumerate() {
        if index == 0 {
            category.extend(character.to_uppercase());
        } else {
            category.push(character);
        }
    }
    Err(EngineError::from_duckdb(&format!(
        "{category} Error: {}",
        without_candidates(message)
    )))
}

/// DuckDB's suggestions name tables and columns that the procedure may not know of.
pub fn without_candidates(message: &str) -> &str {
    let end = ["Did you mean", "Candidate", "\n\nLINE", "Perhaps you meant"]
        .iter()
        .filter_map(|marker| message.find(marker))
        .min()
        .unwrap_or(message.len());
    message[..end].trim_end()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_message_loses_the_names_it_suggests() {
        assert_eq!(
            without_candidates("Table with name x does not exist!\nDid you mean \"secret\"?"),
            "Table with name x does not exist!"
        );
    }
}
