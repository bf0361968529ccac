//! Views that are granted as such: whatever a granted view reads is allowed through it.
//!
//! The bound plan has forgotten which scans came through which view. So each reference to a
//! granted view is replaced by an empty relation with the view's columns, and the statement that
//! remains is judged in the original's stead.

use serde_json::Value as Json;

use super::right::{RightSet, TableName};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::{quote_identifier, quote_literal};
use crate::value::Value;

/// The query without the granted views in it; `None` when it names none.
pub fn without_granted_views(
    connection: &Connection,
    sql: &str,
    held: &RightSet,
) -> EngineResult<Option<String>> {
    let text = connection
        .query_text(&format!(
            "SELECT json_serialize_sql({})",
            quote_literal(sql)
        ))?
        .unwrap_or_default();
    let Ok(mut tree) = serde_json::from_str::<Json>(&text) else {
        return Ok(None);
    };
    if tree["error"].as_bool() != Some(false) {
        return Ok(None);
    }
    let mut replacement = Replacement {
        connection,
        held,
        database: connection
            .query_text("SELECT current_database()")?
            .unwrap_or_default(),
        common_tables: Vec::new(),
        count: 0,
    };
    replacement.collect_common_tables(&tree);
    replacement.visit(&mut tree)?;
    if replacement.count == 0 {
        return Ok(None);
    }
    connection.query_text(&format!(
        "SELECT json_deserialize_sql({})",
        quote_literal(&tree.to_string())
    ))
}

struct Replacement<'a> {
    connection: &'a Connection,
    held: &'a RightSet,
    database: String,
    /// Names of common table expressions: where one is named like a view, nothing is replaced.
    common_tables: Vec<String>,
    count: usize,
}

impl Replacement<'_> {
    fn collect_common_tables(&mut self, node: &Json) {
        match node {
            Json::Array(items) => items
                .iter()
                .for_each(|item| self.collect_common_tables(item)),
            Json::Object(fields) => {
                if let Some(entries) = node["cte_map"]["map"].as_array() {
                    let names = entries.iter().filter_map(|entry| entry["key"].as_str());
                    self.common_tables
                        .extend(names.map(str::to_ascii_lowercase));
                }
                fields
                    .values()
                    .for_each(|child| self.collect_common_tables(child));
            }
            _ => {}
        }
    }

    fn visit(&mut self, node: &mut Json) -> EngineResult<()> {
        if node["type"].as_str() == Some("BASE_TABLE")
            && let Some(view) = self.granted_view(node)?
        {
            *node = self.empty_relation(&view, node)?;
            self.count += 1;
            return Ok(());
        }
        match node {
            Json::Array(items) => items.iter_mut().try_for_each(|item| self.visit(item)),
            Json::Object(fields) => fields
                .iter_mut()
                .try_for_each(|(_, child)| self.visit(child)),
            _ => Ok(()),
        }
    }

    fn granted_view(&self, node: &Json) -> EngineResult<Option<TableName>> {
        let text = |key: &str| node[key].as_str().unwrap_or("").to_owned();
        let (catalog, schema, name) = (
            text("catalog_name"),
            text("schema_name"),
            text("table_name"),
        );
        if self.common_tables.contains(&name.to_ascii_lowercase()) {
            return Ok(None);
        }
        let candidates = match (catalog.as_str(), schema.as_str()) {
            ("", "") => vec![TableName::new(&self.database, "main", &name)],
            // A single qualifier is a schema, or a database whose main schema is meant.
            ("", one) => vec![
                TableName::new(&self.database, one, &name),
                TableName::new(one, "main", &name),
            ],
            (database, "") => vec![TableName::new(database, "main", &name)],
            (database, schema) => vec![TableName::new(database, schema, &name)],
        };
        let mut existing = Vec::new();
        for candidate in candidates {
            let known = self.connection.query_text(&format!(
                "SELECT count(*) FROM duckdb_views() WHERE NOT internal \
                 AND lower(database_name) = {} AND lower(schema_name) = {} AND lower(view_name) = {}",
                quote_literal(&candidate.database),
                quote_literal(&candidate.schema),
                quote_literal(&candidate.table)
            ))?;
            if known.as_deref() == Some("1") {
                existing.push(candidate);
            }
        }
        Ok(match existing.as_slice() {
            [only] if self.held.names_view(only) => Some(only.clone()),
            _ => None,
        })
    }

    /// A subquery without rows that has the view's columns and the reference's alias.
    fn empty_relation(&self, view: &TableName, reference: &Json) -> EngineResult<Json> {
        let rows = self.connection.query(&format!(
            "SELECT column_name, column_type FROM (DESCRIBE {}.{}.{})",
            quote_identifier(&view.database),
            quote_identifier(&view.schema),
            quote_identifier(&view.table)
        ))?;
        let columns: Vec<String> = rows
            .rows
            .iter()
            .filter_map(|row| match row.as_slice() {
                [Value::Varchar(name), Value::Varchar(type_name)] => Some(format!(
                    "CAST(NULL AS {type_name}) AS {}",
                    quote_identifier(name)
                )),
                _ => None,
            })
            .collect();
        let alias = match reference["alias"].as_str() {
            Some(alias) if !alias.is_empty() => alias,
            _ => reference["table_name"].as_str().unwrap_or("view"),
        };
        let sql = format!(
            "SELECT * FROM (SELECT {} WHERE false) AS {}",
            columns.join(", "),
            quote_identifier(alias)
        );
        let text = self
            .connection
            .query_text(&format!(
                "SELECT json_serialize_sql({})",
                quote_literal(&sql)
            ))?
            .unwrap_or_default();
        let tree: Json = serde_json::from_str(&text).unwrap_or_default();
        let mut relation = tree["statements"][0]["node"]["from_table"].clone();
        for key in ["column_name_alias", "sample"] {
            if !reference[key].is_null() {
                relation[key] = reference[key].clone();
            }
        }
        Ok(relation)
    }
}
