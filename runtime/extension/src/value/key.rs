//! Bytes that identify a tuple of arguments, for the per-statement memo.
//!
//! Two rows have the same key exactly when a procedure could not tell their arguments apart: types,
//! NULLs, decimal scales and the sign of a floating zero are part of it. Keys are compared within one
//! process only; they are not stored.

use super::logical_type::LogicalType;
use super::read::VectorReader;

const NULL_TAG: u8 = 0;

/// A number for every kind of type; nested types and DECIMAL add what else distinguishes them.
fn type_tag(logical_type: &LogicalType) -> u8 {
    match logical_type {
        LogicalType::SqlNull => NULL_TAG,
        LogicalType::Boolean => 1,
        LogicalType::TinyInt => 2,
        LogicalType::SmallInt => 3,
        LogicalType::Integer => 4,
        LogicalType::BigInt => 5,
        LogicalType::HugeInt => 6,
        LogicalType::UTinyInt => 7,
        LogicalType::USmallInt => 8,
        LogicalType::UInteger => 9,
        LogicalType::UBigInt => 10,
        LogicalType::UHugeInt => 11,
        LogicalType::Float => 12,
        LogicalType::Double => 13,
        LogicalType::Decimal { .. } => 14,
        LogicalType::Varchar => 15,
        LogicalType::Json => 16,
        LogicalType::Blob => 17,
        LogicalType::Bit => 18,
        LogicalType::Date => 19,
        LogicalType::Time => 20,
        LogicalType::TimeNs => 21,
        LogicalType::TimeTz => 22,
        LogicalType::TimestampS => 23,
        LogicalType::TimestampMs => 24,
        LogicalType::Timestamp => 25,
        LogicalType::TimestampNs => 26,
        LogicalType::TimestampTz => 27,
        LogicalType::Interval => 28,
        LogicalType::Uuid => 29,
        LogicalType::BigNum => 30,
        LogicalType::Geometry => 31,
        LogicalType::Enum(_) => 32,
        LogicalType::List(_) => 33,
        LogicalType::Array(..) => 34,
        LogicalType::Struct(_) => 35,
        LogicalType::Map(..) => 36,
        LogicalType::Union(_) => 37,
        LogicalType::Variant => 38,
    }
}

/// Appends the key of one row of argument vectors.
///
/// # Safety
/// `row` is inside every vector.
#[inline]
pub unsafe fn encode_key(readers: &[VectorReader<'_>], row: usize, key: &mut Vec<u8>) {
    for reader in readers {
        // SAFETY: passed on from the caller.
        unsafe { encode_one(reader, row, key) };
    }
}

/// # Safety
/// `row` is inside the vector.
#[inline]
unsafe fn encode_one(reader: &VectorReader<'_>, row: usize, key: &mut Vec<u8>) {
    // SAFETY: each accessor is the one for the vector's type.
    unsafe {
        if !reader.is_valid(row) {
            return key.push(NULL_TAG);
        }
        let logical_type = reader.logical_type();
        let tag = type_tag(logical_type);
        match logical_type {
            LogicalType::BigInt
            | LogicalType::UBigInt
            | LogicalType::Double
            | LogicalType::Time
            | LogicalType::TimeNs
            | LogicalType::TimeTz
            | LogicalType::TimestampS
            | LogicalType::TimestampMs
            | LogicalType::Timestamp
            | LogicalType::TimestampNs
            | LogicalType::TimestampTz => push_fixed(key, tag, reader.get::<[u8; 8]>(row)),
            LogicalType::Integer
            | LogicalType::UInteger
            | LogicalType::Float
            | LogicalType::Date => push_fixed(key, tag, reader.get::<[u8; 4]>(row)),
            LogicalType::Varchar
            | LogicalType::Json
            | LogicalType::Blob
            | LogicalType::Bit
            | LogicalType::BigNum
            | LogicalType::Geometry => push_bytes(key, tag, reader.bytes(row)),
            LogicalType::Decimal { width, scale } => {
                let value = reader.decimal(row, *width);
                key.extend_from_slice(&[tag, *width, *scale]);
                match width {
                    0..=18 => key.extend_from_slice(&(value as i64).to_le_bytes()),
                    _ => key.extend_from_slice(&value.to_le_bytes()),
                }
            }
            LogicalType::Boolean => {
                key.extend_from_slice(&[tag, u8::from(reader.get::<u8>(row) != 0)])
            }
            LogicalType::TinyInt | LogicalType::UTinyInt => {
                key.extend_from_slice(&[tag, reader.get::<u8>(row)]);
            }
            LogicalType::SmallInt | LogicalType::USmallInt => {
                push_fixed(key, tag, reader.get::<[u8; 2]>(row));
            }
            LogicalType::HugeInt
            | LogicalType::UHugeInt
            | LogicalType::Uuid
            | LogicalType::Interval => push_fixed(key, tag, reader.get::<[u8; 16]>(row)),
            _ => encode_nested(reader, row, key),
        }
    }
}

#[inline]
fn push_fixed<const N: usize>(key: &mut Vec<u8>, tag: u8, bytes: [u8; N]) {
    key.push(tag);
    key.extend_from_slice(&bytes);
}

#[inline]
fn push_bytes(key: &mut Vec<u8>, tag: u8, bytes: &[u8]) {
    key.push(tag);
    key.extend_from_slice(&(bytes.len() as u32).to_le_bytes());
    key.extend_from_slice(bytes);
}

fn push_count(key: &mut Vec<u8>, tag: u8, count: usize) {
    push_fixed(key, tag, (count as u64).to_le_bytes());
}

/// # Safety
/// `row` is inside the vector and valid.
unsafe fn encode_nested(reader: &VectorReader<'_>, row: usize, key: &mut Vec<u8>) {
    let logical_type = reader.logical_type();
    let tag = type_tag(logical_type);
    let children = reader.children();
    // SAFETY: child rows come from valid entries.
    unsafe {
        match logical_type {
            // By label: two ENUM types may share labels and not positions.
            LogicalType::Enum(labels) => {
                let position = reader.enum_position(row, labels.labels().len());
                push_bytes(key, tag, labels.label(position).unwrap_or("").as_bytes());
            }
            LogicalType::List(_) => {
                let rows = reader.list_range(row);
                push_count(key, tag, rows.len());
                rows.for_each(|child_row| encode_one(&children[0], child_row, key));
            }
            LogicalType::Array(_, size) => {
                let size = *size as usize;
                push_count(key, tag, size);
                for child_row in row * size..(row + 1) * size {
                    encode_one(&children[0], child_row, key);
                }
            }
            LogicalType::Struct(fields) => {
                push_count(key, tag, fields.len());
                for ((name, _), child) in fields.iter().zip(children) {
                    push_bytes(key, tag, name.as_bytes());
                    encode_one(child, row, key);
                }
            }
            LogicalType::Map(..) => {
                let rows = reader.list_range(row);
                push_count(key, tag, rows.len());
                for child_row in rows {
                    encode_one(&children[0], child_row, key);
                    encode_one(&children[1], child_row, key);
                }
            }
            LogicalType::Variant => {
                key.push(tag);
                children.iter().for_each(|part| encode_one(part, row, key));
            }
            LogicalType::Union(members) => {
                let member = usize::from(reader.get::<u8>(row));
                let Some((name, _)) = members.get(member) else {
                    return key.push(NULL_TAG);
                };
                push_bytes(key, tag, name.as_bytes());
                encode_one(&children[member], row, key);
            }
            _ => key.push(NULL_TAG),
        }
    }
}
