//! Functions with which a door gives a connection to a role and judges the role's statements.

use std::sync::Arc;

use super::caller::Caller;
use super::definitions::describe;
use super::{Body, missing_argument};
use crate::duckdb::{Connection, register_scalar_functions};
use crate::error::EngineResult;
use crate::registry::quote_identifier;
use crate::rights::{Rights, admit_statement};
use crate::state::DatabaseState;
use crate::value::LogicalType::{BigInt, Boolean, Varchar};
use crate::value::{LogicalType, Value};

pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    let forms: [(&'static str, &[&[LogicalType]], LogicalType, Body); 5] = [
        (
            "heliosdb_set_role",
            &[&[Varchar], &[BigInt, Varchar]],
            Varchar,
            set_role,
        ),
        ("heliosdb_current_role", &[&[]], Varchar, current_role),
        (
            "heliosdb_check_statement",
            &[&[Varchar, Varchar]],
            Boolean,
            check_statement,
        ),
        (
            "heliosdb_admitted_statement",
            &[&[Varchar, Varchar], &[Varchar, Varchar, Varchar]],
            Varchar,
            admitted_statement,
        ),
        (
            "heliosdb_has_row_filters",
            &[&[Varchar]],
            Boolean,
            has_row_filters,
        ),
    ];
    for (name, parameters, returns, body) in forms {
        let functions = parameters
            .iter()
            .map(|parameters| describe(state, name, parameters, &returns, body))
            .collect();
        register_scalar_functions(connection, name, functions)?;
    }
    Ok(())
}

/// `heliosdb_set_role([connection id,] role)`: from now on the connection's statements are the
/// role's; NULL gives them back to the owner, which a role cannot do for itself.
fn set_role(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let (connection_id, role) = match arguments {
        [role] => (caller.connection_id(), role),
        [Value::BigInt(id), role] => (*id as u64, role),
        _ => return Err(missing_argument("connection id")),
    };
    let role = match role {
        Value::Varchar(name) => Some(caller.registry.role(caller, name)?.name.clone()),
        _ => None,
    };
    caller.set_role(connection_id, role.clone());
    Ok(role.map_or(Value::Null, Value::Varchar))
}

fn current_role(caller: &Caller, _arguments: &[Value]) -> EngineResult<Value> {
    let role = caller.role_name(caller.connection_id());
    Ok(role.map_or(Value::Null, Value::Varchar))
}

/// `heliosdb_check_statement(role, sql)`: fails when a statement touches what its role was not
/// granted, judged on what DuckDB binds. EXECUTE is checked when a procedure is called.
fn check_statement(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    admitted_statement(caller, arguments).map(|_| Value::Boolean(true))
}

/// `heliosdb_admitted_statement(role, sql[, database])`: the statement as the role may run it, with
/// its row filters in; fails as `heliosdb_check_statement` does. The role may also read the tables
/// of a database that the door keeps for it.
fn admitted_statement(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let [Value::Varchar(role), Value::Varchar(sql), rest @ ..] = arguments else {
        return Err(missing_argument("role or statement"));
    };
    let role = caller.registry.role(caller, role)?;
    let mut rights = role.rights();
    if let [Value::Varchar(database)] = rest {
        let mut tables = (*role.tables).clone();
        tables.add(&format!("read:{}.*.*", quote_identifier(database)), "")?;
        rights = Rights::of(Arc::new(tables), None).within(&role.row_filters);
    }
    let connection = caller.connect()?;
    admit_statement(&connection, sql, &rights, &role.name, &caller.registry).map(Value::Varchar)
}

/// `heliosdb_has_row_filters(role)`: whether the role sees only some rows of something.
fn has_row_filters(caller: &Caller, arguments: &[Value]) -> EngineResult<Value> {
    let [Value::Varchar(role)] = arguments else {
        return Err(missing_argument("role"));
    };
    let role = caller.registry.role(caller, role)?;
    Ok(Value::Boolean(!role.row_filters.is_empty()))
}
