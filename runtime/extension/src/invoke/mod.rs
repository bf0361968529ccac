//! The internal functions behind procedures: what runs when SQL calls one.
//!
//! `heliosdb_invoke_<type>(procedure id, version or NULL, arguments…)` is volatile and serves
//! STABLE and VOLATILE procedures; `heliosdb_compute_<type>` is foldable and serves IMMUTABLE
//! ones. DuckDB knows nothing between the two, so what VOLATILE costs a STABLE procedure is won
//! back by the execution's memo.

mod ahead;
mod answers;
mod chunk;
mod column_form;
mod columnar;
mod cursor;
mod cursor_rows;
mod foreseen_blocks;
mod foreseen_call;
mod gathered;
mod guest_call;
mod keyed;
mod network_client;
mod overload;
mod reports;
mod row_mask;
mod sampling;
mod spread;
mod together;
mod wave;

use std::sync::Arc;
use std::time::Duration;

use crate::duckdb::{
    BindInfo, Connection, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec,
    register_scalar_function,
};
use crate::error::{EngineError, EngineResult};
use crate::execution::{ExecutionGuard, Pinned};
use crate::generated::errors::ErrorCode;
use crate::observe::{CallClock, ChunkClock, ChunkStart, Untold};
use crate::registry::Volatility;
use crate::state::DatabaseState;
use crate::value::convert::convert;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value};
use chunk::{Chunk, Columns, Scratch};
pub use guest_call::ProcedureCall;
use sampling::Sampler;

pub use overload::{MISSING_ARGUMENT, ensure_overloads};

/// Arguments before the procedure's own: its id and the version asked for.
const LEADING_ARGUMENTS: usize = 2;

/// The internal function's name for a return type.
pub fn function_name(returns: &LogicalType, volatility: Volatility) -> String {
    let kind = if volatility == Volatility::Immutable {
        "compute"
    } else {
        "invoke"
    };
    format!("heliosdb_{kind}_{}", returns.mangle())
}

/// The return types whose functions every database has from LOAD on. Others are registered when
/// a procedure that returns them is created or found.
pub fn scalar_types() -> Vec<LogicalType> {
    use LogicalType::{
        BigInt, Bit, Blob, Boolean, Date, Decimal, Double, Float, HugeInt, Integer, Interval, Json,
        SmallInt, Time, TimeTz, Timestamp, TimestampMs, TimestampNs, TimestampS, TimestampTz,
        TinyInt, UBigInt, UHugeInt, UInteger, USmallInt, UTinyInt, Uuid, Varchar,
    };
    vec![
        Boolean,
        TinyInt,
        SmallInt,
        Integer,
        BigInt,
        HugeInt,
        UTinyInt,
        USmallInt,
        UInteger,
        UBigInt,
        UHugeInt,
        Float,
        Double,
        Decimal {
            width: 18,
            scale: 3,
        },
        Varchar,
        Json,
        Blob,
        Bit,
        Date,
        Time,
        TimeTz,
        TimestampS,
        TimestampMs,
        Timestamp,
        TimestampNs,
        TimestampTz,
        Interval,
        Uuid,
    ]
}

/// Registers the two functions of a return type unless they are there. True when they were
/// registered by this call, which transactions already open cannot see.
pub fn ensure_return_type(
    state: &DatabaseState,
    connection: &Connection,
    returns: &LogicalType,
) -> EngineResult<bool> {
    let Some(owner) = state.myself() else {
        return Err(EngineError::internal("the database is closing"));
    };
    let mut registered = state.registered_returns.lock();
    if registered.contains(&returns.mangle()) {
        return Ok(false);
    }
    for volatility in [Volatility::Volatile, Volatility::Immutable] {
        register_scalar_function(
            connection,
            &ScalarFunctionSpec {
                name: &function_name(returns, volatility),
                parameters: &[],
                takes_any: true,
                returns,
                is_volatile: volatility == Volatility::Volatile,
            },
            Invoke {
                state: Arc::clone(&owner),
                returns: returns.clone(),
            },
        )?;
    }
    registered.insert(returns.mangle());
    Ok(true)
}

/// The internal function of one return type.
#[derive(Clone)]
struct Invoke {
    state: Arc<DatabaseState>,
    returns: LogicalType,
}

/// What is known when a statement is bound.
#[derive(Clone)]
struct Bound {
    procedure_id: String,
    /// Where they are declared; otherwise the columns tell, as DuckDB shows no type of a subquery
    /// before it runs.
    argument_types: Option<Arc<[LogicalType]>>,
    version: BoundVersion,
}

