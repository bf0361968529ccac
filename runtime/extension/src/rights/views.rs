//! Views that are granted as such: whatever a granted view reads is allowed through it.
//!
//! The bound plan has forgotten which scans came through which view. So each reference to a
//! granted view is replaced by an empty relation with the view's columns, and the statement that
//! remains is judged in the original's stead.

use super::relations::{
    candidates, columns_of, common_tables, empty_query, in_place_of, replace, text_of, tree_of,
};
use super::right::RightSet;
use super::table_name::TableName;
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_literal;

/// The query without the granted views in it; `None` when it names none.
pub fn without_granted_views(
    connection: &Connection,
    sql: &str,
    held: &RightSet,
) -> EngineResult<Option<String>> {
    let Some(mut tree) = tree_of(connection, sql)? else {
        return Ok(None);
    };
    let database = connection
        .query_text("SELECT current_database()")?
        .unwrap_or_default();
    // Where a common table expression is named like a view, nothing is replaced.
    let common = common_tables(&tree);
    let mut count = 0;
    replace(&mut tree, &mut |reference| {
        let possible = candidates(reference, &database, &common);
        let Some(view) = granted_view(connection, possible, held)? else {
            return Ok(None);
        };
        count += 1;
        let query = empty_query(&columns_of(connection, &view)?);
        in_place_of(connection, reference, &query).map(Some)
    })?;
    if count == 0 {
        return Ok(None);
    }
    text_of(connection, &tree).map(Some)
}

fn granted_view(
    connection: &Connection,
    candidates: Vec<TableName>,
    held: &RightSet,
) -> EngineResult<Option<TableName>> {
    let mut existing = Vec::new();
    for candidate in candidates {
        let known = connection.query_text(&format!(
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
        [only] if held.names_view(only) => Some(only.clone()),
        _ => None,
    })
}
