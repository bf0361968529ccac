//! Dates, times and timestamps between numbers and text.
//!
//! Two spellings are written: [`Style::DuckDb`] (`2024-01-02 03:04:05`, `0044-03-15 (BC)`), which a
//! cast to VARCHAR gives, and [`Style::Iso`] (`2024-01-02T03:04:05`, `-000043-03-15`), which JSON
//! carries. Reading accepts both. Time zones other than offsets are not known here; a TIMESTAMP WITH
//! TIME ZONE prints in UTC.

use super::number::write_u64;

pub use super::temporal_parse::{parse_date, parse_time, parse_time_tz, parse_timestamp};

/// Microseconds of a day.
pub const DAY_MICROS: i64 = 86_400_000_000;
/// The DATE `infinity`; its negation is `-infinity`.
pub const DATE_INFINITY: i32 = i32::MAX;
/// Every timestamp type's `infinity`; its negation is `-infinity`.
pub const TIMESTAMP_INFINITY: i64 = i64::MAX;
/// Largest offset of a TIME WITH TIME ZONE, in seconds.
pub const OFFSET_SECONDS_MAX: i32 = 16 * 3600 - 1;

/// How a date or timestamp is spelled.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Style {
    /// As a cast to VARCHAR in DuckDB.
    DuckDb,
    /// As ISO 8601, years beyond four digits with a sign and six or more digits.
    Iso,
}

/// Parts of a second in a number: 1, 10^3, 10^6 or 10^9.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Unit {
    Seconds,
    Millis,
    Micros,
    Nanos,
}

impl Unit {
    /// Numbers in a second.
    pub fn per_second(self) -> i64 {
        match self {
            Unit::Seconds => 1,
            Unit::Millis => 1_000,
            Unit::Micros => 1_000_000,
            Unit::Nanos => 1_000_000_000,
        }
    }
}

/// Year, month and day of a number of days since 1970-01-01 (proleptic Gregorian, year 0 is 1 BC).
pub fn civil_from_days(days: i64) -> (i64, u8, u8) {
    // Years are counted from March, so that the leap day is the last of its year.
    let shifted = days + 719_468;
    let era = shifted.div_euclid(146_097);
    let day_of_era = shifted.rem_euclid(146_097);
    let year_of_era =
        (day_of_era - day_of_era / 1_460 + day_of_era / 36_524 - day_of_era / 146_096) / 365;
    let day_of_year = day_of_era - (365 * year_of_era + year_of_era / 4 - year_of_era / 100);
    let month_from_march = (5 * day_of_year + 2) / 153;
    let day = day_of_year - (153 * month_from_march + 2) / 5 + 1;
    let month = if month_from_march < 10 {
        month_from_march + 3
    } else {
        month_from_march - 9
    };
    let year = year_of_era + era * 400 + i64::from(month <= 2);
    (year, month as u8, day as u8)
}

/// Days since 1970-01-01 of a date; `None` when there is no such day.
pub fn days_from_civil(year: i64, month: u8, day: u8) -> Option<i64> {
    if !(1..=12).contains(&month) || day == 0 || day > days_in_month(year, month) {
        return None;
    }
    let shifted_year = year - i64::from(month <= 2);
    let era = shifted_year.div_euclid(400);
    let year_of_era = shifted_year.rem_euclid(400);
    let month_from_march = i64::from(if month > 2 { month - 3 } else { month + 9 });
    let day_of_year = (153 * month_from_march + 2) / 5 + i64::from(day) - 1;
    let day_of_era = year_of_era * 365 + year_of_era / 4 - year_of_era / 100 + day_of_year;
    Some(era * 146_097 + day_of_era - 719_468)
}

fn days_in_month(year: i64, month: u8) -> u8 {
    match month {
        4 | 6 | 9 | 11 => 30,
        2 if year % 4 == 0 && (year % 100 != 0 || year % 400 == 0) => 29,
        2 => 28,
        _ => 31,
    }
}

fn write_padded(out: &mut Vec<u8>, value: u64, width: usize) {
    let start = out.len();
    write_u64(out, value);
    let written = out.len() - start;
    if written < width {
        out.splice(start..start, std::iter::repeat_n(b'0', width - written));
    }
}

