//! DROP PROCEDURE.

use super::Planner;
use super::macro_text::FaceChange;
use super::statement::{DdlPlan, DropProcedure, ExistingProcedure};
use crate::error::EngineResult;
use crate::registry::procedure::quote_literal;

impl Planner<'_> {
    pub(super) fn drop(&self, drop: &DropProcedure) -> EngineResult<DdlPlan> {
        let schema = drop.schema.as_deref().unwrap_or("main");
        let Some(existing) = self.find(schema, &drop.name, drop.parameter_types.as_deref())? else {
            return self.missing(&drop.name, drop.if_exists);
        };
        self.check_alter(existing)?;
        let mut plan = DdlPlan {
            procedures: vec![existing.id.clone()],
            ..DdlPlan::default()
        };
        let is_only = self.overloads(schema, &existing.name).len() == 1;
        let before = if is_only {
            // Not looked at, so that what is damaged can be dropped.
            Vec::new()
        } else {
            self.signatures(schema, &existing.name)?
        };
        let mut after = before.clone();
        after.retain(|signature| signature.id != existing.id);
        let change = FaceChange {
            schema: &existing.schema_name,
            name: &existing.name,
            before,
            after,
            comment: None,
            is_cascading: drop.cascade,
        };
        self.change_face(&mut plan, change)?;
        self.delete_rows(&mut plan, existing);
        Ok(plan)
    }

    /// Forgets a procedure, its versions and the modules that nothing else uses.
    pub(super) fn delete_rows(&self, plan: &mut DdlPlan, existing: &ExistingProcedure) {
        let id = quote_literal(&existing.id);
        let versions = self.table("procedure_versions");
        plan.statements.extend([
            format!("DELETE FROM {versions} WHERE procedure_id = {id}"),
            format!("DELETE FROM {} WHERE id = {id}", self.table("procedures")),
            format!("DELETE FROM {} WHERE object = {id}", self.table("grants")),
            format!(
                "DELETE FROM {} WHERE hash NOT IN (SELECT module_hash FROM {versions})",
                self.table("modules")
            ),
        ]);
    }
}
