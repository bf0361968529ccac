//! Registering scalar functions and the three moments DuckDB calls them in: bind, init, execute.

use std::ffi::c_void;
use std::ptr;
use std::sync::Arc;

use libduckdb_sys as ffi;

use super::callback::{c_string, contain_with, drop_box};
use super::connection::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::value::bind::{OwnedValue, read_boxed};
use crate::value::logical_type::OwnedLogicalType;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value};

/// What a scalar function does at each of its moments.
///
/// `Bind` lives as long as a prepared plan and is cloned with it; `Local` is the state of one
/// execution on one thread for one occurrence of the function.
pub trait ScalarFunction: Send + Sync + 'static {
    type Bind: Clone + Send + Sync + 'static;
    type Local: 'static;

    fn bind(&self, info: &BindInfo) -> EngineResult<Self::Bind>;
    fn init(&self, bind: &Self::Bind, info: &InitInfo) -> EngineResult<Self::Local>;
    fn invoke(
        &self,
        bind: &Self::Bind,
        local: &mut Self::Local,
        info: &InvokeInfo,
    ) -> EngineResult<()>;
}

/// How a scalar function is registered.
pub struct ScalarFunctionSpec<'a> {
    pub name: &'a str,
    pub parameters: &'a [LogicalType],
    /// Accepts further arguments of any type.
    pub takes_any: bool,
    pub returns: &'a LogicalType,
    /// Evaluated for every row, never folded; otherwise DuckDB may fold and reorder it.
    pub is_volatile: bool,
}

/// The bind moment: constant arguments can be read here.
pub struct BindInfo {
    raw: ffi::duckdb_bind_info,
}

impl BindInfo {
    /// The id of the connection whose statement is being bound.
    pub fn connection_id(&self) -> u64 {
        let mut context: ffi::duckdb_client_context = ptr::null_mut();
        // SAFETY: `raw` is valid during bind; the context is destroyed after its use.
        unsafe {
            ffi::duckdb_scalar_function_get_client_context(self.raw, &mut context);
            let id = ffi::duckdb_client_context_get_connection_id(context);
            ffi::duckdb_destroy_client_context(&mut context);
            id
        }
    }

    pub fn argument_count(&self) -> usize {
        // SAFETY: `raw` is valid during bind.
        unsafe { ffi::duckdb_scalar_function_bind_get_argument_count(self.raw) as usize }
    }

    /// The logical type of an argument; fails for one with a subquery in it.
    pub fn argument_type(&self, index: usize) -> EngineResult<LogicalType> {
        self.with_argument(index, |expression| {
            // SAFETY: the expression is alive; the returned type is ours and destroyed with its owner.
            unsafe {
                let raw =
                    OwnedLogicalType::from_raw(ffi::duckdb_expression_return_type(expression));
                // While a macro is created its parameters have no type yet, and neither has a
                // prepared statement's: the statement is bound again before it runs.
                if ffi::duckdb_get_type_id(raw.as_raw()) == ffi::DUCKDB_TYPE_DUCKDB_TYPE_INVALID {
                    return Ok(LogicalType::SqlNull);
                }
                Ok(LogicalType::from_duckdb(raw.as_raw())?)
            }
        })
    }

    /// An argument's value when it is known at bind time; fails for one with a subquery in it.
    pub fn constant_argument(&self, index: usize) -> EngineResult<Option<Value>> {
        self.with_argument(index, |expression| {
            // SAFETY: all handles are alive here and destroyed on every path.
            unsafe {
                if !ffi::duckdb_expression_is_foldable(expression) {
                    return Ok(None);
                }
                let mut context: ffi::duckdb_client_context = ptr::null_mut();
                ffi::duckdb_scalar_function_get_client_context(self.raw, &mut context);
                let mut value: ffi::duckdb_value = ptr::null_mut();
                let mut error = ffi::duckdb_expression_fold(context, expression, &mut value);
                ffi::duckdb_destroy_client_context(&mut context);
                let failed = !error.is_null() && ffi::duckdb_error_data_has_error(error);
                ffi::duckdb_destroy_error_data(&mut error);
                let value = OwnedValue::from_raw(value);
                if failed || value.as_raw().is_null() {
                    return Ok(None);
                }
                Ok(Some(read_boxed(value.as_raw())?.0))
            }
        })
    }

