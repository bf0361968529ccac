//! The functions any client can call after LOAD: DDL planning, the registry, cancelling, flushing.

mod caller;
mod definitions;
mod roles;

use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};

use self::caller::Caller;
use crate::duckdb::{
    BindInfo, Connection, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec,
    TableFunctionSpec, register_scalar_function, register_table_function,
};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::observe;
use crate::registry;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value, write};
use crate::wasm::{FIXED_LIMITS, LIMITS, Limits, ModuleHash, cache_counts, compiled_count};

/// What a function does with one row's arguments.
type Body = fn(&Caller, &[Value]) -> EngineResult<Value>;

/// Registers every function of this file and its parts.
pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    scalar_functions(connection, state)?;
    definitions::register(connection, state)?;
    roles::register(connection, state)?;
    table_functions(connection, state)?;
    state_functions(connection, state)?;
    observe::register(connection, state)
}

fn scalar_functions(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    use LogicalType::{BigInt, Blob, Boolean, Varchar};
    let register =
        |name: &'static str, parameters: &[LogicalType], returns: LogicalType, body: Body| {
            register_scalar_function(
                connection,
                // All of them look at state that changes, so none may be folded.
                &ScalarFunctionSpec {
                    name,
                    parameters,
                    takes_any: false,
                    returns: &returns,
                    is_volatile: true,
                },
                SqlFunction {
                    name,
                    state: Arc::clone(state),
                    parameters: parameters.into(),
                    returns: returns.clone(),
                    body,
                },
            )
        };
    register("heliosdb_version", &[], Varchar, |_, _| {
        Ok(Value::Varchar(env!("CARGO_PKG_VERSION").to_owned()))
    })?;
    register("heliosdb_refresh", &[], Boolean, |state, _| {
        state.registry.refresh(state)?;
        Ok(Value::Boolean(true))
    })?;
    register("heliosdb_profile_start", &[], Boolean, |state, _| {
        Ok(Value::Boolean(state.profiler.start()))
    })?;
    register("heliosdb_profile_stop", &[], Varchar, |state, _| {
        Ok(state.profiler.stop().map_or(Value::Null, Value::Varchar))
    })?;
    register("heliosdb_flush", &[], Boolean, |state, _| {
        state.store.flush(state).map(Value::Boolean)
    })?;
    register("heliosdb_flush_due", &[], Boolean, |state, _| {
        state.store.flush_due(state).map(Value::Boolean)
    })?;
    register(
        "heliosdb_effective_limits",
        &[Varchar],
        Varchar,
        |_, arguments| match arguments {
            [Value::Varchar(options)] => registry::effective_limits(options).map(Value::Varchar),
            _ => Ok(Value::Null),
        },
    )?;
    register(
        "heliosdb_definition_defaults",
        &[Blob, Varchar, Varchar],
        Varchar,
        |_, arguments| match arguments {
            [Value::Blob(module), Value::Varchar(name), capabilities] => {
                let capabilities = text(capabilities).map(registry::capability_list);
                registry::definition_defaults(module, name, capabilities.transpose()?.as_deref())
                    .map(Value::Varchar)
            }
            _ => Ok(Value::Null),
        },
    )?;
    register(
        "heliosdb_staged_module",
        &[Varchar],
        Blob,
        |state, arguments| {
            let hash = text(&arguments[0]).and_then(ModuleHash::parse);
            let bytes = hash.and_then(|hash| state.registry.staged_module(&hash));
            bytes
                .map(|bytes| Value::Blob(bytes.to_vec()))
                .ok_or_else(|| {
                    EngineError::new(
                        ErrorCode::UndefinedObject,
                        "no module of that hash is staged",
                    )
                })
        },
    )?;
    register(
        "heliosdb_set_guard",
        &[Boolean],
        Boolean,
        |state, arguments| match arguments {
            [Value::Boolean(is_on)] => {
                state.set_guard(*is_on)?;
                Ok(Value::Boolean(*is_on))
            }
            _ => Err(missing_argument("on")),
        },
    )?;
    register(
        "heliosdb_cancel",
        &[BigInt],
        Boolean,
        |state, arguments| match arguments {
            [Value::BigInt(connection_id)] => Ok(Value::Boolean(
                state.executions.cancel(*connection_id as u64),
            )),
            _ => Err(missing_argument("connection id")),
        },
    )
}

