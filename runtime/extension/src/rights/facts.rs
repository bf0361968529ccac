//! What a statement touches, read from the plan DuckDB bound for it.
//!
//! `json_serialize_plan` binds a statement, without optimising or running any of it, and names
//! everything in it: the tables it scans, the table it changes or defines, every function,
//! whether views, macros or `query()` brought them in. Whatever is not known is a refusal.

use serde_json::Value as Json;

use super::plan::{
    bound_plan, entry_name, existing_entry, function_name, mentions_foreign_key, table_of_index,
    text_of, unplanned,
};
use super::right::{Access, RightSet};
use super::table_name::TableName;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::quote_literal;

/// Operators that only combine the rows of what is below them.
const COMBINING: [&str; 30] = [
    "PROJECTION",
    "FILTER",
    "AGGREGATE_AND_GROUP_BY",
    "WINDOW",
    "UNNEST",
    "LIMIT",
    "ORDER_BY",
    "TOP_N",
    "DISTINCT",
    "SAMPLE",
    "PIVOT",
    "DELIM_GET",
    "EXPRESSION_GET",
    "DUMMY_SCAN",
    "EMPTY_RESULT",
    "CTE_REF",
    "JOIN",
    "DELIM_JOIN",
    "COMPARISON_JOIN",
    "ANY_JOIN",
    "CROSS_PRODUCT",
    "POSITIONAL_JOIN",
    "ASOF_JOIN",
    "DEPENDENT_JOIN",
    "UNION",
    "EXCEPT",
    "INTERSECT",
    "RECURSIVE_CTE",
    "CTE",
    "MATERIALIZED_CTE",
];

/// Table functions that compute their rows from their arguments alone.
const HARMLESS_TABLE_FUNCTIONS: [&str; 9] = [
    "range",
    "generate_series",
    "unnest",
    "repeat",
    "repeat_row",
    "json_each",
    "json_tree",
    "summary",
    "icu_calendar_names",
];

/// Changes of a table that stay inside it.
const ALTERATIONS: [&str; 12] = [
    "RENAME_COLUMN",
    "RENAME_TABLE",
    "ADD_COLUMN",
    "REMOVE_COLUMN",
    "ALTER_COLUMN_TYPE",
    "SET_DEFAULT",
    "SET_NOT_NULL",
    "DROP_NOT_NULL",
    "ADD_CONSTRAINT",
    "ADD_FIELD",
    "REMOVE_FIELD",
    "RENAME_FIELD",
];

/// Scalar, aggregate and window functions that only compute. One a line, in order.
const HARMLESS_FUNCTIONS: &str = include_str!("harmless_functions.txt");

/// What one statement touches.
#[derive(Debug, Default)]
pub struct Facts {
    /// Tables scanned, once for each scan.
    pub reads: Vec<TableName>,
    /// Tables and views changed or defined.
    pub acts: Vec<(Access, TableName)>,
    /// Functions that are not known to be harmless.
    pub functions: Vec<String>,
    /// A kind of statement that no capability allows.
    pub prohibited: Option<String>,
    /// It creates a view, whose query has no plan of its own yet.
    creates_view: bool,
    /// Tables changed row by row, which are scanned once to find the rows: part of changing them.
    own_scans: Vec<TableName>,
}

/// Why a statement is refused.
#[derive(Debug, PartialEq, Eq)]
pub enum Refusal {
    Table(Access, TableName),
    Function(String),
    Kind(String),
}

impl Facts {
    pub fn of(connection: &Connection, sql: &str) -> EngineResult<Self> {
        let plan = bound_plan(
            connection,
            sql,
            ", skip_null := true, skip_empty := true, skip_default := true",
        )?;
        let mut facts = Self::default();
        if plan["error"].as_bool() != Some(false) {
            facts.prohibited = Some(unplanned(&plan)?);
            return Ok(facts);
        }
        match plan["plans"].as_array().map(Vec::as_slice) {
            Some([only]) => {
                facts.visit(connection, only)?;
                facts.forget_own_scans();
            }
            Some([]) | None => {
                return Err(EngineError::new(ErrorCode::SyntaxError, "empty query"));
            }
            Some(several) => {
                return Err(EngineError::new(
                    ErrorCode::SyntaxError,
                    format!(
                        "a query must be one statement, this text holds {}",
                        several.len()
                    ),
                ));
            }
        }
        Ok(facts)
    }

