//! CREATE PROCEDURE: a new procedure, or a new version of one with the same signature.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Planner;
use super::checks::{
    check_memory, check_parameters, choose_entry, parse_limits, settle_volatility,
};
use super::drop::drop_statements;
use super::macro_text::{comment_on_macro, create_macro};
use super::rows::{
    ABI_VERSION, insert_module, insert_procedure, insert_version, new_id, optional_json,
    options_json,
};
use super::statement::{CreateProcedure, DdlPlan, ExistingProcedure};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::invoke;
use crate::registry::procedure::{Procedure, ProcedureVersion, Volatility, quote_literal};
use crate::registry::read;
use crate::rights::RightSet;
use crate::wasm::{CompiledModule, InstancePool};

impl Planner<'_> {
    pub(super) fn create(&self, create: CreateProcedure) -> EngineResult<DdlPlan> {
        let schema = create.schema.clone().unwrap_or_else(|| "main".to_owned());
        let existing = self.find(&schema, &create.name);
        if existing.is_some() && create.if_not_exists {
            return Ok(DdlPlan {
                notices: vec![format!("procedure {} exists already, skipped", create.name)],
                ..DdlPlan::default()
            });
        }
        if existing.is_some() && !create.or_replace {
            return Err(EngineError::new(
                ErrorCode::DuplicateFunction,
                format!("procedure {} exists already", create.name),
            )
            .hint(
                "CREATE OR REPLACE PROCEDURE replaces it, ALTER PROCEDURE … VERSION adds a version",
            ));
        }
        self.check_name(&schema, &create.name, existing.is_some())?;
        check_parameters(&create.parameters)?;
        let parameters = self.resolve_parameters(create.parameters.clone())?;
        let returns = read::resolve_type(self.connection, &create.returns)?;
        let returns_name = returns.to_string();
        let compiled = self.compile()?;
        let entry = choose_entry(&compiled, &create.name, create.entry.as_deref())?;
        let volatility =
            settle_volatility(&compiled, create.capabilities.as_deref(), create.volatility)?;
        let limits = parse_limits(&create.options)?;
        check_memory(&compiled, &limits)?;
        let called_on_null_input = create.null_call.as_deref() == Some("CALLED ON NULL INPUT");

        let mut plan = DdlPlan::default();
        plan.needs_new_transaction =
            invoke::ensure_return_type(self.state, self.connection, &returns)?;
        if let Some(replaced) = existing {
            let is_same = replaced.parameters == parameters
                && replaced.returns == returns_name
                && (replaced.volatility == Volatility::Immutable)
                    == (volatility == Volatility::Immutable);
            if is_same {
                // The macro keeps its text, so nothing that uses it is disturbed.
                return self.replace_by_version(
                    plan,
                    replaced,
                    &create,
                    &compiled,
                    &entry,
                    volatility,
                    called_on_null_input,
                );
            }
            plan.statements.extend(drop_statements(replaced));
        }
        let id = new_id()?;
        let database = self.current_database()?;
        let version = Arc::new(ProcedureVersion {
            number: 1,
            module_hash: compiled.hash,
            entry: entry.clone(),
            rights: Arc::new(RightSet::parse(create.capabilities.as_deref(), &database)?),
            capabilities: create.capabilities.clone(),
            compiled: OnceLock::from(Arc::clone(&compiled)),
            pool: InstancePool::new(),
        });
        let procedure = Procedure {
            id: id.clone(),
            database,
            schema: schema.clone(),
            name: create.name.clone(),
            parameters,
            returns,
            returns_name,
            volatility,
            called_on_null_input,
            on_error_null: create.on_error.as_deref() == Some("NULL"),
            strict_visibility: create.strict_visibility,
            limits,
            comment: create.comment.clone(),
            active_version: 1,
            versions: BTreeMap::from([(1, Arc::clone(&version))]),
        };
        plan.statements.push(insert_module(&compiled));
        plan.statements
            .push(insert_procedure(&procedure, &create.options));
        plan.statements.push(insert_version(&id, &version));
        plan.statements.push(create_macro(&procedure));
        if let Some(comment) = &procedure.comment {
            plan.statements
                .push(comment_on_macro(&schema, &procedure.name, Some(comment)));
        }
        plan.procedures.push(id);
        self.state.registry.stage(Arc::new(procedure));
        Ok(plan)
    }

    #[allow(
        clippy::too_many_arguments,
        reason = "one caller, and each part is settled there"
    )]
    pub(super) fn replace_by_version(
        &self,
        mut plan: DdlPlan,
        replaced: &ExistingProcedure,
        create: &CreateProcedure,
        compiled: &Arc<CompiledModule>,
        entry: &str,
        volatility: Volatility,
        called_on_null_input: bool,
    ) -> EngineResult<DdlPlan> {
        let id = quote_literal(&replaced.id);
        plan.statements.push(insert_module(compiled));
        plan.statements.push(format!(
            "INSERT INTO heliosdb.procedure_versions \
             (procedure_id, version, module_hash, entry, abi_version, capabilities) \
             SELECT {id}, coalesce(max(version), 0) + 1, {}, {}, {}, {} \
             FROM heliosdb.procedure_versions WHERE procedure_id = {id}",
            quote_literal(&compiled.hash.to_string()),
            quote_literal(entry),
            quote_literal(ABI_VERSION),
            optional_json(create.capabilities.as_ref()),
        ));
        plan.statements.push(format!(
            "UPDATE heliosdb.procedures SET active_version = \
             (SELECT max(version) FROM heliosdb.procedure_versions WHERE procedure_id = {id}), \
             volatility = {}, is_called_on_null = {called_on_null_input}, on_error = {}, \
             is_visibility_strict = {}, options = {}, comment = {}, altered_at = now() WHERE id = {id}",
            quote_literal(volatility.name()),
            quote_literal(create.on_error.as_deref().unwrap_or("FAIL")),
            create.strict_visibility,
            quote_literal(&options_json(&create.options)),
            create.comment.as_deref().map_or("NULL".to_owned(), quote_literal),
        ));
        plan.procedures.push(replaced.id.clone());
        Ok(plan)
    }
}
