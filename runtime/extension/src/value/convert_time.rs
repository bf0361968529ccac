//! Conversions to dates, times and timestamps; see the table in [`convert`](super::convert).

use super::Value;
use super::convert::{mismatch, out_of_range};
use super::error::{Result, ValueError, sqlstate};
use super::logical_type::LogicalType;
use super::temporal::{self, DATE_INFINITY, DAY_MICROS, TIMESTAMP_INFINITY, Unit};

/// A timestamp's number and unit.
fn timestamp_parts(value: &Value) -> Option<(i64, Unit)> {
    Some(match value {
        Value::TimestampS(v) => (*v, Unit::Seconds),
        Value::TimestampMs(v) => (*v, Unit::Millis),
        Value::Timestamp(v) | Value::TimestampTz(v) => (*v, Unit::Micros),
        Value::TimestampNs(v) => (*v, Unit::Nanos),
        _ => return None,
    })
}

fn is_infinite(value: i64) -> bool {
    value == TIMESTAMP_INFINITY || value == -TIMESTAMP_INFINITY
}

/// To DATE.
pub fn date(value: Value, wanted: &LogicalType) -> Result<Value> {
    if let Value::Date(_) = value {
        return Ok(value);
    }
    if let Value::Varchar(text) = &value {
        return temporal::parse_date(text).map(Value::Date);
    }
    let (number, unit) = timestamp_parts(&value).ok_or_else(|| mismatch(&value, wanted))?;
    if is_infinite(number) {
        return Ok(Value::Date(if number > 0 {
            DATE_INFINITY
        } else {
            -DATE_INFINITY
        }));
    }
    let days = number.div_euclid(unit.per_second() * 86_400);
    let days = i32::try_from(days).map_err(|_| datetime_overflow(&value, wanted))?;
    Ok(Value::Date(days))
}

/// To TIME, TIME_NS or TIME WITH TIME ZONE.
pub fn time(value: Value, wanted: &LogicalType) -> Result<Value> {
    // Everything meets in nanoseconds since midnight, which 64 bits hold for any day.
    let (nanos, offset_seconds) = match &value {
        Value::Varchar(text) => match wanted {
            LogicalType::Time => {
                return temporal::parse_time(text, Unit::Micros).map(Value::Time);
            }
            LogicalType::TimeNs => {
                return temporal::parse_time(text, Unit::Nanos).map(Value::TimeNs);
            }
            _ => {
                let (micros, offset_seconds) = temporal::parse_time_tz(text)?;
                return Ok(Value::TimeTz {
                    micros,
                    offset_seconds,
                });
            }
        },
        Value::Time(micros) => (day_nanos(*micros, 1_000, &value, wanted)?, 0),
        Value::TimeTz {
            micros,
            offset_seconds,
        } => (day_nanos(*micros, 1_000, &value, wanted)?, *offset_seconds),
        Value::TimeNs(nanos) => (day_nanos(*nanos, 1, &value, wanted)?, 0),
        other => {
            let (number, unit) = timestamp_parts(other).ok_or_else(|| mismatch(other, wanted))?;
            if is_infinite(number) || *wanted != LogicalType::Time {
                return Err(mismatch(other, wanted));
            }
            let in_day = number.rem_euclid(unit.per_second() * 86_400);
            (in_day * (1_000_000_000 / unit.per_second()), 0)
        }
    };
    Ok(match wanted {
        LogicalType::Time => Value::Time(nanos / 1_000),
        LogicalType::TimeNs => Value::TimeNs(nanos),
        _ => Value::TimeTz {
            micros: nanos / 1_000,
            offset_seconds,
        },
    })
}

/// Checks a time of day: a guest can send any number, DuckDB reads them unchecked.
fn day_nanos(number: i64, factor: i64, value: &Value, wanted: &LogicalType) -> Result<i64> {
    let nanos = number
        .checked_mul(factor)
        .filter(|nanos| (0..=DAY_MICROS * 1_000).contains(nanos));
    nanos.ok_or_else(|| datetime_overflow(value, wanted))
}

/// To parts of `unit` since the epoch.
pub fn timestamp(value: Value, wanted: &LogicalType, unit: Unit) -> Result<i64> {
    let overflow = || datetime_overflow(&value, wanted);
    let (number, from) = match &value {
        Value::Varchar(text) => return temporal::parse_timestamp(text, unit),
        Value::Date(days) if *days == DATE_INFINITY || *days == -DATE_INFINITY => {
            return Ok(if *days > 0 {
                TIMESTAMP_INFINITY
            } else {
                -TIMESTAMP_INFINITY
            });
        }
        Value::Date(days) => (i64::from(*days) * 86_400, Unit::Seconds),
        other => timestamp_parts(other).ok_or_else(|| mismatch(other, wanted))?,
    };
    if from == unit || is_infinite(number) {
        return Ok(number);
    }
    if unit.per_second() > from.per_second() {
        let factor = unit.per_second() / from.per_second();
        return number
            .checked_mul(factor)
            .filter(|v| !is_infinite(*v))
            .ok_or_else(overflow);
    }
    let factor = i128::from(from.per_second() / unit.per_second());
    let rounded = temporal::divide_rounding(i128::from(number), factor);
    i64::try_from(rounded).map_err(|_| overflow())
}

fn datetime_overflow(value: &Value, wanted: &LogicalType) -> ValueError {
    ValueError {
        sqlstate: sqlstate::DATETIME_OVERFLOW,
        ..out_of_range(value, wanted)
    }
}
