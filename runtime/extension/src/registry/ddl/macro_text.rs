//! The macro that is the SQL face of all procedures of one name.

use super::Planner;
use super::statement::DdlPlan;
use crate::error::EngineResult;
use crate::invoke::{self, MISSING_ARGUMENT};
use crate::registry::procedure::{quote_identifier, quote_literal};
use crate::registry::signature::{OverloadSet, Signature, needs_set};

/// How a name's macro has to change when its overloads do.
pub(super) struct FaceChange<'a> {
    pub(super) schema: &'a str,
    pub(super) name: &'a str,
    pub(super) before: Vec<Signature>,
    pub(super) after: Vec<Signature>,
    pub(super) comment: Option<&'a str>,
    /// Drop what depends on the macro with it.
    pub(super) is_cascading: bool,
}

impl Planner<'_> {
    /// Adds the statements that turn one face into the other; none when they are the same, so that
    /// nothing that uses the macro is disturbed.
    pub(super) fn change_face(
        &self,
        plan: &mut DdlPlan,
        change: FaceChange<'_>,
    ) -> EngineResult<()> {
        let FaceChange { schema, name, .. } = change;
        let target = self.macro_name(schema, name);
        if change.is_cascading {
            plan.notices.extend(self.dependents_notice(schema, name)?);
        }
        if change.after.is_empty() {
            let cascade = if change.is_cascading { " CASCADE" } else { "" };
            plan.statements
                .push(format!("DROP MACRO IF EXISTS {target}{cascade}"));
            return Ok(());
        }
        let count_before = change.before.len();
        let after = self.face(plan, &target, name, change.after)?;
        if count_before > 0 && self.has_macro(schema, name)? {
            let mut unused = DdlPlan::default();
            let before = self.face(&mut unused, &target, name, change.before)?;
            if before == after {
                return Ok(());
            }
        }
        if change.is_cascading {
            plan.statements
                .push(format!("DROP MACRO IF EXISTS {target} CASCADE"));
        }
        let create = if count_before == 0 {
            "CREATE MACRO"
        } else {
            "CREATE OR REPLACE MACRO"
        };
        plan.statements.push(format!("{create} {after}"));
        if change.comment.is_some() {
            plan.statements
                .push(self.comment_on_macro(schema, name, change.comment));
        }
        Ok(())
    }

    /// `name(parameters) AS body`. Registers the internal functions it needs.
    fn face(
        &self,
        plan: &mut DdlPlan,
        target: &str,
        name: &str,
        mut overloads: Vec<Signature>,
    ) -> EngineResult<String> {
        for overload in &overloads {
            plan.needs_new_transaction |=
                invoke::ensure_return_type(self.state, self.connection, &overload.returns)?;
        }
        if !needs_set(&overloads) {
            let only = overloads.remove(0);
            return Ok(single_face(target, &only));
        }
        let set = OverloadSet::new(name, overloads)?;
        plan.needs_new_transaction |=
            invoke::ensure_overloads(self.state, self.connection, name, &set)?;
        if !set.keeps_names() {
            plan.notices.push(format!(
                "the overloads of {name} name their parameters differently: calls can name {}",
                set.parameter_names().join(", ")
            ));
        }
        Ok(overloaded_face(target, name, &set))
    }

    pub(super) fn comment_on_macro(
        &self,
        schema: &str,
        name: &str,
        comment: Option<&str>,
    ) -> String {
        format!(
            "COMMENT ON MACRO {} IS {}",
            self.macro_name(schema, name),
            comment.map_or("NULL".to_owned(), quote_literal)
        )
    }

    pub(super) fn macro_name(&self, schema: &str, name: &str) -> String {
        format!(
            "{}.{}.{}",
            quote_identifier(&self.database),
            quote_identifier(schema),
            quote_identifier(name)
        )
    }

    /// What CASCADE takes along, said before it happens: DuckDB drops whole tables.
    fn dependents_notice(&self, schema: &str, name: &str) -> EngineResult<Option<String>> {
        let tables = self.connection.query_text(&format!(
            "SELECT string_agg(DISTINCT format('{{}}.{{}}', t.schema_name, t.table_name), ', ') \
             FROM duckdb_dependencies() d \
             JOIN duckdb_functions() f ON f.function_oid IN (d.objid, d.refobjid) \
             JOIN duckdb_tables() t ON t.table_oid IN (d.objid, d.refobjid) \
             WHERE f.function_type = 'macro' AND f.database_name = {database} \
             AND t.database_name = {database} AND lower(f.schema_name) = lower({}) \
             AND lower(f.function_name) = lower({})",
            quote_literal(schema),
            quote_literal(name),
            database = quote_literal(&self.database)
        ))?;
        Ok(tables.map(|tables| format!("drop cascades to table {tables}")))
    }
}

/// Casts to the declared types, then the internal function of the return type.
fn single_face(target: &str, overload: &Signature) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut arguments = vec![constant_id(&overload.id), "\"version\"".to_owned()];
    for parameter in &overload.parameters {
        let name = quote_identifier(&parameter.name);
        arguments.push(format!("CAST({name} AS {})", parameter.type_name));
        names.push(match &parameter.default {
            Some(default) => format!("{name} := {default}"),
            None => name,
        });
    }
    names.push("\"version\" := NULL".to_owned());
    format!(
        "{target}({}) AS {}({})",
        names.join(", "),
        invoke::function_name(&overload.returns, overload.volatility),
        arguments.join(", ")
    )
}

/// A procedure's id as the only value of a type, since DuckDB writes a constant argument out for
/// every row: nothing of a NULL, sixteen bytes of a text.
fn constant_id(id: &str) -> String {
    format!("CAST(NULL AS ENUM({}))", quote_literal(id))
}

/// Hands the arguments on as they are: DuckDB chooses among the functions of the set as it does
/// among its own. Every parameter may be left out, which the set's signatures tell apart by type;
/// macros with several bodies cannot, since any positional argument may mean `version`.
fn overloaded_face(target: &str, name: &str, set: &OverloadSet) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut arguments = vec![
        quote_literal(&set.label()),
        "CAST(\"version\" AS INTEGER)".to_owned(),
    ];
    for parameter in set.parameter_names() {
        let parameter = quote_identifier(parameter);
        names.push(format!("{parameter} := {{'{MISSING_ARGUMENT}': true}}"));
        arguments.push(parameter);
    }
    names.push("\"version\" := NULL".to_owned());
    format!(
        "{target}({}) AS {}({})",
        names.join(", "),
        quote_identifier(&set.function_name(name)),
        arguments.join(", ")
    )
}