#[derive(Clone, Copy)]
enum BoundVersion {
    /// `version` was left out or is the constant NULL: whatever is active when execution starts.
    Active,
    /// A constant.
    Fixed(i32),
    /// A parameter of a prepared statement: read from the first row.
    Argument,
}

/// One occurrence on one thread during one execution.
struct Local {
    /// Kept from chunk to chunk; it goes before the execution that it is a part of.
    call: Option<Arc<ProcedureCall>>,
    guard: ExecutionGuard,
    pinned: Option<Pinned>,
    /// Declared, or those of the first chunk.
    argument_types: Option<Arc<[LogicalType]>>,
    clock: CallClock,
    chunk_clock: ChunkClock,
    columns: Columns,
    untold: Untold,
    sampler: Sampler,
    /// Reused between rows.
    key: Vec<u8>,
}

impl Local {
    /// Tells what was counted, so that everybody sees it.
    fn tell(&mut self) {
        if let Some(call) = &self.call {
            let counters = call.state.metrics.is_on().then_some(&*call.counters);
            let totals = &self.guard.execution().totals;
            self.untold.tell(&call.subject, totals, counters);
            if let Some(counters) = counters {
                self.sampler.tell(counters);
            }
        }
    }
}

impl Drop for Local {
    fn drop(&mut self) {
        self.tell();
    }
}

impl ScalarFunction for Invoke {
    type Bind = Bound;
    type Local = Local;

    fn bind(&self, info: &BindInfo) -> EngineResult<Bound> {
        self.bind_call(info)
            .map_err(|error| self.state.raise(info.connection_id(), error))
    }

    fn init(&self, bound: &Bound, info: &InitInfo) -> EngineResult<Local> {
        self.start(bound, info)
            .map_err(|error| self.state.raise(info.connection_id(), error))
    }

    fn invoke(&self, bound: &Bound, local: &mut Local, info: &InvokeInfo) -> EngineResult<()> {
        let outcome = self.invoke_chunk(bound, local, info);
        outcome.map_err(|error| {
            let connection_id = local.guard.execution().connection_id();
            self.state.raise(connection_id, error)
        })
    }
}

impl Invoke {
    fn bind_call(&self, info: &BindInfo) -> EngineResult<Bound> {
        let count = info.argument_count();
        if count < LEADING_ARGUMENTS {
            return Err(internal_only());
        }
        let procedure_id = procedure_id(info)?;
        let version = match info.constant_argument(1)? {
            Some(Value::Null) => BoundVersion::Active,
            Some(value) => BoundVersion::Fixed(version_number(&value)?),
            None => BoundVersion::Argument,
        };
        let procedure = self.state.registry.get(&self.state, &procedure_id)?;
        let given = count - LEADING_ARGUMENTS;
        if given != procedure.parameters.len() {
            return Err(EngineError::new(
                ErrorCode::UndefinedFunction,
                format!(
                    "{} takes {} arguments, not {given}",
                    procedure.name,
                    procedure.parameters.len()
                ),
            ));
        }
        if let BoundVersion::Fixed(number) = version {
            procedure.version(Some(number))?;
        }
        Ok(Bound {
            procedure_id,
            argument_types: None,
            version,
        })
    }

    fn start(&self, bound: &Bound, info: &InitInfo) -> EngineResult<Local> {
        let guard = self
            .state
            .executions
            .enter(&self.state, info.connection_id());
        let requested = match bound.version {
            BoundVersion::Active => Some(None),
            BoundVersion::Fixed(number) => Some(Some(number)),
            BoundVersion::Argument => None,
        };
        // Pinned here and not at the first row: the version is settled when execution starts.
        let pinned = requested
            .map(|version| {
                guard
                    .execution()
                    .pin(&self.state, &bound.procedure_id, version)
            })
            .transpose()?;
        Ok(Local {
            call: None,
            guard,
            pinned,
            argument_types: bound.argument_types.clone(),
            clock: CallClock::default(),
            chunk_clock: ChunkClock::default(),
            columns: Columns::default(),
            untold: Untold::default(),
            sampler: Sampler::default(),
            key: Vec::new(),
        })
    }