fn table_functions(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    use LogicalType::{Boolean, Integer, Varchar};
    let owner = Arc::clone(state);
    register_table_function(
        connection,
        TableFunctionSpec {
            name: "heliosdb_procedures",
            columns: vec![
                ("name", Varchar),
                ("schema_name", Varchar),
                ("database_name", Varchar),
                ("signature", Varchar),
                ("parameters", Varchar),
                ("returns", Varchar),
                ("volatility", Varchar),
                ("active_version", Integer),
                ("versions", Varchar),
                ("entry", Varchar),
                ("capabilities", Varchar),
                ("limits", Varchar),
                ("called_on_null_input", Boolean),
                ("module_hash", Varchar),
                ("comment", Varchar),
                ("id", Varchar),
                // Why it cannot be called, if it cannot.
                ("problem", Varchar),
            ],
            rows: Box::new(move || procedure_rows(&owner)),
        },
    )
}

/// What the engine holds at this moment, and the bounds it works within.
fn state_functions(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    use LogicalType::{BigInt, Varchar};
    let owner = Arc::clone(state);
    register_table_function(
        connection,
        TableFunctionSpec {
            name: "heliosdb_engine_stats",
            columns: vec![("name", Varchar), ("value", BigInt)],
            rows: Box::new(move || Ok(stat_rows(&owner))),
        },
    )?;
    register_table_function(
        connection,
        TableFunctionSpec {
            name: "heliosdb_limits",
            columns: vec![
                ("name", Varchar),
                ("kind", Varchar),
                ("default_value", BigInt),
                ("minimum", BigInt),
                ("maximum", BigInt),
                ("sqlstate", Varchar),
                ("description", Varchar),
            ],
            rows: Box::new(|| Ok(limit_rows())),
        },
    )
}

fn stat_rows(state: &DatabaseState) -> Vec<Vec<Value>> {
    let idle = state.registry.idle_count() as u64;
    let live = state.guests.live();
    let (cache_hits, cache_misses) = cache_counts();
    let read = |counter: &AtomicU64| counter.load(Ordering::Relaxed);
    let stats = [
        ("instances_live", live),
        ("instances_idle", idle),
        // What running statements hold; 0 when nothing runs.
        ("instances_in_use", live.saturating_sub(idle)),
        ("instances_made", state.guests.made()),
        ("executions", state.executions.count() as u64),
        ("nested_connections", state.nested_count() as u64),
        ("cursors_streamed", read(&state.cursors.streamed)),
        ("cursors_kept", read(&state.cursors.kept)),
        ("modules_compiled_in_process", compiled_count() as u64),
        ("module_cache_hits_in_process", cache_hits),
        ("module_cache_misses_in_process", cache_misses),
    ];
    let heap = heap_bytes().map(|bytes| ("heap_bytes_in_process", bytes));
    stats
        .into_iter()
        .chain(heap)
        .map(|(name, value)| vec![varchar(name), count(value)])
        .collect()
}

/// What the whole process has allocated and not freed, DuckDB's pages apart; where the C library
/// tells. Unlike the process's size it does not move with what allocators keep for later.
fn heap_bytes() -> Option<u64> {
    #[cfg(all(target_os = "linux", target_env = "gnu"))]
    {
        // SAFETY: takes nothing; the allocator locks what it looks at.
        let info = unsafe { libc::mallinfo2() };
        Some((info.uordblks + info.hblkhd) as u64)
    }
    #[cfg(not(all(target_os = "linux", target_env = "gnu")))]
    None
}

fn limit_rows() -> Vec<Vec<Value>> {
    let defaults = Limits::default();
    let state = |sqlstate: &str| match sqlstate {
        "" => Value::Null,
        other => varchar(other),
    };
    let options = LIMITS.iter().map(|spec| {
        vec![
            varchar(spec.name),
            varchar("option"),
            count(spec.value(&defaults)),
            count(spec.minimum),
            count(spec.maximum),
            state(spec.sqlstate),
            varchar(spec.doc),
        ]
    });
    let fixed = FIXED_LIMITS.iter().map(|limit| {
        vec![
            varchar(limit.name),
            varchar("fixed"),
            count(limit.value),
            Value::Null,
            Value::Null,
            state(limit.sqlstate),
            varchar(limit.doc),
        ]
    });
    options.chain(fixed).collect()
}

fn count(number: u64) -> Value {
    Value::BigInt(i64::try_from(number).unwrap_or(i64::MAX))
}

