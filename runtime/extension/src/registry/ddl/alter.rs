//! ALTER PROCEDURE: versions, names, settings and comments.

use super::Planner;
use super::checks::{choose_entry, parse_limits, settle_volatility};
use super::macro_text::{comment_on_macro, create_macro, create_or_replace_macro, drop_macro};
use super::rows::{ABI_VERSION, insert_module, optional_json, options_json};
use super::statement::{AlterAction, AlterProcedure, DdlPlan, ExistingProcedure};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{Volatility, quote_literal};
use crate::rights::RightSet;

impl Planner<'_> {
    pub(super) fn alter(&self, alter: AlterProcedure) -> EngineResult<DdlPlan> {
        let schema = alter.schema.clone().unwrap_or_else(|| "main".to_owned());
        let Some(existing) = self.find(&schema, &alter.name) else {
            return self.missing(&alter.name, alter.if_exists);
        };
        let id = quote_literal(&existing.id);
        let mut plan = DdlPlan {
            procedures: vec![existing.id.clone()],
            ..DdlPlan::default()
        };
        match alter.action {
            AlterAction::AddVersion {
                version,
                capabilities,
                entry,
            } => {
                self.add_version(&mut plan, existing, version, capabilities, entry)?;
            }
            AlterAction::UseVersion { version } => {
                self.check_version_exists(existing, version)?;
                plan.statements.push(format!(
                    "UPDATE heliosdb.procedures SET active_version = {version}, altered_at = now() \
                     WHERE id = {id}"
                ));
            }
            AlterAction::Rename { name } => {
                self.check_name(&schema, &name, false)?;
                plan.statements.push(drop_macro(existing));
                plan.statements.push(format!(
                    "UPDATE heliosdb.procedures SET name = {}, altered_at = now() WHERE id = {id}",
                    quote_literal(&name)
                ));
                let renamed = self.definition(existing, &name)?;
                plan.statements.push(create_macro(&renamed));
            }
            AlterAction::Set { options } => {
                let mut merged = existing.options.clone();
                merged.extend(options);
                parse_limits(&merged)?;
                plan.statements.push(format!(
                    "UPDATE heliosdb.procedures SET options = {}, altered_at = now() WHERE id = {id}",
                    quote_literal(&options_json(&merged))
                ));
            }
            AlterAction::SetComment { comment } => {
                plan.statements.push(format!(
                    "UPDATE heliosdb.procedures SET comment = {}, altered_at = now() WHERE id = {id}",
                    comment.as_deref().map_or("NULL".to_owned(), quote_literal)
                ));
                plan.statements.push(comment_on_macro(
                    &schema,
                    &existing.name,
                    comment.as_deref(),
                ));
            }
        }
        Ok(plan)
    }

    pub(super) fn add_version(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        version: Option<i32>,
        capabilities: Option<Vec<String>>,
        entry: Option<String>,
    ) -> EngineResult<()> {
        let id = quote_literal(&existing.id);
        let compiled = self.compile()?;
        let entry = choose_entry(&compiled, &existing.name, entry.as_deref())?;
        let versions = self.known_versions(&existing.id)?;
        let number = match version {
            Some(number) if number < 1 => {
                return Err(EngineError::new(
                    ErrorCode::InvalidParameterValue,
                    "a version is a number from 1",
                ));
            }
            Some(number) if versions.contains_key(&number) => {
                return Err(EngineError::new(
                    ErrorCode::DuplicateObject,
                    format!("procedure {} has a version {number} already", existing.name),
                )
                .hint(format!(
                    "the next one is {}; ALTER PROCEDURE … USE VERSION {number} makes that one active",
                    versions.keys().max().copied().unwrap_or(0) + 1
                )));
            }
            Some(number) => number,
            None => versions.keys().max().copied().unwrap_or(0) + 1,
        };
        // Rights carry over unless they are written out.
        let inherited = versions.get(&existing.active_version).cloned().flatten();
        let capabilities = capabilities.or(inherited);
        RightSet::parse(capabilities.as_deref(), &self.current_database()?)?;
        let derived = settle_volatility(&compiled, capabilities.as_deref(), None)?;
        if derived > existing.volatility {
            plan.notices.push(format!(
                "version {number} makes the procedure {derived}, it was {}",
                existing.volatility
            ));
        }
        plan.statements.push(insert_module(&compiled));
        plan.statements.push(format!(
            "INSERT INTO heliosdb.procedure_versions \
             (procedure_id, version, module_hash, entry, abi_version, capabilities) \
             VALUES ({id}, {number}, {}, {}, {}, {})",
            quote_literal(&compiled.hash.to_string()),
            quote_literal(&entry),
            quote_literal(ABI_VERSION),
            optional_json(capabilities.as_ref()),
        ));
        let settled = derived.max(existing.volatility);
        plan.statements.push(format!(
            "UPDATE heliosdb.procedures SET active_version = {number}, volatility = {}, \
             altered_at = now() WHERE id = {id}",
            quote_literal(settled.name())
        ));
        if existing.volatility == Volatility::Immutable && settled != Volatility::Immutable {
            // An immutable procedure's macro calls the function DuckDB may fold; this one may not be.
            let mut definition = self.definition(existing, &existing.name)?;
            definition.volatility = settled;
            plan.statements.push(create_or_replace_macro(&definition));
        }
        self.state
            .registry
            .stage_module(compiled.hash, self.module.unwrap_or_default().into());
        Ok(())
    }
}
