//! Values that a guest counts and observes under names of its own.
//!
//! They are kept with the call and added when it ends, so that rows that run interleaved count as
//! if they had run one after another.

use std::collections::BTreeMap;

use wasmtime::Linker;

use super::guest_access::{Guest, call, check_range, read_bytes, refuse};
use super::host_state::HostState;
use super::limits::{METRIC_NAME_BYTES_MAX, METRIC_NAMES_MAX};
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::status;
use crate::generated::errors::ErrorCode;

/// How a value adds up.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub enum MetricKind {
    /// A number of things that happened.
    Count,
    /// A measured value, of which least, greatest and mean are kept.
    Observation,
}

impl MetricKind {
    pub fn name(self) -> &'static str {
        match self {
            Self::Count => "count",
            Self::Observation => "observation",
        }
    }

    pub fn parse(name: &str) -> Option<Self> {
        [Self::Count, Self::Observation]
            .into_iter()
            .find(|kind| kind.name() == name)
    }
}

/// A metric's name and kind, which together tell it from others.
pub type MetricKey = (String, MetricKind);

/// What was reported under one name.
#[derive(Clone, Copy, Debug, PartialEq)]
pub struct MetricSum {
    pub reports: u64,
    pub total: f64,
    pub minimum: f64,
    pub maximum: f64,
}

impl MetricSum {
    fn of(value: f64) -> Self {
        Self {
            reports: 1,
            total: value,
            minimum: value,
            maximum: value,
        }
    }

    pub fn merge(&mut self, other: &Self) {
        self.reports = self.reports.saturating_add(other.reports);
        self.total += other.total;
        self.minimum = self.minimum.min(other.minimum);
        self.maximum = self.maximum.max(other.maximum);
    }
}

/// What one call, or one procedure version, reported; never more names than the limit.
#[derive(Clone, Debug, Default, PartialEq)]
pub struct MetricTally(BTreeMap<MetricKey, MetricSum>);

impl MetricTally {
    pub fn is_empty(&self) -> bool {
        self.0.is_empty()
    }

    pub fn iter(&self) -> impl Iterator<Item = (&MetricKey, &MetricSum)> {
        self.0.iter()
    }

    /// Adds what was reported under one name; false when there is no room for another name.
    pub fn merge(&mut self, key: MetricKey, sum: &MetricSum) -> bool {
        if let Some(known) = self.0.get_mut(&key) {
            known.merge(sum);
            return true;
        }
        let has_room = self.0.len() < METRIC_NAMES_MAX;
        if has_room {
            self.0.insert(key, *sum);
        }
        has_room
    }

    /// Adds another tally and says how many of its names found no room.
    pub fn add(&mut self, other: Self) -> usize {
        let rows = other.0.into_iter();
        rows.filter(|(key, sum)| !self.merge(key.clone(), sum))
            .count()
    }

    fn report(&mut self, name: &[u8], kind: MetricKind, value: f64) -> EngineResult<()> {
        let name = metric_name(name)?;
        if !value.is_finite() || (kind == MetricKind::Count && value < 0.0) {
            return Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!("metric {name} cannot take the value {value}"),
            )
            .hint("counts grow, observations are finite numbers"));
        }
        if self.merge((name.to_owned(), kind), &MetricSum::of(value)) {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::ProgramLimitExceeded,
            "the call reports under more names than it may",
        )
        .detail(format!("limit {METRIC_NAMES_MAX} names"))
        .field("limit", METRIC_NAMES_MAX)
        .field("requested", METRIC_NAMES_MAX + 1))
    }
}

fn metric_name(bytes: &[u8]) -> EngineResult<&str> {
    let is_name = |byte: &u8| byte.is_ascii_alphanumeric() || b"_.:/-".contains(byte);
    let has_length = (1..=METRIC_NAME_BYTES_MAX).contains(&bytes.len());
    match std::str::from_utf8(bytes) {
        Ok(name) if has_length && bytes.iter().all(is_name) => Ok(name),
        _ => Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "that is not the name of a metric",
        )
        .hint(format!(
            "1 to {METRIC_NAME_BYTES_MAX} ASCII letters, digits and the characters _ . : / -"
        ))),
    }
}

pub fn define(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap(
        module,
        "heliosdb_metric_count",
        |mut guest: Guest<'_>, name: u32, name_len: u32, amount: i64| {
            report(
                &mut guest,
                (name, name_len),
                MetricKind::Count,
                amount as f64,
            )
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_metric_observe",
        |mut guest: Guest<'_>, name: u32, name_len: u32, value: f64| {
            report(&mut guest, (name, name_len), MetricKind::Observation, value)
        },
    )?;
    Ok(())
}

fn report(
    guest: &mut Guest<'_>,
    (address, length): (u32, u32),
    kind: MetricKind,
    value: f64,
) -> wasmtime::Result<i32> {
    check_range(guest, address, length)?;
    // No more than shows that it is too long: a guest may point at its whole memory.
    let kept = length.min(METRIC_NAME_BYTES_MAX as u32 + 1);
    let name = read_bytes(guest, address, kept)?;
    let reported = call(guest)?.metrics.report(&name, kind, value);
    match reported {
        Ok(()) => Ok(status::OK),
        Err(error) => refuse(guest, error),
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn reports_add_up_and_names_are_bounded() {
        let mut call = MetricTally::default();
        call.report(b"orders.checked", MetricKind::Count, 2.0)
            .unwrap();
        call.report(b"orders.checked", MetricKind::Count, 3.0)
            .unwrap();
        for value in [4.0, -1.5] {
            call.report(b"score", MetricKind::Observation, value)
                .unwrap();
        }
        let mut all = MetricTally::default();
        assert_eq!(all.add(call.clone()), 0);
        assert_eq!(all.add(call), 0);
        let sums: Vec<(&str, f64, u64)> = all
            .iter()
            .map(|((name, _), sum)| (name.as_str(), sum.total, sum.reports))
            .collect();
        assert_eq!(sums, [("orders.checked", 10.0, 4), ("score", 5.0, 4)]);

        let mut full = MetricTally::default();
        for index in 0..METRIC_NAMES_MAX {
            let name = format!("m{index}");
            full.report(name.as_bytes(), MetricKind::Count, 1.0)
                .unwrap();
        }
        let error = full.report(b"more", MetricKind::Count, 1.0).unwrap_err();
        assert_eq!(error.code, ErrorCode::ProgramLimitExceeded);
        assert!(full.report(b"m0", MetricKind::Count, 1.0).is_ok());
        assert_eq!(all.add(full), 2);
    }

    #[test]
    fn names_and_values_that_mean_nothing_are_refused() {
        let mut call = MetricTally::default();
        let long = [b'a'; METRIC_NAME_BYTES_MAX + 1];
        for name in [&b""[..], b"a b", b"\xff", "é".as_bytes(), b"a\n", &long] {
            assert!(call.report(name, MetricKind::Count, 1.0).is_err());
        }
        for value in [f64::NAN, f64::INFINITY] {
            assert!(call.report(b"a", MetricKind::Observation, value).is_err());
        }
        assert!(call.report(b"a", MetricKind::Count, -1.0).is_err());
        assert!(call.report(&long[1..], MetricKind::Count, 0.0).is_ok());
    }
}
