//! DuckDB's boxed values: constants seen at bind time, and parameters of nested queries.

use libduckdb_sys as ffi;

use super::Value;
use super::error::{Result, ValueError, sqlstate};
use super::logical_type::LogicalType;
use super::read::VectorReader;
use super::write;

/// A vector of one or more rows that is destroyed with this owner.
#[derive(Debug)]
pub struct OwnedVector(ffi::duckdb_vector);

impl OwnedVector {
    /// A flat vector of `capacity` rows.
    ///
    /// # Errors
    /// As [`LogicalType::to_duckdb`].
    pub fn new(logical_type: &LogicalType, capacity: usize) -> Result<Self> {
        let handle = logical_type.to_duckdb()?;
        // SAFETY: the type handle lives through the call, which copies it.
        Ok(OwnedVector(unsafe {
            ffi::duckdb_create_vector(handle.as_raw(), capacity as u64)
        }))
    }

    /// The handle, valid as long as this owner.
    pub fn as_raw(&self) -> ffi::duckdb_vector {
        self.0
    }
}

impl Drop for OwnedVector {
    fn drop(&mut self) {
        // SAFETY: the handle is ours alone; the function accepts null.
        unsafe { ffi::duckdb_destroy_vector(&raw mut self.0) };
    }
}

/// A boxed value that is destroyed with this owner.
#[derive(Debug)]
pub struct OwnedValue(ffi::duckdb_value);

impl OwnedValue {
    /// Takes over a handle.
    ///
    /// # Safety
    /// `handle` is valid, or null, and nobody else destroys it.
    pub unsafe fn from_raw(handle: ffi::duckdb_value) -> Self {
        OwnedValue(handle)
    }

    /// The handle, valid as long as this owner.
    pub fn as_raw(&self) -> ffi::duckdb_value {
        self.0
    }
}

impl Drop for OwnedValue {
    fn drop(&mut self) {
        // SAFETY: the handle is ours alone; the function accepts null.
        unsafe { ffi::duckdb_destroy_value(&raw mut self.0) };
    }
}

/// Reads a boxed value, such as a constant argument at bind time.
///
/// # Errors
/// 0A000 for a type that procedures cannot exchange.
///
/// # Safety
/// `value` is a valid boxed value. It is only read.
pub unsafe fn read_boxed(value: ffi::duckdb_value) -> Result<(Value, LogicalType)> {
    // SAFETY: the type returned for a valid value belongs to the value and is not destroyed by us.
    let logical_type = unsafe { LogicalType::from_duckdb(ffi::duckdb_get_value_type(value)) }?;
    if logical_type == LogicalType::SqlNull {
        return Ok((Value::Null, logical_type));
    }
    // Some kinds of boxed value have no getter; every one can be shown as a constant vector, whose
    // first row is where a flat one's would be.
    let vector = OwnedVector::new(&logical_type, 1)?;
    // SAFETY: the vector has the value's type and outlives the reader; row 0 exists.
    let read = unsafe {
        ffi::duckdb_vector_reference_value(vector.as_raw(), value);
        VectorReader::new(vector.as_raw(), &logical_type).read(0)
    }?;
    Ok((read, logical_type))
}

