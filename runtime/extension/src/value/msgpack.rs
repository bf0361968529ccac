//! MessagePack: the encoder, and the table of extension types.
//!
//! | SQL | MessagePack |
//! | --- | --- |
//! | NULL, BOOLEAN | nil, true / false |
//! | TINYINT … BIGINT, UTINYINT … UBIGINT | the shortest integer form |
//! | FLOAT, DOUBLE | float 32, float 64 |
//! | VARCHAR, JSON, ENUM | str (an ENUM's label) |
//! | BLOB, GEOMETRY | bin (a GEOMETRY's well-known binary) |
//! | LIST, ARRAY | array |
//! | STRUCT | map from field names; array when unnamed (`row(1, 2)`) |
//! | MAP | map, keys as they are |
//! | UNION | map `{"tag": str, "value": …}` |
//! | VARIANT | as the value in it |
//! | the others | extension types, see [`ext`] |
//!
//! What a decoder cannot tell comes back wider: every integer as BIGINT (UBIGINT above its range), a
//! MAP whose keys are all strings as STRUCT, an ARRAY as LIST, an ENUM as VARCHAR, a UNION as STRUCT, a
//! GEOMETRY as BLOB, a DECIMAL with the width of its digits. [`convert`](super::convert::convert) to
//! the declared type restores the value. MessagePack's own timestamp (extension −1) is read as a
//! TIMESTAMP WITH TIME ZONE, its nanoseconds rounded down to microseconds; it is never written.

use super::Value;
use super::error::Result;
use super::number;
use super::sink::{self, Clock, Sink};
use super::temporal::Unit;

pub use super::msgpack_decode::decode;

/// Numbers of the extension types. Integers in them are little endian.
pub mod ext {
    /// MessagePack's predefined timestamp; only read.
    pub const STANDARD_TIMESTAMP: i8 = -1;
    /// ASCII: sign, digits, point, digits; no exponent.
    pub const DECIMAL: i8 = 1;
    /// HUGEINT and UHUGEINT, ASCII digits with a sign.
    pub const HUGEINT: i8 = 2;
    /// `i32` days since 1970-01-01.
    pub const DATE: i8 = 3;
    /// `i64` microseconds since midnight.
    pub const TIME: i8 = 4;
    /// `i64` microseconds since the epoch.
    pub const TIMESTAMP: i8 = 5;
    /// `i64` microseconds since the epoch, UTC.
    pub const TIMESTAMP_TZ: i8 = 6;
    /// `i32` months, `i32` days, `i64` microseconds.
    pub const INTERVAL: i8 = 7;
    /// 16 bytes in the order they are printed.
    pub const UUID: i8 = 8;
    /// ASCII `0` and `1`.
    pub const BIT: i8 = 9;
    /// `i64` microseconds since midnight, `i32` seconds east of UTC.
    pub const TIME_TZ: i8 = 10;
    /// ASCII digits with a sign.
    pub const BIGNUM: i8 = 11;
    /// `i64` nanoseconds since midnight.
    pub const TIME_NS: i8 = 12;
    /// `i64` seconds since the epoch.
    pub const TIMESTAMP_S: i8 = 13;
    /// `i64` milliseconds since the epoch.
    pub const TIMESTAMP_MS: i8 = 14;
    /// `i64` nanoseconds since the epoch.
    pub const TIMESTAMP_NS: i8 = 15;
}

/// Appends a value to `out`.
///
/// # Errors
/// 54000 for a BIGNUM with too many digits.
pub fn encode(value: &Value, out: &mut Vec<u8>) -> Result<()> {
    sink::write_value(&mut MsgPackSink { out }, value)
}

/// Appends an array header for `len` elements.
pub fn write_array_header(out: &mut Vec<u8>, len: usize) {
    write_header(out, len, [0x90, 0xdc, 0xdd]);
}

/// Appends a map header for `len` entries.
pub fn write_map_header(out: &mut Vec<u8>, len: usize) {
    write_header(out, len, [0x80, 0xde, 0xdf]);
}