fn write_infinity(out: &mut Vec<u8>, positive: bool) {
    out.extend_from_slice(if positive { b"infinity" } else { b"-infinity" });
}

/// Appends a DATE.
pub fn write_date(out: &mut Vec<u8>, days: i32, style: Style) {
    if days == DATE_INFINITY || days == -DATE_INFINITY {
        return write_infinity(out, days > 0);
    }
    write_day(out, i64::from(days), style);
}

fn write_day(out: &mut Vec<u8>, days: i64, style: Style) {
    let (year, month, day) = civil_from_days(days);
    let is_bc = year <= 0;
    match style {
        Style::DuckDb => {
            let shown = if is_bc { 1 - year } else { year };
            write_padded(out, shown.unsigned_abs(), 4);
        }
        Style::Iso if (0..=9999).contains(&year) => write_padded(out, year.unsigned_abs(), 4),
        Style::Iso => {
            out.push(if year < 0 { b'-' } else { b'+' });
            write_padded(out, year.unsigned_abs(), 6);
        }
    }
    out.push(b'-');
    write_padded(out, u64::from(month), 2);
    out.push(b'-');
    write_padded(out, u64::from(day), 2);
    if style == Style::DuckDb && is_bc {
        out.extend_from_slice(b" (BC)");
    }
}

/// Appends a time of day, `unit` parts since midnight, without trailing zeros of the fraction.
pub fn write_time(out: &mut Vec<u8>, value: i64, unit: Unit) {
    if value < 0 {
        out.push(b'-');
    }
    write_clock(out, value.unsigned_abs(), unit);
}

pub(super) fn write_clock(out: &mut Vec<u8>, value: u64, unit: Unit) {
    let per_second = unit.per_second().unsigned_abs();
    let (seconds, fraction) = (value / per_second, value % per_second);
    write_padded(out, seconds / 3600, 2);
    out.push(b':');
    write_padded(out, seconds / 60 % 60, 2);
    out.push(b':');
    write_padded(out, seconds % 60, 2);
    if fraction != 0 {
        out.push(b'.');
        // A leading one keeps the zeros right after the point.
        let start = out.len();
        write_u64(out, per_second + fraction);
        out.remove(start);
        while out.last() == Some(&b'0') {
            out.pop();
        }
    }
}

/// Appends a zone's offset: `+05`, `+05:30`, `-05:30:15`; in ISO style minutes are always there.
pub fn write_offset(out: &mut Vec<u8>, seconds: i32, style: Style) {
    out.push(if seconds < 0 { b'-' } else { b'+' });
    let seconds = u64::from(seconds.unsigned_abs());
    write_padded(out, seconds / 3600, 2);
    if seconds % 3600 != 0 || style == Style::Iso {
        out.push(b':');
        write_padded(out, seconds / 60 % 60, 2);
    }
    if seconds % 60 != 0 {
        out.push(b':');
        write_padded(out, seconds % 60, 2);
    }
}

/// Appends a timestamp, `unit` parts since the epoch.
pub fn write_timestamp(out: &mut Vec<u8>, value: i64, unit: Unit, style: Style) {
    if value == TIMESTAMP_INFINITY || value == -TIMESTAMP_INFINITY {
        return write_infinity(out, value > 0);
    }
    let per_day = unit.per_second() * 86_400;
    write_day(out, value.div_euclid(per_day), style);
    out.push(if style == Style::Iso { b'T' } else { b' ' });
    write_clock(out, value.rem_euclid(per_day).unsigned_abs(), unit);
}

/// Appends a TIMESTAMP WITH TIME ZONE in UTC: `…+00`, in ISO style `…Z`.
pub fn write_timestamp_tz(out: &mut Vec<u8>, micros: i64, style: Style) {
    write_timestamp(out, micros, Unit::Micros, style);
    if micros != TIMESTAMP_INFINITY && micros != -TIMESTAMP_INFINITY {
        out.extend_from_slice(if style == Style::Iso { b"Z" } else { b"+00" });
    }
}

/// Divides and rounds half away from zero.
pub(super) fn divide_rounding(value: i128, divisor: i128) -> i128 {
    let (quotient, remainder) = (value / divisor, value % divisor);
    quotient
        + if remainder.abs() * 2 >= divisor {
            value.signum()
        } else {
            0
        }
}

#[cfg(test)]
mod tests;
