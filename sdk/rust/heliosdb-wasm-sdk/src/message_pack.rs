//! Reading MessagePack with the ABI's extension types: as much of it as the boundary needs.

use crate::error::Error;
use crate::generated::extension;
use crate::value::{Date, Interval, Time, Timestamp, TimestampTz, Uuid, Value};

/// Values nested deeper than this are refused, so that decoding cannot exhaust the stack.
const DEPTH_MAX: u32 = 64;

/// How long a value is, its marker included, by the marker; 0 where that does not say it.
static LENGTHS: [u8; 256] = {
    let mut lengths = [0; 256];
    let mut marker = 0;
    while marker < 256 {
        lengths[marker] = match marker {
            0x00..=0x7f | 0xe0..=0xff | 0xc0 | 0xc2 | 0xc3 => 1,
            0xa0..=0xbf => 1 + (marker as u8 & 0x1f),
            0xcc | 0xd0 => 2,
            0xcd | 0xd1 => 3,
            0xca | 0xce | 0xd2 => 5,
            0xcb | 0xcf | 0xd3 => 9,
            0xd4..=0xd8 => 2 + (1 << (marker - 0xd4)),
            _ => 0,
        };
        marker += 1;
    }
    lengths
};

/// Reads values from bytes of the host.
#[derive(Clone, Copy)]
pub(crate) struct Decoder<'a> {
    bytes: &'a [u8],
}

