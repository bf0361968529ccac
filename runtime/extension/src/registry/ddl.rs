//! Deciding what a DDL statement does: checks everything that can be known, stages the
//! definition, and answers with the SQL to run in the client's own transaction.
//!
//! The engine cannot write inside the client's transaction and the client cannot compile modules,
//! so the work is split here: this side decides, the gateway (or `heliosdb_create_procedure`)
//! runs the statements, and the transaction makes them one.

use std::collections::BTreeMap;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use super::procedure::{
    Parameter, Procedure, ProcedureVersion, Volatility, quote_identifier, quote_literal,
};
use super::read;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::invoke;
use crate::rights::RightSet;
use crate::state::DatabaseState;
use crate::wasm::{CompiledModule, HostImport, Limits, compile_module};

/// The version of the core ABI this engine serves.
const ABI_VERSION: &str = "1.0";

/// The statement as the gateway parsed it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum Statement {
    CreateProcedure(Box<CreateProcedure>),
    AlterProcedure(AlterProcedure),
    DropProcedure(DropProcedure),
}

#[derive(Deserialize)]
struct CreateProcedure {
    #[serde(default)]
    or_replace: bool,
    #[serde(default)]
    if_not_exists: bool,
    schema: Option<String>,
    name: String,
    parameters: Vec<Parameter>,
    returns: String,
    #[serde(default)]
    capabilities: Option<Vec<String>>,
    #[serde(default)]
    volatility: Option<Volatility>,
    #[serde(default)]
    null_call: Option<String>,
    #[serde(default)]
    entry: Option<String>,
    #[serde(default)]
    on_error: Option<String>,
    #[serde(default)]
    strict_visibility: bool,
    #[serde(default)]
    comment: Option<String>,
    #[serde(default)]
    options: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
struct AlterProcedure {
    schema: Option<String>,
    name: String,
    #[serde(default)]
    if_exists: bool,
    action: AlterAction,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
enum AlterAction {
    AddVersion {
        version: Option<i32>,
        #[serde(default)]
        capabilities: Option<Vec<String>>,
        #[serde(default)]
        entry: Option<String>,
    },
    UseVersion {
        version: i32,
    },
    Rename {
        name: String,
    },
    Set {
        options: serde_json::Map<String, serde_json::Value>,
    },
    SetComment {
        comment: Option<String>,
    },
}

#[derive(Deserialize)]
struct DropProcedure {
    schema: Option<String>,
    name: String,
    #[serde(default)]
    if_exists: bool,
}

/// The registry row of an existing procedure, as the client's transaction sees it.
#[derive(Deserialize)]
struct ExistingProcedure {
    id: String,
    schema_name: String,
    name: String,
    parameters: Vec<Parameter>,
    returns: String,
    volatility: Volatility,
    is_called_on_null: bool,
    active_version: i32,
    options: serde_json::Map<String, serde_json::Value>,
}

/// What the client has to do.
#[derive(Default, Serialize)]
struct DdlPlan {
    /// Run in order in one transaction.
    statements: Vec<String>,
    procedures: Vec<String>,
    notices: Vec<String>,
    /// A function was registered that transactions already open cannot see.
    needs_new_transaction: bool,
}

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
    fn create(&self, create: CreateProcedure) -> EngineResult<DdlPlan> {
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
    fn replace_by_version(
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

    fn alter(&self, alter: AlterProcedure) -> EngineResult<DdlPlan> {
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

    fn add_version(
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

    fn drop(&self, drop: &DropProcedure) -> EngineResult<DdlPlan> {
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

fn check_parameters(parameters: &[Parameter]) -> EngineResult<()> {
    let mut has_default = false;
    for (index, parameter) in parameters.iter().enumerate() {
        let lower = parameter.name.to_lowercase();
        if parameters[..index]
            .iter()
            .any(|other| other.name.to_lowercase() == lower)
        {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                format!("parameter {} is declared twice", parameter.name),
            ));
        }
        if lower == "version" {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                "a parameter cannot be named version: that argument chooses the procedure's version",
            ));
        }
        if has_default && parameter.default.is_none() {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                format!(
                    "parameter {} needs a default, one before it has one",
                    parameter.name
                ),
            ));
        }
        has_default |= parameter.default.is_some();
    }
    Ok(())
}

/// The export to enter: the one named, else the one named like the procedure, else the only one.
fn choose_entry(
    compiled: &CompiledModule,
    name: &str,
    requested: Option<&str>,
) -> EngineResult<String> {
    let exports = &compiled.entries;
    let known = || {
        if exports.is_empty() {
            "the module exports no function that takes nothing and returns nothing or one i32"
                .to_owned()
        } else {
            format!("exports that can be entered: {}", exports.join(", "))
        }
    };
    let wanted = requested.unwrap_or(name);
    if let Some(found) = exports.iter().find(|export| *export == wanted) {
        return Ok(found.clone());
    }
    if requested.is_none() && exports.len() == 1 {
        return Ok(exports[0].clone());
    }
    Err(EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        format!("the module has no entry `{wanted}`"),
    )
    .hint(format!("{}; ENTRY 'export' names one", known())))
}

