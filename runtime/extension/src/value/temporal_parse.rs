//! Dates, times and timestamps from text, in both spellings of [`temporal`](super::temporal).

use super::error::{Result, ValueError, quoted, sqlstate};
use super::temporal::{
    DATE_INFINITY, OFFSET_SECONDS_MAX, TIMESTAMP_INFINITY, Unit, days_from_civil, divide_rounding,
};

/// Reads a DATE; a time after it is ignored when it is well formed.
///
/// # Errors
/// 22007 for any other text, 22008 beyond the range of DATE.
pub fn parse_date(text: &str) -> Result<i32> {
    let invalid = || invalid_datetime(text, "DATE");
    let mut scanner = Scanner::new(text);
    if let Some(positive) = scanner.infinity() {
        return Ok(if positive {
            DATE_INFINITY
        } else {
            -DATE_INFINITY
        });
    }
    let days = scanner.date().ok_or_else(invalid)?;
    if !scanner.is_at_end() {
        scanner.date_time_separator().ok_or_else(invalid)?;
        scanner.clock().ok_or_else(invalid)?;
        scanner.optional_offset().ok_or_else(invalid)?;
    }
    scanner.finish().ok_or_else(invalid)?;
    let days = i32::try_from(days)
        .ok()
        .filter(|days| days.unsigned_abs() < i32::MAX as u32);
    days.ok_or_else(|| overflow(text, "DATE"))
}

/// Reads a time of day in parts of `unit`; further digits are dropped, as in DuckDB.
///
/// # Errors
/// 22007 for any other text.
pub fn parse_time(text: &str, unit: Unit) -> Result<i64> {
    let mut scanner = Scanner::new(text);
    let nanos = scanner.clock().filter(|_| scanner.is_at_end());
    let nanos = nanos.ok_or_else(|| invalid_datetime(text, "TIME"))?;
    Ok(nanos / (1_000_000_000 / unit.per_second()))
}

/// Reads a time of day with an offset (UTC when it has none) as microseconds and seconds east.
///
/// # Errors
/// 22007 for any other text, 22008 beyond ±15:59:59.
pub fn parse_time_tz(text: &str) -> Result<(i64, i32)> {
    let mut scanner = Scanner::new(text);
    let parts = scanner
        .clock()
        .and_then(|nanos| Some((nanos, scanner.optional_offset()?)));
    let (nanos, offset) = parts
        .filter(|_| scanner.is_at_end())
        .ok_or_else(|| invalid_datetime(text, "TIME WITH TIME ZONE"))?;
    let offset = offset.unwrap_or(0);
    if offset.abs() > OFFSET_SECONDS_MAX {
        return Err(overflow(text, "TIME WITH TIME ZONE"));
    }
    Ok((nanos / 1_000, offset))
}

/// Reads a timestamp as `unit` parts since the epoch: a date, perhaps a time, perhaps an offset that
/// is applied. As in DuckDB, digits below a microsecond are dropped and the rest is rounded to the
/// unit; only nanoseconds keep all nine. Unlike DuckDB, an offset counts for TIMESTAMP too.
///
/// # Errors
/// 22007 for any other text, 22008 beyond the range of 64 bits.
pub fn parse_timestamp(text: &str, unit: Unit) -> Result<i64> {
    let invalid = || invalid_datetime(text, "TIMESTAMP");
    let mut scanner = Scanner::new(text);
    if let Some(positive) = scanner.infinity() {
        return Ok(if positive {
            TIMESTAMP_INFINITY
        } else {
            -TIMESTAMP_INFINITY
        });
    }
    let days = scanner.date().ok_or_else(invalid)?;
    let (mut nanos, mut offset) = (0, 0);
    if !scanner.is_at_end() {
        scanner.date_time_separator().ok_or_else(invalid)?;
        nanos = scanner.clock().ok_or_else(invalid)?;
        offset = scanner.optional_offset().ok_or_else(invalid)?.unwrap_or(0);
    }
    scanner.finish().ok_or_else(invalid)?;
    let seconds = i128::from(days) * 86_400 - i128::from(offset);
    let value = match unit {
        Unit::Nanos => seconds * 1_000_000_000 + i128::from(nanos),
        _ => {
            let micros = seconds * 1_000_000 + i128::from(nanos / 1_000);
            divide_rounding(micros, 1_000_000 / i128::from(unit.per_second()))
        }
    };
    i64::try_from(value)
        .ok()
        .filter(|value| value.unsigned_abs() < TIMESTAMP_INFINITY.unsigned_abs())
        .ok_or_else(|| overflow(text, "TIMESTAMP"))
}

fn invalid_datetime(text: &str, type_name: &str) -> ValueError {
    let message = format!("{} is not a {type_name}", quoted(text));
    ValueError::new(sqlstate::INVALID_DATETIME, message)
}

fn overflow(text: &str, type_name: &str) -> ValueError {
    let message = format!("{} is outside the range of {type_name}", quoted(text));
    ValueError::new(sqlstate::DATETIME_OVERFLOW, message)
}

