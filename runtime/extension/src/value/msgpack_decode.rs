//! The MessagePack decoder, written for hostile bytes.
//!
//! A length is believed only when that many elements fit into the bytes that remain, so memory stays
//! below about fifty times the input; nesting is bounded; whatever is wrong is 39W02 with its offset.

use super::bignum::BigNum;
use super::binary;
use super::error::{Result, ValueError, sqlstate};
use super::msgpack::ext;
use super::number::{self, digit_count};
use super::temporal::OFFSET_SECONDS_MAX;
use super::{DEPTH_MAX, Value};

/// Reads one value that fills `bytes`.
///
/// # Errors
/// 39W02 for bytes that are not one well-formed value, text that is not UTF-8, an unknown extension
/// or a payload outside its type's range; 54000 beyond the depth limit. All carry the offset.
pub fn decode(bytes: &[u8]) -> Result<Value> {
    let mut decoder = Decoder { bytes, offset: 0 };
    let value = decoder.value(0)?;
    if decoder.offset < bytes.len() {
        return Err(ValueError::malformed(
            "bytes after the value",
            decoder.offset,
        ));
    }
    Ok(value)
}

struct Decoder<'b> {
    bytes: &'b [u8],
    offset: usize,
}

impl<'b> Decoder<'b> {
    fn remaining(&self) -> usize {
        self.bytes.len() - self.offset
    }

