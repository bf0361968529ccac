//! Statements with the row filters of a role in them.
//!
//! A role's statement is run with every filtered relation replaced by its visible rows, and judged
//! with every filtered relation replaced by nothing: what then still reaches one reached it behind
//! another name, and is refused. A view that reads a filtered relation is replaced by its query with
//! the filters in that.

use serde_json::Value as Json;

use super::relations::{
    candidates, columns_of, common_tables, empty_query, in_place_of, replace, text_of, tree_of,
};
use super::right::Rights;
use super::row_filter::{RowFilter, visible_rows};
use super::table_name::TableName;
use super::token::behind_as;
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::{quote_identifier, quote_literal};
use crate::value::Value;

/// Views in views that are looked into.
const DEPTH_MAX: usize = 16;

/// A statement that reads filtered relations.
pub struct Filtered {
    /// With their visible rows in their place: what runs.
    pub statement: String,
    /// With nothing in their place: what is judged.
    pub remainder: String,
    /// The filtered relations that it must be allowed to read: not those behind granted views.
    pub relations: Vec<TableName>,
}

/// The statement with its filters in; `None` when it reads no filtered relation, or is none that
/// filters can be put into.
pub fn filtered(
    connection: &Connection,
    sql: &str,
    rights: &Rights,
) -> EngineResult<Option<Filtered>> {
    if rights.filters().is_empty() {
        return Ok(None);
    }
    let Some(tree) = tree_of(connection, sql)? else {
        return Ok(None);
    };
    let database = connection
        .query_text("SELECT current_database()")?
        .unwrap_or_default();
    let mut texts = Vec::with_capacity(2);
    let mut relations = Vec::new();
    for rows in [Rows::Visible, Rows::None] {
        let mut rewriting = Rewriting {
            connection,
            rights,
            rows,
            count: 0,
            readable: Vec::new(),
        };
        let mut own = tree.clone();
        rewriting.put_in(&mut own, &database, 0)?;
        if rewriting.count == 0 {
            return Ok(None);
        }
        texts.push(text_of(connection, &own)?);
        if rows == Rows::Visible {
            relations = rewriting.readable;
        }
    }
    let remainder = texts.pop().unwrap_or_default();
    Ok(Some(Filtered {
        statement: texts.pop().unwrap_or_default(),
        remainder,
        relations,
    }))
}

/// What stands in the place of a filtered relation.
#[derive(Clone, Copy, PartialEq, Eq)]
enum Rows {
    Visible,
    None,
}

struct Rewriting<'a> {
    connection: &'a Connection,
    rights: &'a Rights,
    rows: Rows,
    /// Filtered relations that were replaced.
    count: usize,
    /// Those of them that must be readable themselves.
    readable: Vec<TableName>,
}