    /// The query of the view that the statement creates.
    pub fn view_body(&self, connection: &Connection, sql: &str) -> EngineResult<Option<String>> {
        if !self.creates_view {
            return Ok(None);
        }
        let plan = bound_plan(connection, sql, "")?;
        let query = &plan["plans"][0]["info"]["query"];
        let wrapped = serde_json::json!({ "error": false, "statements": [query] });
        connection.query_text(&format!(
            "SELECT json_deserialize_sql({})",
            quote_literal(&wrapped.to_string())
        ))
    }

    fn forget_own_scans(&mut self) {
        for target in std::mem::take(&mut self.own_scans) {
            if let Some(position) = self.reads.iter().position(|read| *read == target) {
                self.reads.swap_remove(position);
            }
        }
    }

    /// The first thing in the statement that a right set does not allow.
    pub fn refusal(&self, held: &RightSet) -> Option<Refusal> {
        if let Some(kind) = &self.prohibited {
            return Some(Refusal::Kind(kind.clone()));
        }
        let act = self.acts.iter().find(|(how, on)| !held.allows(*how, on));
        if let Some((access, table)) = act {
            return Some(Refusal::Table(*access, table.clone()));
        }
        if let Some(table) = self
            .reads
            .iter()
            .find(|table| !held.allows(Access::Read, table))
        {
            return Some(Refusal::Table(Access::Read, table.clone()));
        }
        self.functions.first().cloned().map(Refusal::Function)
    }

    fn visit(&mut self, connection: &Connection, node: &Json) -> EngineResult<()> {
        match node {
            Json::Array(items) => {
                for item in items {
                    self.visit(connection, item)?;
                }
            }
            Json::Object(fields) => {
                let kind = node["type"].as_str().unwrap_or("");
                if let Some(operator) = kind.strip_prefix("LOGICAL_") {
                    self.visit_operator(connection, operator, node)?;
                }
                self.visit_expression(node);
                for (key, child) in fields {
                    // Defaults are the table's own; what it is made of is read elsewhere.
                    let is_definition = ["bound_defaults", "table_info", "info", "parameters"]
                        .contains(&key.as_str());
                    if !is_definition {
                        self.visit(connection, child)?;
                    }
                }
            }
            _ => {}
        }
        Ok(())
    }

    fn visit_operator(
        &mut self,
        connection: &Connection,
        operator: &str,
        node: &Json,
    ) -> EngineResult<()> {
        match operator {
            "GET" => self.visit_scan(node),
            "INSERT" | "UPDATE" | "DELETE" | "MERGE_INTO" => {
                let target = entry_name(&node["table_info"], "table")?;
                if node["return_chunk"].as_bool() == Some(true) {
                    self.reads.push(target.clone());
                }
                if operator != "INSERT" {
                    self.own_scans.push(target.clone());
                }
                self.acts.push((Access::Write, target));
            }
            "CREATE_TABLE" | "CREATE_VIEW" | "CREATE_INDEX" | "ALTER" | "DROP" => {
                self.visit_definition(connection, operator, &node["info"])?;
            }
            combining if COMBINING.contains(&combining) => {}
            other => {
                let words = other.to_lowercase().replace('_', " ");
                self.prohibited.get_or_insert(words);
            }
        }
        Ok(())
    }

    fn visit_scan(&mut self, node: &Json) {
        let function = function_name(node);
        if function == "seq_scan"
            && let Ok(table) = entry_name(&node["function_data"], "table")
        {
            self.reads.push(table);
        } else if !HARMLESS_TABLE_FUNCTIONS.contains(&function.as_str()) {
            self.functions.push(function);
        }
    }

