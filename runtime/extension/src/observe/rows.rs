//! Observations as rows of schema `heliosdb`.

use serde_json::{Map, Value as Json, json};

use super::LogEntry;
use super::histogram::Histogram;
use super::metrics::{SUM_NAMES, Subject, Totals};
use super::samples::{self, Sample, SampleSet};
use super::shapes::{ShapeTotals, Shapes};
use super::sketch::DistinctSketch;
use crate::batch::RegisteredBatch;
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_literal;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value};
use crate::wasm::{MetricKind, MetricSum, MetricTally};

pub fn write_totals(
    connection: &Connection,
    subject: &Subject,
    fresh: &Totals,
) -> EngineResult<()> {
    let filter = format!(
        "hour = date_trunc('hour', now()) AND {}",
        of_subject(subject)
    );
    let mut totals = fresh.clone();
    for (_, stored) in stored_totals(connection, &filter)? {
        totals.merge(&stored);
    }
    let sums: Map<String, Json> = SUM_NAMES
        .iter()
        .zip(totals.sums)
        .map(|(name, sum)| ((*name).to_owned(), json!(sum)))
        .collect();
    connection.execute(&format!(
        "DELETE FROM heliosdb.metrics_history WHERE {filter}"
    ))?;
    connection.execute(&format!(
        "INSERT INTO heliosdb.metrics_history VALUES \
         (date_trunc('hour', now()), {}, {}, {}, {}, {}, {})",
        subject_literals(subject),
        quote_literal(&Json::Object(sums).to_string()),
        totals.peak_memory_bytes,
        quote_literal(&json!(totals.errors).to_string()),
        quote_literal(&totals.wall.encode()),
        quote_literal(&totals.cpu.encode()),
    ))
}

pub fn write_shapes(
    connection: &Connection,
    subject: &Subject,
    fresh: &[ShapeTotals],
) -> EngineResult<()> {
    let mut shapes = Shapes::default();
    for (_, totals) in stored_shapes(connection, Some(subject))? {
        shapes.merge(&totals);
    }
    fresh.iter().for_each(|totals| shapes.merge(totals));
    let filter = of_subject(subject);
    connection.execute(&format!("DELETE FROM heliosdb.query_shapes WHERE {filter}"))?;
    for totals in shapes.all() {
        let integer = |number: u64| Value::BigInt(i64::try_from(number).unwrap_or(i64::MAX));
        connection.query_with(
            "INSERT INTO heliosdb.query_shapes VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                Value::Varchar(subject.procedure_id.clone()),
                Value::Varchar(subject.procedure.clone()),
                Value::Integer(subject.version),
                Value::Varchar(totals.shape),
                Value::Varchar(totals.example),
                integer(totals.calls),
                integer(totals.memo_hits),
                integer(totals.errors),
                integer(totals.nanoseconds),
                integer(totals.rows),
                Value::Blob(totals.distinct.as_bytes().to_vec()),
            ],
        )?;
    }
    Ok(())
}

pub fn write_samples(
    connection: &Connection,
    subject: &Subject,
    fresh: &[Sample],
    fresh_seen: u64,
) -> EngineResult<()> {
    let stored = stored_samples(connection, Some(subject))?.pop();
    let (mut kept, seen) = stored.map_or((Vec::new(), 0), |(_, kept, seen)| (kept, seen));
    let filter = of_subject(subject);
    if !samples::merge(&mut kept, seen, fresh.to_vec(), fresh_seen) {
        return connection.execute(&format!(
            "UPDATE heliosdb.argument_samples SET row_count = row_count + {fresh_seen} WHERE {filter}"
        ));
    }
    connection.execute(&format!(
        "DELETE FROM heliosdb.argument_samples WHERE {filter}"
    ))?;
    connection.execute(&format!(
        "INSERT INTO heliosdb.argument_samples VALUES ({}, {}, {})",
        subject_literals(subject),
        seen + fresh_seen,
        quote_literal(&json!(kept).to_string()),
    ))
}