    fn take(&mut self, len: usize) -> Result<&'b [u8]> {
        if len > self.remaining() {
            let message = format!("{len} bytes announced, {} left", self.remaining());
            return Err(ValueError::malformed(message, self.offset));
        }
        let taken = &self.bytes[self.offset..self.offset + len];
        self.offset += len;
        Ok(taken)
    }

    fn array<const N: usize>(&mut self) -> Result<[u8; N]> {
        let taken = self.take(N)?;
        let mut out = [0; N];
        out.copy_from_slice(taken);
        Ok(out)
    }

    fn u8(&mut self) -> Result<u8> {
        Ok(u8::from_be_bytes(self.array()?))
    }

    fn u16(&mut self) -> Result<usize> {
        Ok(usize::from(u16::from_be_bytes(self.array()?)))
    }

    fn u32(&mut self) -> Result<usize> {
        Ok(u32::from_be_bytes(self.array()?) as usize)
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        let start = self.offset;
        if depth > DEPTH_MAX {
            let message = format!("message is nested deeper than {DEPTH_MAX} levels");
            return Err(ValueError::at_offset(
                sqlstate::PROGRAM_LIMIT,
                message,
                start,
            ));
        }
        Ok(match self.u8()? {
            tag @ 0..=0x7f => Value::BigInt(i64::from(tag)),
            tag @ 0x80..=0x8f => self.map(usize::from(tag & 15), depth)?,
            tag @ 0x90..=0x9f => self.list(usize::from(tag & 15), depth)?,
            tag @ 0xa0..=0xbf => self.text(usize::from(tag & 31))?,
            0xc0 => Value::Null,
            0xc1 => return Err(ValueError::malformed("byte 0xc1 begins no value", start)),
            0xc2 => Value::Boolean(false),
            0xc3 => Value::Boolean(true),
            tag @ 0xc4..=0xc6 => {
                let len = self.length(tag - 0xc4)?;
                Value::Blob(self.take(len)?.to_vec())
            }
            tag @ 0xc7..=0xc9 => {
                let len = self.length(tag - 0xc7)?;
                self.extension(len, start)?
            }
            0xca => Value::Float(f32::from_be_bytes(self.array()?)),
            0xcb => Value::Double(f64::from_be_bytes(self.array()?)),
            0xcc => Value::BigInt(i64::from(self.u8()?)),
            0xcd => Value::BigInt(self.u16()? as i64),
            0xce => Value::BigInt(self.u32()? as i64),
            0xcf => {
                let value = u64::from_be_bytes(self.array()?);
                i64::try_from(value).map_or(Value::UBigInt(value), Value::BigInt)
            }
            0xd0 => Value::BigInt(i64::from(i8::from_be_bytes(self.array()?))),
            0xd1 => Value::BigInt(i64::from(i16::from_be_bytes(self.array()?))),
            0xd2 => Value::BigInt(i64::from(i32::from_be_bytes(self.array()?))),
            0xd3 => Value::BigInt(i64::from_be_bytes(self.array()?)),
            tag @ 0xd4..=0xd8 => self.extension(1 << (tag - 0xd4), start)?,
            tag @ 0xd9..=0xdb => {
                let len = self.length(tag - 0xd9)?;
                self.text(len)?
            }
            0xdc => {
                let len = self.u16()?;
                self.list(len, depth)?
            }
            0xdd => {
                let len = self.u32()?;
                self.list(len, depth)?
            }
            0xde => {
                let len = self.u16()?;
                self.map(len, depth)?
            }
            0xdf => {
                let len = self.u32()?;
                self.map(len, depth)?
            }
            tag @ 0xe0..=0xff => Value::BigInt(i64::from(tag as i8)),
        })
    }

    /// A length of 1, 2 or 4 bytes.
    fn length(&mut self, form: u8) -> Result<usize> {
        match form {
            0 => Ok(usize::from(self.u8()?)),
            1 => self.u16(),
            _ => self.u32(),
        }
    }

    fn text(&mut self, len: usize) -> Result<Value> {
        let start = self.offset;
        match std::str::from_utf8(self.take(len)?) {
            Ok(text) => Ok(Value::Varchar(text.to_owned())),
            Err(error) => Err(ValueError::malformed(
                "text is not UTF-8",
                start + error.valid_up_to(),
            )),
        }
    }

    /// Checks a container's length: each of its values takes at least one byte.
    fn check_count(&self, values: usize) -> Result<()> {
        if values > self.remaining() {
            let message = format!("{values} values announced, {} bytes left", self.remaining());
            return Err(ValueError::malformed(message, self.offset));
        }
        Ok(())
    }

    fn list(&mut self, len: usize, depth: usize) -> Result<Value> {
        self.check_count(len)?;
        let mut values = Vec::new();
        for _ in 0..len {
            values.push(self.value(depth + 1)?);
        }
        Ok(Value::List(values))
    }

    fn map(&mut self, len: usize, depth: usize) -> Result<Value> {
        self.check_count(len.saturating_mul(2))?;
        let mut fields: Vec<(String, Value)> = Vec::new();
        for position in 0..len {
            match self.value(depth + 1)? {
                Value::Varchar(name) => fields.push((name, self.value(depth + 1)?)),
                key => {
                    let named = fields
                        .into_iter()
                        .map(|(name, v)| (Value::Varchar(name), v));
                    let mut entries: Vec<(Value, Value)> = named.collect();
                    entries.push((key, self.value(depth + 1)?));
                    for _ in position + 1..len {
                        entries.push((self.value(depth + 1)?, self.value(depth + 1)?));
                    }
                    return Ok(Value::Map(entries));
                }
            }
        }
        Ok(Value::Struct(fields))
    }

    fn extension(&mut self, len: usize, start: usize) -> Result<Value> {
        let kind = self.u8()? as i8;
        let payload = self.take(len)?;
        let value = extension_value(kind, payload);
        value.map_err(|mut error| {
            error.sqlstate = sqlstate::MALFORMED;
            error.offset = Some(start);
            error
        })
    }
}

fn fixed<const N: usize>(payload: &[u8], name: &str) -> Result<[u8; N]> {
    payload.try_into().map_err(|_| {
        let message = format!("extension {name} has {} bytes, not {N}", payload.len());
        ValueError::malformed(message, 0)
    })
}

fn i64_payload(payload: &[u8], name: &str) -> Result<i64> {
    Ok(i64::from_le_bytes(fixed(payload, name)?))
}

fn ascii<'p>(payload: &'p [u8], name: &str) -> Result<&'p str> {
    let text = std::str::from_utf8(payload)
        .ok()
        .filter(|text| text.is_ascii());
    text.ok_or_else(|| ValueError::malformed(format!("extension {name} is not ASCII"), 0))
}

fn out_of_range(name: &str) -> ValueError {
    ValueError::malformed(
        format!("extension {name} is outside the range of its type"),
        0,
    )
}

