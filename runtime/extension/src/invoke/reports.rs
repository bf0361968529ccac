//! What a finished call said: log lines and metrics.

use super::guest_call::ProcedureCall;
use crate::wasm::{LogLevel, LogLines, METRIC_NAMES_MAX, MetricTally};

impl ProcedureCall {
    /// Writes a finished call's lines to the database's log.
    pub fn write_logs(&self, lines: &LogLines) {
        self.state
            .logs
            .push_all(&self.log_name, self.pinned.version.number, lines);
    }

    /// Adds what a finished call counted; what no longer finds room is told in the log.
    pub fn write_metrics(&self, metrics: MetricTally) {
        if metrics.is_empty() {
            return;
        }
        let dropped = self.counters.custom.lock().add(metrics);
        if dropped > 0 {
            let message = format!(
                "{dropped} custom metrics were dropped: the procedure has {METRIC_NAMES_MAX} already"
            );
            self.log(LogLevel::Warn, &message);
        }
    }

    pub fn log(&self, level: LogLevel, message: &str) {
        self.state
            .logs
            .push(level, &self.log_name, self.pinned.version.number, message);
    }
}