pub fn write_custom(
    connection: &Connection,
    subject: &Subject,
    fresh: &MetricTally,
) -> EngineResult<()> {
    let stored = stored_custom(connection, Some(subject))?.pop();
    let mut tally = stored.map_or_else(MetricTally::default, |(_, tally)| tally);
    tally.add(fresh.clone());
    let filter = of_subject(subject);
    connection.execute(&format!(
        "DELETE FROM heliosdb.custom_metrics WHERE {filter}"
    ))?;
    for ((name, kind), sum) in tally.iter() {
        connection.query_with(
            "INSERT INTO heliosdb.custom_metrics VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?)",
            &[
                Value::Varchar(subject.procedure_id.clone()),
                Value::Varchar(subject.procedure.clone()),
                Value::Integer(subject.version),
                Value::Varchar(name.clone()),
                Value::Varchar(kind.name().to_owned()),
                Value::BigInt(i64::try_from(sum.reports).unwrap_or(i64::MAX)),
                Value::Double(sum.total),
                Value::Double(sum.minimum),
                Value::Double(sum.maximum),
            ],
        )?;
    }
    Ok(())
}

/// Adds log lines, whose sequences count from `base`. They travel as a table of values: a procedure
/// may log a line a row, and a statement's text would take longer to read than its rows to write.
pub fn write_logs(
    state: &DatabaseState,
    connection: &Connection,
    base: i64,
    lines: &[LogEntry],
) -> EngineResult<()> {
    if lines.is_empty() {
        return Ok(());
    }
    let types = [
        LogicalType::BigInt,
        LogicalType::TimestampTz,
        LogicalType::Varchar,
        LogicalType::Varchar,
        LogicalType::Integer,
        LogicalType::Varchar,
    ];
    let table = RegisteredBatch::new(state, types.to_vec())?;
    let rows = lines.iter().flat_map(|line| {
        [
            Value::BigInt(base + line.sequence as i64),
            Value::TimestampTz(line.time_micros),
            Value::Varchar(line.level.to_owned()),
            Value::Varchar(line.procedure.to_string()),
            Value::Integer(line.version),
            Value::Varchar(line.message.clone()),
        ]
    });
    table.set_literals(rows.collect());
    connection.execute(&format!(
        "INSERT INTO heliosdb.logs SELECT p0, p1, p2, p3, p4, p5 FROM heliosdb_requests({})",
        table.id
    ))
}

fn of_subject(subject: &Subject) -> String {
    format!(
        "procedure_id = {} AND version = {}",
        quote_literal(&subject.procedure_id),
        subject.version
    )
}

fn subject_literals(subject: &Subject) -> String {
    format!(
        "{}, {}, {}",
        quote_literal(&subject.procedure_id),
        quote_literal(&subject.procedure),
        subject.version
    )
}

pub fn stored_totals(
    connection: &Connection,
    filter: &str,
) -> EngineResult<Vec<(Subject, Totals)>> {
    let rows = connection.query(&format!(
        "SELECT procedure_id, procedure, version, sums::VARCHAR, peak_memory_bytes, \
         errors::VARCHAR, wall, cpu FROM heliosdb.metrics_history WHERE {filter} ORDER BY hour"
    ))?;
    let read = |row: Vec<Value>| {
        let sums: Map<String, Json> = serde_json::from_str(text_of(&row[3])).unwrap_or_default();
        let mut totals = Totals {
            peak_memory_bytes: count_of(&row[4]),
            errors: serde_json::from_str(text_of(&row[5])).unwrap_or_default(),
            wall: Histogram::decode(text_of(&row[6])),
            cpu: Histogram::decode(text_of(&row[7])),
            ..Totals::default()
        };
        for (name, sum) in SUM_NAMES.iter().zip(&mut totals.sums) {
            // A counter that an older engine did not have is 0.
            *sum = sums.get(*name).and_then(Json::as_u64).unwrap_or(0);
        }
        (subject_of(&row), totals)
    };
    Ok(rows.rows.into_iter().map(read).collect())
}

