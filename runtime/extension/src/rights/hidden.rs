//! Functions that binding folds away: DuckDB may replace `upper(current_setting('threads'))` by its
//! value before the plan shows it. They are looked for in the text instead, and in the texts of the
//! macros and views that it names.

use std::collections::HashSet;

use super::facts::{Facts, is_harmless};
use super::mentions::relation_names;
use super::right::Rights;
use super::table_name::TableName;
use super::token::{Token, tokens_of};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::{Registry, quote_literal};
use crate::value::Value;

/// Built-in functions that act, or that tell about something other than their arguments.
const DENIED: [&str; 29] = [
    "nextval",
    "currval",
    "setval",
    "setseed",
    "current_setting",
    "getenv",
    "getvariable",
    "which_secret",
    "write_log",
    "txid_current",
    "current_query",
    "current_query_id",
    "current_connection_id",
    "current_transaction_id",
    "current_schemas",
    "in_search_path",
    "get_block_size",
    "query_progress",
    "sleep_ms",
    "pg_sleep",
    "checkpoint",
    "force_checkpoint",
    "json_serialize_plan",
    "pg_get_viewdef",
    "pg_get_constraintdef",
    "pg_get_expr",
    "obj_description",
    "col_description",
    "shobj_description",
];

/// Words before a bracket that are no functions.
const SYNTAX: [&str; 58] = [
    "all",
    "and",
    "any",
    "array",
    "as",
    "between",
    "by",
    "case",
    "cast",
    "check",
    "coalesce",
    "columns",
    "cube",
    "decimal",
    "default",
    "distinct",
    "else",
    "except",
    "exclude",
    "exists",
    "extract",
    "filter",
    "from",
    "group",
    "having",
    "if",
    "in",
    "intersect",
    "into",
    "is",
    "join",
    "key",
    "lateral",
    "like",
    "limit",
    "map",
    "materialized",
    "not",
    "numeric",
    "on",
    "or",
    "over",
    "pivot",
    "replace",
    "returning",
    "row",
    "select",
    "set",
    "sets",
    "some",
    "struct",
    "then",
    "try_cast",
    "union",
    "unique",
    "using",
    "values",
    "varchar",
];

/// Bounds the macros and views that are followed: they cannot recurse, but they can fan out.
const TEXTS_MAX: usize = 200;

/// The first denied function in a statement or in the definitions behind it.
pub fn denied_function(
    connection: &Connection,
    sql: &str,
    facts: &Facts,
    rights: &Rights,
    registry: &Registry,
) -> EngineResult<Option<String>> {
    let mut search = Search {
        connection,
        rights,
        registry,
        seen: facts
            .reads
            .iter()
            .chain(facts.acts.iter().map(|(_, target)| target))
            .map(|table| table.table.clone())
            .collect(),
        texts: vec![sql.to_owned()],
    };
    let mut count = 0;
    while let Some(text) = search.texts.pop() {
        count += 1;
        if count > TEXTS_MAX {
            return Ok(Some("too many macros".to_owned()));
        }
        if let Some(denied) = search.follow(&text)? {
            return Ok(Some(denied));
        }
    }
    Ok(None)
}

struct Search<'a> {
    connection: &'a Connection,
    rights: &'a Rights,
    registry: &'a Registry,
    /// Names that were looked up, and tables, which hide nothing.
    seen: HashSet<String>,
    texts: Vec<String>,
}

impl Search<'_> {
    fn follow(&mut self, text: &str) -> EngineResult<Option<String>> {
        let Some(tokens) = tokens_of(text) else {
            return Ok(None);
        };
        let mut macros = Vec::new();
        let is_dynamic = tokens.iter().any(|token| token.name() == Some("query"));
        for (index, token) in tokens.iter().enumerate() {
            if let Token::Text(inner) = token
                && is_dynamic
            {
                self.texts.push(inner.clone());
            }
            let is_call = tokens
                .get(index + 1)
                .is_some_and(|next| next.is_symbol('('));
            let Some(name) = token.name().filter(|_| is_call) else {
                continue;
            };
            let name = name.to_ascii_lowercase();
            if DENIED.contains(&name.as_str()) {
                return Ok(Some(name));
            }
            let is_known = is_harmless(&name)
                || SYNTAX.contains(&name.as_str())
                || name.starts_with("heliosdb_")
                // Its macro calls the engine and nothing else.
                || self.registry.has_name(&name);
            if !is_known && self.seen.insert(name.clone()) {
                macros.push(name);
            }
        }
        let relations = relation_names(&tokens)
            .into_iter()
            .filter_map(|parts| parts.last().map(|name| name.to_ascii_lowercase()))
            .filter(|name| self.seen.insert(name.clone()))
            .collect::<Vec<_>>();
        self.push_macros(&macros)?;
        self.push_views(&relations)?;
        Ok(None)
    }

    fn push_macros(&mut self, names: &[String]) -> EngineResult<()> {
        if names.is_empty() {
            return Ok(());
        }
        let rows = self.connection.query(&format!(
            "SELECT macro_definition FROM duckdb_functions() WHERE macro_definition IS NOT NULL \
             AND lower(function_name) IN ({})",
            list_of(names)
        ))?;
        for row in rows.rows {
            if let [Value::Varchar(definition)] = row.as_slice() {
                self.texts.push(definition.clone());
            }
        }
        Ok(())
    }

    fn push_views(&mut self, names: &[String]) -> EngineResult<()> {
        if names.is_empty() {
            return Ok(());
        }
        let rows = self.connection.query(&format!(
            "SELECT database_name, schema_name, view_name, sql FROM duckdb_views() \
             WHERE NOT internal AND lower(view_name) IN ({})",
            list_of(names)
        ))?;
        for row in rows.rows {
            if let [
                Value::Varchar(database),
                Value::Varchar(schema),
                Value::Varchar(name),
                Value::Varchar(sql),
            ] = row.as_slice()
            {
                let view = TableName::new(database, schema, name);
                // A view that is granted as such may use what it likes.
                if !self.rights.sets().all(|held| held.names_view(&view)) {
                    self.texts.push(sql.clone());
                }
            }
        }
        Ok(())
    }
}

fn list_of(names: &[String]) -> String {
    let quoted: Vec<String> = names.iter().map(|name| quote_literal(name)).collect();
    quoted.join(", ")
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn what_is_denied_is_not_harmless() {
        for name in DENIED {
            let is_description = name.ends_with("_description") || name.starts_with("pg_get");
            assert!(is_description || !is_harmless(name), "{name}");
        }
    }
}
