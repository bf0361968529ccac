//! `heliosdb_keyed_rows(…)`: takes over rows as DuckDB computes them.
//!
//! A result is handed over as copies of its chunks, one thread after the other; a function within
//! the statement sees the vectors of the scan itself, on all threads that DuckDB gives to it.

use std::collections::HashMap;
use std::sync::Arc;
use std::sync::atomic::{AtomicU64, Ordering};
use std::time::{Duration, Instant};

use libduckdb_sys as ffi;
use parking_lot::Mutex;

use super::keyed_rows::KeyedRows;
use crate::duckdb::{
    BindInfo, Connection, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec,
    register_scalar_function,
};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::LogicalType;
use crate::value::read::VectorReader;
use crate::wasm::thread_cpu_ns;

const NAME: &str = "heliosdb_keyed_rows";

/// Reading may take so many times the processor time that it is given.
const WAITING_SHARE: u32 = 8;

/// Where the statements of connections hand their rows over, by connection id.
#[derive(Default)]
pub struct KeyedSinks(Mutex<HashMap<u64, Arc<KeyedSink>>>);

/// Where the rows of one statement go.
pub struct KeyedSink {
    types: Vec<LogicalType>,
    rows: Mutex<KeyedRows>,
    started: Instant,
    /// Processor time that the statement may take, and what its threads have.
    time_max: Duration,
    cpu_ns: AtomicU64,
}

impl KeyedSink {
    /// Runs a query, whose columns have these types, and hands its rows to `rows`; fails when there
    /// are more than may be kept, or it takes much longer than `time_max`.
    pub fn read(
        state: &DatabaseState,
        connection: &Connection,
        (query, types): (&str, Vec<LogicalType>),
        rows: KeyedRows,
        time_max: Duration,
    ) -> EngineResult<KeyedRows> {
        let columns: Vec<String> = (0..types.len()).map(|index| format!("c{index}")).collect();
        let columns = columns.join(", ");
        // A call that DuckDB leaves out, or makes twice for a row, would show in the number.
        let sql = format!("SELECT count({NAME}({columns})) FROM ({query}) heliosdb_r({columns})");
        let sink = Arc::new(Self {
            types,
            rows: Mutex::new(rows),
            started: Instant::now(),
            time_max,
            cpu_ns: AtomicU64::new(0),
        });
        let id = connection.id();
        let sinks = &state.keyed_sinks.0;
        sinks.lock().insert(id, Arc::clone(&sink));
        let counted = connection.query_text(&sql);
        sinks.lock().remove(&id);
        let counted = counted?;
        let rows = Arc::try_unwrap(sink)
            .map_err(|_| EngineError::internal("a statement that has ended still gives rows"))?;
        let rows = rows.rows.into_inner();
        match counted == Some(rows.row_count().to_string()) {
            true => Ok(rows),
            false => Err(EngineError::internal("rows that were not all taken over")),
        }
    }

    fn is_late(&self) -> bool {
        // What else the machine does is not counted, as long as it is not everything.
        Duration::from_nanos(self.cpu_ns.load(Ordering::Relaxed)) > self.time_max
            || self.started.elapsed() > self.time_max * WAITING_SHARE
    }
}

struct KeyedRowsFunction {
    state: Arc<DatabaseState>,
}

/// One thread's part.
struct Part {
    sink: Arc<KeyedSink>,
    is_checked: bool,
    cpu_ns: u64,
}

impl ScalarFunction for KeyedRowsFunction {
    type Bind = ();
    type Local = Part;

    fn bind(&self, _info: &BindInfo) -> EngineResult<()> {
        Ok(())
    }

    fn init(&self, _bind: &(), info: &InitInfo) -> EngineResult<Part> {
        let sinks = self.state.keyed_sinks.0.lock();
        let sink = sinks.get(&info.connection_id()).ok_or_else(|| {
            EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("{NAME}() is the engine's own"),
            )
        })?;
        Ok(Part {
            sink: Arc::clone(sink),
            is_checked: false,
            cpu_ns: thread_cpu_ns(),
        })
    }

    fn invoke(&self, _bind: &(), part: &mut Part, info: &InvokeInfo) -> EngineResult<()> {
        let sink = &part.sink;
        if !part.is_checked && *info.argument_types()? != *sink.types {
            return Err(EngineError::internal("rows of other types than expected"));
        }
        part.is_checked = true;
        let types = sink.types.iter().enumerate();
        let readers: Vec<VectorReader<'_>> = types
            .map(|(index, logical_type)| info.argument(index, logical_type))
            .collect();
        let row_count = info.row_count();
        let fits = sink.rows.lock().visit(&readers, row_count)?;
        // SAFETY: the output is a BOOLEAN vector with room for the chunk's rows.
        unsafe {
            let output = ffi::duckdb_vector_get_data(info.output()).cast::<u8>();
            output.write_bytes(1, row_count);
        }
        let cpu_ns = thread_cpu_ns();
        let taken_ns = cpu_ns.saturating_sub(part.cpu_ns);
        part.cpu_ns = cpu_ns;
        sink.cpu_ns.fetch_add(taken_ns, Ordering::Relaxed);
        match fits && !sink.is_late() {
            true => Ok(()),
            false => Err(EngineError::internal("more rows than are worth reading")),
        }
    }
}

pub fn register_keyed_rows(
    connection: &Connection,
    state: &Arc<DatabaseState>,
) -> EngineResult<()> {
    let spec = ScalarFunctionSpec {
        name: NAME,
        parameters: &[],
        takes_any: true,
        returns: &LogicalType::Boolean,
        is_volatile: true,
    };
    let function = KeyedRowsFunction {
        state: Arc::clone(state),
    };
    register_scalar_function(connection, &spec, function)
}
