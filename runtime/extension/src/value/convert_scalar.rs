//! Conversions between scalars; see the table in [`convert`](super::convert).

use super::Value;
use super::bignum::BigNum;
use super::binary;
use super::convert::{invalid_text, mismatch, out_of_range};
use super::convert_time::{date, time, timestamp};
use super::error::Result;
use super::interval::{self, Parts};
use super::logical_type::LogicalType;
use super::number::{self, NumberError};
use super::temporal::Unit;

/// Converts to a type that is not nested, not JSON.
pub fn convert(value: Value, wanted: &LogicalType) -> Result<Value> {
    match wanted {
        LogicalType::Boolean => boolean(value, wanted),
        LogicalType::Float => float(value, wanted),
        LogicalType::Double => Ok(Value::Double(double(&value, wanted)?)),
        LogicalType::Decimal { width, scale } => decimal(value, wanted, *width, *scale),
        LogicalType::Varchar => match value {
            Value::Varchar(text) => Ok(Value::Varchar(text)),
            other => Ok(other.to_text()?.map_or(Value::Null, Value::Varchar)),
        },
        LogicalType::Blob => blob(value, wanted).map(Value::Blob),
        LogicalType::Geometry => match value {
            Value::Geometry(_) => Ok(value),
            other => blob(other, wanted).map(Value::Geometry),
        },
        LogicalType::Bit => match value {
            Value::Bit(_) => Ok(value),
            Value::Varchar(text) if binary::is_bit_text(&text) => Ok(Value::Bit(text)),
            Value::Varchar(text) => Err(invalid_text(&text, wanted)),
            other => Err(mismatch(&other, wanted)),
        },
        LogicalType::Uuid => uuid(value, wanted),
        LogicalType::Enum(labels) => match value {
            Value::Varchar(text) | Value::Enum(text) => match labels.position(&text) {
                Some(_) => Ok(Value::Enum(text)),
                None => Err(invalid_text(&text, wanted)),
            },
            other => Err(mismatch(&other, wanted)),
        },
        LogicalType::Interval => interval_value(value, wanted),
        LogicalType::Date => date(value, wanted),
        LogicalType::Time | LogicalType::TimeNs | LogicalType::TimeTz => time(value, wanted),
        LogicalType::TimestampS => timestamp(value, wanted, Unit::Seconds).map(Value::TimestampS),
        LogicalType::TimestampMs => timestamp(value, wanted, Unit::Millis).map(Value::TimestampMs),
        LogicalType::Timestamp => timestamp(value, wanted, Unit::Micros).map(Value::Timestamp),
        LogicalType::TimestampNs => timestamp(value, wanted, Unit::Nanos).map(Value::TimestampNs),
        LogicalType::TimestampTz => timestamp(value, wanted, Unit::Micros).map(Value::TimestampTz),
        _ => integer(value, wanted),
    }
}

fn boolean(value: Value, wanted: &LogicalType) -> Result<Value> {
    const TRUE: [&str; 5] = ["true", "t", "yes", "y", "1"];
    const FALSE: [&str; 5] = ["false", "f", "no", "n", "0"];
    let is_true = match &value {
        Value::Boolean(v) => *v,
        Value::Float(v) => *v != 0.0,
        Value::Double(v) => *v != 0.0,
        Value::Decimal { value, .. } => *value != 0,
        Value::BigNum(v) => !v.magnitude().is_empty(),
        Value::Varchar(text) if TRUE.iter().any(|word| text.eq_ignore_ascii_case(word)) => true,
        Value::Varchar(text) if FALSE.iter().any(|word| text.eq_ignore_ascii_case(word)) => false,
        Value::Varchar(text) => return Err(invalid_text(text, wanted)),
        other => match whole(other) {
            Some(Whole::Signed(v)) => v != 0,
            Some(Whole::Unsigned(v)) => v != 0,
            None => return Err(mismatch(other, wanted)),
        },
    };
    Ok(Value::Boolean(is_true))
}

/// An integer of any width.
#[derive(Clone, Copy)]
enum Whole {
    Signed(i128),
    Unsigned(u128),
}

fn whole(value: &Value) -> Option<Whole> {
    Some(Whole::Signed(match value {
        Value::Boolean(v) => i128::from(*v),
        Value::TinyInt(v) => i128::from(*v),
        Value::SmallInt(v) => i128::from(*v),
        Value::Integer(v) => i128::from(*v),
        Value::BigInt(v) => i128::from(*v),
        Value::HugeInt(v) => *v,
        Value::UTinyInt(v) => i128::from(*v),
        Value::USmallInt(v) => i128::from(*v),
        Value::UInteger(v) => i128::from(*v),
        Value::UBigInt(v) => i128::from(*v),
        Value::UHugeInt(v) => return Some(Whole::Unsigned(*v)),
        _ => return None,
    }))
}