    fn visit_definition(
        &mut self,
        connection: &Connection,
        operator: &str,
        info: &Json,
    ) -> EngineResult<()> {
        let mut targets = Vec::new();
        match operator {
            "CREATE_TABLE" => {
                targets.push(entry_name(info, "table")?);
                if mentions_foreign_key(info) {
                    self.prohibited
                        .get_or_insert("create a foreign key".to_owned());
                }
            }
            "CREATE_VIEW" => {
                targets.push(entry_name(info, "view_name")?);
                self.creates_view = true;
            }
            "CREATE_INDEX" => {
                let mut table = entry_name(info, "name")?;
                table.table = text_of(&info["table"]).to_ascii_lowercase();
                self.own_scans.push(table.clone());
                targets.push(table);
            }
            "ALTER" => {
                let kind = text_of(&info["alter_table_type"]);
                let is_known = ALTERATIONS.contains(&kind)
                    || text_of(&info["alter_view_type"]) == "RENAME_VIEW";
                if !is_known || mentions_foreign_key(info) {
                    self.prohibited
                        .get_or_insert("alter this property".to_owned());
                }
                if let Some(target) = existing_entry(info) {
                    for key in ["new_table_name", "new_view_name"] {
                        if let Some(renamed) = info[key].as_str() {
                            let mut place = target.clone();
                            place.table = renamed.to_ascii_lowercase();
                            targets.push(place);
                        }
                    }
                    targets.push(target);
                }
            }
            _ => match text_of(&info["type"]) {
                "TABLE_ENTRY" | "VIEW_ENTRY" if info["cascade"].as_bool() != Some(true) => {
                    targets.extend(existing_entry(info));
                }
                "INDEX_ENTRY" => {
                    if let Some(index) = existing_entry(info) {
                        targets.push(table_of_index(connection, &index)?);
                    }
                }
                _ => {
                    self.prohibited
                        .get_or_insert("drop this kind of object".to_owned());
                }
            },
        }
        self.visit_parsed(info);
        self.acts
            .extend(targets.into_iter().map(|target| (Access::Ddl, target)));
        Ok(())
    }

    fn visit_expression(&mut self, node: &Json) {
        let class = node["expression_class"].as_str().unwrap_or("");
        if !matches!(class, "BOUND_FUNCTION" | "BOUND_AGGREGATE" | "BOUND_WINDOW") {
            return;
        }
        let name = function_name(node);
        // Window functions of SQL itself have no function behind them.
        if name.is_empty() && class == "BOUND_WINDOW" {
            return;
        }
        self.push_function(name);
    }

    /// Functions of expressions that are stored as written: defaults, checks, generated columns.
    fn visit_parsed(&mut self, node: &Json) {
        match node {
            Json::Array(items) => items.iter().for_each(|item| self.visit_parsed(item)),
            Json::Object(fields) => {
                if let Some(name) = fields.get("function_name").and_then(Json::as_str) {
                    self.push_function(name.to_lowercase());
                }
                if text_of(&node["class"]) == "SUBQUERY" {
                    self.prohibited
                        .get_or_insert("store a query in a definition".to_owned());
                }
                fields
                    .iter()
                    // A view's query is judged as the query it is.
                    .filter(|(key, _)| key.as_str() != "query")
                    .for_each(|(_, child)| self.visit_parsed(child));
            }
            _ => {}
        }
    }

    fn push_function(&mut self, name: String) {
        // How procedures are called: their own queries are judged in their turn.
        let is_procedure = [
            "heliosdb_invoke_",
            "heliosdb_compute_",
            "heliosdb_overloads_",
        ]
        .iter()
        .any(|prefix| name.starts_with(prefix));
        if !is_procedure && !is_harmless(&name) {
            self.functions.push(name);
        }
    }
}

/// Whether a function is known to compute from its arguments alone.
pub fn is_harmless(name: &str) -> bool {
    static NAMES: std::sync::OnceLock<Vec<&str>> = std::sync::OnceLock::new();
    NAMES
        .get_or_init(|| HARMLESS_FUNCTIONS.lines().collect())
        .binary_search(&name)
        .is_ok()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_harmless_functions_are_sorted_and_none_acts() {
        let names: Vec<&str> = HARMLESS_FUNCTIONS.lines().collect();
        assert!(names.is_sorted() && names.len() > 900);
        for name in [
            "nextval",
            "setval",
            "current_setting",
            "getenv",
            "getvariable",
            "json_serialize_plan",
            "write_log",
            "current_query",
            "read_text",
        ] {
            assert!(!is_harmless(name), "{name}");
        }
        assert!(is_harmless("lower") && is_harmless("+") && is_harmless("sum"));
    }
}