    fn with_argument<T>(
        &self,
        index: usize,
        read: impl FnOnce(ffi::duckdb_expression) -> EngineResult<T>,
    ) -> EngineResult<T> {
        // SAFETY: `raw` is valid during bind; the expression is ours to destroy.
        let mut expression =
            unsafe { ffi::duckdb_scalar_function_bind_get_argument(self.raw, index as u64) };
        if expression.is_null() {
            // DuckDB cannot copy a subquery, and the statement has failed for it now.
            return Err(EngineError::new(
                ErrorCode::FeatureNotSupported,
                "this argument cannot be a subquery",
            )
            .detail("its type has to be known before the statement runs")
            .hint("select it first: SELECT p(x) FROM (SELECT (SELECT …) AS x)"));
        }
        let outcome = read(expression);
        // SAFETY: not used afterwards.
        unsafe { ffi::duckdb_destroy_expression(&mut expression) };
        outcome
    }
}

/// The init moment: once per execution, thread and occurrence.
pub struct InitInfo {
    raw: ffi::duckdb_init_info,
}

impl InitInfo {
    /// The id of the connection whose statement is being executed.
    pub fn connection_id(&self) -> u64 {
        let mut context: ffi::duckdb_client_context = ptr::null_mut();
        // SAFETY: `raw` is valid during init; the context is destroyed after its use.
        unsafe {
            ffi::duckdb_scalar_function_init_get_client_context(self.raw, &mut context);
            let id = ffi::duckdb_client_context_get_connection_id(context);
            ffi::duckdb_destroy_client_context(&mut context);
            id
        }
    }
}

/// One chunk to evaluate.
pub struct InvokeInfo {
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
    /// Columns that stand in for arguments of the chunk, by the argument's index.
    substitutes: Vec<(usize, ffi::duckdb_vector)>,
}

impl InvokeInfo {
    pub fn row_count(&self) -> usize {
        // SAFETY: the chunk is valid during the call.
        unsafe { ffi::duckdb_data_chunk_get_size(self.chunk) as usize }
    }

    /// The logical types of all arguments.
    pub fn argument_types(&self) -> EngineResult<Arc<[LogicalType]>> {
        // SAFETY: the chunk and its vectors are valid during the call; a type is ours and
        // destroyed with its owner.
        unsafe {
            (0..ffi::duckdb_data_chunk_get_column_count(self.chunk))
                .map(|index| {
                    let vector = ffi::duckdb_data_chunk_get_vector(self.chunk, index);
                    let raw =
                        OwnedLogicalType::from_raw(ffi::duckdb_vector_get_column_type(vector));
                    Ok(LogicalType::from_duckdb(raw.as_raw())?)
                })
                .collect()
        }
    }

    /// A reader of argument `index`, which has this type.
    pub fn argument<'a>(&'a self, index: usize, logical_type: &'a LogicalType) -> VectorReader<'a> {
        let substitute = self
            .substitutes
            .iter()
            .find(|(position, _)| *position == index);
        // SAFETY: DuckDB passes exactly the bound arguments, flattened, with the types of their
        // columns, which are the declared ones where there are any; a substitute has the type it
        // was made with.
        unsafe {
            let vector = match substitute {
                Some((_, vector)) => *vector,
                None => ffi::duckdb_data_chunk_get_vector(self.chunk, index as u64),
            };
            VectorReader::new(vector, logical_type)
        }
    }

