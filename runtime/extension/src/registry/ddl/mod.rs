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
mod names;
mod roles;
mod row_filters;
mod rows;
mod settings;
mod statement;

use std::cell::RefCell;
use std::rc::Rc;
use std::sync::Arc;

pub use self::checks::definition_defaults;
use self::checks::rights_difference;
use self::names::NamedFunction;
pub(super) use self::statement::{DdlPlan, Statement};
use self::statement::{ExistingProcedure, ExistingVersion};
use super::procedure::{Parameter, quote_identifier};
use super::read;
use super::roles::Role;
use super::signature::Signature;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::Value;
use crate::wasm::{CompiledModule, ModuleHash, compile_module};

/// Plans one DDL statement; JSON in, JSON out (see the module docs). `current` holds the registry's
/// rows of that name with their versions.
pub fn plan_ddl(
    state: &DatabaseState,
    statement: &str,
    module: Option<&[u8]>,
    current: Option<&str>,
    role: Option<Arc<Role>>,
) -> EngineResult<String> {
    let statement = serde_json::from_str(statement).map_err(unreadable)?;
    let connection = state.connect()?;
    let plan = plan(state, &connection, statement, module, current, role)?;
    serde_json::to_string(&plan).map_err(|error| EngineError::internal(error.to_string()))
}

/// Plans a statement that was read already, on a connection that may be taken into the statement's
/// database.
pub(super) fn plan(
    state: &DatabaseState,
    connection: &Connection,
    statement: Statement,
    module: Option<&[u8]>,
    current: Option<&str>,
    role: Option<Arc<Role>>,
) -> EngineResult<DdlPlan> {
    let existing: Vec<ExistingProcedure> = match current {
        None => Vec::new(),
        Some(text) => serde_json::from_str::<Option<Vec<ExistingProcedure>>>(text)
            .map_err(unreadable)?
            .unwrap_or_default(),
    };
    // User-defined types and names are looked up where the procedure will be.
    if let Some(database) = statement.database() {
        connection.execute(&format!("USE {}", quote_identifier(database)))?;
    }
    let database = connection
        .query_text("SELECT current_database()")?
        .unwrap_or_default();
    let planner = Planner {
        state,
        connection,
        database,
        existing,
        module,
        role,
        functions: RefCell::default(),
    };
    planner.check_owner(&statement)?;
    let name = statement.name().to_owned();
    let planned = match statement {
        Statement::CreateProcedure(create) => planner.create(*create),
        Statement::AlterProcedure(alter) => planner.alter(alter),
        Statement::DropProcedure(drop) => planner.drop(&drop),
        Statement::CreateRole(create) => planner.create_role(&create),
        Statement::DropRole(drop) => planner.drop_role(&drop),
        Statement::Grant(grant) => planner.grant(&grant, false),
        Statement::Revoke(grant) => planner.grant(&grant, true),
        Statement::CreateRowFilter(create) => planner.create_row_filter(&create),
        Statement::DropRowFilter(drop) => planner.drop_row_filter(&drop),
    };
    match name.is_empty() {
        true => planned,
        false => planned.map_err(|error| error.in_procedure(&name)),
    }
}

fn unreadable(error: serde_json::Error) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        "the statement's JSON cannot be read",
    )
    .detail(error.to_string())
}

struct Planner<'a> {
    state: &'a DatabaseState,
    connection: &'a Connection,
    /// The attached database whose registry is changed.
    database: String,
    existing: Vec<ExistingProcedure>,
    module: Option<&'a [u8]>,
    /// Whose statement it is; the owner's has none.
    role: Option<Arc<Role>>,
    /// What was read of the functions of one name.
    functions: RefCell<Option<(String, Rc<[NamedFunction]>)>>,
}

