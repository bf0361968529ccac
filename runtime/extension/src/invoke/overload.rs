//! The internal functions of procedures that share a name: one set a name, among whose functions
//! DuckDB chooses by the types of the arguments, as it does among its own.
//!
//! A call may leave out parameters at its end; the macro then hands on a value of a type that
//! nothing else has, and the functions of the set differ in where they expect it.

use std::sync::Arc;

use super::{Bound, BoundVersion, Invoke, LEADING_ARGUMENTS, Local, internal_only, version_number};
use crate::duckdb::{
    BindInfo, Connection, ConstantColumn, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec,
    register_scalar_functions,
};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::{OverloadSet, Volatility};
use crate::state::DatabaseState;
use crate::value::convert::convert;
use crate::value::{LogicalType, Value};

/// The only field of the value that stands for an argument left out.
pub const MISSING_ARGUMENT: &str = "heliosdb_missing";

/// Registers the functions of a name unless they are there. True when they were registered by this
/// call, which transactions already open cannot see.
pub fn ensure_overloads(
    state: &DatabaseState,
    connection: &Connection,
    name: &str,
    set: &OverloadSet,
) -> EngineResult<bool> {
    let Some(owner) = state.myself() else {
        return Err(EngineError::internal("the database is closing"));
    };
    let function_name = set.function_name(name);
    let mut registered = state.registered_returns.lock();
    if registered.contains(&function_name) {
        return Ok(false);
    }
    let most = set.parameter_names().len();
    let mut signatures = Vec::new();
    for overload in set.overloads() {
        let types: Arc<[LogicalType]> = overload.logical_types(connection)?.into();
        for given in overload.required_count()..=types.len() {
            let mut parameters = vec![LogicalType::Varchar, LogicalType::Integer];
            parameters.extend(types[..given].iter().cloned());
            parameters.resize(LEADING_ARGUMENTS + most, missing_type());
            let defaults: Vec<String> = overload.parameters[given..]
                .iter()
                .map(|parameter| {
                    let default = parameter.default.as_deref().unwrap_or("NULL");
                    format!("CAST(({default}) AS {})", parameter.type_name)
                })
                .collect();
            let function = Overload {
                inner: Invoke {
                    state: Arc::clone(&owner),
                    returns: overload.returns.clone(),
                },
                procedure_id: overload.id.clone(),
                types: Arc::clone(&types),
                given,
                defaults,
            };
            signatures.push((parameters, overload, function));
        }
    }
    if signatures.len() == 1 {
        // DuckDB waits for the types of untyped arguments only when there is a choice.
        let (mut unused, overload, mut function) = signatures[0].clone();
        unused[LEADING_ARGUMENTS..].fill(missing_type());
        function.given = function.types.len();
        signatures.push((unused, overload, function));
    }
    let functions = signatures
        .iter()
        .map(|(parameters, overload, function)| {
            let spec = ScalarFunctionSpec {
                name: &function_name,
                parameters,
                takes_any: false,
                returns: &overload.returns,
                // A default may look at the database whatever the procedure does.
                is_volatile: overload.volatility != Volatility::Immutable
                    || !function.defaults.is_empty(),
            };
            (spec, function.clone())
        })
        .collect();
    register_scalar_functions(connection, &function_name, functions)?;
    registered.insert(function_name);
    Ok(true)
}

fn missing_type() -> LogicalType {
    LogicalType::Struct(vec![(MISSING_ARGUMENT.to_owned(), LogicalType::Boolean)])
}

/// Whether DuckDB casts values of all types to this one, that of a missing argument included.
fn takes_anything(logical_type: &LogicalType) -> bool {
    use LogicalType::{Enum, Json, Struct, Union, Varchar, Variant};
    matches!(
        logical_type,
        Varchar | Json | Variant | Enum(_) | Struct(_) | Union(_)
    )
}

