//! One encoded value, read where it lies.

use crate::decimal::short_text_to_f64;
use crate::error::Error;
use crate::generated::extension;
use crate::message_pack::Decoder;
use crate::value::Value;

/// A value of the host that has not been decoded. The plain types are read from its bytes; what
/// they do not read, `value` decodes or refuses.
#[derive(Clone, Copy)]
pub struct Cell<'a> {
    /// The value, and maybe others behind it.
    bytes: &'a [u8],
}

impl<'a> Cell<'a> {
    pub(crate) fn new(bytes: &'a [u8]) -> Cell<'a> {
        Cell { bytes }
    }

    pub(crate) fn is_null(self) -> bool {
        self.bytes.first() == Some(&0xc0)
    }

    /// Decodes any value.
    #[inline(never)]
    pub(crate) fn value(self) -> Result<Value, Error> {
        Decoder::new(self.bytes).value(0)
    }

    pub(crate) fn bool(self) -> Option<bool> {
        match self.bytes.first()? {
            0xc2 => Some(false),
            0xc3 => Some(true),
            _ => None,
        }
    }

    /// An integer; `None` also for one beyond what is returned.
    pub(crate) fn int(self) -> Option<i64> {
        Some(match *self.bytes.first()? {
            byte @ (0x00..=0x7f | 0xe0..=0xff) => i64::from(byte as i8),
            0xcc => i64::from(u8::from_be_bytes(self.array()?)),
            0xcd => i64::from(u16::from_be_bytes(self.array()?)),
            0xce => i64::from(u32::from_be_bytes(self.array()?)),
            0xcf => i64::try_from(u64::from_be_bytes(self.array()?)).ok()?,
            0xd0 => i64::from(i8::from_be_bytes(self.array()?)),
            0xd1 => i64::from(i16::from_be_bytes(self.array()?)),
            0xd2 => i64::from(i32::from_be_bytes(self.array()?)),
            0xd3 => i64::from_be_bytes(self.array()?),
            _ => return None,
        })
    }

    /// A number, where its nearest DOUBLE is found at once.
    pub(crate) fn float(self) -> Option<f64> {
        match *self.bytes.first()? {
            0xcb => Some(f64::from_be_bytes(self.array()?)),
            0xca => Some(f64::from(f32::from_be_bytes(self.array()?))),
            0xc7 | 0xd4..=0xd8 => short_text_to_f64(self.extension(extension::DECIMAL)?),
            _ => self.int().map(|value| value as f64),
        }
    }

    /// A text of up to 255 bytes; longer ones are worth decoding.
    pub(crate) fn text(self) -> Option<&'a str> {
        let (start, length) = match self.bytes {
            [byte @ 0xa0..=0xbf, ..] => (1, byte & 0x1f),
            [0xd9, length, ..] => (2, *length),
            _ => return None,
        };
        let text = self.bytes.get(start..start + usize::from(length))?;
        match text.is_ascii() {
            // SAFETY: ASCII is UTF-8. Most texts are, and that is seen at once.
            true => Some(unsafe { core::str::from_utf8_unchecked(text) }),
            false => core::str::from_utf8(text).ok(),
        }
    }