    fn invoke_chunk(
        &self,
        bound: &Bound,
        local: &mut Local,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        let row_count = info.row_count();
        if row_count == 0 {
            return Ok(());
        }
        let argument_types = match &local.argument_types {
            Some(known) => Arc::clone(known),
            None => Arc::clone(local.argument_types.insert(info.argument_types()?)),
        };
        let reader_of = |index: usize| info.argument(index, &argument_types[index]);
        let readers: Vec<VectorReader<'_>> = (LEADING_ARGUMENTS..argument_types.len())
            .map(reader_of)
            .collect();
        let readers = &*readers;
        let call = self.call_of(bound, local, || reader_of(1), row_count)?;
        let (pinned, counters) = (&call.pinned, &*call.counters);
        let is_counted = self.state.metrics.is_on();
        if is_counted {
            local.sampler.offer(counters, pinned, readers, row_count);
        }
        let start = is_counted.then(|| local.chunk_clock.start());
        let mut chunk = Chunk::new(
            &self.state,
            &self.returns,
            &call,
            Scratch {
                key: &mut local.key,
                clock: &mut local.clock,
                columns: &mut local.columns,
                counters,
            },
            start.as_ref().is_some_and(ChunkStart::is_sampled),
        );
        let outcome = chunk.run(readers, row_count, info);
        let is_timed_by_call = chunk.is_timed_by_call();
        let mut tally = chunk.finish();
        let mut elapsed = Duration::ZERO;
        if let Some(start) = start {
            let cpu_ns;
            (elapsed, cpu_ns) = local.chunk_clock.end(&start);
            if self.state.profiler.is_on() {
                self.state
                    .profiler
                    .span("call", &pinned.procedure.name, elapsed);
            }
            if tally.columnar_rows > 0 && tally.columnar_rows == tally.calls {
                let measured_ns = tally.marshalling_ns;
                tally.marshalling_ns =
                    local
                        .chunk_clock
                        .marshalling_ns(&start, elapsed, measured_ns);
            }
            tally.wall_ns = elapsed.as_nanos() as u64;
            tally.guest_cpu_ns += cpu_ns;
        }
        call.add_to(&mut tally);
        if is_counted {
            local.untold.add_times(&tally, counters, is_timed_by_call);
        }
        local.untold.add(tally, elapsed);
        local.call = Some(call);
        if outcome.is_err() || local.untold.is_due() {
            local.tell();
        }
        outcome
    }

    /// The occurrence's call, which counts from nothing.
    fn call_of<'r>(
        &self,
        bound: &Bound,
        local: &mut Local,
        version: impl FnOnce() -> VectorReader<'r>,
        row_count: usize,
    ) -> EngineResult<Arc<ProcedureCall>> {
        if let Some(mut kept) = local.call.take()
            && let Some(call) = Arc::get_mut(&mut kept)
        {
            call.begin_chunk();
            return Ok(kept);
        }
        let execution = local.guard.execution();
        let pinned = match &local.pinned {
            Some(pinned) => pinned.clone(),
            None => {
                let requested = requested_version(&version(), row_count)?;
                let pinned = execution.pin(&self.state, &bound.procedure_id, requested)?;
                local.pinned.insert(pinned).clone()
            }
        };
        let (state, execution) = (Arc::clone(&self.state), Arc::clone(execution));
        Ok(Arc::new(ProcedureCall::new(state, execution, pinned)))
    }
}

/// The id that the first argument names: by its type, or by a text in macros that were made before.
fn procedure_id(info: &BindInfo) -> EngineResult<String> {
    if let LogicalType::Enum(labels) = info.argument_type(0)?
        && let [id] = labels.labels()
    {
        return Ok(id.clone());
    }
    match info.constant_argument(0)? {
        Some(Value::Varchar(id)) => Ok(id),
        _ => Err(internal_only()),
    }
}

/// The version a non-constant argument asks for; one statement runs one version.
fn requested_version(reader: &VectorReader<'_>, row_count: usize) -> EngineResult<Option<i32>> {
    // SAFETY: the rows lie inside the chunk.
    let first = unsafe { reader.read(0) }?;
    // SAFETY: as above.
    let differs = (1..row_count).any(|row| unsafe { reader.read(row) }.as_ref() != Ok(&first));
    if differs {
        return Err(EngineError::new(
            ErrorCode::FeatureNotSupported,
            "the version argument must be the same for every row",
        ));
    }
    match first {
        Value::Null => Ok(None),
        value => version_number(&value).map(Some),
    }
}

fn version_number(value: &Value) -> EngineResult<i32> {
    match convert(value.clone(), &LogicalType::Integer) {
        Ok(Value::Integer(number)) => Ok(number),
        _ => Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            format!(
                "the version of a procedure is a whole number, not {}",
                value.kind()
            ),
        )),
    }
}

fn internal_only() -> EngineError {
    EngineError::new(
        ErrorCode::InsufficientPrivilege,
        "this function is how procedures are called; it is not called by itself",
    )
    .hint("call the procedure by its name")
}
