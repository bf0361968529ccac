//! Walking values and vector rows into an encoder.
//!
//! [`Sink`] is what MessagePack and JSON implement; [`write_value`] drives one from a [`Value`],
//! [`write_cell`] from a vector row without building a value. Both give the same bytes.

use super::Value;
use super::bignum::BigNum;
use super::binary;
use super::error::Result;
use super::logical_type::LogicalType;
use super::read::VectorReader;
use super::temporal::Unit;

/// Field names that a UNION travels with.
pub const UNION_TAG: &str = "tag";
/// See [`UNION_TAG`].
pub const UNION_VALUE: &str = "value";

/// A date or time without its number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Clock {
    /// Since midnight.
    Time(Unit),
    /// Since the epoch.
    Timestamp(Unit),
    /// Microseconds since the epoch, UTC.
    TimestampTz,
}

/// Receives a value piece by piece. Containers say their length first; `item`, `key` and
/// `map_value` come before the piece they announce.
pub trait Sink {
    fn null(&mut self);
    fn boolean(&mut self, value: bool);
    fn integer(&mut self, value: i64);
    fn unsigned(&mut self, value: u64);
    fn hugeint(&mut self, value: i128);
    fn uhugeint(&mut self, value: u128);
    fn float(&mut self, value: f32);
    fn double(&mut self, value: f64);
    fn decimal(&mut self, value: i128, scale: u8);
    /// UTF-8.
    fn text(&mut self, bytes: &[u8]);
    fn blob(&mut self, bytes: &[u8]);
    /// Characters `0` and `1`.
    fn bit(&mut self, bits: &str);
    /// A sign and decimal digits.
    fn bignum(&mut self, digits: &str);
    fn date(&mut self, days: i32);
    fn clock(&mut self, kind: Clock, value: i64);
    fn time_tz(&mut self, micros: i64, offset_seconds: i32);
    fn interval(&mut self, months: i32, days: i32, micros: i64);
    fn uuid(&mut self, value: u128);
    fn list_start(&mut self, len: usize);
    /// Before element `index` of a list.
    fn item(&mut self, index: usize);
    fn list_end(&mut self);
    fn struct_start(&mut self, len: usize);
    /// Before field `index` of a struct.
    fn field(&mut self, index: usize, name: &str);
    fn struct_end(&mut self);
    /// `has_text_keys` is a property of the map's type, so that all its values look alike.
    fn map_start(&mut self, len: usize, has_text_keys: bool);
    /// Before the key of entry `index` of a map.
    fn key(&mut self, index: usize);
    /// Between a key and its value.
    fn map_value(&mut self);
    /// After the value of an entry.
    fn entry_end(&mut self);
    fn map_end(&mut self);
}

/// Whether a STRUCT is what `row(1, 2)` gives, whose fields all have the empty name.
pub(super) fn is_unnamed<T>(fields: &[(String, T)]) -> bool {
    !fields.is_empty() && fields.iter().all(|(name, _)| name.is_empty())
}