impl Planner<'_> {
    /// A table of the registry, fully qualified: the name of a database may be that of its schema.
    fn table(&self, name: &str) -> String {
        format!("{}.heliosdb.{name}", quote_identifier(&self.database))
    }

    /// The procedures of a name, in a schema.
    fn overloads(&self, schema: &str, name: &str) -> Vec<&ExistingProcedure> {
        self.existing
            .iter()
            .filter(|procedure| {
                procedure.schema_name.to_lowercase() == schema.to_lowercase()
                    && procedure.name.to_lowercase() == name.to_lowercase()
            })
            .collect()
    }

    fn signatures(&self, schema: &str, name: &str) -> EngineResult<Vec<Signature>> {
        self.overloads(schema, name)
            .into_iter()
            .map(|existing| {
                existing.check_readable()?;
                let returns = read::resolve_type(self.connection, &existing.returns)?;
                Ok(existing.signature(returns))
            })
            .collect()
    }

    /// The one procedure that ALTER or DROP means; none when there is no such procedure.
    fn find(
        &self,
        schema: &str,
        name: &str,
        parameter_types: Option<&[String]>,
    ) -> EngineResult<Option<&ExistingProcedure>> {
        let candidates = self.overloads(schema, name);
        if let Some(types) = parameter_types {
            let wanted = types
                .iter()
                .map(|text| Ok(read::resolve_type(self.connection, text)?.to_string()))
                .collect::<EngineResult<Vec<_>>>()?;
            let found = candidates.iter().find(|one| one.types() == wanted);
            return match found {
                Some(found) => Ok(Some(found)),
                None if candidates.is_empty() => Ok(None),
                None => Err(EngineError::new(
                    ErrorCode::UndefinedFunction,
                    format!("procedure {name}({}) does not exist", wanted.join(", ")),
                )
                .hint(format!("there is {}", list(&candidates)))),
            };
        }
        match candidates.as_slice() {
            [] => Ok(None),
            [only] => Ok(Some(only)),
            several => Err(EngineError::new(
                ErrorCode::AmbiguousFunction,
                format!("there are several procedures {name}"),
            )
            .detail(format!("candidates: {}", list(several)))
            .field(
                "candidates",
                several.iter().map(|one| one.describe()).collect::<Vec<_>>(),
            )
            .hint(format!("say which: {}", several[0].describe()))),
        }
    }

    fn missing(&self, name: &str, if_exists: bool) -> EngineResult<DdlPlan> {
        if if_exists {
            return Ok(DdlPlan {
                notices: vec![format!("procedure {name} does not exist, skipped")],
                ..DdlPlan::default()
            });
        }
        let known = self.state.registry.names();
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

    /// The module of a version that is there already.
    fn compiled_version(&self, version: &ExistingVersion) -> EngineResult<Arc<CompiledModule>> {
        let hash = ModuleHash::parse(&version.module_hash);
        if let Some(bytes) = hash.and_then(|hash| self.state.registry.staged_module(&hash)) {
            return compile_module(&bytes);
        }
        let rows = self.connection.query_with(
            &format!("SELECT bytes FROM {} WHERE hash = ?", self.table("modules")),
            &[Value::Varchar(version.module_hash.clone())],
        )?;
        match rows.rows.into_iter().flatten().next() {
            Some(Value::Blob(bytes)) => compile_module(&bytes),
            _ => Err(EngineError::new(
                ErrorCode::DataCorrupted,
                format!("the module of version {} is missing", version.version),
            )
            .detail(format!("SHA-256 {}", version.module_hash))),
        }
    }

    /// Says what a new version may do that the active one may not, and the other way round.
    fn notice_rights(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        capabilities: Option<&[String]>,
    ) {
        let before = existing
            .active()
            .and_then(|version| version.capabilities.as_deref());
        if let Some(difference) = rights_difference(before, capabilities) {
            plan.notices
                .push(format!("rights of {} change: {difference}", existing.name));
        }
    }
}

fn list(procedures: &[&ExistingProcedure]) -> String {
    let described: Vec<String> = procedures.iter().map(|one| one.describe()).collect();
    described.join(", ")
}
