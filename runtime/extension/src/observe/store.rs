//! Keeps what was observed in the database: heliosdb_flush() writes what memory holds in one
//! transaction and memory starts again; readers add up both. heliosdb_flush_due(), which is called
//! twice a second, does so only when it is worth its time.

use std::time::{Duration, Instant};

use parking_lot::Mutex;

use super::LogEntry;
use super::metrics::{Subject, Totals};
use super::rows::{
    stored_custom, stored_samples, stored_shapes, stored_totals, write_custom, write_logs,
    write_samples, write_shapes, write_totals,
};
use super::samples::{self, Sample, SampleSet};
use super::shapes::{ShapeTotals, Shapes};

use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::execution::OwnIds;
use crate::registry;
use crate::state::DatabaseState;
use crate::value::Value;
use crate::wasm::MetricTally;

/// Log lines kept in the database, and for how long.
const LOG_LINES_MAX: i64 = 200_000;
const LOG_DAYS_MAX: i64 = 14;

/// How long hourly metrics are kept.
const METRICS_DAYS_MAX: i64 = 90;

/// How long counts wait at most to be written with [`Store::flush_due`]: writing them takes as much
/// processor time as computing two million rows of a cheap function.
const COUNTS_INTERVAL: Duration = Duration::from_secs(5);

/// How often old rows are looked for.
const RETENTION_INTERVAL: Duration = Duration::from_secs(60);

/// Transaction ids of a statement by itself: one to begin and one to end. A prepared one takes
/// them twice, for preparing it too.
const STATEMENT_IDS: i64 = 2;
const PREPARED_IDS: i64 = 2 * STATEMENT_IDS;

/// What is known about the database's own tables.
#[derive(Default)]
pub struct Store {
    /// Held while rows move between memory and the database, so that a reader sees each once.
    known: Mutex<Known>,
}

#[derive(Default)]
struct Known {
    /// The tables are there. They never go away again.
    is_installed: bool,
    /// The database cannot be written; unknown until somebody tries.
    is_read_only: Option<bool>,
    /// The newest line's sequence when this process first looked.
    log_base: Option<i64>,
    retention_ran: Option<Instant>,
    /// When something was last written.
    written: Option<Instant>,
}

impl Store {
    /// As [`Store::flush`] when something is due: log lines always are, counts once nothing was
    /// written for a while.
    pub fn flush_due(&self, state: &DatabaseState) -> EngineResult<bool> {
        let waited = self.known.lock().written.map(|written| written.elapsed());
        match is_due(waited, !state.logs.is_empty()) {
            true => self.flush(state),
            false => Ok(false),
        }
    }

    /// Writes everything that memory holds. Returns whether anything was written; a database that
    /// cannot be written, or has no registry, leaves it in memory.
    pub fn flush(&self, state: &DatabaseState) -> EngineResult<bool> {
        let mut known = self.known.lock();
        let counters = state.metrics.all();
        let lines = state.logs.entries();
        let is_idle = lines.is_empty()
            && counters
                .iter()
                .all(|(_, found)| found.read().is_empty() && found.custom.lock().is_empty());
        if is_idle || known.is_read_only == Some(true) {
            return Ok(false);
        }
        let connection = state.connect()?;
        if !known.install(&connection, &state.own_ids)? {
            return Ok(false);
        }
        let mut taken = Taken::default();
        for (subject, counters) in &counters {
            let totals = counters.take();
            if !totals.is_empty() {
                taken.totals.push((subject.clone(), totals));
            }
            let shapes = counters.shapes.lock().take();
            if !shapes.is_empty() {
                taken.shapes.push((subject.clone(), shapes));
            }
            let (samples, seen) = counters.samples.lock().take();
            if seen > 0 {
                taken.samples.push((subject.clone(), samples, seen));
            }
            let custom = std::mem::take(&mut *counters.custom.lock());
            if !custom.is_empty() {
                taken.custom.push((subject.clone(), custom));
            }
        }
        let outcome = known.write(state, &connection, &taken, &lines);
        if let Err(error) = outcome {
            // The transaction may have ended with the failure; either way nothing of it stays.
            let _ = connection.execute("ROLLBACK");
            taken.restore(state);
            return Err(error);
        }
        if let Some(last) = lines.last() {
            state.logs.forget(last.sequence);
        }
        known.written = Some(Instant::now());
        known.run_retention(&connection, &state.own_ids);
        Ok(true)
    }

    /// Every subject's totals, of this process and of earlier ones.
    pub fn totals(&self, state: &DatabaseState) -> EngineResult<Vec<(Subject, Totals)>> {
        let mut known = self.known.lock();
        let mut all: Vec<(Subject, Totals)> = Vec::new();
        if let Some(connection) = known.reader(state)? {
            for row in stored_totals(&connection, "true")? {
                merge_into(&mut all, row.0, |totals: &mut Totals| totals.merge(&row.1));
            }
        }
        for (subject, counters) in state.metrics.all() {
            let fresh = counters.read();
            if !fresh.is_empty() {
                merge_into(&mut all, subject, |totals| totals.merge(&fresh));
            }
        }
        all.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(all)
    }