impl<'a> Decoder<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Decoder<'a> {
        Decoder { bytes }
    }

    /// How many bytes are left.
    pub(crate) fn left(&self) -> usize {
        self.bytes.len()
    }

    /// Decodes one value and refuses anything after it.
    pub(crate) fn decode_all(mut self) -> Result<Value, Error> {
        let value = self.value(0)?;
        if self.bytes.is_empty() {
            Ok(value)
        } else {
            Err(malformed("trailing bytes"))
        }
    }

    #[inline(never)]
    pub(crate) fn value(&mut self, depth: u32) -> Result<Value, Error> {
        if depth > DEPTH_MAX {
            return Err(malformed("nested too deeply"));
        }
        Ok(match self.byte()? {
            byte @ 0x00..=0x7f => Value::Int(i128::from(byte)),
            byte @ 0x80..=0x8f => self.map(usize::from(byte & 0x0f), depth)?,
            byte @ 0x90..=0x9f => self.list(usize::from(byte & 0x0f), depth)?,
            byte @ 0xa0..=0xbf => Value::Text(self.text_of(usize::from(byte & 0x1f))?.to_owned()),
            0xc0 => Value::Null,
            0xc2 => Value::Bool(false),
            0xc3 => Value::Bool(true),
            byte @ 0xc4..=0xc6 => {
                let length = self.length(byte - 0xc4)?;
                Value::Blob(self.take(length)?.to_vec())
            }
            byte @ 0xc7..=0xc9 => {
                let length = self.length(byte - 0xc7)?;
                self.extension(length)?
            }
            0xca => Value::Float(f64::from(f32::from_be_bytes(self.array()?))),
            0xcb => Value::Float(f64::from_be_bytes(self.array()?)),
            0xcc => Value::Int(i128::from(self.byte()?)),
            0xcd => Value::Int(i128::from(u16::from_be_bytes(self.array()?))),
            0xce => Value::Int(i128::from(u32::from_be_bytes(self.array()?))),
            0xcf => Value::Int(i128::from(u64::from_be_bytes(self.array()?))),
            0xd0 => Value::Int(i128::from(i8::from_be_bytes(self.array()?))),
            0xd1 => Value::Int(i128::from(i16::from_be_bytes(self.array()?))),
            0xd2 => Value::Int(i128::from(i32::from_be_bytes(self.array()?))),
            0xd3 => Value::Int(i128::from(i64::from_be_bytes(self.array()?))),
            byte @ 0xd4..=0xd8 => self.extension(1 << (byte - 0xd4))?,
            byte @ 0xd9..=0xdb => {
                let length = self.length(byte - 0xd9)?;
                Value::Text(self.text_of(length)?.to_owned())
            }
            byte @ 0xdc..=0xdd => {
                let length = self.length(byte - 0xdc + 1)?;
                self.list(length, depth)?
            }
            byte @ 0xde..=0xdf => {
                let length = self.length(byte - 0xde + 1)?;
                self.map(length, depth)?
            }
            byte @ 0xe0..=0xff => Value::Int(i128::from(byte as i8)),
            0xc1 => return Err(malformed("unknown byte")),
        })
    }

    /// Passes over one value. What it is made of is looked at when it is decoded.
    #[inline]
    pub(crate) fn skip(&mut self) -> Result<(), Error> {
        if !self.skip_plain() {
            *self = self.behind_nested()?;
        }
        Ok(())
    }

    /// Passes over a value whose marker says how long it is, if it is one and is there whole.
    #[inline]
    fn skip_plain(&mut self) -> bool {
        let Some(marker) = self.bytes.first() else {
            return false;
        };
        let length = usize::from(LENGTHS[usize::from(*marker)]);
        let is_plain = length != 0 && length <= self.bytes.len();
        if is_plain {
            self.bytes = &self.bytes[length..];
        }
        is_plain
    }

    /// Passes over any value. By value, so that a caller's decoder need not lie in memory.
    #[inline(never)]
    fn behind_nested(mut self) -> Result<Decoder<'a>, Error> {
        // Values nested in it are counted instead of entered, so that no depth is too deep.
        let mut values_left = 1u64;
        while values_left > 0 {
            values_left -= 1;
            if self.skip_plain() {
                continue;
            }
            let (length, inner_count) = match self.byte()? {
                byte @ 0x80..=0x8f => (0, 2 * usize::from(byte & 0x0f)),
                byte @ 0x90..=0x9f => (0, usize::from(byte & 0x0f)),
                byte @ 0xc4..=0xc6 => (self.length(byte - 0xc4)?, 0),
                byte @ 0xc7..=0xc9 => (self.length(byte - 0xc7)?.saturating_add(1), 0),
                byte @ 0xd9..=0xdb => (self.length(byte - 0xd9)?, 0),
                byte @ 0xdc..=0xdd => (0, self.length(byte - 0xdc + 1)?),
                byte @ 0xde..=0xdf => (0, self.length(byte - 0xde + 1)?.saturating_mul(2)),
                0xc1 => return Err(malformed("unknown byte")),
                _ => return Err(malformed("ends too early")),
            };
            self.take(length)?;
            values_left += inner_count as u64;
        }
        Ok(self)
    }

    /// Reads a length of 1, 2 or 4 bytes, for a `width` of 0, 1 or 2.
    fn length(&mut self, width: u8) -> Result<usize, Error> {
        Ok(match width {
            0 => usize::from(self.byte()?),
            1 => usize::from(u16::from_be_bytes(self.array()?)),
            _ => u32::from_be_bytes(self.array()?) as usize,
        })
    }

    #[inline]
    pub(crate) fn list_length(&mut self) -> Result<usize, Error> {
        if let [byte @ 0x90..=0x9f, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok(usize::from(byte & 0x0f));
        }
        let (length, rest) = self.long_length(0xdc, "expected a list")?;
        *self = rest;
        Ok(length)
    }

    #[inline]
    pub(crate) fn map_length(&mut self) -> Result<usize, Error> {
        if let [byte @ 0x80..=0x8f, rest @ ..] = self.bytes {
            self.bytes = rest;
            return Ok(usize::from(byte & 0x0f));
        }
        let (length, rest) = self.long_length(0xde, "expected a map")?;
        *self = rest;
        Ok(length)
    }

    /// The length behind one of two markers, the first of which says that it has 16 bits.
    #[cold]
    #[inline(never)]
    fn long_length(mut self, bits16: u8, expected: &str) -> Result<(usize, Decoder<'a>), Error> {
        match self.byte()?.wrapping_sub(bits16) {
            width @ 0..=1 => Ok((self.length(width + 1)?, self)),
            _ => Err(malformed(expected)),
        }
    }

    /// A text where it lies.
    pub(crate) fn text(&mut self) -> Result<&'a str, Error> {
        core::str::from_utf8(self.text_bytes()?).map_err(|_| malformed("text is not UTF-8"))
    }

    /// As `text`, for one that is only compared.
    #[inline]
    pub(crate) fn text_bytes(&mut self) -> Result<&'a [u8], Error> {
        if let [byte @ 0xa0..=0xbf, rest @ ..] = self.bytes {
            if let Some((text, rest)) = rest.split_at_checked(usize::from(byte & 0x1f)) {
                self.bytes = rest;
                return Ok(text);
            }
        }
        let (text, rest) = self.long_text()?;
        *self = rest;
        Ok(text)
    }

    #[cold]
    #[inline(never)]
    fn long_text(mut self) -> Result<(&'a [u8], Decoder<'a>), Error> {
        let length = match self.byte()? {
            byte @ 0xa0..=0xbf => usize::from(byte & 0x1f),
            byte @ 0xd9..=0xdb => self.length(byte - 0xd9)?,
            _ => return Err(malformed("expected text")),
        };
        Ok((self.take(length)?, self))
    }

    /// An upper bound for `length` elements that take at least one byte each: a length that the
    /// remaining bytes cannot hold must not reserve memory.
    pub(crate) fn capacity(&self, length: usize) -> usize {
        length.min(self.bytes.len())
    }

    #[inline(never)]
    fn list(&mut self, length: usize, depth: u32) -> Result<Value, Error> {
        let mut values = Vec::with_capacity(self.capacity(length));
        for _ in 0..length {
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::List(values))
    }

    fn map(&mut self, length: usize, depth: u32) -> Result<Value, Error> {
        let mut entries = Vec::with_capacity(self.capacity(length));
        for _ in 0..length {
            let key = self.value(depth + 1)?;
            entries.push((key, self.value(depth + 1)?));
        }
        Ok(Value::Map(entries))
    }

    fn text_of(&mut self, length: usize) -> Result<&'a str, Error> {
        core::str::from_utf8(self.take(length)?).map_err(|_| malformed("text is not UTF-8"))
    }

    fn extension(&mut self, length: usize) -> Result<Value, Error> {
        let kind = self.byte()? as i8;
        let bytes = self.take(length)?;
        decode_extension(kind, bytes).ok_or_else(|| malformed("unknown extension value"))
    }

    #[inline]
    fn byte(&mut self) -> Result<u8, Error> {
        let Some((byte, rest)) = self.bytes.split_first() else {
            return Err(malformed("ends too early"));
        };
        self.bytes = rest;
        Ok(*byte)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N], Error> {
        let mut array = [0; N];
        array.copy_from_slice(self.take(N)?);
        Ok(array)
    }

    #[inline]
    fn take(&mut self, length: usize) -> Result<&'a [u8], Error> {
        if length > self.bytes.len() {
            return Err(malformed("ends too early"));
        }
        let (taken, rest) = self.bytes.split_at(length);
        self.bytes = rest;
        Ok(taken)
    }
}

