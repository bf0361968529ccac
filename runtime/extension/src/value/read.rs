//! Reading DuckDB vectors: typed access for hot paths, whole [`Value`]s for the rest.
//!
//! A [`VectorReader`] holds the raw addresses of one vector and of its children. They are good until
//! the vector's chunk is reset or destroyed. The vector and its children must be flat: the arguments
//! of a C-API function are, constants inside of structs and lists included, and so are the chunks of a
//! result.

use std::str;

use libduckdb_sys as ffi;

use super::Value;
use super::bignum::BigNum;
use super::binary;
use super::error::{Result, ValueError, sqlstate};
use super::logical_type::LogicalType;
use super::temporal::OFFSET_SECONDS_MAX;
use super::variant;

/// Bytes up to which a DuckDB string lies inside its 16-byte entry.
pub(super) const INLINE_BYTES_MAX: usize = 12;

/// The addresses of a vector and of its children, with their types.
#[derive(Debug)]
pub struct VectorReader<'t> {
    logical_type: &'t LogicalType,
    /// Null for types that have only children.
    data: *const u8,
    /// Null when every row is valid.
    validity: *const u64,
    /// LIST and ARRAY: the element; MAP: key and value; STRUCT and UNION: the members;
    /// VARIANT: its parts.
    children: Vec<VectorReader<'t>>,
}

// SAFETY: a reader only reads, and by its contract nobody writes to the vector while it is used.
unsafe impl Sync for VectorReader<'_> {}

impl<'t> VectorReader<'t> {
    /// Takes the addresses of a vector.
    ///
    /// # Safety
    /// `vector` is a valid flat vector of `logical_type` whose nested children are flat too. The
    /// reader is not used after the vector was written to, reset or destroyed.
    pub unsafe fn new(vector: ffi::duckdb_vector, logical_type: &'t LogicalType) -> Self {
        // SAFETY: passed on from the caller; each child is asked for as its type says.
        unsafe {
            let mut data = std::ptr::null();
            let mut children = Vec::new();
            match logical_type {
                LogicalType::List(element) => {
                    data = ffi::duckdb_vector_get_data(vector).cast_const();
                    let child = ffi::duckdb_list_vector_get_child(vector);
                    children.push(VectorReader::new(child, element));
                }
                LogicalType::Map(key, value) => {
                    data = ffi::duckdb_vector_get_data(vector).cast_const();
                    let entries = ffi::duckdb_list_vector_get_child(vector);
                    for (position, child_type) in [(0, key), (1, value)] {
                        let child = ffi::duckdb_struct_vector_get_child(entries, position);
                        children.push(VectorReader::new(child, child_type));
                    }
                }
                LogicalType::Array(element, _) => {
                    let child = ffi::duckdb_array_vector_get_child(vector);
                    children.push(VectorReader::new(child, element));
                }
                LogicalType::Struct(fields) => {
                    for (position, (_, field)) in fields.iter().enumerate() {
                        let child = ffi::duckdb_struct_vector_get_child(vector, position as u64);
                        children.push(VectorReader::new(child, field));
                    }
                }
                LogicalType::Variant => {
                    if let LogicalType::Struct(parts) = &*variant::LAYOUT {
                        for (position, (_, part)) in parts.iter().enumerate() {
                            let child =
                                ffi::duckdb_struct_vector_get_child(vector, position as u64);
                            children.push(VectorReader::new(child, part));
                        }
                    }
                }
                LogicalType::Union(members) => {
                    // The first child holds the tags, one byte each.
                    let tags = ffi::duckdb_struct_vector_get_child(vector, 0);
                    data = ffi::duckdb_vector_get_data(tags).cast_const();
                    for (position, (_, member)) in members.iter().enumerate() {
                        let child =
                            ffi::duckdb_struct_vector_get_child(vector, position as u64 + 1);
                        children.push(VectorReader::new(child, member));
                    }
                }
                _ => data = ffi::duckdb_vector_get_data(vector).cast_const(),
            }
            VectorReader {
                logical_type,
                data: data.cast(),
                validity: ffi::duckdb_vector_get_validity(vector).cast_const(),
                children,
            }
        }
    }

