//! Writing values into DuckDB's output vectors.

use libduckdb_sys as ffi;

use super::Value;
use super::binary;
use super::copy::copy;
use super::error::{Result, ValueError, sqlstate};
use super::logical_type::LogicalType;
use super::temporal::OFFSET_SECONDS_MAX;
use super::variant;

/// Writes one row of an output vector. `value` has exactly the type `logical_type`, as
/// [`convert`](super::convert::convert) returns it; rows of lists may come in any order, each once.
///
/// # Errors
/// 42804 for a value of another type (then part of a nested row may have been written), 22003 for a
/// list that DuckDB cannot hold.
///
/// # Safety
/// `vector` is a valid flat vector of `logical_type` that may be written, and `row` is below its
/// capacity.
pub unsafe fn write(
    vector: ffi::duckdb_vector,
    logical_type: &LogicalType,
    row: usize,
    value: &Value,
) -> Result<()> {
    // SAFETY: `put` is called with the width of the type's physical form; children are asked for as
    // the type says, at rows that were reserved; texts live through the call that copies them.
    unsafe {
        match (logical_type, value) {
            (_, Value::Null) => write_null(vector, logical_type, row),
            (LogicalType::Boolean, Value::Boolean(v)) => put(vector, row, u8::from(*v)),
            (LogicalType::TinyInt, Value::TinyInt(v)) => put(vector, row, *v),
            (LogicalType::SmallInt, Value::SmallInt(v)) => put(vector, row, *v),
            (LogicalType::Integer, Value::Integer(v)) => put(vector, row, *v),
            (LogicalType::BigInt, Value::BigInt(v)) => put(vector, row, *v),
            (LogicalType::HugeInt, Value::HugeInt(v)) => put(vector, row, *v),
            (LogicalType::UTinyInt, Value::UTinyInt(v)) => put(vector, row, *v),
            (LogicalType::USmallInt, Value::USmallInt(v)) => put(vector, row, *v),
            (LogicalType::UInteger, Value::UInteger(v)) => put(vector, row, *v),
            (LogicalType::UBigInt, Value::UBigInt(v)) => put(vector, row, *v),
            (LogicalType::UHugeInt, Value::UHugeInt(v)) => put(vector, row, *v),
            (LogicalType::Float, Value::Float(v)) => put(vector, row, *v),
            (LogicalType::Double, Value::Double(v)) => put(vector, row, *v),
            (
                LogicalType::Decimal { width, scale },
                Value::Decimal {
                    value: v,
                    width: value_width,
                    scale: value_scale,
                },
            ) if (width, scale) == (value_width, value_scale) => {
                put_decimal(vector, row, *width, *v)
            }
            (LogicalType::Varchar | LogicalType::Json, Value::Varchar(v)) => {
                put_bytes(vector, row, v.as_bytes());
            }
            (LogicalType::Blob, Value::Blob(v)) | (LogicalType::Geometry, Value::Geometry(v)) => {
                put_bytes(vector, row, v);
            }
            (LogicalType::Bit, Value::Bit(v)) if binary::is_bit_text(v) => {
                put_bytes(vector, row, &binary::bit_to_stored(v));
            }
            (LogicalType::BigNum, Value::BigNum(v)) => put_bytes(vector, row, &v.to_stored()?),
            (LogicalType::Date, Value::Date(v)) => put(vector, row, *v),
            (LogicalType::Time, Value::Time(v)) | (LogicalType::TimeNs, Value::TimeNs(v)) => {
                put(vector, row, *v);
            }
            (
                LogicalType::TimeTz,
                Value::TimeTz {
                    micros,
                    offset_seconds,
                },
            ) => {
                put(vector, row, time_tz_bits(*micros, *offset_seconds));
            }
            (LogicalType::TimestampS, Value::TimestampS(v))
            | (LogicalType::TimestampMs, Value::TimestampMs(v))
            | (LogicalType::Timestamp, Value::Timestamp(v))
            | (LogicalType::TimestampNs, Value::TimestampNs(v))
            | (LogicalType::TimestampTz, Value::TimestampTz(v)) => put(vector, row, *v),
            (
                LogicalType::Interval,
                Value::Interval {
                    months,
                    days,
                    micros,
                },
            ) => {
                let (months, days, micros) = (*months, *days, *micros);
                put(
                    vector,
                    row,
                    ffi::duckdb_interval {
                        months,
                        days,
                        micros,
                    },
                );
            }
            (LogicalType::Uuid, Value::Uuid(v)) => put(vector, row, *v ^ (1 << 127)),
            (LogicalType::Enum(labels), Value::Enum(label)) => {
                let position = labels
                    .position(label)
                    .ok_or_else(|| mismatch(logical_type, value))?;
                match labels.labels().len() {
                    0..=0xff => put(vector, row, position as u8),
                    0x100..=0xffff => put(vector, row, position as u16),
                    _ => put(vector, row, position),
                }
            }
            _ => return write_nested(vector, logical_type, row, value),
        }
    }
    Ok(())
}

