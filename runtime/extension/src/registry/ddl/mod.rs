//! Deciding what a DDL statement does: checks everything that can be known, stages the
//! definition, and answers with the SQL to run in the client's own transaction.
//!
//! The engine cannot write inside the client's transaction and the client cannot compile modules,
//! so the work is split here: this side decides, the gateway (or `heliosdb_create_procedure`)
//! runs the statements, and the transaction makes them one.

mod alter;
mod checks;
mod create;
mod drop;
mod macro_text;
mod rows;
mod statement;

use std::collections::BTreeMap;
use std::sync::Arc;

use self::statement::{DdlPlan, ExistingProcedure, Statement};
use super::procedure::{Parameter, Procedure, quote_literal};
use super::read;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::wasm::{CompiledModule, Limits, compile_module};

/// Plans one DDL statement; JSON in, JSON out (see the module docs).
pub fn plan_ddl(
    state: &DatabaseState,
    statement: &str,
    module: Option<&[u8]>,
    current: Option<&str>,
) -> EngineResult<String> {
    let invalid = |error: serde_json::Error| {
        EngineError::new(
            ErrorCode::InvalidParameterValue,
            "the statement's JSON cannot be read",
        )
        .detail(error.to_string())
    };
    let statement: Statement = serde_json::from_str(statement).map_err(invalid)?;
    let existing: Vec<ExistingProcedure> = match current {
        None => Vec::new(),
        Some(text) => serde_json::from_str::<Option<Vec<ExistingProcedure>>>(text)
            .map_err(invalid)?
            .unwrap_or_default(),
    };
    let connection = state.connect()?;
    let planner = Planner {
        state,
        connection: &connection,
        existing,
        module,
    };
    let plan = match statement {
        Statement::CreateProcedure(create) => planner.create(*create),
        Statement::AlterProcedure(alter) => planner.alter(alter),
        Statement::DropProcedure(drop) => planner.drop(&drop),
    }?;
    serde_json::to_string(&plan).map_err(|error| EngineError::internal(error.to_string()))
}

struct Planner<'a> {
    state: &'a DatabaseState,
    connection: &'a Connection,
    existing: Vec<ExistingProcedure>,
    module: Option<&'a [u8]>,
}

impl Planner<'_> {
    fn find(&self, schema: &str, name: &str) -> Option<&ExistingProcedure> {
        self.existing.iter().find(|procedure| {
            procedure.schema_name.eq_ignore_ascii_case(schema)
                && procedure.name.to_lowercase() == name.to_lowercase()
        })
    }

    fn missing(&self, name: &str, if_exists: bool) -> EngineResult<DdlPlan> {
        if if_exists {
            return Ok(DdlPlan {
                notices: vec![format!("procedure {name} does not exist, skipped")],
                ..DdlPlan::default()
            });
        }
        let known: Vec<String> = self
            .state
            .registry
            .all(self.state)?
            .iter()
            .map(|known| known.name.clone())
            .collect();
        let error = EngineError::new(
            ErrorCode::UndefinedFunction,
            format!("procedure {name} does not exist"),
        );
        Err(if known.is_empty() {
            error.hint("there are no procedures; CREATE PROCEDURE makes one")
        } else {
            error.hint(format!("procedures: {}", known.join(", ")))
        })
    }

    /// A procedure must not shadow a built-in function or an existing macro.
    fn check_name(&self, schema: &str, name: &str, is_replacing: bool) -> EngineResult<()> {
        if name.is_empty() || name.len() > 128 {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                "a procedure's name has 1 to 128 bytes",
            ));
        }
        if name.to_lowercase().starts_with("heliosdb_") {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                format!("names beginning with heliosdb_ are the engine's: {name}"),
            ));
        }
        let taken = self.connection.query_text(&format!(
            "SELECT any_value(CASE WHEN internal THEN 'built-in ' ELSE '' END || function_type) \
             FROM duckdb_functions() WHERE lower(function_name) = lower({}) \
             AND (internal OR (lower(schema_name) = lower({}) AND database_name = current_database()))",
            quote_literal(name),
            quote_literal(schema)
        ))?;
        match taken {
            Some(kind) if kind.starts_with("built-in") => Err(EngineError::new(
                ErrorCode::ReservedName,
                format!("{name} is the name of a {kind} function"),
            )
            .hint("a procedure of that name would hide it; choose another name")),
            Some(kind) if !is_replacing => Err(EngineError::new(
                ErrorCode::DuplicateFunction,
                format!("{name} is the name of an existing {kind}"),
            )
            .hint("drop it first, or choose another name")),
            _ => Ok(()),
        }
    }

    fn resolve_parameters(&self, mut parameters: Vec<Parameter>) -> EngineResult<Vec<Parameter>> {
        for parameter in &mut parameters {
            let resolved = read::resolve_type(self.connection, &parameter.type_name)?;
            parameter.type_name = resolved.to_string();
        }
        Ok(parameters)
    }

    fn compile(&self) -> EngineResult<Arc<CompiledModule>> {
        let bytes = self.module.ok_or_else(|| {
            EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                "the statement has no module",
            )
        })?;
        let compiled = compile_module(bytes)?;
        self.state
            .registry
            .stage_module(compiled.hash, bytes.into());
        Ok(compiled)
    }

    fn known_versions(&self, id: &str) -> EngineResult<BTreeMap<i32, Option<Vec<String>>>> {
        self.state.registry.refresh(self.state)?;
        Ok(match self.state.registry.find(id) {
            Some(procedure) => procedure
                .versions
                .values()
                .map(|version| (version.number, version.capabilities.clone()))
                .collect(),
            None => BTreeMap::new(),
        })
    }

    fn check_version_exists(&self, existing: &ExistingProcedure, version: i32) -> EngineResult<()> {
        let versions = self.known_versions(&existing.id)?;
        if versions.contains_key(&version) {
            return Ok(());
        }
        let known: Vec<String> = versions.keys().map(i32::to_string).collect();
        Err(EngineError::new(
            ErrorCode::UndefinedObject,
            format!("procedure {} has no version {version}", existing.name),
        )
        .hint(format!("versions: {}", known.join(", "))))
    }

    /// An existing procedure as far as its macro needs it, under a name.
    fn definition(&self, existing: &ExistingProcedure, name: &str) -> EngineResult<Procedure> {
        Ok(Procedure {
            id: existing.id.clone(),
            database: self.current_database()?,
            schema: existing.schema_name.clone(),
            name: name.to_owned(),
            parameters: existing.parameters.clone(),
            returns: read::resolve_type(self.connection, &existing.returns)?,
            returns_name: existing.returns.clone(),
            volatility: existing.volatility,
            called_on_null_input: existing.is_called_on_null,
            on_error_null: false,
            strict_visibility: false,
            limits: Limits::default(),
            comment: None,
            active_version: existing.active_version,
            versions: BTreeMap::new(),
        })
    }

    fn current_database(&self) -> EngineResult<String> {
        Ok(self
            .connection
            .query_text("SELECT current_database()")?
            .unwrap_or_default())
    }
}