    /// A reader of entries that no vector of DuckDB's holds.
    ///
    /// # Safety
    /// As [`VectorReader::new`] for memory laid out as such a vector's, of a type without children.
    #[cfg(test)]
    pub unsafe fn of_entries(
        logical_type: &'t LogicalType,
        data: *const u8,
        validity: *const u64,
    ) -> Self {
        VectorReader {
            logical_type,
            data,
            validity,
            children: Vec::new(),
        }
    }

    /// The vector's type.
    pub fn logical_type(&self) -> &'t LogicalType {
        self.logical_type
    }

    /// Readers of the children, in the order given at [`VectorReader`].
    pub fn children(&self) -> &[VectorReader<'t>] {
        &self.children
    }

    /// Whether a row is not NULL.
    ///
    /// # Safety
    /// `row` is inside the vector.
    #[inline]
    pub unsafe fn is_valid(&self, row: usize) -> bool {
        // SAFETY: the mask has a bit for every row.
        self.validity.is_null() || unsafe { *self.validity.add(row / 64) } >> (row % 64) & 1 == 1
    }

    /// A bit for every row of the vector, set where it is not NULL, the first row's lowest; `None`
    /// when every row is valid.
    pub fn validity(&self) -> Option<*const u64> {
        (!self.validity.is_null()).then_some(self.validity)
    }

    /// The bytes of consecutive entries. What NULL rows hold is arbitrary, but initialised.
    ///
    /// # Safety
    /// The rows are inside the vector, whose physical type is `width` bytes wide.
    pub unsafe fn entries(&self, rows: std::ops::Range<usize>, width: usize) -> &'t [u8] {
        if rows.is_empty() {
            return &[];
        }
        // SAFETY: by contract.
        unsafe { std::slice::from_raw_parts(self.data.add(rows.start * width), rows.len() * width) }
    }

    /// A fixed-width entry. What a NULL row holds is arbitrary, but initialised.
    ///
    /// # Safety
    /// `row` is inside the vector, whose physical type has the size of `T` and every bit pattern is
    /// a `T`.
    #[inline]
    pub unsafe fn get<T: Copy>(&self, row: usize) -> T {
        // SAFETY: by contract; unaligned because DuckDB aligns 128-bit entries to 8 bytes.
        unsafe { self.data.cast::<T>().add(row).read_unaligned() }
    }

    /// A BIGINT, TIMESTAMP or other 64-bit entry.
    ///
    /// # Safety
    /// As [`VectorReader::get`] with `T = i64`.
    #[inline]
    pub unsafe fn i64(&self, row: usize) -> i64 {
        // SAFETY: passed on from the caller.
        unsafe { self.get(row) }
    }

    /// A DOUBLE entry.
    ///
    /// # Safety
    /// As [`VectorReader::get`] with `T = f64`.
    #[inline]
    pub unsafe fn f64(&self, row: usize) -> f64 {
        // SAFETY: passed on from the caller.
        unsafe { self.get(row) }
    }

    /// The 16 bytes of a string.
    ///
    /// # Safety
    /// `row` is inside the vector, whose physical type is a string.
    #[inline]
    pub(super) unsafe fn entry(&self, row: usize) -> *const u8 {
        // SAFETY: by contract.
        unsafe { self.data.add(row * 16) }
    }

    /// The bytes of a VARCHAR, BLOB, BIT or BIGNUM entry, inlined or pointed to.
    ///
    /// # Safety
    /// `row` is inside the vector and valid, and the physical type is a string. The bytes are good as
    /// long as the reader is.
    #[inline]
    pub unsafe fn bytes(&self, row: usize) -> &'t [u8] {
        // SAFETY: an entry is 16 bytes: the length, then either twelve bytes or a prefix of four and
        // the address of `length` bytes.
        unsafe {
            let entry = self.entry(row);
            let length = entry.cast::<u32>().read_unaligned() as usize;
            let start = if length <= INLINE_BYTES_MAX {
                entry.add(4)
            } else {
                entry.add(8).cast::<*const u8>().read_unaligned()
            };
            std::slice::from_raw_parts(start, length)
        }
    }

    /// The unscaled integer of a DECIMAL entry, whatever its physical width.
    ///
    /// # Safety
    /// `row` is inside the vector, whose type is DECIMAL(`width`, …).
    #[inline]
    pub unsafe fn decimal(&self, row: usize, width: u8) -> i128 {
        // SAFETY: DuckDB stores up to 4 digits in 16 bits, 9 in 32, 18 in 64, the rest in 128.
        unsafe {
            match width {
                0..=4 => i128::from(self.get::<i16>(row)),
                5..=9 => i128::from(self.get::<i32>(row)),
                10..=18 => i128::from(self.get::<i64>(row)),
                _ => self.get::<i128>(row),
            }
        }
    }

    /// The position of an ENUM entry in a dictionary of `count` labels.
    ///
    /// # Safety
    /// `row` is inside the vector, whose type is an ENUM of `count` labels.
    #[inline]
    pub unsafe fn enum_position(&self, row: usize, count: usize) -> usize {
        // SAFETY: DuckDB stores positions in 8, 16 or 32 bits by the size of the dictionary.
        unsafe {
            match count {
                0..=0xff => usize::from(self.get::<u8>(row)),
                0x100..=0xffff => usize::from(self.get::<u16>(row)),
                _ => self.get::<u32>(row) as usize,
            }
        }
    }

    /// The rows of the child that a LIST or MAP entry covers.
    ///
    /// # Safety
    /// `row` is inside the vector and valid, whose type is LIST or MAP.
    #[inline]
    pub unsafe fn list_range(&self, row: usize) -> std::ops::Range<usize> {
        // SAFETY: passed on from the caller.
        let entry: ffi::duckdb_list_entry = unsafe { self.get(row) };
        entry.offset as usize..(entry.offset + entry.length) as usize
    }

    /// The UUID of an entry; DuckDB stores it with the top bit flipped, so that it sorts as signed.
    ///
    /// # Safety
    /// `row` is inside the vector, whose type is UUID.
    #[inline]
    pub unsafe fn uuid(&self, row: usize) -> u128 {
        // SAFETY: passed on from the caller.
        unsafe { self.get::<u128>(row) ^ (1 << 127) }
    }

    /// Local microseconds and offset in seconds of a TIME WITH TIME ZONE entry.
    ///
    /// # Safety
    /// `row` is inside the vector, whose type is TIME WITH TIME ZONE.
    #[inline]
    pub unsafe fn time_tz(&self, row: usize) -> (i64, i32) {
        // SAFETY: passed on from the caller.
        let bits: u64 = unsafe { self.get(row) };
        (
            (bits >> 24) as i64,
            OFFSET_SECONDS_MAX - (bits & 0x00ff_ffff) as i32,
        )
    }

    /// A whole value.
    ///
    /// # Errors
    /// 39W02 for stored bytes that DuckDB itself would never write.
    ///
    /// # Safety
    /// `row` is inside the vector.
    pub unsafe fn read(&self, row: usize) -> Result<Value> {
        // SAFETY: each accessor is the one for the vector's type; child rows come from valid entries.
        unsafe {
            if !self.is_valid(row) {
                return Ok(Value::Null);
            }
            Ok(match self.logical_type {
                LogicalType::SqlNull => Value::Null,
                LogicalType::Boolean => Value::Boolean(self.get::<u8>(row) != 0),
                LogicalType::TinyInt => Value::TinyInt(self.get(row)),
                LogicalType::SmallInt => Value::SmallInt(self.get(row)),
                LogicalType::Integer => Value::Integer(self.get(row)),
                LogicalType::BigInt => Value::BigInt(self.get(row)),
                LogicalType::HugeInt => Value::HugeInt(self.get(row)),
                LogicalType::UTinyInt => Value::UTinyInt(self.get(row)),
                LogicalType::USmallInt => Value::USmallInt(self.get(row)),
                LogicalType::UInteger => Value::UInteger(self.get(row)),
                LogicalType::UBigInt => Value::UBigInt(self.get(row)),
                LogicalType::UHugeInt => Value::UHugeInt(self.get(row)),
                LogicalType::Float => Value::Float(self.get(row)),
                LogicalType::Double => Value::Double(self.get(row)),
                LogicalType::Decimal { width, scale } => Value::Decimal {
                    value: self.decimal(row, *width),
                    width: *width,
                    scale: *scale,
                },
                LogicalType::Varchar | LogicalType::Json => Value::Varchar(text(self.bytes(row))?),
                LogicalType::Blob => Value::Blob(self.bytes(row).to_vec()),
                LogicalType::Geometry => Value::Geometry(self.bytes(row).to_vec()),
                LogicalType::Bit => Value::Bit(binary::bit_from_stored(self.bytes(row))),
                LogicalType::BigNum => Value::BigNum(BigNum::from_stored(self.bytes(row))?),
                LogicalType::Date => Value::Date(self.get(row)),
                LogicalType::Time => Value::Time(self.get(row)),
                LogicalType::TimeNs => Value::TimeNs(self.get(row)),
                LogicalType::TimeTz => {
                    let (micros, offset_seconds) = self.time_tz(row);
                    Value::TimeTz {
                        micros,
                        offset_seconds,
                    }
                }
                LogicalType::TimestampS => Value::TimestampS(self.get(row)),
                LogicalType::TimestampMs => Value::TimestampMs(self.get(row)),
                LogicalType::Timestamp => Value::Timestamp(self.get(row)),
                LogicalType::TimestampNs => Value::TimestampNs(self.get(row)),
                LogicalType::TimestampTz => Value::TimestampTz(self.get(row)),
                LogicalType::Interval => {
                    let ffi::duckdb_interval {
                        months,
                        days,
                        micros,
                    } = self.get(row);
                    Value::Interval {
                        months,
                        days,
                        micros,
                    }
                }
                LogicalType::Uuid => Value::Uuid(self.uuid(row)),
                LogicalType::Enum(labels) => {
                    let position = self.enum_position(row, labels.labels().len());
                    let label = labels.label(position).ok_or_else(|| stored("ENUM"))?;
                    Value::Enum(label.to_owned())
                }
                LogicalType::List(_) => Value::List(self.read_elements(self.list_range(row))?),
                LogicalType::Array(_, size) => {
                    let size = *size as usize;
                    Value::Array(self.read_elements(row * size..(row + 1) * size)?)
                }
                LogicalType::Map(..) => {
                    let entry = |child_row| {
                        Ok((
                            self.children[0].read(child_row)?,
                            self.children[1].read(child_row)?,
                        ))
                    };
                    Value::Map(self.list_range(row).map(entry).collect::<Result<_>>()?)
                }
                LogicalType::Struct(fields) => {
                    let field =
                        |((name, _), child): (&(String, LogicalType), &VectorReader<'_>)| {
                            Ok((name.clone(), child.read(row)?))
                        };
                    let fields = fields.iter().zip(&self.children).map(field);
                    Value::Struct(fields.collect::<Result<_>>()?)
                }
                LogicalType::Variant => variant::read(self, row)?,
                LogicalType::Union(members) => {
                    let tag = usize::from(self.get::<u8>(row));
                    let (name, _) = members.get(tag).ok_or_else(|| stored("UNION"))?;
                    let value = Box::new(self.children[tag].read(row)?);
                    Value::Union {
                        tag: name.clone(),
                        value,
                    }
                }
            })
        }
    }

    /// # Safety
    /// `rows` are inside the element child.
    unsafe fn read_elements(&self, rows: std::ops::Range<usize>) -> Result<Vec<Value>> {
        let child = &self.children[0];
        // SAFETY: passed on from the caller.
        rows.map(|row| unsafe { child.read(row) }).collect()
    }
}

fn stored(type_name: &str) -> ValueError {
    ValueError::new(
        sqlstate::MALFORMED,
        format!("stored {type_name} has an unknown tag"),
    )
}

fn text(bytes: &[u8]) -> Result<String> {
    match str::from_utf8(bytes) {
        Ok(text) => Ok(text.to_owned()),
        Err(error) => {
            let offset = error.valid_up_to();
            Err(ValueError::at_offset(
                sqlstate::NOT_UTF8,
                "stored text is not UTF-8",
                offset,
            ))
        }
    }
}
