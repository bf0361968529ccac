//! CREATE ROW FILTER and DROP ROW FILTER: which rows of a table or view a role sees.

use serde::Deserialize;

use super::Planner;
use super::roles::missing_role;
use super::statement::DdlPlan;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::quote_literal;
use crate::registry::roles::fold;
use crate::rights::{TableName, bound_condition, denied_in_condition};

#[derive(Deserialize)]
pub(in crate::registry) struct CreateRowFilter {
    #[serde(default)]
    pub(super) database: Option<String>,
    #[serde(default)]
    or_replace: bool,
    /// A table or view, perhaps qualified, as capabilities name it.
    table: String,
    roles: Vec<String>,
    condition: String,
}

#[derive(Deserialize)]
pub(in crate::registry) struct DropRowFilter {
    #[serde(default)]
    pub(super) database: Option<String>,
    #[serde(default)]
    if_exists: bool,
    table: String,
    roles: Vec<String>,
}

impl Planner<'_> {
    pub(super) fn create_row_filter(&self, create: &CreateRowFilter) -> EngineResult<DdlPlan> {
        let relation = self.filterable(&create.table)?;
        let registry = &self.state.registry;
        let condition = bound_condition(self.connection, &relation, &create.condition, registry)?;
        if let Some(function) =
            denied_in_condition(self.connection, &relation, &condition, registry)?
        {
            return Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!("the condition of a row filter may not use {function}()"),
            )
            .hint("it may only compute, and read tables of the same database"));
        }
        let mut plan = DdlPlan::default();
        for role in &create.roles {
            let role = fold(role);
            if !self.has_role(&role)? {
                return Err(missing_role(&role));
            }
            let (place, is_there) = self.removal(&relation, &role)?;
            if is_there && !create.or_replace {
                return Err(EngineError::new(
                    ErrorCode::DuplicateObject,
                    format!(
                        "role {role} has a row filter on {} already",
                        relation.short()
                    ),
                )
                .hint("CREATE OR REPLACE ROW FILTER replaces it"));
            }
            // An update rather than a deletion: DuckDB's keys are checked before a deletion counts.
            let key = [role.as_str(), &relation.schema, &relation.table].map(quote_literal);
            let condition = quote_literal(&condition);
            let table = self.table("row_filters");
            plan.statements.push(if is_there {
                format!("UPDATE {table} SET condition = {condition} WHERE {place}")
            } else {
                format!(
                    "INSERT INTO {table} (role, schema_name, relation_name, condition) \
                     VALUES ({}, {condition})",
                    key.join(", ")
                )
            });
        }
        Ok(plan)
    }

    pub(super) fn drop_row_filter(&self, drop: &DropRowFilter) -> EngineResult<DdlPlan> {
        // The relation may be gone: that is a reason to drop its filters.
        let relation = TableName::parse(&drop.table, &self.database)?;
        let mut plan = DdlPlan::default();
        for role in &drop.roles {
            let role = fold(role);
            let (condition, is_there) = self.removal(&relation, &role)?;
            let table = self.table("row_filters");
            if is_there {
                plan.statements
                    .push(format!("DELETE FROM {table} WHERE {condition}"));
            } else if drop.if_exists {
                plan.notices.push(format!(
                    "role {role} has no row filter on {}, skipped",
                    relation.short()
                ));
            } else {
                return Err(EngineError::new(
                    ErrorCode::UndefinedObject,
                    format!("role {role} has no row filter on {}", relation.short()),
                )
                .hint("SHOW ROW FILTERS lists them"));
            }
        }
        Ok(plan)
    }

    /// The table or view of a filter, which is in the database that keeps the filter.
    fn filterable(&self, name: &str) -> EngineResult<TableName> {
        let relation = TableName::parse(name, &self.database)?;
        let own = self.database.to_ascii_lowercase();
        if relation.database != own || relation.schema == "heliosdb" || relation.table == "*" {
            return Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!("there can be no row filter on {name}"),
            )
            .hint("a filter is on a table or view of the database that keeps it"));
        }
        Ok(relation)
    }

    /// The condition that finds a role's filter in its table, and whether there is one.
    fn removal(&self, relation: &TableName, role: &str) -> EngineResult<(String, bool)> {
        let [role, schema, name] = [role, &relation.schema, &relation.table].map(quote_literal);
        let condition =
            format!("role = {role} AND schema_name = {schema} AND relation_name = {name}");
        if !self.has_table("row_filters")? {
            return Ok((condition, false));
        }
        let found = self.connection.query_text(&format!(
            "SELECT count(*) FROM {} WHERE {condition}",
            self.table("row_filters")
        ))?;
        Ok((condition, found.as_deref() == Some("1")))
    }
}
