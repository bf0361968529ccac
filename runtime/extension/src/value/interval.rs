//! INTERVAL between months, days and microseconds and text.

use super::error::{Result, ValueError, quoted, sqlstate};
use super::number::{NumberError, parse_scaled, write_i64};
use super::temporal::{Unit, write_clock};

/// The parts of an INTERVAL; they are not normalised into each other.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub struct Parts {
    pub months: i32,
    pub days: i32,
    pub micros: i64,
}

/// Appends an INTERVAL as DuckDB prints it: `1 year 2 months 3 days 04:05:06.789`.
pub fn write_interval(out: &mut Vec<u8>, parts: Parts) {
    let start = out.len();
    let counts = [
        (parts.months / 12, "year"),
        (parts.months % 12, "month"),
        (parts.days, "day"),
    ];
    for (count, name) in counts {
        if count == 0 {
            continue;
        }
        if out.len() > start {
            out.push(b' ');
        }
        write_i64(out, i64::from(count));
        out.push(b' ');
        out.extend_from_slice(name.as_bytes());
        if count != 1 && count != -1 {
            out.push(b's');
        }
    }
    if parts.micros != 0 || out.len() == start {
        if out.len() > start {
            out.push(b' ');
        }
        if parts.micros < 0 {
            out.push(b'-');
        }
        write_clock(out, parts.micros.unsigned_abs(), Unit::Micros);
    }
}

/// Reads `1 year 2 months 3 days 04:05:06.789` (any of `years`, `months`, `weeks`, `days`, `hours`,
/// `minutes`, `seconds`, `milliseconds`, `microseconds`, singular or plural, in any order) or an ISO 8601
/// duration (`P1Y2M3DT4H5M6.789S`). Years, months, weeks and days are whole numbers.
///
/// # Errors
/// 22007 for any other text, 22008 when a part overflows.
pub fn parse_interval(text: &str) -> Result<Parts> {
    let trimmed = text.trim_ascii();
    let parsed = match trimmed.strip_prefix(['P', 'p']) {
        Some(rest) => parse_iso(rest),
        None => parse_words(trimmed),
    };
    parsed.map_err(|error| match error {
        NumberError::Invalid => {
            let message = format!("{} is not an INTERVAL", quoted(text));
            ValueError::new(sqlstate::INVALID_DATETIME, message)
        }
        NumberError::Overflow => {
            let message = format!("{} is outside the range of INTERVAL", quoted(text));
            ValueError::new(sqlstate::DATETIME_OVERFLOW, message)
        }
    })
}

type Parsed<T> = std::result::Result<T, NumberError>;

#[derive(Clone, Copy)]
enum Field {
    Months(i32),
    Days(i32),
    Micros(i64),
}

impl Parts {
    fn add(&mut self, count: &str, field: Field) -> Parsed<()> {
        let overflow = NumberError::Overflow;
        match field {
            Field::Months(factor) => {
                let sum = i128::from(self.months) + whole(count)? * i128::from(factor);
                self.months = i32::try_from(sum).map_err(|_| overflow)?;
            }
            Field::Days(factor) => {
                let sum = i128::from(self.days) + whole(count)? * i128::from(factor);
                self.days = i32::try_from(sum).map_err(|_| overflow)?;
            }
            Field::Micros(factor) => {
                // Six digits of the count are kept, so that 0.5 hours is exact.
                let scaled = parse_scaled(truncated(count), 6)?
                    .checked_mul(i128::from(factor))
                    .ok_or(overflow)?;
                let sum = i128::from(self.micros) + scaled / 1_000_000;
                self.micros = i64::try_from(sum).map_err(|_| overflow)?;
            }
        }
        Ok(())
    }

    fn add_clock(&mut self, text: &str) -> Parsed<()> {
        let (sign, clock) = match text.strip_prefix('-') {
            Some(rest) => (-1, rest),
            None => (1, text.strip_prefix('+').unwrap_or(text)),
        };
        let mut fields = clock.split(':');
        let mut micros: i128 = 0;
        for (index, factor) in [3_600_000_000i128, 60_000_000, 1].into_iter().enumerate() {
            let Some(field) = fields.next() else {
                if index < 2 {
                    return Err(NumberError::Invalid);
                }
                break;
            };
            if !field.starts_with(|first: char| first.is_ascii_digit()) {
                return Err(NumberError::Invalid);
            }
            let value = if index == 2 {
                parse_scaled(truncated(field), 6)?
            } else {
                whole(field)?
            };
            if index > 0 && value * factor >= 60 * factor.max(1_000_000) {
                return Err(NumberError::Invalid);
            }
            micros += value.checked_mul(factor).ok_or(NumberError::Overflow)?;
        }
        if fields.next().is_some() {
            return Err(NumberError::Invalid);
        }
        let sum = i128::from(self.micros) + sign * micros;
        self.micros = i64::try_from(sum).map_err(|_| NumberError::Overflow)?;
        Ok(())
    }
}

/// Drops digits below a millionth, as DuckDB does.
fn truncated(text: &str) -> &str {
    match text.find('.') {
        Some(point) if text[point + 1..].bytes().all(|byte| byte.is_ascii_digit()) => {
            &text[..text.len().min(point + 7)]
        }
        _ => text,
    }
}

