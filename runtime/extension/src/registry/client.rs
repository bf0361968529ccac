//! Definitions through plain functions, for clients that have no gateway: the whole of a
//! definition on the engine's own connection, in one transaction that is committed at once.

use std::sync::Arc;

use serde_json::Value as Json;

use super::ddl::{self, DdlPlan, Statement};
use super::procedure::quote_identifier;
use super::roles::Role;
use super::{migrate, parameter_text};
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::Value;
use crate::wasm::Limits;

type Fields = serde_json::Map<String, Json>;

/// The registry's rows of a name with their versions, as [`ddl::plan`] reads them.
const CURRENT: &str = "SELECT to_json(list(p))::VARCHAR FROM (\
     SELECT p.*, coalesce((SELECT list(v ORDER BY v.version) \
     FROM {q}.heliosdb.procedure_versions v WHERE v.procedure_id = p.id), []) AS versions \
     FROM {q}.heliosdb.procedures p WHERE lower(p.name) = lower(?)) p";

/// How often a definition is planned again because somebody else changed the procedure meanwhile.
const ATTEMPTS_MAX: usize = 5;

/// Clauses of CREATE that are not limits, by their names in the statement's tree.
const CREATE_CLAUSES: [&str; 9] = [
    "or_replace",
    "if_not_exists",
    "capabilities",
    "volatility",
    "null_call",
    "entry",
    "on_error",
    "strict_visibility",
    "comment",
];

/// Where a procedure is, in any of the three.
const PLACE: [&str; 2] = ["database", "schema"];

/// `heliosdb_create_procedure(name, parameters, returns, module [, options])`.
pub fn create(
    state: &DatabaseState,
    name: &str,
    parameters: &str,
    returns: &str,
    module: &[u8],
    options: Option<&str>,
    role: Option<Arc<Role>>,
) -> EngineResult<String> {
    let mut statement = named("create_procedure", name)?;
    let parameters = parameter_text::parse(parameters)?;
    statement.insert("parameters".to_owned(), serde_json::json!(parameters));
    statement.insert("returns".to_owned(), Json::from(returns));
    let mut limits = Fields::new();
    for (key, value) in fields("options", options)? {
        if CREATE_CLAUSES.contains(&key.as_str()) || PLACE.contains(&key.as_str()) {
            statement.insert(key, value);
        } else {
            limits.insert(key, value);
        }
    }
    statement.insert("options".to_owned(), Json::Object(limits));
    run(state, statement, Some(module), role)
}

/// `heliosdb_alter_procedure(name, action [, module])`; the action is one object such as
/// `{"use_version": 1}`, `{"add_version": null}`, `{"rename": "q"}`, `{"comment": "…"}` or
/// `{"set": {"timeout_ms": 500}}`.
pub fn alter(
    state: &DatabaseState,
    name: &str,
    action: &str,
    module: Option<&[u8]>,
    role: Option<Arc<Role>>,
) -> EngineResult<String> {
    const ACTIONS: [&str; 5] = ["add_version", "use_version", "rename", "set", "comment"];
    let mut statement = named("alter_procedure", name)?;
    let mut chosen = None;
    let mut details = Fields::new();
    for (key, value) in fields("action", Some(action))? {
        if ACTIONS.contains(&key.as_str()) {
            if chosen.replace((key, value)).is_some() {
                return Err(invalid("an action does one thing", &ACTIONS));
            }
        } else if ["capabilities", "entry"].contains(&key.as_str()) {
            details.insert(key, value);
        } else if PLACE.contains(&key.as_str())
            || ["if_exists", "parameter_types"].contains(&key.as_str())
        {
            statement.insert(key, value);
        } else {
            return Err(invalid(&format!("an action has no {key}"), &ACTIONS));
        }
    }
    let Some((kind, value)) = chosen else {
        return Err(invalid("the action says nothing to do", &ACTIONS));
    };
    let (kind, key) = match kind.as_str() {
        "comment" => ("set_comment", "comment"),
        "set" => ("set", "options"),
        "rename" => ("rename", "name"),
        "use_version" => ("use_version", "version"),
        _ => ("add_version", "version"),
    };
    if module.is_some() != (kind == "add_version") {
        return Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "a module belongs to add_version, and only to it",
        ));
    }
    if kind != "add_version" && !details.is_empty() {
        return Err(invalid(
            "capabilities and entry belong to add_version",
            &ACTIONS,
        ));
    }
    details.insert("kind".to_owned(), Json::from(kind));
    details.insert(key.to_owned(), value);
    statement.insert("action".to_owned(), Json::Object(details));
    run(state, statement, module, role)
}

/// `heliosdb_drop_procedure(name [, options])`.
pub fn drop(
    state: &DatabaseState,
    name: &str,
    options: Option<&str>,
    role: Option<Arc<Role>>,
) -> EngineResult<String> {
    let known = [
        "database",
        "schema",
        "if_exists",
        "cascade",
        "parameter_types",
    ];
    let mut statement = named("drop_procedure", name)?;
    for (key, value) in fields("options", options)? {
        if !known.contains(&key.as_str()) {
            return Err(invalid(&format!("DROP has no option {key}"), &known));
        }
        statement.insert(key, value);
    }
    run(state, statement, None, role)
}

