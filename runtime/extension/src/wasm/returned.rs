//! Reading what a guest gave to `heliosdb_return`.

use std::fmt::Display;

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::value::{Value, json, msgpack};

/// Numbers of `value_type`: DuckDB's own type numbers, and two of ours for encoded values.
mod data_type {
    pub const BOOLEAN: u32 = 1;
    pub const TINYINT: u32 = 2;
    pub const SMALLINT: u32 = 3;
    pub const INTEGER: u32 = 4;
    pub const BIGINT: u32 = 5;
    pub const UTINYINT: u32 = 6;
    pub const USMALLINT: u32 = 7;
    pub const UINTEGER: u32 = 8;
    pub const UBIGINT: u32 = 9;
    pub const FLOAT: u32 = 10;
    pub const DOUBLE: u32 = 11;
    pub const TIMESTAMP: u32 = 12;
    pub const DATE: u32 = 13;
    pub const TIME: u32 = 14;
    pub const HUGEINT: u32 = 16;
    pub const VARCHAR: u32 = 17;
    pub const BLOB: u32 = 18;
    pub const DECIMAL: u32 = 19;
    pub const TIMESTAMP_TZ: u32 = 31;
    pub const SQLNULL: u32 = 36;
    pub const JSON: u32 = 1000;
    pub const MESSAGE_PACK: u32 = 1001;
}

/// Decodes a returned value. Fixed-size numbers are little-endian, texts UTF-8, decimals and huge
/// integers decimal text.
pub fn decode_returned(bytes: &[u8], value_type: u32) -> EngineResult<Value> {
    let value = match value_type {
        data_type::SQLNULL => Value::Null,
        data_type::BOOLEAN => match fixed::<1>(bytes, "BOOLEAN")? {
            [0] => Value::Boolean(false),
            [1] => Value::Boolean(true),
            [other] => {
                return Err(malformed(
                    format!("a BOOLEAN is 0 or 1, not {other}"),
                    "0 or 1",
                    other,
                ));
            }
        },
        data_type::TINYINT => Value::TinyInt(i8::from_le_bytes(fixed(bytes, "TINYINT")?)),
        data_type::SMALLINT => Value::SmallInt(i16::from_le_bytes(fixed(bytes, "SMALLINT")?)),
        data_type::INTEGER => Value::Integer(i32::from_le_bytes(fixed(bytes, "INTEGER")?)),
        data_type::BIGINT => Value::BigInt(i64::from_le_bytes(fixed(bytes, "BIGINT")?)),
        data_type::UTINYINT => Value::UTinyInt(u8::from_le_bytes(fixed(bytes, "UTINYINT")?)),
        data_type::USMALLINT => Value::USmallInt(u16::from_le_bytes(fixed(bytes, "USMALLINT")?)),
        data_type::UINTEGER => Value::UInteger(u32::from_le_bytes(fixed(bytes, "UINTEGER")?)),
        data_type::UBIGINT => Value::UBigInt(u64::from_le_bytes(fixed(bytes, "UBIGINT")?)),
        data_type::FLOAT => Value::Float(f32::from_le_bytes(fixed(bytes, "FLOAT")?)),
        data_type::DOUBLE => Value::Double(f64::from_le_bytes(fixed(bytes, "DOUBLE")?)),
        data_type::DATE => Value::Date(i32::from_le_bytes(fixed(bytes, "DATE")?)),
        data_type::TIME => Value::Time(i64::from_le_bytes(fixed(bytes, "TIME")?)),
        data_type::TIMESTAMP => Value::Timestamp(i64::from_le_bytes(fixed(bytes, "TIMESTAMP")?)),
        data_type::TIMESTAMP_TZ => {
            Value::TimestampTz(i64::from_le_bytes(fixed(bytes, "TIMESTAMPTZ")?))
        }
        data_type::VARCHAR | data_type::DECIMAL | data_type::HUGEINT => {
            Value::Varchar(text(bytes)?.to_owned())
        }
        data_type::BLOB => Value::Blob(bytes.to_vec()),
        data_type::JSON => json::decode(bytes)?,
        data_type::MESSAGE_PACK => msgpack::decode(bytes)?,
        other => {
            return Err(malformed(
                format!("value type {other} is not known"),
                "a value type of the contract",
                other,
            ));
        }
    };
    Ok(value)
}

fn fixed<const N: usize>(bytes: &[u8], name: &str) -> EngineResult<[u8; N]> {
    bytes.try_into().map_err(|_| {
        malformed(
            format!("a {name} has {N} bytes, {} were returned", bytes.len()),
            format!("{N} bytes"),
            format!("{} bytes", bytes.len()),
        )
    })
}

fn text(bytes: &[u8]) -> EngineResult<&str> {
    std::str::from_utf8(bytes).map_err(|error| {
        malformed(
            format!("the returned text is not UTF-8: {error}"),
            "UTF-8",
            error,
        )
    })
}

fn malformed(detail: String, expected: impl Display, actual: impl Display) -> EngineError {
    EngineError::new(
        ErrorCode::MalformedGuestResult,
        "the procedure returned a malformed result",
    )
    .detail(detail)
    .field("expected", expected.to_string())
    .field("actual", actual.to_string())
}