/// What the module's imports and rights make of it, held against what was declared.
fn settle_volatility(
    compiled: &CompiledModule,
    capabilities: Option<&[String]>,
    declared: Option<Volatility>,
) -> EngineResult<Volatility> {
    let acts = capabilities.unwrap_or_default().iter().any(|right| {
        ["write:", "ddl:", "network:", "filesystem:"]
            .iter()
            .any(|kind| right.starts_with(kind))
    });
    let imports = |kind| compiled.imports.contains(&kind);
    let derived = if acts || imports(HostImport::Nondeterminism) {
        Volatility::Volatile
    } else if imports(HostImport::Query) || imports(HostImport::StatementClock) {
        Volatility::Stable
    } else {
        Volatility::Immutable
    };
    match declared {
        Some(Volatility::Immutable) if derived != Volatility::Immutable => Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            "an IMMUTABLE procedure can import nothing but parameters, results, logs and errors",
        )
        .detail(format!("the module's imports make it {derived}"))
        .hint("declare it STABLE, or leave the word out")),
        Some(declared) => Ok(declared),
        None => Ok(derived),
    }
}

fn parse_limits(options: &serde_json::Map<String, serde_json::Value>) -> EngineResult<Limits> {
    let limits: Limits = serde_json::from_value(serde_json::Value::Object(options.clone()))
        .map_err(|error| {
            EngineError::new(
                ErrorCode::InvalidParameterValue,
                "an option is not known or not valid",
            )
            .detail(error.to_string())
        })?;
    if limits.memory_bytes_max < 65_536 || limits.memory_bytes_max > 4 << 30 {
        return Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "MEMORY must lie between 64 KiB and 4 GiB",
        ));
    }
    if limits.timeout_ms == 0 || limits.timeout_ms > 3_600_000 {
        return Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "TIMEOUT must lie between 1 millisecond and 1 hour",
        ));
    }
    Ok(limits)
}

fn check_memory(compiled: &CompiledModule, limits: &Limits) -> EngineResult<()> {
    let Some(wasmtime::ExternType::Memory(memory)) = compiled.module.get_export("memory") else {
        return Ok(());
    };
    let needed = memory.minimum() * 65_536;
    if needed <= limits.memory_bytes_max {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::ConfigurationLimitExceeded,
        "the module needs more memory than the procedure may have",
    )
    .detail(format!(
        "limit {} bytes, module starts with {needed} bytes",
        limits.memory_bytes_max
    ))
    .hint("add MEMORY '64MB' to the statement, or build the module with a smaller initial memory"))
}

