//! Values as the text that a cast to VARCHAR gives in DuckDB.

use super::Value;
use super::binary;
use super::error::Result;
use super::interval::{self, Parts};
use super::json;
use super::number;
use super::temporal::{self, Style, Unit};

impl Value {
    /// The text of a cast to VARCHAR, `None` for NULL. TIMESTAMP WITH TIME ZONE prints in UTC, whatever
    /// the session's time zone; nested values are written as JSON, not in DuckDB's own notation.
    ///
    /// # Errors
    /// 54000 for a BIGNUM with too many digits.
    pub fn to_text(&self) -> Result<Option<String>> {
        let mut out = Vec::new();
        match self {
            Value::Null => return Ok(None),
            Value::Varchar(text) | Value::Enum(text) | Value::Bit(text) => {
                return Ok(Some(text.clone()));
            }
            Value::Boolean(v) => out.extend_from_slice(if *v { b"true" } else { b"false" }),
            Value::TinyInt(v) => number::write_i64(&mut out, i64::from(*v)),
            Value::SmallInt(v) => number::write_i64(&mut out, i64::from(*v)),
            Value::Integer(v) => number::write_i64(&mut out, i64::from(*v)),
            Value::BigInt(v) => number::write_i64(&mut out, *v),
            Value::HugeInt(v) => number::write_i128(&mut out, *v),
            Value::UTinyInt(v) => number::write_u64(&mut out, u64::from(*v)),
            Value::USmallInt(v) => number::write_u64(&mut out, u64::from(*v)),
            Value::UInteger(v) => number::write_u64(&mut out, u64::from(*v)),
            Value::UBigInt(v) => number::write_u64(&mut out, *v),
            Value::UHugeInt(v) => number::write_u128(&mut out, *v),
            Value::Float(v) => number::write_float(&mut out, *v),
            Value::Double(v) => number::write_double(&mut out, *v),
            Value::Decimal {
                value,
                width,
                scale,
            } => {
                number::write_decimal(&mut out, *value, *scale);
                if width == scale {
                    // DuckDB prints no digit before the point when the type has none there.
                    out.remove(usize::from(*value < 0));
                }
            }
            Value::BigNum(v) => return v.to_text().map(Some),
            Value::Blob(v) | Value::Geometry(v) => binary::write_blob_text(&mut out, v),
            Value::Date(v) => temporal::write_date(&mut out, *v, Style::DuckDb),
            Value::Time(v) => temporal::write_time(&mut out, *v, Unit::Micros),
            Value::TimeNs(v) => temporal::write_time(&mut out, *v, Unit::Nanos),
            Value::TimeTz {
                micros,
                offset_seconds,
            } => {
                temporal::write_time(&mut out, *micros, Unit::Micros);
                temporal::write_offset(&mut out, *offset_seconds, Style::DuckDb);
            }
            Value::TimestampS(v) => {
                temporal::write_timestamp(&mut out, *v, Unit::Seconds, Style::DuckDb);
            }
            Value::TimestampMs(v) => {
                temporal::write_timestamp(&mut out, *v, Unit::Millis, Style::DuckDb);
            }
            Value::Timestamp(v) => {
                temporal::write_timestamp(&mut out, *v, Unit::Micros, Style::DuckDb);
            }
            Value::TimestampNs(v) => {
                temporal::write_timestamp(&mut out, *v, Unit::Nanos, Style::DuckDb);
            }
            Value::TimestampTz(v) => temporal::write_timestamp_tz(&mut out, *v, Style::DuckDb),
            Value::Interval {
                months,
                days,
                micros,
            } => {
                let parts = Parts {
                    months: *months,
                    days: *days,
                    micros: *micros,
                };
                interval::write_interval(&mut out, parts);
            }
            Value::Uuid(v) => binary::write_uuid(&mut out, *v),
            nested => json::encode(nested, &mut out)?,
        }
        // Every writer above appends ASCII or JSON, which are UTF-8.
        Ok(Some(String::from_utf8_lossy(&out).into_owned()))
    }
}
