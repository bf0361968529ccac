//! What was observed, as table functions.

use std::sync::Arc;

use super::metrics::{Subject, Totals};
use crate::duckdb::{Connection, TableFunctionSpec, register_table_function};
use crate::error::EngineResult;
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value};
use crate::wasm::MetricKind;

type Rows = Vec<Vec<Value>>;

/// Registers the functions that show metrics, query shapes, samples and logs.
pub fn register(connection: &Connection, state: &Arc<DatabaseState>) -> EngineResult<()> {
    let register = |name, columns, rows: fn(&DatabaseState) -> EngineResult<Rows>| {
        let owner = Arc::clone(state);
        let rows = Box::new(move || rows(&owner));
        register_table_function(
            connection,
            TableFunctionSpec {
                name,
                columns,
                rows,
            },
        )
    };
    register("heliosdb_metrics", metric_columns(), metric_rows)?;
    register("heliosdb_query_shapes", shape_columns(), shape_rows)?;
    register("heliosdb_samples", sample_columns(), sample_rows)?;
    register("heliosdb_custom_metrics", custom_columns(), custom_rows)?;
    register("heliosdb_logs", log_columns(), |state| {
        state.store.logs(state)
    })
}

type Columns = Vec<(&'static str, LogicalType)>;

fn metric_columns() -> Columns {
    use LogicalType::{BigInt, Double, Integer, Varchar};
    let mut columns = vec![("procedure", Varchar), ("version", Integer)];
    columns.extend(
        [
            "calls",
            "row_count",
            "errors",
            "traps",
            "memo_hits",
            "queries",
            "query_memo_hits",
        ]
        .map(|name| (name, BigInt)),
    );
    columns.push(("query_rows", BigInt));
    columns.extend(
        ["query_ms", "wall_ms", "guest_cpu_ms", "marshalling_ms"].map(|name| (name, Double)),
    );
    columns.extend(
        [
            "call_p50_us",
            "call_p95_us",
            "call_p99_us",
            "cpu_p50_us",
            "cpu_p95_us",
            "cpu_p99_us",
        ]
        .map(|name| (name, Double)),
    );
    columns.extend(
        [
            "bytes_in",
            "bytes_out",
            "cold_starts",
            "pool_waits",
            "batches",
            "columnar_rows",
            "statements",
            "batched_queries",
            "peak_memory_bytes",
        ]
        .map(|name| (name, BigInt)),
    );
    columns.push(("errors_by_state", Varchar));
    columns.push(("procedure_id", Varchar));
    columns
}

fn metric_rows(state: &DatabaseState) -> EngineResult<Rows> {
    let totals = state.store.totals(state)?;
    Ok(totals
        .into_iter()
        .map(|(subject, totals)| metric_row(subject, &totals))
        .collect())
}

fn metric_row(subject: Subject, totals: &Totals) -> Vec<Value> {
    let sum = |name: &str| integer(totals.sum(name));
    let milliseconds = |name: &str| Value::Double(totals.sum(name) as f64 / 1e6);
    let percentile = |times: &super::histogram::Histogram, share: f64| {
        times
            .percentile(share)
            .map_or(Value::Null, |time| Value::Double(time / 1e3))
    };
    let traps = totals
        .errors
        .get(ErrorCode::WasmTrap.sqlstate())
        .copied()
        .unwrap_or(0);
    let mut row = vec![
        Value::Varchar(subject.procedure),
        Value::Integer(subject.version),
        sum("calls"),
        sum("rows"),
        integer(totals.errors.values().sum()),
        integer(traps),
        sum("memo_hits"),
        sum("queries"),
        sum("query_memo_hits"),
        sum("query_rows"),
        milliseconds("query_ns"),
        milliseconds("wall_ns"),
        milliseconds("guest_cpu_ns"),
        milliseconds("marshalling_ns"),
    ];
    for times in [&totals.wall, &totals.cpu] {
        row.extend([0.5, 0.95, 0.99].map(|share| percentile(times, share)));
    }
    row.extend(
        [
            "bytes_in",
            "bytes_out",
            "cold_starts",
            "pool_waits",
            "batches",
            "columnar_rows",
            "statements",
            "batched_queries",
        ]
        .map(sum),
    );
    row.push(integer(totals.peak_memory_bytes));
    row.push(Value::Varchar(serde_json::json!(totals.errors).to_string()));
    row.push(Value::Varchar(subject.procedure_id));
    row
}

fn shape_columns() -> Columns {
    use LogicalType::{BigInt, Double, Integer, Varchar};
    vec![
        ("procedure", Varchar),
        ("version", Integer),
        ("shape", Varchar),
        ("calls", BigInt),
        ("memo_hits", BigInt),
        ("errors", BigInt),
        ("distinct_arguments", BigInt),
        ("repeated_calls", BigInt),
        ("total_ms", Double),
        ("row_count", BigInt),
        ("example", Varchar),
        ("procedure_id", Varchar),
    ]
}

fn shape_rows(state: &DatabaseState) -> EngineResult<Rows> {
    let shapes = state.store.shapes(state)?;
    let row = |(subject, totals): (Subject, super::shapes::ShapeTotals)| {
        // The sketch is an estimate: it never says more than was counted.
        let distinct = totals.distinct.estimate().clamp(1, totals.calls.max(1));
        vec![
            Value::Varchar(subject.procedure),
            Value::Integer(subject.version),
            Value::Varchar(totals.shape),
            integer(totals.calls),
            integer(totals.memo_hits),
            integer(totals.errors),
            integer(distinct),
            integer(totals.calls.saturating_sub(distinct)),
            Value::Double(totals.nanoseconds as f64 / 1e6),
            integer(totals.rows),
            Value::Varchar(totals.example),
            Value::Varchar(subject.procedure_id),
        ]
    };
    Ok(shapes.into_iter().map(row).collect())
}

fn custom_columns() -> Columns {
    use LogicalType::{BigInt, Double, Integer, Varchar};
    let mut columns = vec![
        ("procedure", Varchar),
        ("version", Integer),
        ("name", Varchar),
        ("kind", Varchar),
        ("reports", BigInt),
    ];
    columns.extend(["total", "minimum", "maximum", "mean"].map(|name| (name, Double)));
    columns.push(("procedure_id", Varchar));
    columns
}

fn custom_rows(state: &DatabaseState) -> EngineResult<Rows> {
    let mut rows = Rows::new();
    for (subject, tally) in state.store.custom(state)? {
        for ((name, kind), sum) in tally.iter() {
            // How large the steps of a count were says nothing.
            let measured = |value: f64| match kind {
                MetricKind::Count => Value::Null,
                MetricKind::Observation => Value::Double(value),
            };
            rows.push(vec![
                Value::Varchar(subject.procedure.clone()),
                Value::Integer(subject.version),
                Value::Varchar(name.clone()),
                Value::Varchar(kind.name().to_owned()),
                integer(sum.reports),
                Value::Double(sum.total),
                measured(sum.minimum),
                measured(sum.maximum),
                measured(sum.total / sum.reports.max(1) as f64),
                Value::Varchar(subject.procedure_id.clone()),
            ]);
        }
    }
    Ok(rows)
}

fn sample_columns() -> Columns {
    use LogicalType::{BigInt, Integer, List, Varchar};
    vec![
        ("procedure", Varchar),
        ("version", Integer),
        ("arguments", List(Box::new(Varchar))),
        ("sampled_rows", BigInt),
        ("procedure_id", Varchar),
    ]
}

fn sample_rows(state: &DatabaseState) -> EngineResult<Rows> {
    let mut rows = Rows::new();
    for (subject, samples, seen) in state.store.samples(state)? {
        for sample in samples {
            let texts = sample
                .into_iter()
                .map(|text| text.map_or(Value::Null, Value::Varchar));
            rows.push(vec![
                Value::Varchar(subject.procedure.clone()),
                Value::Integer(subject.version),
                Value::List(texts.collect()),
                integer(seen),
                Value::Varchar(subject.procedure_id.clone()),
            ]);
        }
    }
    Ok(rows)
}

fn log_columns() -> Columns {
    use LogicalType::{BigInt, Integer, TimestampTz, Varchar};
    vec![
        ("sequence", BigInt),
        ("time", TimestampTz),
        ("level", Varchar),
        ("procedure", Varchar),
        ("version", Integer),
        ("message", Varchar),
    ]
}

fn integer(number: u64) -> Value {
    Value::BigInt(i64::try_from(number).unwrap_or(i64::MAX))
}