/// Encodes a value.
///
/// # Errors
/// 54000 for a BIGNUM with too many digits.
pub fn write_value<S: Sink>(sink: &mut S, value: &Value) -> Result<()> {
    match value {
        Value::Null => sink.null(),
        Value::Boolean(v) => sink.boolean(*v),
        Value::TinyInt(v) => sink.integer(i64::from(*v)),
        Value::SmallInt(v) => sink.integer(i64::from(*v)),
        Value::Integer(v) => sink.integer(i64::from(*v)),
        Value::BigInt(v) => sink.integer(*v),
        Value::HugeInt(v) => sink.hugeint(*v),
        Value::UTinyInt(v) => sink.unsigned(u64::from(*v)),
        Value::USmallInt(v) => sink.unsigned(u64::from(*v)),
        Value::UInteger(v) => sink.unsigned(u64::from(*v)),
        Value::UBigInt(v) => sink.unsigned(*v),
        Value::UHugeInt(v) => sink.uhugeint(*v),
        Value::Float(v) => sink.float(*v),
        Value::Double(v) => sink.double(*v),
        Value::Decimal { value, scale, .. } => sink.decimal(*value, *scale),
        Value::Varchar(v) | Value::Enum(v) => sink.text(v.as_bytes()),
        Value::Blob(v) | Value::Geometry(v) => sink.blob(v),
        Value::Bit(v) => sink.bit(v),
        Value::BigNum(v) => sink.bignum(&v.to_text()?),
        Value::Date(v) => sink.date(*v),
        Value::Time(v) => sink.clock(Clock::Time(Unit::Micros), *v),
        Value::TimeNs(v) => sink.clock(Clock::Time(Unit::Nanos), *v),
        Value::TimeTz {
            micros,
            offset_seconds,
        } => sink.time_tz(*micros, *offset_seconds),
        Value::TimestampS(v) => sink.clock(Clock::Timestamp(Unit::Seconds), *v),
        Value::TimestampMs(v) => sink.clock(Clock::Timestamp(Unit::Millis), *v),
        Value::Timestamp(v) => sink.clock(Clock::Timestamp(Unit::Micros), *v),
        Value::TimestampNs(v) => sink.clock(Clock::Timestamp(Unit::Nanos), *v),
        Value::TimestampTz(v) => sink.clock(Clock::TimestampTz, *v),
        Value::Interval {
            months,
            days,
            micros,
        } => sink.interval(*months, *days, *micros),
        Value::Uuid(v) => sink.uuid(*v),
        Value::List(values) | Value::Array(values) => {
            sink.list_start(values.len());
            for (index, element) in values.iter().enumerate() {
                sink.item(index);
                write_value(sink, element)?;
            }
            sink.list_end();
        }
        Value::Struct(fields) if is_unnamed(fields) => {
            sink.list_start(fields.len());
            for (index, (_, field)) in fields.iter().enumerate() {
                sink.item(index);
                write_value(sink, field)?;
            }
            sink.list_end();
        }
        Value::Struct(fields) => {
            sink.struct_start(fields.len());
            for (index, (name, field)) in fields.iter().enumerate() {
                sink.field(index, name);
                write_value(sink, field)?;
            }
            sink.struct_end();
        }
        Value::Map(entries) => {
            let is_text = |key: &Value| matches!(key, Value::Varchar(_) | Value::Enum(_));
            let has_text_keys = !entries.is_empty() && entries.iter().all(|(key, _)| is_text(key));
            sink.map_start(entries.len(), has_text_keys);
            for (index, (key, element)) in entries.iter().enumerate() {
                sink.key(index);
                write_value(sink, key)?;
                sink.map_value();
                write_value(sink, element)?;
                sink.entry_end();
            }
            sink.map_end();
        }
        Value::Union { tag, value } => {
            sink.struct_start(2);
            sink.field(0, UNION_TAG);
            sink.text(tag.as_bytes());
            sink.field(1, UNION_VALUE);
            write_value(sink, value)?;
            sink.struct_end();
        }
    }
    Ok(())
}

/// Encodes one row of a vector.
///
/// # Errors
/// 54000 for a BIGNUM with too many digits, 39W02 for an unknown ENUM or UNION tag.
///
/// # Safety
/// `row` is inside the vector.
#[inline]
pub unsafe fn write_cell<S: Sink>(
    sink: &mut S,
    reader: &VectorReader<'_>,
    row: usize,
) -> Result<()> {
    // SAFETY: each accessor is the one for the vector's type.
    unsafe {
        if !reader.is_valid(row) {
            sink.null();
            return Ok(());
        }
        match reader.logical_type() {
            LogicalType::Boolean => sink.boolean(reader.get::<u8>(row) != 0),
            LogicalType::TinyInt => sink.integer(i64::from(reader.get::<i8>(row))),
            LogicalType::SmallInt => sink.integer(i64::from(reader.get::<i16>(row))),
            LogicalType::Integer => sink.integer(i64::from(reader.get::<i32>(row))),
            LogicalType::BigInt => sink.integer(reader.i64(row)),
            LogicalType::UTinyInt => sink.unsigned(u64::from(reader.get::<u8>(row))),
            LogicalType::USmallInt => sink.unsigned(u64::from(reader.get::<u16>(row))),
            LogicalType::UInteger => sink.unsigned(u64::from(reader.get::<u32>(row))),
            LogicalType::UBigInt => sink.unsigned(reader.get(row)),
            LogicalType::HugeInt => sink.hugeint(reader.get(row)),
            LogicalType::UHugeInt => sink.uhugeint(reader.get(row)),
            LogicalType::Float => sink.float(reader.get(row)),
            LogicalType::Double => sink.double(reader.f64(row)),
            LogicalType::Decimal { width, scale } => {
                sink.decimal(reader.decimal(row, *width), *scale);
            }
            LogicalType::Varchar | LogicalType::Json => sink.text(reader.bytes(row)),
            LogicalType::Blob | LogicalType::Geometry => sink.blob(reader.bytes(row)),
            LogicalType::Date => sink.date(reader.get(row)),
            LogicalType::Timestamp => {
                sink.clock(Clock::Timestamp(Unit::Micros), reader.i64(row));
            }
            LogicalType::TimestampTz => sink.clock(Clock::TimestampTz, reader.i64(row)),
            LogicalType::Uuid => sink.uuid(reader.uuid(row)),
            _ => write_rare_cell(sink, reader, row)?,
        }
    }
    Ok(())
}