    /// The bytes of an extension value of this kind, as many as a DECIMAL or a moment has.
    pub(crate) fn extension(self, kind: i8) -> Option<&'a [u8]> {
        let (start, length) = match self.bytes {
            [0xc7, length, found, ..] if *found as i8 == kind => (3, usize::from(*length)),
            [byte @ 0xd4..=0xd8, found, ..] if *found as i8 == kind => (2, 1 << (byte - 0xd4)),
            _ => return None,
        };
        self.bytes.get(start..start + length)
    }

    /// The bytes behind the marker.
    fn array<const N: usize>(self) -> Option<[u8; N]> {
        self.bytes.get(1..1 + N)?.try_into().ok()
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::convert::FromValue;
    use crate::encoder::Encoder;

    /// What is read from the bytes must be what the decoded value converts to, errors included.
    fn reads_alike<T: FromValue + PartialEq + core::fmt::Debug>(bytes: &[u8]) {
        let words = |result: Result<T, Error>| result.map_err(|error| error.to_string());
        let read = words(T::from_cell(Cell::new(bytes)));
        let decoded = words(Cell::new(bytes).value().and_then(T::from_value));
        assert_eq!(read, decoded, "{bytes:x?}");
    }

    fn every_type_reads_alike(bytes: &[u8]) {
        reads_alike::<bool>(bytes);
        reads_alike::<i8>(bytes);
        reads_alike::<u8>(bytes);
        reads_alike::<i64>(bytes);
        reads_alike::<u64>(bytes);
        reads_alike::<i128>(bytes);
        reads_alike::<f32>(bytes);
        reads_alike::<f64>(bytes);
        reads_alike::<String>(bytes);
        reads_alike::<crate::Decimal>(bytes);
        reads_alike::<crate::Date>(bytes);
        reads_alike::<crate::Time>(bytes);
        reads_alike::<crate::Timestamp>(bytes);
        reads_alike::<crate::TimestampTz>(bytes);
        reads_alike::<Vec<u8>>(bytes);
        reads_alike::<Vec<i64>>(bytes);
        reads_alike::<Option<i64>>(bytes);
        reads_alike::<Option<f64>>(bytes);
        reads_alike::<Option<String>>(bytes);
        reads_alike::<Value>(bytes);
    }

    #[test]
    fn reading_in_place_and_decoding_agree() {
        let decimals = [
            "0",
            "-0.01",
            "599.990",
            "12.00",
            "9007199254740993",
            ".5",
            "7.",
            "1.2.3",
        ];
        let long = "12345678901234567890123456789012345.678";
        let values = [
            Value::Null,
            Value::Bool(true),
            Value::Int(-32),
            Value::Int(127),
            Value::Int(-129),
            Value::Int(300),
            Value::Int(i128::from(i64::MIN)),
            Value::Int(i128::from(u64::MAX)),
            Value::Int(i128::MAX),
            Value::UHuge(u128::MAX),
            Value::Float(-0.5),
            Value::Text(String::new()),
            Value::Text("é".repeat(15)),
            Value::Text("é".repeat(100)),
            Value::Text("é".repeat(200)),
            Value::Blob(vec![1, 2]),
            Value::List(vec![Value::Int(1), Value::Null]),
            Value::Date(crate::Date { days: -1 }),
            Value::Time(crate::Time { micros: 1 }),
            Value::Timestamp(crate::Timestamp { micros: -2 }),
            Value::TimestampTz(crate::TimestampTz { micros: i64::MAX }),
        ];
        for value in &values {
            let mut encoder = Encoder::default();
            encoder.value(value);
            every_type_reads_alike(&encoder.bytes);
        }
        for text in decimals.into_iter().chain([long]) {
            let mut encoder = Encoder::default();
            encoder.extension(extension::DECIMAL, text.as_bytes());
            every_type_reads_alike(&encoder.bytes);
        }
        // Narrower markers than the encoder writes.
        for bytes in [
            &[0xcc, 200][..],
            &[0xcd, 1, 2],
            &[0xce, 0xff, 1, 2, 3],
            &[0xd0, 0x80],
            &[0xd1, 0x80, 0],
            &[0xd2, 0x80, 0, 0, 1],
            &[0xca, 0x3f, 0x80, 0, 0],
        ] {
            every_type_reads_alike(bytes);
        }
    }

    #[test]
    fn damaged_bytes_are_refused_alike() {
        for marker in 0..=255u8 {
            for length in 0..12 {
                let bytes = [&[marker][..], &vec![1; length]].concat();
                every_type_reads_alike(&bytes);
            }
        }
        // Not UTF-8.
        every_type_reads_alike(&[0xa2, 0xc3, 0x28]);
    }
}
