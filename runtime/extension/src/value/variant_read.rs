//! Reading a VARIANT from its parts, which [`variant`](super::variant) describes.

use super::bignum::BigNum;
use super::binary;
use super::error::{Result, ValueError, sqlstate};
use super::read::VectorReader;
use super::temporal::OFFSET_SECONDS_MAX;
use super::variant::node;
use super::{DEPTH_MAX, Value};

/// Reads one row of a VARIANT vector.
///
/// # Errors
/// 39W02 for parts that do not fit together, 54000 beyond the depth limit.
///
/// # Safety
/// `row` is inside the vector and valid, and the reader's children are those of [`LAYOUT`].
pub unsafe fn read(reader: &VectorReader<'_>, row: usize) -> Result<Value> {
    let [keys, children, values, data] = reader.children() else {
        return Err(damaged());
    };
    // SAFETY: the parts of a valid row are valid, and their types are those of the layout.
    unsafe {
        Row {
            keys: (&keys.children()[0], keys.list_range(row)),
            children: (&children.children()[0], children.list_range(row)),
            values: (&values.children()[0], values.list_range(row)),
            data: data.bytes(row),
        }
        .node(0, 0)
    }
}

fn damaged() -> ValueError {
    ValueError::new(sqlstate::MALFORMED, "stored VARIANT is damaged")
}

type Part<'r> = (&'r VectorReader<'r>, std::ops::Range<usize>);

/// The parts of one row.
struct Row<'r> {
    keys: Part<'r>,
    children: Part<'r>,
    values: Part<'r>,
    data: &'r [u8],
}

/// The row of a list's child that element `index` of the list is.
fn element_row((_, rows): &Part<'_>, index: u32) -> Result<usize> {
    let row = rows.start + index as usize;
    if row < rows.end {
        Ok(row)
    } else {
        Err(damaged())
    }
}

impl Row<'_> {
    /// # Safety
    /// The parts are those of one valid row.
    unsafe fn node(&self, index: u32, depth: usize) -> Result<Value> {
        if depth > DEPTH_MAX {
            let message = format!("VARIANT is nested deeper than {DEPTH_MAX} levels");
            return Err(ValueError::new(sqlstate::PROGRAM_LIMIT, message));
        }
        let row = element_row(&self.values, index)?;
        // SAFETY: the row is inside the part.
        let (kind, offset) = unsafe {
            let [kind, offset] = self.values.0.children() else {
                return Err(damaged());
            };
            (kind.get::<u8>(row), offset.get::<u32>(row))
        };
        let mut cursor = Cursor(self.data.get(offset as usize..).ok_or_else(damaged)?);
        if kind != node::ARRAY && kind != node::OBJECT {
            return scalar(kind, &mut cursor);
        }
        let count = cursor.leb128()?;
        let first = if count == 0 { 0 } else { cursor.leb128()? };
        if count as usize > self.children.1.len() {
            return Err(damaged());
        }
        let mut elements = Vec::new();
        let mut fields = Vec::new();
        for position in 0..count {
            let child = first.checked_add(position).ok_or_else(damaged)?;
            let child_row = element_row(&self.children, child)?;
            // SAFETY: the rows are inside their parts.
            unsafe {
                let [key, target] = self.children.0.children() else {
                    return Err(damaged());
                };
                let value = self.node(target.get::<u32>(child_row), depth + 1)?;
                if kind == node::ARRAY {
                    elements.push(value);
                } else {
                    let key_row = element_row(&self.keys, key.get::<u32>(child_row))?;
                    fields.push((text(self.keys.0.bytes(key_row))?, value));
                }
            }
        }
        Ok(if kind == node::ARRAY {
            Value::List(elements)
        } else {
            Value::Struct(fields)
        })
    }
}

fn text(bytes: &[u8]) -> Result<String> {
    String::from_utf8(bytes.to_vec()).map_err(|_| damaged())
}

/// The bytes of `data` from a node on.
struct Cursor<'d>(&'d [u8]);