/// # Safety
/// `row` is inside the vector and valid.
unsafe fn write_rare_cell<S: Sink>(
    sink: &mut S,
    reader: &VectorReader<'_>,
    row: usize,
) -> Result<()> {
    // SAFETY: each accessor is the one for the vector's type; child rows come from valid entries.
    unsafe {
        match reader.logical_type() {
            LogicalType::Time => sink.clock(Clock::Time(Unit::Micros), reader.i64(row)),
            LogicalType::TimeNs => sink.clock(Clock::Time(Unit::Nanos), reader.i64(row)),
            LogicalType::TimestampS => {
                sink.clock(Clock::Timestamp(Unit::Seconds), reader.i64(row));
            }
            LogicalType::TimestampMs => {
                sink.clock(Clock::Timestamp(Unit::Millis), reader.i64(row));
            }
            LogicalType::TimestampNs => {
                sink.clock(Clock::Timestamp(Unit::Nanos), reader.i64(row));
            }
            LogicalType::Bit => sink.bit(&binary::bit_from_stored(reader.bytes(row))),
            LogicalType::BigNum => {
                sink.bignum(&BigNum::from_stored(reader.bytes(row))?.to_text()?);
            }
            LogicalType::List(_) => {
                let rows = reader.list_range(row);
                write_items(sink, &reader.children()[0], rows)?;
            }
            LogicalType::Array(_, size) => {
                let size = *size as usize;
                write_items(sink, &reader.children()[0], row * size..(row + 1) * size)?;
            }
            LogicalType::Struct(fields) if is_unnamed(fields) => {
                sink.list_start(fields.len());
                for (index, child) in reader.children().iter().enumerate() {
                    sink.item(index);
                    write_cell(sink, child, row)?;
                }
                sink.list_end();
            }
            LogicalType::Struct(fields) => {
                sink.struct_start(fields.len());
                for (index, ((name, _), child)) in fields.iter().zip(reader.children()).enumerate()
                {
                    sink.field(index, name);
                    write_cell(sink, child, row)?;
                }
                sink.struct_end();
            }
            LogicalType::Map(key_type, _) => {
                let rows = reader.list_range(row);
                let is_text = matches!(
                    **key_type,
                    LogicalType::Varchar | LogicalType::Json | LogicalType::Enum(_)
                );
                sink.map_start(rows.len(), is_text && !rows.is_empty());
                for (index, child_row) in rows.enumerate() {
                    sink.key(index);
                    write_cell(sink, &reader.children()[0], child_row)?;
                    sink.map_value();
                    write_cell(sink, &reader.children()[1], child_row)?;
                    sink.entry_end();
                }
                sink.map_end();
            }
            // TIME WITH TIME ZONE, INTERVAL, ENUM, UNION, NULL.
            _ => write_value(sink, &reader.read(row)?)?,
        }
    }
    Ok(())
}

/// # Safety
/// `rows` are inside the vector.
unsafe fn write_items<S: Sink>(
    sink: &mut S,
    child: &VectorReader<'_>,
    rows: std::ops::Range<usize>,
) -> Result<()> {
    sink.list_start(rows.len());
    for (index, child_row) in rows.enumerate() {
        sink.item(index);
        // SAFETY: passed on from the caller.
        unsafe { write_cell(sink, child, child_row) }?;
    }
    sink.list_end();
    Ok(())
}