fn insert_module(compiled: &CompiledModule) -> String {
    let hash = quote_literal(&compiled.hash.to_string());
    format!(
        "INSERT INTO heliosdb.modules (hash, bytes, byte_count) \
         SELECT {hash}, heliosdb_staged_module({hash}), {} \
         WHERE NOT EXISTS (SELECT 1 FROM heliosdb.modules WHERE hash = {hash})",
        compiled.bytes_len
    )
}

fn insert_procedure(
    procedure: &Procedure,
    options: &serde_json::Map<String, serde_json::Value>,
) -> String {
    let parameters = serde_json::to_string(&procedure.parameters).unwrap_or_default();
    format!(
        "INSERT INTO heliosdb.procedures (id, schema_name, name, parameters, parameter_count, \
         returns, volatility, is_called_on_null, on_error, is_visibility_strict, options, comment, \
         active_version) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1)",
        quote_literal(&procedure.id),
        quote_literal(&procedure.schema),
        quote_literal(&procedure.name),
        quote_literal(&parameters),
        procedure.parameters.len(),
        quote_literal(&procedure.returns_name),
        quote_literal(procedure.volatility.name()),
        procedure.called_on_null_input,
        quote_literal(if procedure.on_error_null {
            "NULL"
        } else {
            "FAIL"
        }),
        procedure.strict_visibility,
        quote_literal(&options_json(options)),
        procedure
            .comment
            .as_deref()
            .map_or("NULL".to_owned(), quote_literal),
    )
}

fn insert_version(id: &str, version: &ProcedureVersion) -> String {
    format!(
        "INSERT INTO heliosdb.procedure_versions \
         (procedure_id, version, module_hash, entry, abi_version, capabilities) \
         VALUES ({}, {}, {}, {}, {}, {})",
        quote_literal(id),
        version.number,
        quote_literal(&version.module_hash.to_string()),
        quote_literal(&version.entry),
        quote_literal(ABI_VERSION),
        optional_json(version.capabilities.as_ref()),
    )
}

fn create_macro(procedure: &Procedure) -> String {
    format!("CREATE MACRO {}", macro_definition(procedure))
}

fn create_or_replace_macro(procedure: &Procedure) -> String {
    format!("CREATE OR REPLACE MACRO {}", macro_definition(procedure))
}

/// The SQL face of a procedure: casts to the declared types, then the internal function.
fn macro_definition(procedure: &Procedure) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut arguments = vec![quote_literal(&procedure.id), "\"version\"".to_owned()];
    for parameter in &procedure.parameters {
        let name = quote_identifier(&parameter.name);
        arguments.push(format!("CAST({name} AS {})", parameter.type_name));
        names.push(match &parameter.default {
            Some(default) => format!("{name} := {default}"),
            None => name,
        });
    }
    names.push("\"version\" := NULL".to_owned());
    format!(
        "{}.{}({}) AS {}({})",
        quote_identifier(&procedure.schema),
        quote_identifier(&procedure.name),
        names.join(", "),
        invoke::function_name(&procedure.returns, procedure.volatility),
        arguments.join(", ")
    )
}

fn drop_macro(existing: &ExistingProcedure) -> String {
    format!(
        "DROP MACRO {}.{}",
        quote_identifier(&existing.schema_name),
        quote_identifier(&existing.name)
    )
}

fn drop_statements(existing: &ExistingProcedure) -> Vec<String> {
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

fn comment_on_macro(schema: &str, name: &str, comment: Option<&str>) -> String {
    format!(
        "COMMENT ON MACRO {}.{} IS {}",
        quote_identifier(schema),
        quote_identifier(name),
        comment.map_or("NULL".to_owned(), quote_literal)
    )
}

fn options_json(options: &serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::to_string(options).unwrap_or_else(|_| "{}".to_owned())
}

fn optional_json(list: Option<&Vec<String>>) -> String {
    list.map_or("NULL".to_owned(), |list| {
        quote_literal(&serde_json::to_string(list).unwrap_or_default())
    })
}

/// A random identifier: procedures of two database files must not be confused when both are attached.
fn new_id() -> EngineResult<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::internal(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