/// Boxes a value of exactly this type, as [`convert`](super::convert::convert) returns it.
///
/// # Errors
/// 42804 for a value of another type.
pub fn to_boxed(value: &Value, logical_type: &LogicalType) -> Result<OwnedValue> {
    // SAFETY: every function below takes numbers, or texts and handles that live through the call
    // and are copied by it.
    let handle = unsafe {
        match (logical_type, value) {
            (_, Value::Null) => ffi::duckdb_create_null_value(),
            (LogicalType::Boolean, Value::Boolean(v)) => ffi::duckdb_create_bool(*v),
            (LogicalType::TinyInt, Value::TinyInt(v)) => ffi::duckdb_create_int8(*v),
            (LogicalType::SmallInt, Value::SmallInt(v)) => ffi::duckdb_create_int16(*v),
            (LogicalType::Integer, Value::Integer(v)) => ffi::duckdb_create_int32(*v),
            (LogicalType::BigInt, Value::BigInt(v)) => ffi::duckdb_create_int64(*v),
            (LogicalType::HugeInt, Value::HugeInt(v)) => ffi::duckdb_create_hugeint(hugeint(*v)),
            (LogicalType::UTinyInt, Value::UTinyInt(v)) => ffi::duckdb_create_uint8(*v),
            (LogicalType::USmallInt, Value::USmallInt(v)) => ffi::duckdb_create_uint16(*v),
            (LogicalType::UInteger, Value::UInteger(v)) => ffi::duckdb_create_uint32(*v),
            (LogicalType::UBigInt, Value::UBigInt(v)) => ffi::duckdb_create_uint64(*v),
            (LogicalType::UHugeInt, Value::UHugeInt(v)) => {
                ffi::duckdb_create_uhugeint(uhugeint(*v))
            }
            (LogicalType::Float, Value::Float(v)) => ffi::duckdb_create_float(*v),
            (LogicalType::Double, Value::Double(v)) => ffi::duckdb_create_double(*v),
            (
                LogicalType::Decimal { .. },
                Value::Decimal {
                    value: v,
                    width,
                    scale,
                },
            ) => {
                let (width, scale, value) = (*width, *scale, hugeint(*v));
                ffi::duckdb_create_decimal(ffi::duckdb_decimal {
                    width,
                    scale,
                    value,
                })
            }
            (LogicalType::Varchar | LogicalType::Json, Value::Varchar(v)) => {
                ffi::duckdb_create_varchar_length(v.as_ptr().cast(), v.len() as u64)
            }
            (LogicalType::Blob, Value::Blob(v)) => {
                ffi::duckdb_create_blob(v.as_ptr(), v.len() as u64)
            }
            (LogicalType::Date, Value::Date(days)) => {
                ffi::duckdb_create_date(ffi::duckdb_date { days: *days })
            }
            (LogicalType::Time, Value::Time(micros)) => {
                ffi::duckdb_create_time(ffi::duckdb_time { micros: *micros })
            }
            (LogicalType::Timestamp, Value::Timestamp(micros)) => {
                ffi::duckdb_create_timestamp(ffi::duckdb_timestamp { micros: *micros })
            }
            (LogicalType::TimestampTz, Value::TimestampTz(micros)) => {
                ffi::duckdb_create_timestamp_tz(ffi::duckdb_timestamp { micros: *micros })
            }
            _ => return to_boxed_rare(value, logical_type),
        }
    };
    owned(handle, value, logical_type)
}

fn owned(handle: ffi::duckdb_value, value: &Value, wanted: &LogicalType) -> Result<OwnedValue> {
    if handle.is_null() {
        return Err(mismatch(value, wanted));
    }
    // SAFETY: the handle was created for us just before.
    Ok(unsafe { OwnedValue::from_raw(handle) })
}

/// Boxes a value so that a NULL has the wanted type, which a bare one has not.
fn to_typed_boxed(value: &Value, logical_type: &LogicalType) -> Result<OwnedValue> {
    let boxed = to_boxed(value, logical_type)?;
    if !value.is_null() {
        return Ok(boxed);
    }
    let type_handle = logical_type.to_duckdb()?;
    let mut raw = [boxed.as_raw()];
    // SAFETY: the array has one handle that lives through the call; the list made of it casts its
    // element to the wanted type, and position 0 exists when there is a list.
    unsafe {
        let list = ffi::duckdb_create_list_value(type_handle.as_raw(), raw.as_mut_ptr(), 1);
        let list = owned(list, value, logical_type)?;
        owned(
            ffi::duckdb_get_list_child(list.as_raw(), 0),
            value,
            logical_type,
        )
    }
}