/// Plans and runs a statement, again when the registry changed in between. Returns the notices.
fn run(
    state: &DatabaseState,
    statement: Fields,
    module: Option<&[u8]>,
    role: Option<Arc<Role>>,
) -> EngineResult<String> {
    let connection = state.connect()?;
    let statement = Json::Object(statement);
    for _ in 0..ATTEMPTS_MAX {
        let parsed: Statement = serde_json::from_value(statement.clone()).map_err(|error| {
            EngineError::new(
                ErrorCode::InvalidParameterValue,
                "an option is not known or not valid",
            )
            .detail(error.to_string())
        })?;
        if let Some(database) = parsed.database() {
            connection.execute(&format!("USE {}", quote_identifier(database)))?;
        }
        if matches!(parsed, Statement::CreateProcedure(_)) || installed(&connection)?.is_some() {
            migrate::migrate(&connection)?;
        }
        let name = parsed.name().to_owned();
        let current = current(&connection, &name)?;
        let plan = ddl::plan(
            state,
            &connection,
            parsed,
            module,
            current.as_deref(),
            role.clone(),
        )?;
        if plan.statements.is_empty() || apply(&connection, &plan, &name, current.as_deref())? {
            state.registry.refresh(state)?;
            return Ok(plan.notices.join("\n"));
        }
    }
    Err(EngineError::new(
        ErrorCode::SerializationFailure,
        "the procedure is being changed by others",
    ))
}

/// Runs a plan in one transaction; false when the registry is not what it was planned for.
fn apply(
    connection: &Connection,
    plan: &DdlPlan,
    name: &str,
    planned_for: Option<&str>,
) -> EngineResult<bool> {
    connection.execute("BEGIN TRANSACTION")?;
    let work = || {
        if current(connection, name)?.as_deref() != planned_for {
            return Ok(false);
        }
        for statement in &plan.statements {
            connection.execute(statement)?;
        }
        connection.execute("COMMIT").map(|()| true)
    };
    let outcome = work();
    if !matches!(outcome, Ok(true)) {
        // A failed COMMIT has rolled back already; then there is nothing to roll back.
        let _ = connection.execute("ROLLBACK");
    }
    outcome
}

fn current(connection: &Connection, name: &str) -> EngineResult<Option<String>> {
    let Some(database) = installed(connection)? else {
        return Ok(None);
    };
    let sql = CURRENT.replace("{q}", &quote_identifier(&database));
    let rows = connection.query_with(&sql, &[Value::Varchar(name.to_owned())])?;
    match rows.rows.into_iter().flatten().next() {
        Some(Value::Varchar(text)) => Ok(Some(text)),
        _ => Ok(None),
    }
}

/// The current database, if it has a registry.
fn installed(connection: &Connection) -> EngineResult<Option<String>> {
    connection.query_text(
        "SELECT current_database() FROM duckdb_tables() \
         WHERE database_name = current_database() AND schema_name = 'heliosdb' \
         AND table_name = 'procedures'",
    )
}

/// A statement about `name` or `schema.name`, either part quoted or not.
fn named(kind: &str, text: &str) -> EngineResult<Fields> {
    let mut parts = parameter_text::name_parts(text)?;
    let name = parts.pop().unwrap_or_default();
    let mut statement = Fields::new();
    statement.insert("kind".to_owned(), Json::from(kind));
    statement.insert("name".to_owned(), Json::from(name));
    for (key, part) in ["schema", "database"]
        .into_iter()
        .zip(parts.into_iter().rev())
    {
        statement.insert(key.to_owned(), Json::from(part));
    }
    Ok(statement)
}

fn fields(what: &str, text: Option<&str>) -> EngineResult<Fields> {
    let Some(text) = text.filter(|text| !text.trim().is_empty()) else {
        return Ok(Fields::new());
    };
    serde_json::from_str(text).map_err(|error| {
        EngineError::new(
            ErrorCode::InvalidParameterValue,
            format!("{what} must be a JSON object"),
        )
        .detail(error.to_string())
    })
}

fn invalid(message: &str, known: &[&str]) -> EngineError {
    EngineError::new(ErrorCode::InvalidParameterValue, message)
        .hint(format!("known: {}", known.join(", ")))
}

/// The capabilities of a JSON list.
pub fn capability_list(text: &str) -> EngineResult<Vec<String>> {
    serde_json::from_str(text).map_err(|error| {
        EngineError::new(
            ErrorCode::InvalidParameterValue,
            "capabilities must be a JSON list of texts",
        )
        .detail(error.to_string())
    })
}

/// `heliosdb_effective_limits(options)`: every limit of a procedure, defaults included.
pub fn effective_limits(options: &str) -> EngineResult<String> {
    let limits: Limits = serde_json::from_str(options).map_err(|error| {
        EngineError::new(ErrorCode::DataCorrupted, "the options cannot be read")
            .detail(error.to_string())
    })?;
    serde_json::to_string(&limits).map_err(|error| EngineError::internal(error.to_string()))
}