fn whole(text: &str) -> Parsed<i128> {
    let digits = text.strip_prefix(['-', '+']).unwrap_or(text);
    if digits.is_empty() || !digits.bytes().all(|byte| byte.is_ascii_digit()) {
        return Err(NumberError::Invalid);
    }
    let value = parse_scaled(text, 0)?;
    // Bounded so that products with a factor stay inside 128 bits.
    if value.unsigned_abs() < 1 << 80 {
        Ok(value)
    } else {
        Err(NumberError::Overflow)
    }
}

fn parse_words(text: &str) -> Parsed<Parts> {
    let mut parts = Parts::default();
    let mut words = text.split_ascii_whitespace().peekable();
    if words.peek().is_none() {
        return Err(NumberError::Invalid);
    }
    while let Some(word) = words.next() {
        if word.contains(':') {
            parts.add_clock(word)?;
            continue;
        }
        let unit = words
            .next()
            .ok_or(NumberError::Invalid)?
            .to_ascii_lowercase();
        let field = match unit.strip_suffix('s').unwrap_or(&unit) {
            "year" => Field::Months(12),
            "month" | "mon" => Field::Months(1),
            "week" => Field::Days(7),
            "day" => Field::Days(1),
            "hour" => Field::Micros(3_600_000_000),
            "minute" | "min" => Field::Micros(60_000_000),
            "second" | "sec" => Field::Micros(1_000_000),
            "millisecond" => Field::Micros(1_000),
            "microsecond" => Field::Micros(1),
            _ => return Err(NumberError::Invalid),
        };
        parts.add(word, field)?;
    }
    Ok(parts)
}

fn parse_iso(text: &str) -> Parsed<Parts> {
    let mut parts = Parts::default();
    let mut in_time = false;
    let mut count_start = 0;
    let mut found = false;
    for (index, character) in text.char_indices() {
        let field = match (character.to_ascii_uppercase(), in_time) {
            ('0'..='9' | '.' | '-' | '+', _) => continue,
            ('T', false) if count_start == index => {
                in_time = true;
                count_start = index + 1;
                continue;
            }
            ('Y', false) => Field::Months(12),
            ('M', false) => Field::Months(1),
            ('W', false) => Field::Days(7),
            ('D', false) => Field::Days(1),
            ('H', true) => Field::Micros(3_600_000_000),
            ('M', true) => Field::Micros(60_000_000),
            ('S', true) => Field::Micros(1_000_000),
            _ => return Err(NumberError::Invalid),
        };
        parts.add(&text[count_start..index], field)?;
        count_start = index + character.len_utf8();
        found = true;
    }
    if found && count_start == text.len() {
        Ok(parts)
    } else {
        Err(NumberError::Invalid)
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    fn text(parts: Parts) -> String {
        let mut out = Vec::new();
        write_interval(&mut out, parts);
        String::from_utf8(out).unwrap()
    }

    #[test]
    fn intervals_print_as_duckdb_prints_them_and_read_back() {
        let day = 86_400_000_000;
        for (months, days, micros, expected) in [
            (0, 0, 0, "00:00:00"),
            (14, 3, 14_706_789_000, "1 year 2 months 3 days 04:05:06.789"),
            (
                -14,
                -3,
                -14_706_789_000,
                "-1 year -2 months -3 days -04:05:06.789",
            ),
            (24, 1, 0, "2 years 1 day"),
            (0, 0, 100 * 3_600_000_000, "100:00:00"),
            (
                i32::MAX,
                i32::MIN,
                day,
                "178956970 years 7 months -2147483648 days 24:00:00",
            ),
            (0, 0, i64::MIN, "-2562047788:00:54.775808"),
        ] {
            let parts = Parts {
                months,
                days,
                micros,
            };
            assert_eq!(text(parts), expected);
            assert_eq!(parse_interval(expected).unwrap(), parts);
        }
    }

    #[test]
    fn words_and_iso_durations_are_read() {
        let parts = Parts {
            months: 14,
            days: 10,
            micros: 14_706_500_000,
        };
        assert_eq!(
            parse_interval("1 year 2 months 1 week 3 days 4 hours 5 mins 6.5 seconds").unwrap(),
            parts
        );
        assert_eq!(parse_interval("P1Y2M1W3DT4H5M6.5S").unwrap(), parts);
        assert_eq!(parse_interval("0.5 hours").unwrap().micros, 1_800_000_000);
        for bad in [
            "", "1", "day", "1.5 days", "P", "PT", "P1", "1:2:3:4", "00:60:00", "P1H", "1 parsec",
            ":",
        ] {
            assert_eq!(
                parse_interval(bad).unwrap_err().sqlstate,
                sqlstate::INVALID_DATETIME,
                "{bad}"
            );
        }
        let far = parse_interval("999999999999 years").unwrap_err();
        assert_eq!(far.sqlstate, sqlstate::DATETIME_OVERFLOW);
        assert!(parse_interval(&format!("{} hours", "9".repeat(500))).is_err());
    }
}