fn to_boxed_rare(value: &Value, logical_type: &LogicalType) -> Result<OwnedValue> {
    let type_handle = logical_type.to_duckdb()?;
    let raw_type = type_handle.as_raw();
    // SAFETY: as in `to_boxed`.
    let handle = unsafe {
        match (logical_type, value) {
            (LogicalType::Bit, Value::Bit(bits)) => {
                let mut stored = super::binary::bit_to_stored(bits);
                let (data, size) = (stored.as_mut_ptr(), stored.len() as u64);
                ffi::duckdb_create_bit(ffi::duckdb_bit { data, size })
            }
            (LogicalType::BigNum, Value::BigNum(number)) => {
                let mut data = number.magnitude().to_vec();
                if data.is_empty() {
                    data.push(0);
                }
                ffi::duckdb_create_bignum(ffi::duckdb_bignum {
                    data: data.as_mut_ptr(),
                    size: data.len() as u64,
                    is_negative: number.is_negative(),
                })
            }
            (LogicalType::TimeNs, Value::TimeNs(nanos)) => {
                ffi::duckdb_create_time_ns(ffi::duckdb_time_ns { nanos: *nanos })
            }
            (
                LogicalType::TimeTz,
                Value::TimeTz {
                    micros,
                    offset_seconds,
                },
            ) => {
                let bits = write::time_tz_bits(*micros, *offset_seconds);
                ffi::duckdb_create_time_tz_value(ffi::duckdb_time_tz { bits })
            }
            (LogicalType::TimestampS, Value::TimestampS(seconds)) => {
                ffi::duckdb_create_timestamp_s(ffi::duckdb_timestamp_s { seconds: *seconds })
            }
            (LogicalType::TimestampMs, Value::TimestampMs(millis)) => {
                ffi::duckdb_create_timestamp_ms(ffi::duckdb_timestamp_ms { millis: *millis })
            }
            (LogicalType::TimestampNs, Value::TimestampNs(nanos)) => {
                ffi::duckdb_create_timestamp_ns(ffi::duckdb_timestamp_ns { nanos: *nanos })
            }
            (
                LogicalType::Interval,
                Value::Interval {
                    months,
                    days,
                    micros,
                },
            ) => {
                let (months, days, micros) = (*months, *days, *micros);
                ffi::duckdb_create_interval(ffi::duckdb_interval {
                    months,
                    days,
                    micros,
                })
            }
            (LogicalType::Uuid, Value::Uuid(uuid)) => ffi::duckdb_create_uuid(uhugeint(*uuid)),
            (LogicalType::Enum(labels), Value::Enum(label)) => {
                let position = labels
                    .position(label)
                    .ok_or_else(|| mismatch(value, logical_type))?;
                ffi::duckdb_create_enum_value(raw_type, u64::from(position))
            }
            (LogicalType::List(element), Value::List(values)) => {
                let element_handle = element.to_duckdb()?;
                let mut boxes = Boxes::new(values.iter().map(|value| (value, &**element)))?;
                let count = boxes.raw.len() as u64;
                ffi::duckdb_create_list_value(element_handle.as_raw(), boxes.pointer(), count)
            }
            (LogicalType::Array(element, _), Value::Array(values)) => {
                let element_handle = element.to_duckdb()?;
                let mut boxes = Boxes::new(values.iter().map(|value| (value, &**element)))?;
                let count = boxes.raw.len() as u64;
                ffi::duckdb_create_array_value(element_handle.as_raw(), boxes.pointer(), count)
            }
            (LogicalType::Struct(types), Value::Struct(fields)) if types.len() == fields.len() => {
                let pairs = fields
                    .iter()
                    .zip(types)
                    .map(|((_, value), (_, t))| (value, t));
                let mut boxes = Boxes::new(pairs)?;
                ffi::duckdb_create_struct_value(raw_type, boxes.pointer())
            }
            (LogicalType::Map(key, element), Value::Map(entries)) => {
                let mut keys = Boxes::new(entries.iter().map(|(k, _)| (k, &**key)))?;
                let mut values = Boxes::new(entries.iter().map(|(_, v)| (v, &**element)))?;
                let count = keys.raw.len() as u64;
                ffi::duckdb_create_map_value(raw_type, keys.pointer(), values.pointer(), count)
            }
            (LogicalType::Union(members), Value::Union { tag, value: inner }) => {
                let position = members.iter().position(|(name, _)| name == tag);
                let position = position.ok_or_else(|| mismatch(value, logical_type))?;
                let inner = to_typed_boxed(inner, &members[position].1)?;
                ffi::duckdb_create_union_value(raw_type, position as u64, inner.as_raw())
            }
            (LogicalType::Variant, value) => return to_boxed(value, &value.natural_type()),
            (LogicalType::Geometry, Value::Geometry(_)) => {
                let message =
                    "a GEOMETRY cannot be a parameter; pass its text or well-known binary";
                return Err(ValueError::new(sqlstate::UNSUPPORTED_TYPE, message));
            }
            _ => return Err(mismatch(value, logical_type)),
        }
    };
    owned(handle, value, logical_type)
}

/// Boxed children and the array of their handles.
struct Boxes {
    raw: Vec<ffi::duckdb_value>,
    _owners: Vec<OwnedValue>,
}

impl Boxes {
    fn new<'v>(pairs: impl Iterator<Item = (&'v Value, &'v LogicalType)>) -> Result<Self> {
        let owners: Vec<OwnedValue> = pairs
            .map(|(value, logical_type)| to_boxed(value, logical_type))
            .collect::<Result<_>>()?;
        Ok(Boxes {
            raw: owners.iter().map(OwnedValue::as_raw).collect(),
            _owners: owners,
        })
    }

    fn pointer(&mut self) -> *mut ffi::duckdb_value {
        self.raw.as_mut_ptr()
    }
}

fn hugeint(value: i128) -> ffi::duckdb_hugeint {
    ffi::duckdb_hugeint {
        lower: value as u64,
        upper: (value >> 64) as i64,
    }
}

fn uhugeint(value: u128) -> ffi::duckdb_uhugeint {
    ffi::duckdb_uhugeint {
        lower: value as u64,
        upper: (value >> 64) as u64,
    }
}

fn mismatch(value: &Value, wanted: &LogicalType) -> ValueError {
    let message = format!("a value of kind {} is not a {wanted}", value.kind());
    ValueError::new(sqlstate::TYPE_MISMATCH, message)
}