impl<'d> Cursor<'d> {
    fn take(&mut self, len: usize) -> Result<&'d [u8]> {
        let (taken, rest) = self.0.split_at_checked(len).ok_or_else(damaged)?;
        self.0 = rest;
        Ok(taken)
    }

    fn fixed<const N: usize>(&mut self) -> Result<[u8; N]> {
        self.take(N)?.try_into().map_err(|_| damaged())
    }

    fn i64(&mut self) -> Result<i64> {
        Ok(i64::from_le_bytes(self.fixed()?))
    }

    fn leb128(&mut self) -> Result<u32> {
        let mut value = 0;
        for shift in (0..32).step_by(7) {
            let [byte] = self.fixed()?;
            value |= u32::from(byte & 0x7f) << shift;
            if byte & 0x80 == 0 {
                return Ok(value);
            }
        }
        Err(damaged())
    }

    fn sized(&mut self) -> Result<&'d [u8]> {
        let len = self.leb128()?;
        self.take(len as usize)
    }
}

fn scalar(kind: u8, cursor: &mut Cursor<'_>) -> Result<Value> {
    Ok(match kind {
        node::NULL => Value::Null,
        node::TRUE => Value::Boolean(true),
        node::FALSE => Value::Boolean(false),
        node::INT8 => Value::TinyInt(i8::from_le_bytes(cursor.fixed()?)),
        node::INT16 => Value::SmallInt(i16::from_le_bytes(cursor.fixed()?)),
        node::INT32 => Value::Integer(i32::from_le_bytes(cursor.fixed()?)),
        node::INT64 => Value::BigInt(cursor.i64()?),
        node::INT128 => Value::HugeInt(i128::from_le_bytes(cursor.fixed()?)),
        node::UINT8 => Value::UTinyInt(u8::from_le_bytes(cursor.fixed()?)),
        node::UINT16 => Value::USmallInt(u16::from_le_bytes(cursor.fixed()?)),
        node::UINT32 => Value::UInteger(u32::from_le_bytes(cursor.fixed()?)),
        node::UINT64 => Value::UBigInt(u64::from_le_bytes(cursor.fixed()?)),
        node::UINT128 => Value::UHugeInt(u128::from_le_bytes(cursor.fixed()?)),
        node::FLOAT => Value::Float(f32::from_le_bytes(cursor.fixed()?)),
        node::DOUBLE => Value::Double(f64::from_le_bytes(cursor.fixed()?)),
        node::DECIMAL => {
            let width = u8::try_from(cursor.leb128()?).map_err(|_| damaged())?;
            let scale = u8::try_from(cursor.leb128()?).map_err(|_| damaged())?;
            let value = match width {
                0..=4 => i128::from(i16::from_le_bytes(cursor.fixed()?)),
                5..=9 => i128::from(i32::from_le_bytes(cursor.fixed()?)),
                10..=18 => i128::from(cursor.i64()?),
                _ => i128::from_le_bytes(cursor.fixed()?),
            };
            Value::Decimal {
                value,
                width,
                scale,
            }
        }
        node::VARCHAR => Value::Varchar(text(cursor.sized()?)?),
        node::BLOB => Value::Blob(cursor.sized()?.to_vec()),
        node::GEOMETRY => Value::Geometry(cursor.sized()?.to_vec()),
        node::BIT => Value::Bit(binary::bit_from_stored(cursor.sized()?)),
        node::BIGNUM => Value::BigNum(BigNum::from_stored(cursor.sized()?)?),
        node::UUID => Value::Uuid(u128::from_le_bytes(cursor.fixed()?) ^ (1 << 127)),
        node::DATE => Value::Date(i32::from_le_bytes(cursor.fixed()?)),
        node::TIME => Value::Time(cursor.i64()?),
        node::TIME_NS => Value::TimeNs(cursor.i64()?),
        node::TIME_TZ => {
            let bits = cursor.i64()? as u64;
            let offset_seconds = OFFSET_SECONDS_MAX - (bits & 0x00ff_ffff) as i32;
            Value::TimeTz {
                micros: (bits >> 24) as i64,
                offset_seconds,
            }
        }
        node::TIMESTAMP_S => Value::TimestampS(cursor.i64()?),
        node::TIMESTAMP_MS => Value::TimestampMs(cursor.i64()?),
        node::TIMESTAMP => Value::Timestamp(cursor.i64()?),
        node::TIMESTAMP_NS => Value::TimestampNs(cursor.i64()?),
        node::TIMESTAMP_TZ => Value::TimestampTz(cursor.i64()?),
        node::INTERVAL => Value::Interval {
            months: i32::from_le_bytes(cursor.fixed()?),
            days: i32::from_le_bytes(cursor.fixed()?),
            micros: cursor.i64()?,
        },
        _ => {
            let message = format!("VARIANT of kind {kind} is not supported in procedures");
            return Err(ValueError::new(sqlstate::UNSUPPORTED_TYPE, message));
        }
    })
}