/// The integer nearest to a number or number text.
fn nearest_whole(value: &Value, wanted: &LogicalType) -> Result<Whole> {
    let double_to_whole = |v: f64| {
        // DuckDB rounds floating point to even here, unlike decimals.
        let rounded = v.round_ties_even();
        const TWO_POW_127: f64 = 170_141_183_460_469_231_731_687_303_715_884_105_728.0;
        if (-TWO_POW_127..TWO_POW_127).contains(&rounded) {
            Ok(Whole::Signed(rounded as i128))
        } else if (0.0..2.0 * TWO_POW_127).contains(&rounded) {
            Ok(Whole::Unsigned(rounded as u128))
        } else {
            Err(out_of_range(value, wanted))
        }
    };
    match value {
        Value::Float(v) => double_to_whole(f64::from(*v)),
        Value::Double(v) => double_to_whole(*v),
        Value::Decimal {
            value: v, scale, ..
        } => {
            let rounded = number::rescale(*v, *scale, 0);
            rounded
                .map(Whole::Signed)
                .ok_or_else(|| out_of_range(value, wanted))
        }
        Value::BigNum(v) => v
            .to_i128()
            .map(Whole::Signed)
            .or_else(|| v.to_u128().map(Whole::Unsigned))
            .ok_or_else(|| out_of_range(value, wanted)),
        Value::Varchar(text) => match number::parse_scaled(text, 0) {
            Ok(v) => Ok(Whole::Signed(v)),
            Err(NumberError::Invalid) => Err(invalid_text(text, wanted)),
            Err(NumberError::Overflow) => {
                let unsigned = text.trim_ascii().parse().map(Whole::Unsigned);
                unsigned.map_err(|_| out_of_range(value, wanted))
            }
        },
        other => whole(other).ok_or_else(|| mismatch(other, wanted)),
    }
}

fn narrowed<T: TryFrom<i128> + TryFrom<u128>>(whole: Whole) -> Option<T> {
    match whole {
        Whole::Signed(v) => T::try_from(v).ok(),
        Whole::Unsigned(v) => T::try_from(v).ok(),
    }
}

fn integer(value: Value, wanted: &LogicalType) -> Result<Value> {
    if *wanted == LogicalType::BigNum {
        return bignum(value, wanted);
    }
    let whole = nearest_whole(&value, wanted)?;
    let narrow = match wanted {
        LogicalType::TinyInt => narrowed(whole).map(Value::TinyInt),
        LogicalType::SmallInt => narrowed(whole).map(Value::SmallInt),
        LogicalType::Integer => narrowed(whole).map(Value::Integer),
        LogicalType::BigInt => narrowed(whole).map(Value::BigInt),
        LogicalType::HugeInt => narrowed(whole).map(Value::HugeInt),
        LogicalType::UTinyInt => narrowed(whole).map(Value::UTinyInt),
        LogicalType::USmallInt => narrowed(whole).map(Value::USmallInt),
        LogicalType::UInteger => narrowed(whole).map(Value::UInteger),
        LogicalType::UBigInt => narrowed(whole).map(Value::UBigInt),
        LogicalType::UHugeInt => narrowed(whole).map(Value::UHugeInt),
        _ => return Err(mismatch(&value, wanted)),
    };
    narrow.ok_or_else(|| out_of_range(&value, wanted))
}

fn bignum(value: Value, wanted: &LogicalType) -> Result<Value> {
    Ok(Value::BigNum(match &value {
        Value::BigNum(v) => v.clone(),
        Value::Varchar(text) => BigNum::parse(text.trim_ascii())?,
        other => match nearest_whole(other, wanted)? {
            Whole::Signed(v) => BigNum::from_i128(v),
            Whole::Unsigned(v) => BigNum::from_u128(v),
        },
    }))
}

fn double(value: &Value, wanted: &LogicalType) -> Result<f64> {
    Ok(match value {
        Value::Double(v) => *v,
        Value::Float(v) => f64::from(*v),
        Value::Decimal { value, scale, .. } => number::scaled_to_double(*value, *scale),
        Value::BigNum(v) => v.to_text()?.parse().unwrap_or(f64::NAN),
        Value::Varchar(text) => parse_double(text, wanted)?,
        other => match whole(other).ok_or_else(|| mismatch(other, wanted))? {
            Whole::Signed(v) => v as f64,
            Whole::Unsigned(v) => v as f64,
        },
    })
}

