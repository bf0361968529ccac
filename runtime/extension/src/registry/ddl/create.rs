//! CREATE PROCEDURE: a new procedure, one more overload, or a new version of the same signature.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use super::Planner;
use super::checks::{
    add_default_options, check_memory, check_parameters, choose_entry, parse_limits,
    settle_volatility,
};
use super::macro_text::FaceChange;
use super::rows::{VersionRow, new_id, optional_text, options_json};
use super::statement::{CreateProcedure, DdlPlan, ExistingProcedure};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{
    Parameter, Procedure, ProcedureVersion, Volatility, quote_literal,
};
use crate::registry::read;
use crate::registry::signature::Signature;
use crate::rights::RightSet;
use crate::value::LogicalType;
use crate::wasm::{CompiledModule, InstancePool, Limits};

/// What a CREATE comes to once everything in it was checked.
struct Settled {
    parameters: Vec<Parameter>,
    returns: LogicalType,
    compiled: Arc<CompiledModule>,
    entry: String,
    capabilities: Option<Vec<String>>,
    volatility: Volatility,
    limits: Limits,
    is_called_on_null: bool,
}

impl Planner<'_> {
    pub(super) fn create(&self, mut create: CreateProcedure) -> EngineResult<DdlPlan> {
        let schema = create.schema.clone().unwrap_or_else(|| "main".to_owned());
        check_parameters(&create.parameters)?;
        create.parameters = self.resolve_parameters(create.parameters)?;
        create.options.retain(|_, value| !value.is_null());
        let types: Vec<&str> = create
            .parameters
            .iter()
            .map(|parameter| parameter.type_name.as_str())
            .collect();
        let replaced = self
            .overloads(&schema, &create.name)
            .into_iter()
            .find(|existing| existing.types() == types);
        if replaced.is_some() && create.if_not_exists {
            return Ok(DdlPlan {
                notices: vec![format!("procedure {} exists already, skipped", create.name)],
                ..DdlPlan::default()
            });
        }
        if let Some(existing) = replaced.filter(|_| !create.or_replace) {
            return Err(EngineError::new(
                ErrorCode::DuplicateFunction,
                format!("procedure {} exists already", existing.describe()),
            )
            .hint(
                "CREATE OR REPLACE PROCEDURE replaces it, ALTER PROCEDURE … VERSION adds a version",
            ));
        }
        let has_procedures = !self.overloads(&schema, &create.name).is_empty();
        self.check_name(&schema, &create.name, has_procedures)?;
        let settled = self.settle(&mut create, replaced)?;
        match replaced {
            Some(existing) if existing.returns == settled.returns.to_string() => {
                self.replace(existing, &create, &settled)
            }
            // Another result type needs another function, so it is another procedure.
            replaced => self.add(&schema, &create, settled, replaced),
        }
    }

    fn settle(
        &self,
        create: &mut CreateProcedure,
        replaced: Option<&ExistingProcedure>,
    ) -> EngineResult<Settled> {
        let returns = read::resolve_type(self.connection, &create.returns)?;
        let compiled = self.compile()?;
        add_default_options(&compiled, &mut create.options);
        let entry = choose_entry(&compiled, &create.name, create.entry.as_deref())?;
        // Rights carry over unless they are written out.
        let inherited = replaced
            .and_then(ExistingProcedure::active)
            .and_then(|version| version.capabilities.clone());
        let capabilities = create.capabilities.clone().or(inherited);
        let rights = RightSet::parse(capabilities.as_deref(), &self.database)?;
        if let Some(role) = &self.role {
            role.check_create(&create.name, &rights, &self.database)?;
        }
        if let Some(existing) = replaced {
            self.check_alter(existing)?;
        }
        let volatility = settle_volatility(&compiled, capabilities.as_deref(), create.volatility)?;
        let limits = parse_limits(&create.options)?;
        check_memory(&compiled, &limits)?;
        Ok(Settled {
            parameters: create.parameters.clone(),
            returns,
            compiled,
            entry,
            capabilities,
            volatility,
            limits,
            is_called_on_null: create.null_call.as_deref() == Some("CALLED ON NULL INPUT"),
        })
    }

    /// A procedure of its own, beside the overloads that are there.
    fn add(
        &self,
        schema: &str,
        create: &CreateProcedure,
        settled: Settled,
        replaced: Option<&ExistingProcedure>,
    ) -> EngineResult<DdlPlan> {
        let mut plan = DdlPlan::default();
        let id = new_id()?;
        let version = ProcedureVersion {
            number: 1,
            module_hash: settled.compiled.hash,
            entry: settled.entry,
            rights: Arc::new(RightSet::parse(
                settled.capabilities.as_deref(),
                &self.database,
            )?),
            capabilities: settled.capabilities,
            compiled: OnceLock::from(Arc::clone(&settled.compiled)),
            pool: InstancePool::new(),
        };
        let procedure = Procedure {
            id: id.clone(),
            database: self.database.clone(),
            schema: schema.to_owned(),
            name: create.name.clone(),
            parameters: settled.parameters,
            returns_name: settled.returns.to_string(),
            returns: settled.returns,
            volatility: settled.volatility,
            called_on_null_input: settled.is_called_on_null,
            on_error_null: create.on_error.as_deref() == Some("NULL"),
            strict_visibility: create.strict_visibility,
            limits: settled.limits,
            comment: create.comment.clone(),
            active_version: 1,
            versions: BTreeMap::from([(1, Arc::new(version))]),
        };
        let before = self.signatures(schema, &create.name)?;
        let mut after = before.clone();
        after.retain(|signature| replaced.is_none_or(|replaced| signature.id != replaced.id));
        after.push(Signature::from(&procedure));
        plan.statements.push(self.insert_module(&settled.compiled));
        plan.statements
            .push(self.insert_procedure(&procedure, &create.options));
        let version = &procedure.versions[&1];
        plan.statements.push(self.insert_version(&VersionRow {
            id: &id,
            number: 1,
            module_hash: &version.module_hash.to_string(),
            entry: &version.entry,
            capabilities: version.capabilities.as_ref(),
        }));
        self.grant_to_creator(&mut plan, &id);
        if let Some(replaced) = replaced {
            self.notice_rights(&mut plan, replaced, version.capabilities.as_deref());
            self.delete_rows(&mut plan, replaced);
        }
        plan.procedures.push(id);
        let comment = create.comment.clone();
        let change = FaceChange {
            schema,
            name: &create.name,
            before,
            after,
            comment: comment.as_deref(),
            is_cascading: false,
        };
        // Staged first: binding the macro at its creation looks the procedure up.
        self.state.registry.stage(Arc::new(procedure));
        self.change_face(&mut plan, change)?;
        Ok(plan)
    }

    /// One more version of a procedure whose signature stays.
    fn replace(
        &self,
        replaced: &ExistingProcedure,
        create: &CreateProcedure,
        settled: &Settled,
    ) -> EngineResult<DdlPlan> {
        let mut plan = DdlPlan {
            procedures: vec![replaced.id.clone()],
            ..DdlPlan::default()
        };
        let number = replaced.newest_version() + 1;
        self.notice_rights(&mut plan, replaced, settled.capabilities.as_deref());
        plan.statements.push(self.insert_module(&settled.compiled));
        plan.statements.push(self.insert_version(&VersionRow {
            id: &replaced.id,
            number,
            module_hash: &settled.compiled.hash.to_string(),
            entry: &settled.entry,
            capabilities: settled.capabilities.as_ref(),
        }));
        let parameters = serde_json::to_string(&settled.parameters).unwrap_or_default();
        plan.statements.push(self.update_procedure(
            &replaced.id,
            &[
                format!("active_version = {number}"),
                format!("parameters = {}", quote_literal(&parameters)),
                format!("volatility = {}", quote_literal(settled.volatility.name())),
                format!("is_called_on_null = {}", settled.is_called_on_null),
                format!(
                    "on_error = {}",
                    quote_literal(create.on_error.as_deref().unwrap_or("FAIL"))
                ),
                format!("is_visibility_strict = {}", create.strict_visibility),
                format!(
                    "options = {}",
                    quote_literal(&options_json(&create.options))
                ),
                format!("comment = {}", optional_text(create.comment.as_deref())),
            ],
        ));
        let changed = Signature {
            id: replaced.id.clone(),
            parameters: settled.parameters.clone(),
            returns: settled.returns.clone(),
            volatility: settled.volatility,
        };
        let comment = create.comment.as_deref();
        self.change_signature(&mut plan, replaced, changed, comment)?;
        Ok(plan)
    }

    /// Brings the face up to date with one procedure's changed signature.
    pub(super) fn change_signature(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        changed: Signature,
        comment: Option<&str>,
    ) -> EngineResult<()> {
        let before = self.signatures(&existing.schema_name, &existing.name)?;
        let after = before
            .iter()
            .map(|signature| {
                if signature.id == changed.id {
                    changed.clone()
                } else {
                    signature.clone()
                }
            })
            .collect();
        let change = FaceChange {
            schema: &existing.schema_name,
            name: &existing.name,
            before,
            after,
            comment,
            is_cascading: false,
        };
        self.change_face(plan, change)
    }
}