/// A cursor over a date or time text; every method gives `None` where the text does not fit.
struct Scanner<'t> {
    rest: &'t [u8],
}

impl<'t> Scanner<'t> {
    fn new(text: &'t str) -> Self {
        Scanner {
            rest: text.trim_ascii().as_bytes(),
        }
    }

    fn is_at_end(&self) -> bool {
        self.rest.is_empty()
    }

    fn finish(&self) -> Option<()> {
        self.is_at_end().then_some(())
    }

    fn accept(&mut self, expected: u8) -> bool {
        let found = self.rest.first() == Some(&expected);
        if found {
            self.rest = &self.rest[1..];
        }
        found
    }

    fn digits(&mut self, count_min: usize, count_max: usize) -> Option<i64> {
        let count = self
            .rest
            .iter()
            .take(count_max)
            .take_while(|b| b.is_ascii_digit())
            .count();
        let (digits, rest) = self.rest.split_at(count);
        self.rest = rest;
        (count >= count_min).then(|| {
            digits
                .iter()
                .fold(0, |value, digit| value * 10 + i64::from(digit - b'0'))
        })
    }

    fn infinity(&mut self) -> Option<bool> {
        match self.rest.to_ascii_lowercase().as_slice() {
            b"infinity" | b"+infinity" | b"inf" | b"+inf" => Some(true),
            b"-infinity" | b"-inf" => Some(false),
            _ => None,
        }
    }

    fn date(&mut self) -> Option<i64> {
        let negative = self.accept(b'-');
        if !negative {
            self.accept(b'+');
        }
        // Twelve digits reach as far as 64 bits of seconds do.
        let mut year = self.digits(1, 12)?;
        let separator = *self.rest.first()?;
        if !matches!(separator, b'-' | b'/') {
            return None;
        }
        self.rest = &self.rest[1..];
        let month = self.digits(1, 2)?;
        if !self.accept(separator) {
            return None;
        }
        let day = self.digits(1, 2)?;
        if let Some(rest) = self.rest.strip_prefix(b" (BC)") {
            if negative || year == 0 {
                return None;
            }
            self.rest = rest;
            year = 1 - year;
        } else if negative {
            year = -year;
        }
        days_from_civil(year, u8::try_from(month).ok()?, u8::try_from(day).ok()?)
    }

    fn date_time_separator(&mut self) -> Option<()> {
        (self.accept(b'T') || self.accept(b't') || self.accept(b' ')).then_some(())
    }

    /// Nanoseconds of `HH:MM[:SS[.fraction]]`, up to 24:00:00.
    fn clock(&mut self) -> Option<i64> {
        let hours = self.digits(1, 2)?;
        if !self.accept(b':') {
            return None;
        }
        let minutes = self.digits(1, 2)?;
        let seconds = if self.accept(b':') {
            self.digits(1, 2)?
        } else {
            0
        };
        let mut nanos = 0;
        if self.accept(b'.') {
            let before = self.rest.len();
            nanos = self.digits(1, 9)?;
            nanos *= 10i64.pow(9 - (before - self.rest.len()) as u32);
            // Digits below a nanosecond are read and dropped.
            while self.rest.first().is_some_and(u8::is_ascii_digit) {
                self.rest = &self.rest[1..];
            }
        }
        let is_end_of_day = hours == 24 && minutes == 0 && seconds == 0 && nanos == 0;
        if !is_end_of_day && (hours > 23 || minutes > 59 || seconds > 59) {
            return None;
        }
        Some(((hours * 60 + minutes) * 60 + seconds) * 1_000_000_000 + nanos)
    }

    /// Seconds of `Z`, ` UTC`, `+05`, `+0530`, `+05:30` or `+05:30:15`; the inner `None` for no
    /// offset at all.
    #[expect(
        clippy::option_option,
        reason = "outer: malformed text, inner: no offset given"
    )]
    fn optional_offset(&mut self) -> Option<Option<i32>> {
        if self.is_at_end() {
            return Some(None);
        }
        self.accept(b' ');
        if self.rest.eq_ignore_ascii_case(b"z") || self.rest.eq_ignore_ascii_case(b"utc") {
            self.rest = &[];
            return Some(Some(0));
        }
        let negative = self.accept(b'-');
        if !negative && !self.accept(b'+') {
            return None;
        }
        let mut seconds = self.digits(2, 2)? * 3600;
        let has_colon = self.accept(b':');
        if has_colon || !self.is_at_end() {
            let minutes = self.digits(2, 2)?;
            let rest = if self.accept(b':') {
                self.digits(2, 2)?
            } else {
                0
            };
            if minutes > 59 || rest > 59 {
                return None;
            }
            seconds += minutes * 60 + rest;
        }
        let seconds = i32::try_from(seconds).ok()?;
        Some(Some(if negative { -seconds } else { seconds }))
    }
}