pub fn stored_shapes(
    connection: &Connection,
    subject: Option<&Subject>,
) -> EngineResult<Vec<(Subject, ShapeTotals)>> {
    let filter = subject.map_or_else(|| "true".to_owned(), of_subject);
    let rows = connection.query(&format!(
        "SELECT procedure_id, procedure, version, shape, example, calls, memo_hits, errors, \
         nanoseconds, row_count, distinct_arguments FROM heliosdb.query_shapes WHERE {filter}"
    ))?;
    let read = |row: Vec<Value>| {
        let totals = ShapeTotals {
            shape: text_of(&row[3]).to_owned(),
            example: text_of(&row[4]).to_owned(),
            calls: count_of(&row[5]),
            memo_hits: count_of(&row[6]),
            errors: count_of(&row[7]),
            nanoseconds: count_of(&row[8]),
            rows: count_of(&row[9]),
            distinct: match &row[10] {
                Value::Blob(registers) => DistinctSketch::from_bytes(registers),
                _ => DistinctSketch::default(),
            },
        };
        (subject_of(&row), totals)
    };
    Ok(rows.rows.into_iter().map(read).collect())
}

pub fn stored_samples(
    connection: &Connection,
    subject: Option<&Subject>,
) -> EngineResult<Vec<SampleSet>> {
    let filter = subject.map_or_else(|| "true".to_owned(), of_subject);
    let rows = connection.query(&format!(
        "SELECT procedure_id, procedure, version, samples::VARCHAR, row_count \
         FROM heliosdb.argument_samples WHERE {filter}"
    ))?;
    let read = |row: Vec<Value>| {
        let samples = serde_json::from_str(text_of(&row[3])).unwrap_or_default();
        (subject_of(&row), samples, count_of(&row[4]))
    };
    Ok(rows.rows.into_iter().map(read).collect())
}

/// One tally a subject.
pub fn stored_custom(
    connection: &Connection,
    subject: Option<&Subject>,
) -> EngineResult<Vec<(Subject, MetricTally)>> {
    let filter = subject.map_or_else(|| "true".to_owned(), of_subject);
    let rows = connection.query(&format!(
        "SELECT procedure_id, procedure, version, name, kind, reports, total, minimum, maximum \
         FROM heliosdb.custom_metrics WHERE {filter} ORDER BY procedure_id, version"
    ))?;
    let mut all: Vec<(Subject, MetricTally)> = Vec::new();
    for row in rows.rows {
        let subject = subject_of(&row);
        if all.last().is_none_or(|(known, _)| *known != subject) {
            all.push((subject, MetricTally::default()));
        }
        let sum = MetricSum {
            reports: count_of(&row[5]),
            total: number_of(&row[6]),
            minimum: number_of(&row[7]),
            maximum: number_of(&row[8]),
        };
        if let (Some(kind), Some((_, tally))) =
            (MetricKind::parse(text_of(&row[4])), all.last_mut())
        {
            tally.merge((text_of(&row[3]).to_owned(), kind), &sum);
        }
    }
    Ok(all)
}

fn number_of(value: &Value) -> f64 {
    match value {
        Value::Double(number) => *number,
        _ => 0.0,
    }
}

fn subject_of(row: &[Value]) -> Subject {
    Subject {
        procedure_id: text_of(&row[0]).to_owned(),
        procedure: text_of(&row[1]).to_owned(),
        version: count_of(&row[2]) as i32,
    }
}

fn text_of(value: &Value) -> &str {
    match value {
        Value::Varchar(text) => text,
        _ => "",
    }
}

fn count_of(value: &Value) -> u64 {
    match value {
        Value::BigInt(number) => u64::try_from(*number).unwrap_or(0),
        Value::Integer(number) => u64::try_from(*number).unwrap_or(0),
        _ => 0,
    }
}