/// # Safety
/// As [`write`].
unsafe fn write_nested(
    vector: ffi::duckdb_vector,
    logical_type: &LogicalType,
    row: usize,
    value: &Value,
) -> Result<()> {
    // SAFETY: as in `write`.
    unsafe {
        match (logical_type, value) {
            (LogicalType::List(element), Value::List(values)) => {
                let start = append_entries(vector, row, values.len())?;
                let child = ffi::duckdb_list_vector_get_child(vector);
                write_elements(child, element, start, values)
            }
            (LogicalType::Array(element, size), Value::Array(values))
                if *size == values.len() as u64 =>
            {
                let child = ffi::duckdb_array_vector_get_child(vector);
                write_elements(child, element, row * values.len(), values)
            }
            (LogicalType::Map(key_type, value_type), Value::Map(entries)) => {
                let start = append_entries(vector, row, entries.len())?;
                let child = ffi::duckdb_list_vector_get_child(vector);
                let keys = ffi::duckdb_struct_vector_get_child(child, 0);
                let values = ffi::duckdb_struct_vector_get_child(child, 1);
                for (position, (key, value)) in entries.iter().enumerate() {
                    write(keys, key_type, start + position, key)?;
                    write(values, value_type, start + position, value)
                        .map_err(|error| error.in_element(position))?;
                }
                Ok(())
            }
            (LogicalType::Struct(types), Value::Struct(fields)) if types.len() == fields.len() => {
                for (position, ((name, field_type), (_, field))) in
                    types.iter().zip(fields).enumerate()
                {
                    let child = ffi::duckdb_struct_vector_get_child(vector, position as u64);
                    write(child, field_type, row, field).map_err(|error| error.in_field(name))?;
                }
                Ok(())
            }
            (LogicalType::Union(members), Value::Union { tag, value: inner }) => {
                let chosen = members.iter().position(|(name, _)| name == tag);
                let chosen = chosen.ok_or_else(|| mismatch(logical_type, value))?;
                put(
                    ffi::duckdb_struct_vector_get_child(vector, 0),
                    row,
                    chosen as u8,
                );
                for (position, (name, member_type)) in members.iter().enumerate() {
                    let child = ffi::duckdb_struct_vector_get_child(vector, position as u64 + 1);
                    if position == chosen {
                        write(child, member_type, row, inner)
                            .map_err(|error| error.in_field(name))?;
                    } else {
                        write_null(child, member_type, row);
                    }
                }
                Ok(())
            }
            (LogicalType::Variant, value) => {
                write(vector, &variant::LAYOUT, row, &variant::to_parts(value)?)
            }
            _ => Err(mismatch(logical_type, value)),
        }
    }
}