/// Lengths above 32 bits cannot come from DuckDB, whose strings and lists are shorter.
fn write_header(out: &mut Vec<u8>, len: usize, [fix, short, long]: [u8; 3]) {
    match len {
        0..=15 => out.push(fix | len as u8),
        16..=0xffff => {
            out.push(short);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        _ => {
            out.push(long);
            out.extend_from_slice(&(len as u32).to_be_bytes());
        }
    }
}

/// Appends a string.
pub fn write_text(out: &mut Vec<u8>, bytes: &[u8]) {
    match bytes.len() {
        len @ 0..=31 => out.push(0xa0 | len as u8),
        len @ 32..=0xff => out.extend_from_slice(&[0xd9, len as u8]),
        len @ 0x100..=0xffff => {
            out.push(0xda);
            out.extend_from_slice(&(len as u16).to_be_bytes());
        }
        len => {
            out.push(0xdb);
            out.extend_from_slice(&(len as u32).to_be_bytes());
        }
    }
    out.extend_from_slice(bytes);
}

/// Appends an integer in its shortest form.
#[inline]
pub fn write_integer(out: &mut Vec<u8>, value: i64) {
    if value >= 0 {
        return write_unsigned(out, value as u64);
    }
    match value {
        -32.. => out.push(value as u8),
        -0x80.. => out.extend_from_slice(&[0xd0, value as u8]),
        -0x8000.. => {
            let [a, b] = (value as i16).to_be_bytes();
            out.extend_from_slice(&[0xd1, a, b]);
        }
        -0x8000_0000.. => {
            let [a, b, c, d] = (value as i32).to_be_bytes();
            out.extend_from_slice(&[0xd2, a, b, c, d]);
        }
        _ => write_tagged(out, 0xd3, value.to_be_bytes()),
    }
}

/// Appends an unsigned integer in its shortest form.
#[inline]
pub fn write_unsigned(out: &mut Vec<u8>, value: u64) {
    match value {
        0..=0x7f => out.push(value as u8),
        0x80..=0xff => out.extend_from_slice(&[0xcc, value as u8]),
        0x100..=0xffff => {
            let [a, b] = (value as u16).to_be_bytes();
            out.extend_from_slice(&[0xcd, a, b]);
        }
        0x1_0000..=0xffff_ffff => {
            let [a, b, c, d] = (value as u32).to_be_bytes();
            out.extend_from_slice(&[0xce, a, b, c, d]);
        }
        _ => write_tagged(out, 0xcf, value.to_be_bytes()),
    }
}

#[inline]
fn write_tagged(out: &mut Vec<u8>, tag: u8, [a, b, c, d, e, f, g, h]: [u8; 8]) {
    out.extend_from_slice(&[tag, a, b, c, d, e, f, g, h]);
}

fn write_ext(out: &mut Vec<u8>, kind: i8, payload: &[u8]) {
    let kind = kind as u8;
    match payload.len() {
        1 => out.extend_from_slice(&[0xd4, kind]),
        2 => out.extend_from_slice(&[0xd5, kind]),
        4 => out.extend_from_slice(&[0xd6, kind]),
        8 => out.extend_from_slice(&[0xd7, kind]),
        16 => out.extend_from_slice(&[0xd8, kind]),
        len @ 0..=0xff => out.extend_from_slice(&[0xc7, len as u8, kind]),
        len @ 0x100..=0xffff => {
            let [a, b] = (len as u16).to_be_bytes();
            out.extend_from_slice(&[0xc8, a, b, kind]);
        }
        len => {
            let [a, b, c, d] = (len as u32).to_be_bytes();
            out.extend_from_slice(&[0xc9, a, b, c, d, kind]);
        }
    }
    out.extend_from_slice(payload);
}

struct MsgPackSink<'o> {
    out: &'o mut Vec<u8>,
}

/// A sink that appends to `out`.
pub(super) fn sink(out: &mut Vec<u8>) -> impl Sink {
    MsgPackSink { out }
}

