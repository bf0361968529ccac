//! What the connection's last statement spent in procedures, for EXPLAIN ANALYZE.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;
use serde_json::json;

use super::metrics::{Subject, Tally, Totals};
use crate::duckdb::{
    BindInfo, Connection, InitInfo, InvokeInfo, ScalarFunction, ScalarFunctionSpec,
    register_scalar_function,
};
use crate::error::EngineResult;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value, write};

/// Connections remembered; all are forgotten when there are more.
const CONNECTIONS_MAX: usize = 1024;

/// The procedures of one execution.
#[derive(Default)]
pub struct ExecutionTotals(Mutex<Vec<(Subject, Totals)>>);

impl ExecutionTotals {
    /// Adds one chunk, which counts as a statement when it is the procedure's first.
    pub fn add(&self, subject: &Subject, tally: &mut Tally) {
        let mut all = self.0.lock();
        match all.iter_mut().find(|(known, _)| known == subject) {
            Some((_, totals)) => totals.add(tally),
            None => {
                tally.statements = 1;
                let mut totals = Totals::default();
                totals.add(tally);
                all.push((subject.clone(), totals));
            }
        }
    }
}

/// The last execution of each connection.
#[derive(Default)]
pub struct LastExecutions(Mutex<HashMap<u64, Vec<(Subject, Totals)>>>);

impl LastExecutions {
    pub fn keep(&self, connection_id: u64, totals: &ExecutionTotals) {
        let ended = std::mem::take(&mut *totals.0.lock());
        let mut kept = self.0.lock();
        if kept.len() >= CONNECTIONS_MAX {
            kept.clear();
        }
        kept.insert(connection_id, ended);
    }

    fn take(&self, connection_id: u64) -> Vec<(Subject, Totals)> {
        self.0.lock().remove(&connection_id).unwrap_or_default()
    }
}

/// Registers `heliosdb_last_execution()`: the calling connection's last execution as JSON, once.
pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    register_scalar_function(
        connection,
        &ScalarFunctionSpec {
            name: "heliosdb_last_execution",
            parameters: &[],
            takes_any: false,
            returns: &LogicalType::Varchar,
            is_volatile: true,
        },
        LastExecution(Arc::clone(state)),
    )
}

struct LastExecution(Arc<DatabaseState>);

impl ScalarFunction for LastExecution {
    type Bind = ();
    type Local = u64;

    fn bind(&self, _info: &BindInfo) -> EngineResult<()> {
        Ok(())
    }

    fn init(&self, _bind: &(), info: &InitInfo) -> EngineResult<u64> {
        Ok(info.connection_id())
    }

    fn invoke(&self, _bind: &(), local: &mut u64, info: &InvokeInfo) -> EngineResult<()> {
        for row in 0..info.row_count() {
            let procedures: Vec<_> = self
                .0
                .last_executions
                .take(*local)
                .iter()
                .map(describe)
                .collect();
            let text = Value::Varchar(json!(procedures).to_string());
            // SAFETY: the output has the registered return type and room for the chunk.
            unsafe { write::write(info.output(), &LogicalType::Varchar, row, &text) }?;
        }
        Ok(())
    }
}

fn describe((subject, totals): &(Subject, Totals)) -> serde_json::Value {
    let milliseconds = |name: &str| totals.sum(name) as f64 / 1e6;
    let (wall, query, marshalling) = (
        milliseconds("wall_ns"),
        milliseconds("query_ns"),
        milliseconds("marshalling_ns"),
    );
    json!({
        "procedure": subject.procedure,
        "version": subject.version,
        "rows": totals.sum("rows"),
        "calls": totals.sum("calls"),
        "memo_hits": totals.sum("memo_hits"),
        "errors": totals.errors.values().sum::<u64>(),
        "wall_ms": wall,
        "guest_ms": (wall - query - marshalling).max(0.0),
        "marshalling_ms": marshalling,
        "query_ms": query,
        "queries": totals.sum("queries"),
        "query_memo_hits": totals.sum("query_memo_hits"),
        "batches": totals.sum("batches"),
        "columnar_rows": totals.sum("columnar_rows"),
        "query_rows": totals.sum("query_rows"),
        "guest_cpu_ms": milliseconds("guest_cpu_ns"),
        "cold_starts": totals.sum("cold_starts"),
        "peak_memory_bytes": totals.peak_memory_bytes,
    })
}