/// Writes consecutive rows of an element child.
///
/// # Safety
/// As [`write`], for all rows from `start`.
unsafe fn write_elements(
    child: ffi::duckdb_vector,
    element: &LogicalType,
    start: usize,
    values: &[Value],
) -> Result<()> {
    for (position, value) in values.iter().enumerate() {
        // SAFETY: passed on from the caller.
        unsafe { write(child, element, start + position, value) }
            .map_err(|error| error.in_element(position))?;
    }
    Ok(())
}

/// Writes a NULL, into all children of a STRUCT, ARRAY or UNION too.
///
/// # Safety
/// As [`write`].
pub unsafe fn write_null(vector: ffi::duckdb_vector, logical_type: &LogicalType, row: usize) {
    // SAFETY: the mask exists after `ensure_validity_writable` and has a bit for every row; children
    // as in `write`.
    unsafe {
        ffi::duckdb_vector_ensure_validity_writable(vector);
        let validity = ffi::duckdb_vector_get_validity(vector);
        ffi::duckdb_validity_set_row_invalid(validity, row as u64);
        match logical_type {
            // A reader may look at the entry of a NULL list, so it must cover nothing.
            LogicalType::List(_) | LogicalType::Map(..) => {
                put(
                    vector,
                    row,
                    ffi::duckdb_list_entry {
                        offset: 0,
                        length: 0,
                    },
                );
            }
            LogicalType::Array(element, size) => {
                let child = ffi::duckdb_array_vector_get_child(vector);
                let size = *size as usize;
                for child_row in row * size..(row + 1) * size {
                    write_null(child, element, child_row);
                }
            }
            LogicalType::Variant => write_null(vector, &variant::LAYOUT, row),
            LogicalType::Struct(fields) => {
                for (position, (_, field)) in fields.iter().enumerate() {
                    let child = ffi::duckdb_struct_vector_get_child(vector, position as u64);
                    write_null(child, field, row);
                }
            }
            LogicalType::Union(members) => {
                let tags = ffi::duckdb_struct_vector_get_child(vector, 0);
                write_null(tags, &LogicalType::UTinyInt, row);
                for (position, (_, member)) in members.iter().enumerate() {
                    let child = ffi::duckdb_struct_vector_get_child(vector, position as u64 + 1);
                    write_null(child, member, row);
                }
            }
            _ => {}
        }
    }
}

/// Makes room for `count` entries at the end of a list's child, lets `row` cover them, and returns
/// the first one's row in the child.
///
/// # Safety
/// As [`write`], the type being LIST or MAP.
pub unsafe fn append_entries(
    vector: ffi::duckdb_vector,
    row: usize,
    count: usize,
) -> Result<usize> {
    // SAFETY: the vector is a list by contract; its size is read just before it grows.
    unsafe {
        let start = ffi::duckdb_list_vector_get_size(vector);
        let end = start + count as u64;
        if ffi::duckdb_list_vector_reserve(vector, end) != ffi::DuckDBSuccess
            || ffi::duckdb_list_vector_set_size(vector, end) != ffi::DuckDBSuccess
        {
            let message = format!("a list of {count} elements does not fit into its vector");
            return Err(ValueError::new(sqlstate::OUT_OF_RANGE, message));
        }
        put(
            vector,
            row,
            ffi::duckdb_list_entry {
                offset: start,
                length: count as u64,
            },
        );
        Ok(start as usize)
    }
}

/// Stores a fixed-width entry.
///
/// # Safety
/// As [`write`], the physical type having the size of `T`.
#[inline]
pub unsafe fn put<T: Copy>(vector: ffi::duckdb_vector, row: usize, entry: T) {
    // SAFETY: by contract; unaligned because DuckDB aligns 128-bit entries to 8 bytes.
    unsafe {
        ffi::duckdb_vector_get_data(vector)
            .cast::<T>()
            .add(row)
            .write_unaligned(entry)
    }
}

