//! JSON: the encoder.
//!
//! | SQL | JSON |
//! | --- | --- |
//! | NULL, BOOLEAN | `null`, `true` / `false` |
//! | all integers, BIGNUM, DECIMAL | number with all its digits (a reader that keeps doubles loses some) |
//! | FLOAT, DOUBLE | shortest number; `"nan"`, `"inf"`, `"-inf"` |
//! | VARCHAR, JSON, ENUM, BIT | string |
//! | BLOB, GEOMETRY | string, standard base64 with padding |
//! | DATE, TIME, TIMESTAMP… | string, ISO 8601; `"infinity"`, `"-infinity"`; WITH TIME ZONE in UTC with `Z` |
//! | INTERVAL | string, as DuckDB prints it |
//! | UUID | string |
//! | LIST, ARRAY | array |
//! | STRUCT | object; array when unnamed (`row(1, 2)`) |
//! | MAP | object when the keys are VARCHAR or ENUM (and there are any), else array of `[key, value]` |
//! | UNION | object `{"tag": …, "value": …}` |
//! | VARIANT | as the value in it |
//!
//! Decoding gives BOOLEAN, BIGINT, UBIGINT, HUGEINT, UHUGEINT, BIGNUM, DECIMAL, DOUBLE, VARCHAR, LIST and
//! STRUCT; [`convert`](super::convert::convert) to the declared type restores the value.

use super::Value;
use super::binary;
use super::error::Result;
use super::interval::{self, Parts};
use super::number;
use super::read::VectorReader;
use super::sink::{self, Clock, Sink};
use super::temporal::{self, Style, Unit};

pub use super::json_decode::{decode, validate};

/// Appends a value to `out`.
///
/// # Errors
/// 54000 for a BIGNUM with too many digits.
pub fn encode(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    sink::write_value(&mut sink(out), value)
}

/// Appends one row of a vector to `out`.
///
/// # Errors
/// As [`encode`].
///
/// # Safety
/// `row` is inside the vector.
pub unsafe fn encode_cell(reader: &VectorReader<'_>, row: usize, out: &mut Vec<u8>) -> Result<()> {
    // SAFETY: passed on from the caller.
    unsafe { sink::write_cell(&mut sink(out), reader, row) }
}

/// Appends a string in quotes. `bytes` are UTF-8.
pub fn write_string(out: &mut Vec<u8>, bytes: &[u8]) {
    out.push(b'"');
    let mut copied = 0;
    for (index, &byte) in bytes.iter().enumerate() {
        if byte >= 0x20 && byte != b'"' && byte != b'\\' {
            continue;
        }
        out.extend_from_slice(&bytes[copied..index]);
        copied = index + 1;
        let short = match byte {
            b'"' | b'\\' => byte,
            b'\n' => b'n',
            b'\r' => b'r',
            b'\t' => b't',
            _ => {
                out.extend_from_slice(b"\\u00");
                for nibble in [byte >> 4, byte & 15] {
                    out.push(b"0123456789abcdef"[usize::from(nibble)]);
                }
                continue;
            }
        };
        out.extend_from_slice(&[b'\\', short]);
    }
    out.extend_from_slice(&bytes[copied..]);
    out.push(b'"');
}

struct JsonSink<'o> {
    out: &'o mut Vec<u8>,
    /// For every open map, whether it is written as an object.
    maps: Vec<bool>,
}

/// A sink that appends to `out`.
pub(super) fn sink(out: &mut Vec<u8>) -> impl Sink {
    JsonSink {
        out,
        maps: Vec::new(),
    }
}

impl JsonSink<'_> {
    fn quoted(&mut self, write: impl FnOnce(&mut Vec<u8>)) {
        self.out.push(b'"');
        write(self.out);
        self.out.push(b'"');
    }

    fn comma_after(&mut self, index: usize) {
        if index > 0 {
            self.out.push(b',');
        }
    }

    fn is_object(&self) -> bool {
        self.maps.last().copied().unwrap_or(false)
    }
}