    /// The same chunk with columns in the place of some of its arguments.
    ///
    /// # Safety
    /// Every column must have the type its argument is read with, hold at least as many rows as
    /// the chunk, and live as long as the result is used.
    pub unsafe fn substituting(&self, substitutes: Vec<(usize, ffi::duckdb_vector)>) -> Self {
        Self {
            chunk: self.chunk,
            output: self.output,
            substitutes,
        }
    }

    pub fn output(&self) -> ffi::duckdb_vector {
        self.output
    }
}

/// Registers a function on a connection; it becomes visible to transactions started afterwards.
pub fn register_scalar_function<F: ScalarFunction>(
    connection: &Connection,
    spec: &ScalarFunctionSpec<'_>,
    function: F,
) -> EngineResult<()> {
    let mut raw = describe(spec, function)?;
    // SAFETY: the function was just made; DuckDB copies what it keeps.
    let state = unsafe {
        let state = ffi::duckdb_register_scalar_function(connection.raw(), raw);
        ffi::duckdb_destroy_scalar_function(&mut raw);
        state
    };
    registered(state, spec.name)
}

/// Registers functions of one name, among which DuckDB chooses by the types of the arguments.
pub fn register_scalar_functions<F: ScalarFunction>(
    connection: &Connection,
    name: &str,
    functions: Vec<(ScalarFunctionSpec<'_>, F)>,
) -> EngineResult<()> {
    let text = c_string(name);
    // SAFETY: the set and its functions are made here and destroyed on every path; DuckDB copies
    // what it keeps.
    let state = unsafe {
        let mut set = ffi::duckdb_create_scalar_function_set(text.as_ptr());
        let mut outcome = Ok(ffi::duckdb_state_DuckDBSuccess);
        for (spec, function) in functions {
            outcome = describe(&spec, function).map(|mut raw| {
                let state = ffi::duckdb_add_scalar_function_to_set(set, raw);
                ffi::duckdb_destroy_scalar_function(&mut raw);
                state
            });
            if !matches!(outcome, Ok(ffi::duckdb_state_DuckDBSuccess)) {
                break;
            }
        }
        if matches!(outcome, Ok(ffi::duckdb_state_DuckDBSuccess)) {
            outcome = Ok(ffi::duckdb_register_scalar_function_set(
                connection.raw(),
                set,
            ));
        }
        ffi::duckdb_destroy_scalar_function_set(&mut set);
        outcome?
    };
    registered(state, name)
}

fn registered(state: ffi::duckdb_state, name: &str) -> EngineResult<()> {
    if state == ffi::duckdb_state_DuckDBSuccess {
        return Ok(());
    }
    Err(EngineError::internal(format!(
        "DuckDB did not register the function {name}"
    )))
}

/// A function as DuckDB wants it described; to be destroyed by the caller.
fn describe<F: ScalarFunction>(
    spec: &ScalarFunctionSpec<'_>,
    function: F,
) -> EngineResult<ffi::duckdb_scalar_function> {
    let parameters = spec
        .parameters
        .iter()
        .map(LogicalType::to_duckdb)
        .collect::<Result<Vec<_>, _>>()?;
    let returns = spec.returns.to_duckdb()?;
    let name = c_string(spec.name);
    // SAFETY: every handle is created here and alive while it is used; the extra info is owned by
    // DuckDB from the call on that sets it.
    unsafe {
        let raw = ffi::duckdb_create_scalar_function();
        ffi::duckdb_scalar_function_set_name(raw, name.as_ptr());
        for parameter in &parameters {
            ffi::duckdb_scalar_function_add_parameter(raw, parameter.as_raw());
        }
        if spec.takes_any {
            let mut any = ffi::duckdb_create_logical_type(ffi::DUCKDB_TYPE_DUCKDB_TYPE_ANY);
            ffi::duckdb_scalar_function_set_varargs(raw, any);
            ffi::duckdb_destroy_logical_type(&mut any);
        }
        ffi::duckdb_scalar_function_set_return_type(raw, returns.as_raw());
        if spec.is_volatile {
            ffi::duckdb_scalar_function_set_volatile(raw);
        }
        // NULL arguments are ours to judge: some procedures want to see them.
        ffi::duckdb_scalar_function_set_special_handling(raw);
        let extra = Box::into_raw(Box::new(function)).cast::<c_void>();
        ffi::duckdb_scalar_function_set_extra_info(raw, extra, Some(drop_box::<F>));
        ffi::duckdb_scalar_function_set_bind(raw, Some(bind::<F>));
        ffi::duckdb_scalar_function_set_init(raw, Some(init::<F>));
        ffi::duckdb_scalar_function_set_function(raw, Some(invoke::<F>));
        Ok(raw)
    }
}

unsafe extern "C" fn copy_bind<B: Clone>(data: *mut c_void) -> *mut c_void {
    // SAFETY: `data` is the bind data set below.
    Box::into_raw(Box::new(unsafe { &*data.cast::<B>() }.clone())).cast()
}

unsafe extern "C" fn bind<F: ScalarFunction>(raw: ffi::duckdb_bind_info) {
    contain_with(
        || {
            // SAFETY: the extra info was set to an `F` at registration.
            let function =
                unsafe { &*ffi::duckdb_scalar_function_bind_get_extra_info(raw).cast::<F>() };
            let data = function.bind(&BindInfo { raw })?;
            // SAFETY: DuckDB owns the bind data from here on.
            unsafe {
                ffi::duckdb_scalar_function_set_bind_data(
                    raw,
                    Box::into_raw(Box::new(data)).cast(),
                    Some(drop_box::<F::Bind>),
                );
                ffi::duckdb_scalar_function_set_bind_data_copy(raw, Some(copy_bind::<F::Bind>));
            }
            Ok(())
        },
        // SAFETY: `raw` is valid during bind.
        |text| unsafe { ffi::duckdb_scalar_function_bind_set_error(raw, text.as_ptr()) },
    );
}

unsafe extern "C" fn init<F: ScalarFunction>(raw: ffi::duckdb_init_info) {
    contain_with(
        || {
            // SAFETY: extra info and bind data were set by this module.
            let (function, data) = unsafe {
                (
                    &*ffi::duckdb_scalar_function_init_get_extra_info(raw).cast::<F>(),
                    &*ffi::duckdb_scalar_function_init_get_bind_data(raw).cast::<F::Bind>(),
                )
            };
            let local = function.init(data, &InitInfo { raw })?;
            // SAFETY: DuckDB owns the state from here on.
            unsafe {
                ffi::duckdb_scalar_function_init_set_state(
                    raw,
                    Box::into_raw(Box::new(local)).cast(),
                    Some(drop_box::<F::Local>),
                );
            }
            Ok(())
        },
        // SAFETY: `raw` is valid during init.
        |text| unsafe { ffi::duckdb_scalar_function_init_set_error(raw, text.as_ptr()) },
    );
}

unsafe extern "C" fn invoke<F: ScalarFunction>(
    raw: ffi::duckdb_function_info,
    chunk: ffi::duckdb_data_chunk,
    output: ffi::duckdb_vector,
) {
    contain_with(
        || {
            // SAFETY: extra info, bind data and state were set by this module; DuckDB calls one
            // state from one thread at a time.
            let (function, data, local) = unsafe {
                (
                    &*ffi::duckdb_scalar_function_get_extra_info(raw).cast::<F>(),
                    &*ffi::duckdb_scalar_function_get_bind_data(raw).cast::<F::Bind>(),
                    &mut *ffi::duckdb_scalar_function_get_state(raw).cast::<F::Local>(),
                )
            };
            function.invoke(
                data,
                local,
                &InvokeInfo {
                    chunk,
                    output,
                    substitutes: Vec::new(),
                },
            )
        },
        // SAFETY: `raw` is valid during the call.
        |text| unsafe { ffi::duckdb_scalar_function_set_error(raw, text.as_ptr()) },
    );
}