/// Stores consecutive fixed-width entries.
///
/// # Safety
/// As [`write`] for every row from `start`, the physical type being `width` bytes wide.
pub unsafe fn put_entries(vector: ffi::duckdb_vector, start: usize, bytes: &[u8], width: usize) {
    // SAFETY: by contract.
    unsafe {
        let first = ffi::duckdb_vector_get_data(vector)
            .cast::<u8>()
            .add(start * width);
        copy(bytes, std::slice::from_raw_parts_mut(first, bytes.len()));
    }
}

/// Makes rows NULL whose bit is not set, the first row's being the lowest of the first word.
///
/// # Safety
/// As [`write`] for `row_count` rows from `start`, of a type without children; there is a bit for
/// every row.
pub unsafe fn put_nulls(
    vector: ffi::duckdb_vector,
    start: usize,
    valid_bits: &[u64],
    row_count: usize,
) {
    // SAFETY: the mask exists after `ensure_validity_writable` and has a bit for every row.
    unsafe {
        ffi::duckdb_vector_ensure_validity_writable(vector);
        let validity = ffi::duckdb_vector_get_validity(vector);
        for (position, bits) in valid_bits.iter().enumerate() {
            let rows = (row_count - 64 * position).min(64);
            if start.is_multiple_of(64) {
                // Bits of rows that come after these stay as they are.
                let beyond = u64::MAX.checked_shl(rows as u32).unwrap_or(0);
                *validity.add(start / 64 + position) &= bits | beyond;
                continue;
            }
            for row in (0..rows).filter(|row| bits >> row & 1 == 0) {
                ffi::duckdb_validity_set_row_invalid(
                    validity,
                    (start + 64 * position + row) as u64,
                );
            }
        }
    }
}

/// Stores the unscaled integer of a DECIMAL in the physical width of its type.
///
/// # Safety
/// As [`write`], the type being DECIMAL(`width`, …) and `value` having at most `width` digits.
pub unsafe fn put_decimal(vector: ffi::duckdb_vector, row: usize, width: u8, value: i128) {
    // SAFETY: the widths are those of `VectorReader::decimal`.
    unsafe {
        match width {
            0..=4 => put(vector, row, value as i16),
            5..=9 => put(vector, row, value as i32),
            10..=18 => put(vector, row, value as i64),
            _ => put(vector, row, value),
        }
    }
}

/// Stores bytes in a VARCHAR, BLOB, BIT or BIGNUM vector, which copies them.
///
/// # Safety
/// As [`write`], the physical type being a string; for a VARCHAR the bytes are UTF-8.
pub unsafe fn put_bytes(vector: ffi::duckdb_vector, row: usize, bytes: &[u8]) {
    // SAFETY: the bytes live through the call.
    unsafe {
        ffi::duckdb_vector_assign_string_element_len(
            vector,
            row as u64,
            bytes.as_ptr().cast(),
            bytes.len() as u64,
        );
    }
}

/// As [`put_bytes`] for a text that was checked: DuckDB does not look at it again.
///
/// # Safety
/// As [`write`], the type being VARCHAR; the bytes are UTF-8.
pub unsafe fn put_text(vector: ffi::duckdb_vector, row: usize, bytes: &[u8]) {
    // SAFETY: the bytes live through the call.
    unsafe {
        ffi::duckdb_unsafe_vector_assign_string_element_len(
            vector,
            row as u64,
            bytes.as_ptr().cast(),
            bytes.len() as u64,
        );
    }
}

/// DuckDB's packing of a TIME WITH TIME ZONE; see [`VectorReader::time_tz`](super::read::VectorReader::time_tz).
pub fn time_tz_bits(micros: i64, offset_seconds: i32) -> u64 {
    (micros as u64) << 24 | u64::from((OFFSET_SECONDS_MAX - offset_seconds).unsigned_abs())
}

fn mismatch(logical_type: &LogicalType, value: &Value) -> ValueError {
    let message = format!("a value of kind {} is not a {logical_type}", value.kind());
    ValueError::new(sqlstate::TYPE_MISMATCH, message)
}