fn parse_double(text: &str, wanted: &LogicalType) -> Result<f64> {
    let trimmed = text.trim_ascii();
    let parsed: f64 = trimmed.parse().map_err(|_| invalid_text(text, wanted))?;
    let spells_infinity = trimmed.bytes().any(|byte| matches!(byte, b'i' | b'I'));
    if parsed.is_infinite() && !spells_infinity {
        return Err(out_of_range(&Value::Varchar(text.to_owned()), wanted));
    }
    Ok(parsed)
}

fn float(value: Value, wanted: &LogicalType) -> Result<Value> {
    if let Value::Float(_) = value {
        return Ok(value);
    }
    let wide = double(&value, wanted)?;
    let narrow = match &value {
        // Through a double the text would be rounded twice.
        Value::Varchar(text) => text.trim_ascii().parse().unwrap_or(wide as f32),
        _ => wide as f32,
    };
    if narrow.is_infinite() && wide.is_finite() {
        return Err(out_of_range(&value, wanted));
    }
    Ok(Value::Float(narrow))
}

fn decimal(value: Value, wanted: &LogicalType, width: u8, scale: u8) -> Result<Value> {
    let overflow = || out_of_range(&value, wanted);
    let unscaled = match &value {
        Value::Decimal {
            value: v,
            scale: from,
            ..
        } => number::rescale(*v, *from, scale),
        Value::Double(v) => number::double_to_scaled(*v, scale).ok(),
        Value::Float(v) => number::float_to_scaled(*v, scale).ok(),
        Value::Varchar(text) => match number::parse_scaled(text, scale) {
            Ok(v) => Some(v),
            Err(NumberError::Overflow) => None,
            Err(NumberError::Invalid) => return Err(invalid_text(text, wanted)),
        },
        Value::BigNum(v) => v.to_i128().and_then(|v| number::rescale(v, 0, scale)),
        other => match whole(other).ok_or_else(|| mismatch(other, wanted))? {
            Whole::Signed(v) => number::rescale(v, 0, scale),
            Whole::Unsigned(v) => i128::try_from(v)
                .ok()
                .and_then(|v| number::rescale(v, 0, scale)),
        },
    };
    let unscaled = unscaled
        .filter(|v| number::fits_width(*v, width))
        .ok_or_else(overflow)?;
    Ok(Value::Decimal {
        value: unscaled,
        width,
        scale,
    })
}

fn blob(value: Value, wanted: &LogicalType) -> Result<Vec<u8>> {
    match value {
        Value::Blob(bytes) | Value::Geometry(bytes) => Ok(bytes),
        Value::Varchar(text) => {
            binary::parse_base64(&text).ok_or_else(|| invalid_text(&text, wanted))
        }
        other => Err(mismatch(&other, wanted)),
    }
}

fn uuid(value: Value, wanted: &LogicalType) -> Result<Value> {
    match &value {
        Value::Uuid(_) => Ok(value),
        Value::Varchar(text) => {
            let parsed = binary::parse_uuid(text).ok_or_else(|| invalid_text(text, wanted))?;
            Ok(Value::Uuid(parsed))
        }
        Value::Blob(bytes) => match <[u8; 16]>::try_from(bytes.as_slice()) {
            Ok(bytes) => Ok(Value::Uuid(u128::from_be_bytes(bytes))),
            Err(_) => Err(mismatch(&value, wanted)),
        },
        other => Err(mismatch(other, wanted)),
    }
}

fn interval_value(value: Value, wanted: &LogicalType) -> Result<Value> {
    let parts = match &value {
        Value::Interval { .. } => return Ok(value),
        Value::Varchar(text) => interval::parse_interval(text)?,
        Value::Struct(fields) => {
            let mut parts = Parts::default();
            for (name, field) in fields {
                let whole = nearest_whole(field, &LogicalType::BigInt);
                let whole = whole.map_err(|error| error.in_field(name))?;
                let fits = match name.as_str() {
                    "months" => narrowed(whole).map(|months| parts.months = months),
                    "days" => narrowed(whole).map(|days| parts.days = days),
                    "micros" => narrowed(whole).map(|micros| parts.micros = micros),
                    _ => return Err(mismatch(&value, wanted).in_field(name)),
                };
                fits.ok_or_else(|| out_of_range(field, wanted).in_field(name))?;
            }
            parts
        }
        other => return Err(mismatch(other, wanted)),
    };
    Ok(Value::Interval {
        months: parts.months,
        days: parts.days,
        micros: parts.micros,
    })
}