impl Sink for JsonSink<'_> {
    fn null(&mut self) {
        self.out.extend_from_slice(b"null");
    }

    fn boolean(&mut self, value: bool) {
        self.out
            .extend_from_slice(if value { b"true" } else { b"false" });
    }

    fn integer(&mut self, value: i64) {
        number::write_i64(self.out, value);
    }

    fn unsigned(&mut self, value: u64) {
        number::write_u64(self.out, value);
    }

    fn hugeint(&mut self, value: i128) {
        number::write_i128(self.out, value);
    }

    fn uhugeint(&mut self, value: u128) {
        number::write_u128(self.out, value);
    }

    fn float(&mut self, value: f32) {
        if value.is_finite() {
            number::write_float(self.out, value);
        } else {
            self.quoted(|out| number::write_float(out, value));
        }
    }

    fn double(&mut self, value: f64) {
        if value.is_finite() {
            number::write_double(self.out, value);
        } else {
            self.quoted(|out| number::write_double(out, value));
        }
    }

    fn decimal(&mut self, value: i128, scale: u8) {
        number::write_decimal(self.out, value, scale);
    }

    fn text(&mut self, bytes: &[u8]) {
        write_string(self.out, bytes);
    }

    fn blob(&mut self, bytes: &[u8]) {
        self.quoted(|out| binary::write_base64(out, bytes));
    }

    fn bit(&mut self, bits: &str) {
        write_string(self.out, bits.as_bytes());
    }

    fn bignum(&mut self, digits: &str) {
        self.out.extend_from_slice(digits.as_bytes());
    }

    fn date(&mut self, days: i32) {
        self.quoted(|out| temporal::write_date(out, days, Style::Iso));
    }

    fn clock(&mut self, kind: Clock, value: i64) {
        self.quoted(|out| match kind {
            Clock::Time(unit) => temporal::write_time(out, value, unit),
            Clock::Timestamp(unit) => temporal::write_timestamp(out, value, unit, Style::Iso),
            Clock::TimestampTz => temporal::write_timestamp_tz(out, value, Style::Iso),
        });
    }

    fn time_tz(&mut self, micros: i64, offset_seconds: i32) {
        self.quoted(|out| {
            temporal::write_time(out, micros, Unit::Micros);
            temporal::write_offset(out, offset_seconds, Style::Iso);
        });
    }

    fn interval(&mut self, months: i32, days: i32, micros: i64) {
        self.quoted(|out| {
            interval::write_interval(
                out,
                Parts {
                    months,
                    days,
                    micros,
                },
            )
        });
    }

    fn uuid(&mut self, value: u128) {
        self.quoted(|out| binary::write_uuid(out, value));
    }

    fn list_start(&mut self, _len: usize) {
        self.out.push(b'[');
    }

    fn item(&mut self, index: usize) {
        self.comma_after(index);
    }

    fn list_end(&mut self) {
        self.out.push(b']');
    }

    fn struct_start(&mut self, _len: usize) {
        self.out.push(b'{');
    }

    fn field(&mut self, index: usize, name: &str) {
        self.comma_after(index);
        write_string(self.out, name.as_bytes());
        self.out.push(b':');
    }

    fn struct_end(&mut self) {
        self.out.push(b'}');
    }

    fn map_start(&mut self, _len: usize, has_text_keys: bool) {
        self.maps.push(has_text_keys);
        self.out.push(if has_text_keys { b'{' } else { b'[' });
    }

    fn key(&mut self, index: usize) {
        self.comma_after(index);
        if !self.is_object() {
            self.out.push(b'[');
        }
    }

    fn map_value(&mut self) {
        let separator = if self.is_object() { b':' } else { b',' };
        self.out.push(separator);
    }

    fn entry_end(&mut self) {
        if !self.is_object() {
            self.out.push(b']');
        }
    }

    fn map_end(&mut self) {
        let end = if self.maps.pop() == Some(true) {
            b'}'
        } else {
            b']'
        };
        self.out.push(end);
    }
}

#[cfg(test)]
mod tests;