impl Sink for MsgPackSink<'_> {
    #[inline]
    fn null(&mut self) {
        self.out.push(0xc0);
    }

    #[inline]
    fn boolean(&mut self, value: bool) {
        self.out.push(if value { 0xc3 } else { 0xc2 });
    }

    #[inline]
    fn integer(&mut self, value: i64) {
        write_integer(self.out, value);
    }

    #[inline]
    fn unsigned(&mut self, value: u64) {
        write_unsigned(self.out, value);
    }

    fn hugeint(&mut self, value: i128) {
        let mut buffer = [0; number::DECIMAL_TEXT_BYTES_MAX];
        write_ext(
            self.out,
            ext::HUGEINT,
            number::format_decimal(&mut buffer, value, 0),
        );
    }

    fn uhugeint(&mut self, value: u128) {
        let mut digits = Vec::with_capacity(number::DECIMAL_TEXT_BYTES_MAX);
        number::write_u128(&mut digits, value);
        write_ext(self.out, ext::HUGEINT, &digits);
    }

    #[inline]
    fn float(&mut self, value: f32) {
        let [a, b, c, d] = value.to_be_bytes();
        self.out.extend_from_slice(&[0xca, a, b, c, d]);
    }

    #[inline]
    fn double(&mut self, value: f64) {
        write_tagged(self.out, 0xcb, value.to_be_bytes());
    }

    fn decimal(&mut self, value: i128, scale: u8) {
        let mut buffer = [0; number::DECIMAL_TEXT_BYTES_MAX];
        write_ext(
            self.out,
            ext::DECIMAL,
            number::format_decimal(&mut buffer, value, scale),
        );
    }

    #[inline]
    fn text(&mut self, bytes: &[u8]) {
        write_text(self.out, bytes);
    }

    fn blob(&mut self, bytes: &[u8]) {
        match bytes.len() {
            len @ 0..=0xff => self.out.extend_from_slice(&[0xc4, len as u8]),
            len @ 0x100..=0xffff => {
                self.out.push(0xc5);
                self.out.extend_from_slice(&(len as u16).to_be_bytes());
            }
            len => {
                self.out.push(0xc6);
                self.out.extend_from_slice(&(len as u32).to_be_bytes());
            }
        }
        self.out.extend_from_slice(bytes);
    }

    fn bit(&mut self, bits: &str) {
        write_ext(self.out, ext::BIT, bits.as_bytes());
    }

    fn bignum(&mut self, digits: &str) {
        write_ext(self.out, ext::BIGNUM, digits.as_bytes());
    }

    fn date(&mut self, days: i32) {
        write_ext(self.out, ext::DATE, &days.to_le_bytes());
    }

    fn clock(&mut self, kind: Clock, value: i64) {
        let kind = match kind {
            Clock::Time(Unit::Nanos) => ext::TIME_NS,
            Clock::Time(_) => ext::TIME,
            Clock::Timestamp(Unit::Seconds) => ext::TIMESTAMP_S,
            Clock::Timestamp(Unit::Millis) => ext::TIMESTAMP_MS,
            Clock::Timestamp(Unit::Micros) => ext::TIMESTAMP,
            Clock::Timestamp(Unit::Nanos) => ext::TIMESTAMP_NS,
            Clock::TimestampTz => ext::TIMESTAMP_TZ,
        };
        write_ext(self.out, kind, &value.to_le_bytes());
    }

    fn time_tz(&mut self, micros: i64, offset_seconds: i32) {
        let mut payload = [0u8; 12];
        payload[..8].copy_from_slice(&micros.to_le_bytes());
        payload[8..].copy_from_slice(&offset_seconds.to_le_bytes());
        write_ext(self.out, ext::TIME_TZ, &payload);
    }

    fn interval(&mut self, months: i32, days: i32, micros: i64) {
        let mut payload = [0u8; 16];
        payload[..4].copy_from_slice(&months.to_le_bytes());
        payload[4..8].copy_from_slice(&days.to_le_bytes());
        payload[8..].copy_from_slice(&micros.to_le_bytes());
        write_ext(self.out, ext::INTERVAL, &payload);
    }

    fn uuid(&mut self, value: u128) {
        write_ext(self.out, ext::UUID, &value.to_be_bytes());
    }

    fn list_start(&mut self, len: usize) {
        write_array_header(self.out, len);
    }

    fn item(&mut self, _index: usize) {}

    fn list_end(&mut self) {}

    fn struct_start(&mut self, len: usize) {
        write_map_header(self.out, len);
    }

    fn field(&mut self, _index: usize, name: &str) {
        write_text(self.out, name.as_bytes());
    }

    fn struct_end(&mut self) {}

    fn map_start(&mut self, len: usize, _has_text_keys: bool) {
        write_map_header(self.out, len);
    }

    fn key(&mut self, _index: usize) {}

    fn map_value(&mut self) {}

    fn entry_end(&mut self) {}

    fn map_end(&mut self) {}
}

#[cfg(test)]
mod tests;