fn procedure_rows(state: &DatabaseState) -> EngineResult<Vec<Vec<Value>>> {
    let json = |value: serde_json::Value| Value::Varchar(value.to_string());
    let procedures = state.registry.all(state)?;
    let faces = registry::faces(&state.connect()?)?;
    let mut rows: Vec<Vec<Value>> = procedures
        .iter()
        .map(|procedure| {
            let active = procedure.versions.get(&procedure.active_version);
            let versions: Vec<i32> = procedure.versions.keys().copied().collect();
            vec![
                varchar(&procedure.name),
                varchar(&procedure.schema),
                varchar(&procedure.database),
                varchar(&procedure.signature()),
                json(serde_json::json!(procedure.parameters)),
                varchar(&procedure.returns_name),
                varchar(procedure.volatility.name()),
                Value::Integer(procedure.active_version),
                json(serde_json::json!(versions)),
                active.map_or(Value::Null, |version| varchar(&version.entry)),
                active
                    .and_then(|version| version.capabilities.as_ref())
                    .map_or(Value::Null, |rights| json(serde_json::json!(rights))),
                json(serde_json::json!(procedure.limits)),
                Value::Boolean(procedure.called_on_null_input),
                active.map_or(Value::Null, |version| {
                    varchar(&version.module_hash.to_string())
                }),
                procedure.comment.as_deref().map_or(Value::Null, varchar),
                varchar(&procedure.id),
                faces
                    .problem(&procedure.database, &procedure.id)
                    .map_or(Value::Null, varchar),
            ]
        })
        .collect();
    for broken in state.registry.broken() {
        let mut row = vec![Value::Null; PROCEDURE_COLUMNS];
        row[0] = Value::Varchar(broken.name);
        row[1] = Value::Varchar(broken.schema);
        row[2] = Value::Varchar(broken.database);
        row[PROCEDURE_COLUMNS - 2] = Value::Varchar(broken.id);
        row[PROCEDURE_COLUMNS - 1] = Value::Varchar(broken.error.to_string());
        rows.push(row);
    }
    Ok(rows)
}

/// Columns of `heliosdb_procedures()`.
const PROCEDURE_COLUMNS: usize = 17;

fn varchar(text: &str) -> Value {
    Value::Varchar(text.to_owned())
}

fn text(value: &Value) -> Option<&str> {
    match value {
        Value::Varchar(text) => Some(text),
        _ => None,
    }
}

fn missing_argument(name: &str) -> EngineError {
    EngineError::new(
        ErrorCode::NullValueNotAllowed,
        format!("the argument {name} is missing"),
    )
}

/// A scalar function whose body is a plain Rust function over values.
struct SqlFunction {
    name: &'static str,
    state: Arc<DatabaseState>,
    /// As declared: an argument may still be untyped when a statement is bound.
    parameters: Arc<[LogicalType]>,
    returns: LogicalType,
    body: Body,
}

impl ScalarFunction for SqlFunction {
    type Bind = ();
    type Local = Caller;

    fn bind(&self, _info: &BindInfo) -> EngineResult<()> {
        Ok(())
    }

    fn init(&self, _bind: &Self::Bind, info: &InitInfo) -> EngineResult<Caller> {
        let caller = Caller::new(&self.state, info.connection_id());
        // A second line behind the verdict: a procedure never manages procedures.
        match self.state.nested_context(info.connection_id()) {
            None => caller.check_may_use(self.name).map(|()| caller),
            Some(_) if self.state.is_guard_off() => Ok(caller),
            Some(_) => Err(self.state.raise(
                info.connection_id(),
                EngineError::new(
                    ErrorCode::InsufficientPrivilege,
                    format!("procedures may not call {}()", self.name),
                ),
            )),
        }
    }

    fn invoke(&self, _bind: &(), caller: &mut Caller, info: &InvokeInfo) -> EngineResult<()> {
        for row in 0..info.row_count() {
            let arguments: Result<Vec<Value>, _> = self
                .parameters
                .iter()
                .enumerate()
                // SAFETY: `row` lies inside the chunk.
                .map(|(index, logical_type)| unsafe {
                    info.argument(index, logical_type).read(row)
                })
                .collect();
            let value = (self.body)(caller, &arguments?).map_err(|error| {
                if error.detail.is_none() && error.code == ErrorCode::InternalError {
                    error.detail(self.name)
                } else {
                    error
                }
            })?;
            // SAFETY: the output has the registered return type and room for the chunk.
            unsafe { write::write(info.output(), &self.returns, row, &value) }?;
        }
        Ok(())
    }
}
