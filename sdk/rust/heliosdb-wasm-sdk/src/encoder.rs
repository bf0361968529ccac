//! Writing MessagePack with the ABI's extension types.

use crate::convert::ToValue;
use crate::generated::extension;
use crate::value::Value;

/// Most statements' values fit, so that they are written without growing.
const PARAMETERS_CAPACITY: usize = 64;

/// Writes values for the host.
#[derive(Default)]
pub struct Encoder {
    pub(crate) bytes: Vec<u8>,
}

impl Encoder {
    /// The values for a statement's placeholders.
    pub(crate) fn of_parameters(parameters: &[&dyn ToValue]) -> Encoder {
        let mut encoder = Encoder {
            bytes: Vec::with_capacity(PARAMETERS_CAPACITY),
        };
        encoder.list_length(parameters.len());
        for parameter in parameters {
            parameter.encode(&mut encoder);
        }
        encoder
    }

    /// Writes any value.
    pub fn value(&mut self, value: &Value) {
        match value {
            Value::Null => self.null(),
            Value::Bool(value) => self.bool(*value),
            Value::Int(value) => self.int(*value),
            Value::UHuge(value) => self.extension(extension::HUGEINT, value.to_string().as_bytes()),
            Value::Float(value) => self.float(*value),
            Value::Text(value) => self.text(value),
            Value::Decimal(value) => {
                self.extension(extension::DECIMAL, value.to_string().as_bytes())
            }
            Value::Blob(value) => self.blob(value),
            Value::Date(value) => self.extension(extension::DATE, &value.days.to_le_bytes()),
            Value::Time(value) => self.extension(extension::TIME, &value.micros.to_le_bytes()),
            Value::Timestamp(value) => {
                self.extension(extension::TIMESTAMP, &value.micros.to_le_bytes());
            }
            Value::TimestampTz(value) => {
                self.extension(extension::TIMESTAMP_TZ, &value.micros.to_le_bytes());
            }
            Value::Interval(value) => {
                let mut bytes = [0; 16];
                bytes[0..4].copy_from_slice(&value.months.to_le_bytes());
                bytes[4..8].copy_from_slice(&value.days.to_le_bytes());
                bytes[8..16].copy_from_slice(&value.micros.to_le_bytes());
                self.extension(extension::INTERVAL, &bytes);
            }
            Value::Uuid(value) => self.extension(extension::UUID, &value.0),
            Value::Encoded { kind, bytes } => self.extension(*kind, bytes),
            Value::List(values) => {
                self.list_length(values.len());
                values.iter().for_each(|value| self.value(value));
            }
            Value::Map(entries) => {
                self.length(entries.len(), 0x80, 0x0f, [0xde, 0xde, 0xdf]);
                for (key, value) in entries {
                    self.value(key);
                    self.value(value);
                }
            }
        }
    }

    /// Writes SQL NULL.
    pub fn null(&mut self) {
        self.bytes.push(0xc0);
    }

    /// Writes a BOOLEAN.
    pub fn bool(&mut self, value: bool) {
        self.bytes.push(if value { 0xc3 } else { 0xc2 });
    }

    /// Writes an integer; beyond 64 bits as HUGEINT.
    #[inline]
    pub fn int(&mut self, value: i128) {
        match i64::try_from(value) {
            Ok(small @ -32..=127) => self.bytes.push(small as u8),
            Ok(value) => self.marked(0xd3, value.to_be_bytes()),
            Err(_) => self.long_int(value),
        }
    }

    #[inline(never)]
    fn long_int(&mut self, value: i128) {
        match u64::try_from(value) {
            Ok(value) => self.marked(0xcf, value.to_be_bytes()),
            Err(_) => self.extension(extension::HUGEINT, value.to_string().as_bytes()),
        }
    }

    #[inline]
    fn marked(&mut self, marker: u8, value: [u8; 8]) {
        let mut bytes = [marker; 9];
        bytes[1..].copy_from_slice(&value);
        self.bytes.extend_from_slice(&bytes);
    }

    /// Writes a DOUBLE.
    pub fn float(&mut self, value: f64) {
        self.marked(0xcb, value.to_be_bytes());
    }

    /// Writes a VARCHAR.
    pub fn text(&mut self, value: &str) {
        self.length(value.len(), 0xa0, 0x1f, [0xd9, 0xda, 0xdb]);
        self.bytes.extend_from_slice(value.as_bytes());
    }

    /// Writes a BLOB.
    pub fn blob(&mut self, value: &[u8]) {
        self.long_length(value.len(), [0xc4, 0xc5, 0xc6]);
        self.bytes.extend_from_slice(value);
    }

    /// Starts a list of `length` values, which must follow.
    pub fn list_length(&mut self, length: usize) {
        self.length(length, 0x90, 0x0f, [0xdc, 0xdc, 0xdd]);
    }

    pub(crate) fn extension(&mut self, kind: i8, bytes: &[u8]) {
        match bytes.len() {
            1 | 2 | 4 | 8 | 16 => self.bytes.push(0xd4 + bytes.len().trailing_zeros() as u8),
            length => self.long_length(length, [0xc7, 0xc8, 0xc9]),
        }
        self.bytes.push(kind as u8);
        self.bytes.extend_from_slice(bytes);
    }

    fn length(&mut self, length: usize, short: u8, short_max: usize, long: [u8; 3]) {
        if length <= short_max {
            self.bytes.push(short | length as u8);
        } else {
            self.long_length(length, long);
        }
    }

    /// Equal markers for 8 and 16 bits mean that the kind has no 8-bit length.
    fn long_length(&mut self, length: usize, [bits8, bits16, bits32]: [u8; 3]) {
        if length <= 0xff && bits8 != bits16 {
            self.bytes.extend_from_slice(&[bits8, length as u8]);
        } else if length <= 0xffff {
            self.bytes.push(bits16);
            self.bytes.extend_from_slice(&(length as u16).to_be_bytes());
        } else {
            self.bytes.push(bits32);
            self.bytes.extend_from_slice(&(length as u32).to_be_bytes());
        }
    }
}