fn decode_extension(kind: i8, bytes: &[u8]) -> Option<Value> {
    let ascii = || core::str::from_utf8(bytes).ok();
    let int64 = || bytes.try_into().ok().map(i64::from_le_bytes);
    Some(match kind {
        extension::DECIMAL => Value::Decimal(ascii()?.parse().ok()?),
        extension::HUGEINT => match ascii()?.parse::<i128>() {
            Ok(value) => Value::Int(value),
            Err(_) => Value::UHuge(ascii()?.parse().ok()?),
        },
        extension::DATE => Value::Date(Date {
            days: i32::from_le_bytes(bytes.try_into().ok()?),
        }),
        extension::TIME => Value::Time(Time { micros: int64()? }),
        extension::TIMESTAMP => Value::Timestamp(Timestamp { micros: int64()? }),
        extension::TIMESTAMP_TZ => Value::TimestampTz(TimestampTz { micros: int64()? }),
        extension::INTERVAL if bytes.len() == 16 => Value::Interval(Interval {
            months: i32::from_le_bytes(bytes[0..4].try_into().ok()?),
            days: i32::from_le_bytes(bytes[4..8].try_into().ok()?),
            micros: i64::from_le_bytes(bytes[8..16].try_into().ok()?),
        }),
        extension::UUID => Value::Uuid(Uuid(bytes.try_into().ok()?)),
        extension::BIT => Value::Text(ascii()?.to_owned()),
        extension::BIGNUM => match ascii()?.parse::<i128>() {
            Ok(value) => Value::Int(value),
            Err(_) => Value::Text(ascii()?.to_owned()),
        },
        extension::TIMESTAMP_S => Value::Timestamp(timestamp(int64()?, 1_000_000)),
        extension::TIMESTAMP_MS => Value::Timestamp(timestamp(int64()?, 1_000)),
        extension::TIME_TZ | extension::TIME_NS | extension::TIMESTAMP_NS => Value::Encoded {
            kind,
            bytes: bytes.to_vec(),
        },
        _ => return None,
    })
}