impl Rewriting<'_> {
    /// Replaces the filtered relations of a tree, and the views that read them.
    fn put_in(&mut self, tree: &mut Json, database: &str, depth: usize) -> EngineResult<()> {
        let common = common_tables(tree);
        replace(tree, &mut |reference| {
            if !reference["at_clause"].is_null() {
                return Ok(None);
            }
            let possible = candidates(reference, database, &common);
            let query = match self.filter_of(&possible).cloned() {
                Some(filter) => self.rows_of(&filter).map(Some)?,
                None => self.rows_of_view(&possible, depth)?,
            };
            match query {
                Some(query) => in_place_of(self.connection, reference, &query).map(Some),
                None => Ok(None),
            }
        })
    }

    fn filter_of(&self, possible: &[TableName]) -> Option<&RowFilter> {
        let mut filters = self.rights.filters().iter();
        filters.find(|filter| possible.contains(&filter.relation))
    }

    fn rows_of(&mut self, filter: &RowFilter) -> EngineResult<String> {
        self.count += 1;
        self.readable.push(filter.relation.clone());
        match self.rows {
            Rows::Visible => visible_rows(self.connection, filter),
            Rows::None => Ok(empty_query(&columns_of(self.connection, &filter.relation)?)),
        }
    }

    /// The query of a view with the filters in it; `None` for what is no view, for one that reads
    /// nothing filtered, and for one whose names may mean several things.
    fn rows_of_view(
        &mut self,
        possible: &[TableName],
        depth: usize,
    ) -> EngineResult<Option<String>> {
        let views = possible.iter().map(|name| self.view_text(name));
        let found: Vec<_> = possible
            .iter()
            .zip(views.collect::<EngineResult<Vec<_>>>()?)
            .filter_map(|(name, text)| Some((name, text?)))
            .collect();
        let [(view, text)] = found.as_slice() else {
            return Ok(None);
        };
        let Some(mut tree) = behind_as(text)
            .map(|body| tree_of(self.connection, body))
            .transpose()?
            .flatten()
        else {
            return Ok(None);
        };
        if depth >= DEPTH_MAX || !self.qualify(&mut tree, view)? {
            return Ok(None);
        }
        let (count, readable) = (self.count, self.readable.len());
        self.put_in(&mut tree, &view.database, depth + 1)?;
        if self.count == count {
            return Ok(None);
        }
        let columns = columns_of(self.connection, view)?;
        if self.rights.sets().all(|held| held.names_view(view)) {
            // What a granted view reads is allowed through it.
            self.readable.truncate(readable);
            if self.rows == Rows::None {
                return Ok(Some(empty_query(&columns)));
            }
        }
        let names: Vec<_> = columns
            .iter()
            .map(|(name, _)| quote_identifier(name))
            .collect();
        Ok(Some(format!(
            "SELECT * FROM ({}) AS heliosdb_view({})",
            text_of(self.connection, &tree)?,
            names.join(", ")
        )))
    }

    /// Names the relations of a view's query in full, as the view means them: around it, the same
    /// names may mean something else. False when one may mean several, or none that is known.
    fn qualify(&self, tree: &mut Json, view: &TableName) -> EngineResult<bool> {
        let common = common_tables(tree);
        let mut is_clear = true;
        replace(tree, &mut |reference| {
            let mut possible = candidates(reference, &view.database, &common);
            if possible.is_empty() {
                return Ok(None);
            }
            let is_bare = ["catalog_name", "schema_name"]
                .iter()
                .all(|key| reference[key].as_str().unwrap_or("").is_empty());
            if is_bare && view.schema != "main" {
                let name = possible[0].table.clone();
                possible.push(TableName::new(&view.database, &view.schema, &name));
            }
            let mut existing = Vec::new();
            for name in possible {
                if self.exists(&name)? {
                    existing.push(name);
                }
            }
            let [relation] = existing.as_slice() else {
                is_clear = false;
                return Ok(None);
            };
            let mut full = reference.clone();
            full["catalog_name"] = relation.database.clone().into();
            full["schema_name"] = relation.schema.clone().into();
            full["table_name"] = relation.table.clone().into();
            if full["alias"].as_str().unwrap_or("").is_empty() {
                full["alias"] = reference["table_name"].clone();
            }
            Ok(Some(full))
        })?;
        Ok(is_clear)
    }

    fn exists(&self, name: &TableName) -> EngineResult<bool> {
        let condition = condition_of(name, "table_name");
        let found = self.connection.query_text(&format!(
            "SELECT count(*) FROM duckdb_tables() WHERE {condition}"
        ))?;
        Ok(found.as_deref() == Some("1") || self.view_text(name)?.is_some())
    }

    /// The statement that made a view, as DuckDB writes it.
    fn view_text(&self, name: &TableName) -> EngineResult<Option<String>> {
        let rows = self.connection.query(&format!(
            "SELECT sql FROM duckdb_views() WHERE NOT internal AND {}",
            condition_of(name, "view_name")
        ))?;
        let texts = rows.rows.into_iter().flatten();
        Ok(texts.into_iter().find_map(|value| match value {
            Value::Varchar(text) => Some(text),
            _ => None,
        }))
    }
}

fn condition_of(
    TableName {
        database,
        schema,
        table,
    }: &TableName,
    column: &str,
) -> String {
    let [database, schema, table] = [database, schema, table].map(|part| quote_literal(part));
    format!(
        "lower(database_name) = {database} AND lower(schema_name) = {schema} \
         AND lower({column}) = {table}"
    )
}
