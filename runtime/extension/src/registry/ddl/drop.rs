//! DROP PROCEDURE.

use super::Planner;
use super::macro_text::drop_macro;
use super::statement::{DdlPlan, DropProcedure, ExistingProcedure};
use crate::error::EngineResult;
use crate::registry::procedure::quote_literal;

impl Planner<'_> {
    pub(super) fn drop(&self, drop: &DropProcedure) -> EngineResult<DdlPlan> {
        let schema = drop.schema.clone().unwrap_or_else(|| "main".to_owned());
        let Some(existing) = self.find(&schema, &drop.name) else {
            return self.missing(&drop.name, drop.if_exists);
        };
        Ok(DdlPlan {
            statements: drop_statements(existing),
            procedures: vec![existing.id.clone()],
            ..DdlPlan::default()
        })
    }
}

pub(super) fn drop_statements(existing: &ExistingProcedure) -> Vec<String> {
    let id = quote_literal(&existing.id);
    vec![
        drop_macro(existing),
        format!("DELETE FROM heliosdb.procedure_versions WHERE procedure_id = {id}"),
        format!("DELETE FROM heliosdb.procedures WHERE id = {id}"),
        "DELETE FROM heliosdb.modules WHERE hash NOT IN \
         (SELECT module_hash FROM heliosdb.procedure_versions)"
            .to_owned(),
    ]
}