fn extension_value(kind: i8, payload: &[u8]) -> Result<Value> {
    Ok(match kind {
        ext::DECIMAL => {
            let parsed = number::parse_plain_decimal(ascii(payload, "DECIMAL")?);
            let (value, scale) = parsed.map_err(|_| out_of_range("DECIMAL"))?;
            Value::Decimal {
                value,
                width: digit_count(value).max(scale),
                scale,
            }
        }
        ext::HUGEINT => {
            let text = ascii(payload, "HUGEINT")?;
            let signed = text.parse().map(Value::HugeInt);
            signed
                .or_else(|_| text.parse().map(Value::UHugeInt))
                .map_err(|_| out_of_range("HUGEINT"))?
        }
        ext::DATE => Value::Date(i32::from_le_bytes(fixed(payload, "DATE")?)),
        ext::TIME => Value::Time(i64_payload(payload, "TIME")?),
        ext::TIME_NS => Value::TimeNs(i64_payload(payload, "TIME_NS")?),
        ext::TIMESTAMP_S => Value::TimestampS(i64_payload(payload, "TIMESTAMP_S")?),
        ext::TIMESTAMP_MS => Value::TimestampMs(i64_payload(payload, "TIMESTAMP_MS")?),
        ext::TIMESTAMP => Value::Timestamp(i64_payload(payload, "TIMESTAMP")?),
        ext::TIMESTAMP_NS => Value::TimestampNs(i64_payload(payload, "TIMESTAMP_NS")?),
        ext::TIMESTAMP_TZ => Value::TimestampTz(i64_payload(payload, "TIMESTAMP_TZ")?),
        ext::TIME_TZ => {
            let bytes: [u8; 12] = fixed(payload, "TIME_TZ")?;
            let micros = i64_payload(&bytes[..8], "TIME_TZ")?;
            let offset_seconds = i32::from_le_bytes(fixed(&bytes[8..], "TIME_TZ")?);
            if offset_seconds.unsigned_abs() > OFFSET_SECONDS_MAX.unsigned_abs() {
                return Err(out_of_range("TIME_TZ"));
            }
            Value::TimeTz {
                micros,
                offset_seconds,
            }
        }
        ext::INTERVAL => {
            let bytes: [u8; 16] = fixed(payload, "INTERVAL")?;
            Value::Interval {
                months: i32::from_le_bytes(fixed(&bytes[..4], "INTERVAL")?),
                days: i32::from_le_bytes(fixed(&bytes[4..8], "INTERVAL")?),
                micros: i64_payload(&bytes[8..], "INTERVAL")?,
            }
        }
        ext::UUID => Value::Uuid(u128::from_be_bytes(fixed(payload, "UUID")?)),
        ext::BIT => {
            let bits = ascii(payload, "BIT")?;
            if !binary::is_bit_text(bits) {
                return Err(out_of_range("BIT"));
            }
            Value::Bit(bits.to_owned())
        }
        ext::BIGNUM => Value::BigNum(BigNum::parse(ascii(payload, "BIGNUM")?)?),
        ext::STANDARD_TIMESTAMP => standard_timestamp(payload)?,
        _ => {
            let message = format!("extension type {kind} is not known");
            return Err(ValueError::malformed(message, 0));
        }
    })
}

/// The 32-, 64- and 96-bit forms, in big endian.
fn standard_timestamp(payload: &[u8]) -> Result<Value> {
    let (seconds, nanos) = match payload.len() {
        4 => (
            i64::from(u32::from_be_bytes(fixed(payload, "timestamp")?)),
            0,
        ),
        8 => {
            let bits = u64::from_be_bytes(fixed(payload, "timestamp")?);
            ((bits & 0x3_ffff_ffff) as i64, bits >> 34)
        }
        _ => {
            let bytes: [u8; 12] = fixed(payload, "timestamp")?;
            let nanos = u32::from_be_bytes(fixed(&bytes[..4], "timestamp")?);
            (
                i64::from_be_bytes(fixed(&bytes[4..], "timestamp")?),
                u64::from(nanos),
            )
        }
    };
    if nanos > 999_999_999 {
        return Err(out_of_range("timestamp"));
    }
    let micros = seconds
        .checked_mul(1_000_000)
        .and_then(|m| m.checked_add((nanos / 1_000) as i64));
    micros
        .map(Value::TimestampTz)
        .ok_or_else(|| out_of_range("timestamp"))
}