/// One overload, called with a certain number of arguments.
#[derive(Clone)]
struct Overload {
    inner: Invoke,
    procedure_id: String,
    /// Of all its parameters.
    types: Arc<[LogicalType]>,
    given: usize,
    /// SQL of the parameters that are not given.
    defaults: Vec<String>,
}

impl Overload {
    /// A procedure's query is judged by its plan, in which these defaults do not show; so there
    /// they must not read.
    fn check_defaults(&self, info: &InitInfo) -> EngineResult<()> {
        let is_nested = self
            .inner
            .state
            .nested_context(info.connection_id())
            .is_some();
        let reads = |default: &String| {
            default
                .to_ascii_lowercase()
                .split(|character: char| !character.is_ascii_alphanumeric() && character != '_')
                .any(|word| ["select", "from", "table", "values", "pivot"].contains(&word))
        };
        if is_nested && self.defaults.iter().any(reads) {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                "a default that queries cannot be used in a procedure's query",
            )
            .hint("give the argument"));
        }
        Ok(())
    }
}

/// One occurrence on one thread during one execution.
struct OverloadLocal {
    inner: Local,
    defaults: Vec<ConstantColumn>,
}

impl ScalarFunction for Overload {
    type Bind = Bound;
    type Local = OverloadLocal;

    fn bind(&self, info: &BindInfo) -> EngineResult<Bound> {
        if info.argument_count() < LEADING_ARGUMENTS + self.given {
            return Err(internal_only());
        }
        let state = &self.inner.state;
        let procedure = state.registry.get(state, &self.procedure_id)?;
        for index in (0..self.given).filter(|index| takes_anything(&self.types[*index])) {
            if info.argument_type(LEADING_ARGUMENTS + index)? == missing_type() {
                return Err(EngineError::new(
                    ErrorCode::UndefinedFunction,
                    format!("no procedure {} takes {index} arguments", procedure.name),
                ));
            }
        }
        let version = match info.constant_argument(1)? {
            Some(Value::Null) => BoundVersion::Active,
            Some(value) => BoundVersion::Fixed(version_number(&value)?),
            None => BoundVersion::Argument,
        };
        if let BoundVersion::Fixed(number) = version {
            procedure.version(Some(number))?;
        }
        // The declared types, not the given ones: DuckDB casts after this.
        let leading = [LogicalType::Varchar, LogicalType::Integer];
        let argument_types = leading.iter().chain(self.types.iter()).cloned();
        Ok(Bound {
            procedure_id: self.procedure_id.clone(),
            argument_types: Some(argument_types.collect()),
            version,
        })
    }

    fn init(&self, bound: &Bound, info: &InitInfo) -> EngineResult<OverloadLocal> {
        let inner = self.inner.init(bound, info)?;
        let mut defaults = Vec::with_capacity(self.defaults.len());
        if !self.defaults.is_empty() {
            self.check_defaults(info)?;
            // Once an execution, as DuckDB evaluates what depends on no row.
            let sql = format!("SELECT {}", self.defaults.join(", "));
            let row = self.inner.state.connect()?.query(&sql)?;
            let values = row.rows.into_iter().next().unwrap_or_default();
            for (value, logical_type) in values.into_iter().zip(&self.types[self.given..]) {
                let value = convert(value, logical_type)?;
                defaults.push(ConstantColumn::new(logical_type.clone(), value)?);
            }
        }
        Ok(OverloadLocal { inner, defaults })
    }

    fn invoke(
        &self,
        bound: &Bound,
        local: &mut OverloadLocal,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        let first = LEADING_ARGUMENTS + self.given;
        let columns = local
            .defaults
            .iter_mut()
            .enumerate()
            .map(|(index, column)| Ok((first + index, column.rows(info.row_count())?)))
            .collect::<EngineResult<Vec<_>>>()?;
        // SAFETY: the columns have their parameters' types and as many rows as the chunk, and
        // belong to `local`, which outlives the call.
        let info = unsafe { info.substituting(columns) };
        self.inner.invoke(bound, &mut local.inner, &info)
    }
}
