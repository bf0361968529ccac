//! Functions that define procedures: the plan for gateways, and whole definitions for clients that
//! have none.

use std::sync::Arc;

use super::caller::Caller;
use super::{Body, SqlFunction, missing_argument, text};
use crate::duckdb::{
    Connection, ScalarFunctionSpec, register_scalar_function, register_scalar_functions,
};
use crate::error::EngineResult;
use crate::registry;
use crate::state::DatabaseState;
use crate::value::LogicalType::{Blob, Integer, Varchar};
use crate::value::{LogicalType, Value};

pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    let forms: [(&'static str, &[&[LogicalType]], LogicalType, Body); 4] = [
        ("heliosdb_migrate", &[&[], &[Varchar]], Integer, migrate),
        (
            "heliosdb_create_procedure",
            &[
                &[Varchar, Varchar, Varchar, Blob],
                &[Varchar, Varchar, Varchar, Blob, Varchar],
            ],
            Varchar,
            create,
        ),
        (
            "heliosdb_alter_procedure",
            &[&[Varchar, Varchar], &[Varchar, Varchar, Blob]],
            Varchar,
            alter,
        ),
        (
            "heliosdb_drop_procedure",
            &[&[Varchar], &[Varchar, Varchar]],
            Varchar,
            drop,
        ),
    ];
    for (name, parameters, returns, body) in forms {
        let functions = parameters
            .iter()
            .map(|parameters| describe(state, name, parameters, &returns, body))
            .collect();
        register_scalar_functions(connection, name, functions)?;
    }
    let (spec, function) = describe(
        state,
        "heliosdb_plan_ddl",
        &[Varchar, Blob, Varchar],
        &Varchar,
        plan,
    );
    register_scalar_function(connection, &spec, function)
}

pub(super) fn describe<'a>(
    state: &Arc<DatabaseState>,
    name: &'static str,
    parameters: &'a [LogicalType],
    returns: &'a LogicalType,
    body: Body,
) -> (ScalarFunctionSpec<'a>, SqlFunction) {
    let spec = ScalarFunctionSpec {
        name,
        parameters,
        takes_any: false,
        returns,
        // None may be folded: they change state or look at state that changes.
        is_volatile: true,
    };
    let function = SqlFunction {
        name,
        state: Arc::clone(state),
        parameters: parameters.into(),
        returns: returns.clone(),
        body,
    };
    (spec, function)
}

fn migrate(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let connection = caller.connect()?;
    if let Some(database) = arguments.first() {
        let database = text(database).ok_or_else(|| missing_argument("database"))?;
        connection.execute(&format!("USE {}", registry::quote_identifier(database)))?;
    }
    registry::migrate(&connection).map(Value::Integer)
}

fn plan(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let [Value::Varchar(statement), module, current] = arguments else {
        return Err(missing_argument("statement"));
    };
    registry::plan_ddl(
        caller,
        statement,
        blob(module),
        text(current),
        caller.role()?,
    )
    .map(Value::Varchar)
}

fn create(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let required = |index: usize, name: &str| {
        arguments
            .get(index)
            .and_then(text)
            .ok_or_else(|| missing_argument(name))
    };
    let module = arguments
        .get(3)
        .and_then(blob)
        .ok_or_else(|| missing_argument("module"))?;
    let notices = registry::create(
        caller,
        required(0, "name")?,
        required(1, "parameters")?,
        required(2, "returns")?,
        module,
        arguments.get(4).and_then(text),
        caller.role()?,
    )?;
    Ok(Value::Varchar(notices))
}

fn alter(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let [Value::Varchar(name), Value::Varchar(action), module @ ..] = arguments else {
        return Err(missing_argument("name or action"));
    };
    let module = module.first().and_then(blob);
    registry::alter(caller, name, action, module, caller.role()?).map(Value::Varchar)
}

fn drop(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let [Value::Varchar(name), options @ ..] = arguments else {
        return Err(missing_argument("name"));
    };
    registry::drop(caller, name, options.first().and_then(text), caller.role()?).map(Value::Varchar)
}

fn blob(value: &Value) -> Option<&[u8]> {
    match value {
        Value::Blob(bytes) => Some(bytes),
        _ => None,
    }
}