/// The largest number and its negation are infinite in every unit, and stay so.
fn timestamp(value: i64, micros_per_unit: i64) -> Timestamp {
    Timestamp {
        micros: value.saturating_mul(micros_per_unit).max(-i64::MAX),
    }
}

#[cold]
#[inline(never)]
fn malformed(what: &str) -> Error {
    Error::unplaced(format!("malformed value from the database: {what}"))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::encoder::Encoder;

    fn round_trip(value: &Value) -> Value {
        let mut encoder = Encoder::default();
        encoder.value(value);
        Decoder::new(&encoder.bytes).decode_all().unwrap()
    }

    #[test]
    fn every_kind_of_value_survives_the_round_trip() {
        let long = "é".repeat(40_000);
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(-1),
            Value::Int(127),
            Value::Int(128),
            Value::Int(-33),
            Value::Int(i128::from(i64::MIN)),
            Value::Int(i128::from(u64::MAX)),
            Value::Int(i128::MIN),
            Value::UHuge(u128::MAX),
            Value::Float(-0.5),
            Value::Text("x".repeat(32)),
            Value::Text(long),
            Value::Decimal("599.99".parse().unwrap()),
            Value::Blob(vec![0; 300]),
            Value::Date(Date { days: -1 }),
            Value::Time(Time { micros: 1 }),
            Value::Timestamp(Timestamp { micros: i64::MAX }),
            Value::TimestampTz(TimestampTz { micros: i64::MIN }),
            Value::Interval(Interval {
                months: 1,
                days: -2,
                micros: 3,
            }),
            Value::Uuid(Uuid([7; 16])),
            Value::Encoded {
                kind: extension::TIME_TZ,
                bytes: vec![1; 12],
            },
            Value::List(vec![Value::Int(1); 20]),
            Value::Map(vec![(Value::Text("a".into()), Value::List(vec![]))]),
        ];
        for value in &values {
            assert_eq!(&round_trip(value), value);
        }
    }

    #[test]
    fn coarser_timestamps_become_microseconds_and_infinity_stays() {
        let decode = |kind, value: i64| decode_extension(kind, &value.to_le_bytes());
        let expect = |micros| Some(Value::Timestamp(Timestamp { micros }));
        assert_eq!(decode(extension::TIMESTAMP_S, -2), expect(-2_000_000));
        assert_eq!(decode(extension::TIMESTAMP_MS, 3), expect(3_000));
        assert_eq!(decode(extension::TIMESTAMP_S, i64::MAX), expect(i64::MAX));
        assert_eq!(decode(extension::TIMESTAMP_S, -i64::MAX), expect(-i64::MAX));
    }

    #[test]
    fn damaged_bytes_give_an_error_and_never_a_panic() {
        let mut encoder = Encoder::default();
        encoder.value(&Value::Map(vec![(
            Value::Text("total".into()),
            Value::List(vec![
                Value::Decimal("1.25".parse().unwrap()),
                Value::Blob(vec![1, 2]),
            ]),
        )]));
        for end in 0..encoder.bytes.len() {
            assert!(Decoder::new(&encoder.bytes[..end]).decode_all().is_err());
        }
        // A list that claims four thousand million elements must not reserve memory for them.
        assert!(Decoder::new(&[0xdd, 0xff, 0xff, 0xff, 0xff])
            .decode_all()
            .is_err());
        let bottomless = vec![0x91; 100_000];
        assert!(Decoder::new(&bottomless).decode_all().is_err());
        for byte in 0..=255u8 {
            let _ = Decoder::new(&[byte; 40]).decode_all();
        }
    }
}
