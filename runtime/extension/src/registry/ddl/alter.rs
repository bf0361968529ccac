//! ALTER PROCEDURE: versions, names, settings and comments.

use super::Planner;
use super::checks::{check_memory, choose_entry, settle_volatility};
use super::macro_text::FaceChange;
use super::rows::{VersionRow, optional_text};
use super::statement::{AlterAction, AlterProcedure, DdlPlan, ExistingProcedure};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::quote_literal;
use crate::registry::read;
use crate::rights::RightSet;
use crate::value::Value;

impl Planner<'_> {
    pub(super) fn alter(&self, alter: AlterProcedure) -> EngineResult<DdlPlan> {
        let schema = alter.schema.clone().unwrap_or_else(|| "main".to_owned());
        let found = self.find(&schema, &alter.name, alter.parameter_types.as_deref())?;
        let Some(existing) = found else {
            return self.missing(&alter.name, alter.if_exists);
        };
        existing.check_readable()?;
        self.check_alter(existing)?;
        let mut plan = DdlPlan {
            procedures: vec![existing.id.clone()],
            ..DdlPlan::default()
        };
        match alter.action {
            AlterAction::AddVersion {
                version,
                capabilities,
                entry,
            } => self.add_version(&mut plan, existing, version, capabilities, entry)?,
            AlterAction::UseVersion { version } => {
                self.use_version(&mut plan, existing, version)?;
            }
            AlterAction::Rename { name } => self.rename(&mut plan, &schema, existing, &name)?,
            AlterAction::Set { options } => self.set(&mut plan, existing, options)?,
            AlterAction::SetComment { comment } => {
                let assignment = format!("comment = {}", optional_text(comment.as_deref()));
                plan.statements
                    .push(self.update_procedure(&existing.id, &[assignment]));
                let comment = comment.as_deref();
                plan.statements.push(self.comment_on_macro(
                    &existing.schema_name,
                    &existing.name,
                    comment,
                ));
            }
        }
        Ok(plan)
    }

    fn use_version(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        number: i32,
    ) -> EngineResult<()> {
        let Some(version) = existing.find_version(number) else {
            let known: Vec<String> = existing
                .versions
                .iter()
                .map(|version| version.version.to_string())
                .collect();
            return Err(EngineError::new(
                ErrorCode::UndefinedObject,
                format!("procedure {} has no version {number}", existing.name),
            )
            .hint(format!("versions: {}", known.join(", "))));
        };
        self.notice_rights(plan, existing, version.capabilities.as_deref());
        plan.statements
            .push(self.update_procedure(&existing.id, &[format!("active_version = {number}")]));
        Ok(())
    }

    fn rename(
        &self,
        plan: &mut DdlPlan,
        schema: &str,
        existing: &ExistingProcedure,
        name: &str,
    ) -> EngineResult<()> {
        let assignment = format!("name = {}", quote_literal(name));
        let update = self.update_procedure(&existing.id, &[assignment]);
        if existing.name.to_lowercase() == name.to_lowercase() {
            // DuckDB does not tell the two apart, so the macro stays.
            plan.statements.push(update);
            return Ok(());
        }
        let taken = self.connection.query_with(
            &format!(
                "SELECT name FROM {} WHERE lower(name) = lower(?) AND lower(schema_name) = lower(?)",
                self.table("procedures")
            ),
            &[
                Value::Varchar(name.to_owned()),
                Value::Varchar(schema.to_owned()),
            ],
        )?;
        if !taken.rows.is_empty() {
            return Err(EngineError::new(
                ErrorCode::DuplicateFunction,
                format!("procedure {name} exists already"),
            )
            .hint("a name gets further overloads by CREATE PROCEDURE, not by RENAME"));
        }
        self.check_name(schema, name, false)?;
        let returns = read::resolve_type(self.connection, &existing.returns)?;
        let before = self.signatures(schema, &existing.name)?;
        let mut remaining = before.clone();
        remaining.retain(|other| other.id != existing.id);
        let schema = existing.schema_name.as_str();
        let old = FaceChange {
            schema,
            name: &existing.name,
            before,
            after: remaining,
            comment: None,
            is_cascading: false,
        };
        self.change_face(plan, old)?;
        plan.statements.push(update);
        let new = FaceChange {
            schema,
            name,
            before: Vec::new(),
            after: vec![existing.signature(returns)],
            comment: existing.comment.as_deref(),
            is_cascading: false,
        };
        self.change_face(plan, new)
    }

    fn add_version(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        version: Option<i32>,
        capabilities: Option<Vec<String>>,
        entry: Option<String>,
    ) -> EngineResult<()> {
        let number = free_number(existing, version)?;
        let compiled = self.compile()?;
        let entry = choose_entry(&compiled, &existing.name, entry.as_deref())?;
        check_memory(&compiled, &super::checks::parse_limits(&existing.options)?)?;
        // Rights carry over unless they are written out.
        let inherited = existing
            .active()
            .and_then(|version| version.capabilities.clone());
        let capabilities = capabilities.or(inherited);
        let rights = RightSet::parse(capabilities.as_deref(), &self.database)?;
        if let Some(role) = &self.role {
            role.check_capabilities(&existing.name, &rights)?;
        }
        self.notice_rights(plan, existing, capabilities.as_deref());
        let derived = settle_volatility(&compiled, capabilities.as_deref(), None)?;
        if derived > existing.volatility {
            plan.notices.push(format!(
                "version {number} makes the procedure {derived}, it was {}",
                existing.volatility
            ));
        }
        plan.statements.push(self.insert_module(&compiled));
        plan.statements.push(self.insert_version(&VersionRow {
            id: &existing.id,
            number,
            module_hash: &compiled.hash.to_string(),
            entry: &entry,
            capabilities: capabilities.as_ref(),
        }));
        let settled = derived.max(existing.volatility);
        plan.statements.push(self.update_procedure(
            &existing.id,
            &[
                format!("active_version = {number}"),
                format!("volatility = {}", quote_literal(settled.name())),
            ],
        ));
        if settled != existing.volatility {
            // An immutable procedure's macro calls a function that DuckDB may fold.
            let mut changed =
                existing.signature(read::resolve_type(self.connection, &existing.returns)?);
            changed.volatility = settled;
            self.change_signature(plan, existing, changed, existing.comment.as_deref())?;
        }
        Ok(())
    }
}

/// The number a new version gets.
fn free_number(existing: &ExistingProcedure, wanted: Option<i32>) -> EngineResult<i32> {
    let next = existing.newest_version() + 1;
    match wanted {
        Some(number) if number < 1 => Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "a version is a number from 1",
        )),
        Some(number) if existing.find_version(number).is_some() => Err(EngineError::new(
            ErrorCode::DuplicateObject,
            format!("procedure {} has a version {number} already", existing.name),
        )
        .hint(format!(
            "the next one is {next}; ALTER PROCEDURE … USE VERSION {number} makes that one active"
        ))),
        Some(number) => Ok(number),
        None => Ok(next),
    }
}