    /// Every subject's query shapes.
    pub fn shapes(&self, state: &DatabaseState) -> EngineResult<Vec<(Subject, ShapeTotals)>> {
        let mut known = self.known.lock();
        let mut all: Vec<(Subject, Shapes)> = Vec::new();
        if let Some(connection) = known.reader(state)? {
            for (subject, totals) in stored_shapes(&connection, None)? {
                merge_into(&mut all, subject, |shapes| shapes.merge(&totals));
            }
        }
        for (subject, counters) in state.metrics.all() {
            for totals in counters.shapes.lock().all() {
                merge_into(&mut all, subject.clone(), |shapes| shapes.merge(&totals));
            }
        }
        all.sort_by(|left, right| left.0.cmp(&right.0));
        let flat = |(subject, shapes): (Subject, Shapes)| {
            let totals = shapes.all().into_iter();
            totals.map(move |totals| (subject.clone(), totals))
        };
        Ok(all.into_iter().flat_map(flat).collect())
    }

    /// What every subject's guests reported under names of their own.
    pub fn custom(&self, state: &DatabaseState) -> EngineResult<Vec<(Subject, MetricTally)>> {
        let mut known = self.known.lock();
        let mut all: Vec<(Subject, MetricTally)> = Vec::new();
        if let Some(connection) = known.reader(state)?
            && has_table(&connection, "custom_metrics")?
        {
            for (subject, tally) in stored_custom(&connection, None)? {
                merge_into(&mut all, subject, |sums: &mut MetricTally| {
                    sums.add(tally);
                });
            }
        }
        for (subject, counters) in state.metrics.all() {
            let fresh = counters.custom.lock().clone();
            if !fresh.is_empty() {
                merge_into(&mut all, subject, |sums| {
                    sums.add(fresh);
                });
            }
        }
        all.sort_by(|left, right| left.0.cmp(&right.0));
        Ok(all)
    }

    /// Every subject's sampled arguments.
    pub fn samples(&self, state: &DatabaseState) -> EngineResult<Vec<SampleSet>> {
        let mut known = self.known.lock();
        let mut all: Vec<(Subject, (Vec<Sample>, u64))> = Vec::new();
        if let Some(connection) = known.reader(state)? {
            for (subject, samples, seen) in stored_samples(&connection, None)? {
                all.push((subject, (samples, seen)));
            }
        }
        for (subject, counters) in state.metrics.all() {
            let reservoir = counters.samples.lock();
            let (fresh, seen) = reservoir.samples();
            if seen > 0 {
                merge_into(&mut all, subject, |(kept, kept_seen)| {
                    samples::merge(kept, *kept_seen, fresh.to_vec(), seen);
                    *kept_seen += seen;
                });
            }
        }
        Ok(all
            .into_iter()
            .map(|(subject, (samples, seen))| (subject, samples, seen))
            .collect())
    }

    /// Every kept log line, oldest first, sequences counted over all processes.
    pub fn logs(&self, state: &DatabaseState) -> EngineResult<Vec<Vec<Value>>> {
        let mut known = self.known.lock();
        let (mut rows, base) = match known.reader(state)? {
            None => (Vec::new(), 0),
            Some(connection) => {
                let sql = "SELECT sequence, time, level, procedure, version, message \
                           FROM heliosdb.logs ORDER BY sequence";
                (connection.query(sql)?.rows, known.log_base(&connection)?)
            }
        };
        rows.extend(state.logs.entries().into_iter().map(|entry| {
            vec![
                Value::BigInt(base + entry.sequence as i64),
                Value::TimestampTz(entry.time_micros),
                Value::Varchar(entry.level.to_owned()),
                Value::Varchar(entry.procedure.to_string()),
                Value::Integer(entry.version),
                Value::Varchar(entry.message),
            ]
        }));
        Ok(rows)
    }
}

impl Known {
    /// A connection to read with, when there is anything to read.
    fn reader(&mut self, state: &DatabaseState) -> EngineResult<Option<Connection>> {
        let connection = state.connect()?;
        self.is_installed = self.is_installed || has_table(&connection, "logs")?;
        Ok(self.is_installed.then_some(connection))
    }

    /// Makes sure the tables are there; false when they cannot be.
    fn install(&mut self, connection: &Connection, own_ids: &OwnIds) -> EngineResult<bool> {
        if self.is_read_only.is_none() {
            let sql =
                "SELECT readonly FROM duckdb_databases() WHERE database_name = current_database()";
            let read_only = own_ids.spend(PREPARED_IDS, || connection.query_text(sql))?;
            self.is_read_only = Some(read_only.as_deref() == Some("true"));
        }
        if self.is_read_only == Some(true) {
            return Ok(false);
        }
        if self.is_installed {
            return Ok(true);
        }
        if !own_ids.spend(PREPARED_IDS, || has_table(connection, "migrations"))? {
            return Ok(false);
        }
        // It only looks where nothing is missing, as after CREATE PROCEDURE.
        own_ids.spend(2 * PREPARED_IDS, || registry::migrate(connection))?;
        self.is_installed = true;
        Ok(true)
    }

    fn log_base(&mut self, connection: &Connection) -> EngineResult<i64> {
        if let Some(base) = self.log_base {
            return Ok(base);
        }
        let newest = connection.query("SELECT coalesce(max(sequence), 0) FROM heliosdb.logs")?;
        let base = match newest.rows.first().map(Vec::as_slice) {
            Some([Value::BigInt(newest)]) => *newest,
            _ => 0,
        };
        Ok(*self.log_base.insert(base))
    }

    /// Writes what was taken, in one transaction.
    fn write(
        &mut self,
        state: &DatabaseState,
        connection: &Connection,
        taken: &Taken,
        lines: &[LogEntry],
    ) -> EngineResult<()> {
        let own_ids = &state.own_ids;
        // The transaction takes its id with its first look at the database.
        own_ids.spend(1, || {
            connection.execute("BEGIN TRANSACTION; SELECT txid_current()")
        })?;
        let base = self.log_base(connection)?;
        for (subject, totals) in &taken.totals {
            write_totals(connection, subject, totals)?;
        }
        for (subject, shapes) in &taken.shapes {
            write_shapes(connection, subject, shapes)?;
        }
        for (subject, samples, seen) in &taken.samples {
            write_samples(connection, subject, samples, *seen)?;
        }
        for (subject, custom) in &taken.custom {
            write_custom(connection, subject, custom)?;
        }
        write_logs(state, connection, base, lines)?;
        own_ids.spend(1, || connection.execute("COMMIT"))
    }

    /// Removes what is too old. A failure is no reason to fail anything else: it is tried again.
    fn run_retention(&mut self, connection: &Connection, own_ids: &OwnIds) {
        if self
            .retention_ran
            .is_some_and(|ran| ran.elapsed() < RETENTION_INTERVAL)
        {
            return;
        }
        self.retention_ran = Some(Instant::now());
        let sql = format!(
            "DELETE FROM heliosdb.logs WHERE time < now() - INTERVAL {LOG_DAYS_MAX} DAY \
               OR sequence <= (SELECT max(sequence) FROM heliosdb.logs) - {LOG_LINES_MAX}; \
             DELETE FROM heliosdb.metrics_history \
               WHERE hour < now() - INTERVAL {METRICS_DAYS_MAX} DAY"
        );
        let _ = own_ids.spend(2 * STATEMENT_IDS, || connection.execute(&sql));
    }
}

/// What was taken out of memory to be written.
#[derive(Default)]
struct Taken {
    totals: Vec<(Subject, Totals)>,
    shapes: Vec<(Subject, Vec<ShapeTotals>)>,
    samples: Vec<SampleSet>,
    custom: Vec<(Subject, MetricTally)>,
}

impl Taken {
    fn restore(self, state: &DatabaseState) {
        for (subject, totals) in self.totals {
            state.metrics.of(subject).restore(&totals);
        }
        for (subject, shapes) in self.shapes {
            let counters = state.metrics.of(subject);
            let mut kept = counters.shapes.lock();
            shapes.iter().for_each(|totals| kept.merge(totals));
        }
        for (subject, samples, _) in self.samples {
            let counters = state.metrics.of(subject);
            let count = samples.len();
            counters
                .samples
                .lock()
                .offer(count, |row| Some(samples[row].clone()));
        }
        for (subject, custom) in self.custom {
            state.metrics.of(subject).custom.lock().add(custom);
        }
    }
}

/// Whether to write when something was written so long ago.
fn is_due(waited: Option<Duration>, has_lines: bool) -> bool {
    has_lines || waited.is_none_or(|waited| waited >= COUNTS_INTERVAL)
}

fn has_table(connection: &Connection, name: &str) -> EngineResult<bool> {
    let count = connection.query_text(&format!(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() \
         AND schema_name = 'heliosdb' AND table_name = '{name}'"
    ))?;
    Ok(count.as_deref() == Some("1"))
}

fn merge_into<T: Default>(
    all: &mut Vec<(Subject, T)>,
    subject: Subject,
    merge: impl FnOnce(&mut T),
) {
    let index = all.iter().position(|(known, _)| {
        known.procedure_id == subject.procedure_id && known.version == subject.version
    });
    let index = index.unwrap_or_else(|| {
        all.push((subject.clone(), T::default()));
        all.len() - 1
    });
    // The newest name wins: a procedure can be renamed.
    all[index].0.procedure = subject.procedure;
    merge(&mut all[index].1);
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn counts_wait_and_log_lines_do_not() {
        let before = COUNTS_INTERVAL - Duration::from_millis(1);
        assert!(is_due(None, false));
        assert!(!is_due(Some(Duration::ZERO), false));
        assert!(!is_due(Some(before), false));
        assert!(is_due(Some(COUNTS_INTERVAL), false));
        assert!(is_due(Some(Duration::ZERO), true));
    }
}
