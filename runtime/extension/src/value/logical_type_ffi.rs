//! [`LogicalType`] from and to DuckDB's handles.

use std::ffi::{CStr, CString, c_char};
use std::sync::OnceLock;

use libduckdb_sys as ffi;

use super::DEPTH_MAX;
use super::error::{Result, ValueError, sqlstate};
use super::logical_type::{EnumLabels, LogicalType};

/// A DuckDB logical type that is destroyed with this owner.
#[derive(Debug)]
pub struct OwnedLogicalType(ffi::duckdb_logical_type);

impl OwnedLogicalType {
    /// Takes over a handle.
    ///
    /// # Safety
    /// `handle` is valid, or null, and nobody else destroys it.
    pub unsafe fn from_raw(handle: ffi::duckdb_logical_type) -> Self {
        OwnedLogicalType(handle)
    }

    /// The handle, valid as long as this owner.
    pub fn as_raw(&self) -> ffi::duckdb_logical_type {
        self.0
    }
}

impl Drop for OwnedLogicalType {
    fn drop(&mut self) {
        // SAFETY: the handle is ours alone; the function accepts null.
        unsafe { ffi::duckdb_destroy_logical_type(&raw mut self.0) };
    }
}

/// Pairs of scalar types and DuckDB's ids; the same table serves both directions.
const SCALARS: &[(LogicalType, ffi::DUCKDB_TYPE)] = &[
    (LogicalType::SqlNull, ffi::DUCKDB_TYPE_DUCKDB_TYPE_SQLNULL),
    (LogicalType::Boolean, ffi::DUCKDB_TYPE_DUCKDB_TYPE_BOOLEAN),
    (LogicalType::TinyInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_TINYINT),
    (LogicalType::SmallInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_SMALLINT),
    (LogicalType::Integer, ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTEGER),
    (LogicalType::BigInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGINT),
    (LogicalType::HugeInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_HUGEINT),
    (LogicalType::UTinyInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_UTINYINT),
    (
        LogicalType::USmallInt,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_USMALLINT,
    ),
    (LogicalType::UInteger, ffi::DUCKDB_TYPE_DUCKDB_TYPE_UINTEGER),
    (LogicalType::UBigInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_UBIGINT),
    (LogicalType::UHugeInt, ffi::DUCKDB_TYPE_DUCKDB_TYPE_UHUGEINT),
    (LogicalType::Float, ffi::DUCKDB_TYPE_DUCKDB_TYPE_FLOAT),
    (LogicalType::Double, ffi::DUCKDB_TYPE_DUCKDB_TYPE_DOUBLE),
    (LogicalType::Varchar, ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR),
    (LogicalType::Blob, ffi::DUCKDB_TYPE_DUCKDB_TYPE_BLOB),
    (LogicalType::Bit, ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIT),
    (LogicalType::Date, ffi::DUCKDB_TYPE_DUCKDB_TYPE_DATE),
    (LogicalType::Time, ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME),
    (LogicalType::TimeNs, ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME_NS),
    (LogicalType::TimeTz, ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIME_TZ),
    (
        LogicalType::TimestampS,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_S,
    ),
    (
        LogicalType::TimestampMs,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_MS,
    ),
    (
        LogicalType::Timestamp,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP,
    ),
    (
        LogicalType::TimestampNs,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_NS,
    ),
    (
        LogicalType::TimestampTz,
        ffi::DUCKDB_TYPE_DUCKDB_TYPE_TIMESTAMP_TZ,
    ),
    (LogicalType::Interval, ffi::DUCKDB_TYPE_DUCKDB_TYPE_INTERVAL),
    (LogicalType::Uuid, ffi::DUCKDB_TYPE_DUCKDB_TYPE_UUID),
    (LogicalType::BigNum, ffi::DUCKDB_TYPE_DUCKDB_TYPE_BIGNUM),
    (LogicalType::Geometry, ffi::DUCKDB_TYPE_DUCKDB_TYPE_GEOMETRY),
];

impl LogicalType {
    /// Copies a DuckDB type.
    ///
    /// # Errors
    /// 0A000 for a type that no table column can have or that is not known (ANY, TYPE, …), 54000
    /// beyond the depth limit.
    ///
    /// # Safety
    /// `handle` is a valid logical type. It is only read.
    pub unsafe fn from_duckdb(handle: ffi::duckdb_logical_type) -> Result<LogicalType> {
        // SAFETY: passed on from the caller.
        unsafe { from_handle(handle, 0) }
    }

    /// Builds the DuckDB type.
    ///
    /// # Errors
    /// 22023 for a name with a NUL character, 0A000 when this DuckDB cannot build the type.
    pub fn to_duckdb(&self) -> Result<OwnedLogicalType> {
        let handle = match self {
            LogicalType::Json => json_handle(),
            LogicalType::Variant => variant_handle(),
            LogicalType::Decimal { width, scale } => {
                // SAFETY: takes numbers only.
                unsafe { ffi::duckdb_create_decimal_type(*width, *scale) }
            }
            LogicalType::Enum(labels) => enum_handle(labels)?,
            LogicalType::List(element) => {
                let element = element.to_duckdb()?;
                // SAFETY: the child handle lives through the call, which copies it.
                unsafe { ffi::duckdb_create_list_type(element.as_raw()) }
            }
            LogicalType::Array(element, size) => {
                let element = element.to_duckdb()?;
                // SAFETY: as above.
                unsafe { ffi::duckdb_create_array_type(element.as_raw(), *size) }
            }
            LogicalType::Map(key, value) => {
                let (key, value) = (key.to_duckdb()?, value.to_duckdb()?);
                // SAFETY: as above.
                unsafe { ffi::duckdb_create_map_type(key.as_raw(), value.as_raw()) }
            }
            LogicalType::Struct(fields) => {
                let mut members = Members::new(fields)?;
                // SAFETY: both arrays have `len` valid entries that live through the call.
                unsafe {
                    ffi::duckdb_create_struct_type(
                        members.handles.as_mut_ptr(),
                        members.names.as_mut_ptr(),
                        members.handles.len() as u64,
                    )
                }
            }
            LogicalType::Union(fields) => {
                let mut members = Members::new(fields)?;
                // SAFETY: as above.
                unsafe {
                    ffi::duckdb_create_union_type(
                        members.handles.as_mut_ptr(),
                        members.names.as_mut_ptr(),
                        members.handles.len() as u64,
                    )
                }
            }
            scalar => {
                let id = SCALARS
                    .iter()
                    .find(|(known, _)| known == scalar)
                    .map(|(_, id)| *id);
                let id = id.unwrap_or(ffi::DUCKDB_TYPE_DUCKDB_TYPE_INVALID);
                // SAFETY: takes a number only.
                unsafe { ffi::duckdb_create_logical_type(id) }
            }
        };
        // SAFETY: the handle was created above and has no other owner.
        let owned = unsafe { OwnedLogicalType::from_raw(handle) };
        let is_built = !handle.is_null()
            // SAFETY: the handle is not null and was created above.
            && unsafe { ffi::duckdb_get_type_id(handle) } != ffi::DUCKDB_TYPE_DUCKDB_TYPE_INVALID;
        if is_built {
            Ok(owned)
        } else {
            Err(unsupported(&self.to_string()))
        }
    }
}

fn unsupported(name: &str) -> ValueError {
    let message = format!("type {name} is not supported in procedures");
    ValueError::new(sqlstate::UNSUPPORTED_TYPE, message)
}

fn json_handle() -> ffi::duckdb_logical_type {
    // SAFETY: the fresh handle and the constant text are valid; the alias is copied.
    unsafe {
        let handle = ffi::duckdb_create_logical_type(ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR);
        ffi::duckdb_logical_type_set_alias(handle, c"JSON".as_ptr());
        handle
    }
}

/// A complete VARIANT[] type, asked from DuckDB once.
static VARIANT_LIST: OnceLock<OwnedLogicalType> = OnceLock::new();

// SAFETY: DuckDB's types are plain values that belong to no connection; shared ones are only read.
unsafe impl Send for OwnedLogicalType {}
// SAFETY: as above.
unsafe impl Sync for OwnedLogicalType {}

/// Lets [`LogicalType::to_duckdb`] build VARIANT. The C API makes it without its parts, and DuckDB then
/// fails for good where it looks for them; a query's column has the complete type. Until this was called,
/// VARIANT can be read but not returned. Calling it again does nothing, nor does a DuckDB without VARIANT.
///
/// # Safety
/// `connection` is a valid connection on which no result is being read.
pub unsafe fn learn_variant(connection: ffi::duckdb_connection) {
    VARIANT_LIST.get_or_init(|| {
        // SAFETY: the text is a C string, the result is destroyed once, and asked for a column only
        // when the query succeeded; without one the type is null, which the owner allows.
        unsafe {
            let mut result = std::mem::zeroed();
            let sql = c"SELECT NULL::VARIANT[] LIMIT 0";
            let state = ffi::duckdb_query(connection, sql.as_ptr(), &raw mut result);
            let handle = if state == ffi::DuckDBSuccess {
                ffi::duckdb_column_logical_type(&raw mut result, 0)
            } else {
                std::ptr::null_mut()
            };
            ffi::duckdb_destroy_result(&raw mut result);
            OwnedLogicalType::from_raw(handle)
        }
    });
}

/// A fresh copy of the VARIANT type, or null.
fn variant_handle() -> ffi::duckdb_logical_type {
    match VARIANT_LIST.get() {
        // SAFETY: a list type that lives as long as the process; its child is a copy.
        Some(list) if !list.as_raw().is_null() => unsafe {
            ffi::duckdb_list_type_child_type(list.as_raw())
        },
        _ => std::ptr::null_mut(),
    }
}

fn c_string(text: &str) -> Result<CString> {
    CString::new(text)
        .map_err(|_| ValueError::new(sqlstate::INVALID_VALUE, "name contains a NUL character"))
}

fn enum_handle(labels: &EnumLabels) -> Result<ffi::duckdb_logical_type> {
    let texts = labels
        .labels()
        .iter()
        .map(|label| c_string(label))
        .collect::<Result<Vec<_>>>()?;
    let mut pointers: Vec<*const c_char> = texts.iter().map(|text| text.as_ptr()).collect();
    // SAFETY: `pointers` has `len` valid C strings that live through the call.
    Ok(unsafe { ffi::duckdb_create_enum_type(pointers.as_mut_ptr(), pointers.len() as u64) })
}

/// The arrays that struct and union constructors want, and the owners of what they point to.
struct Members {
    handles: Vec<ffi::duckdb_logical_type>,
    names: Vec<*const c_char>,
    _types: Vec<OwnedLogicalType>,
    _texts: Vec<CString>,
}

impl Members {
    fn new(fields: &[(String, LogicalType)]) -> Result<Self> {
        let types = fields
            .iter()
            .map(|(_, t)| t.to_duckdb())
            .collect::<Result<Vec<_>>>()?;
        let texts = fields
            .iter()
            .map(|(name, _)| c_string(name))
            .collect::<Result<Vec<_>>>()?;
        Ok(Members {
            handles: types.iter().map(OwnedLogicalType::as_raw).collect(),
            names: texts.iter().map(|text| text.as_ptr()).collect(),
            _types: types,
            _texts: texts,
        })
    }
}

/// Copies a text that DuckDB allocated, and frees it.
///
/// # Safety
/// `text` is null or a C string to be freed with `duckdb_free`, not used afterwards.
unsafe fn take_text(text: *mut c_char) -> Option<String> {
    if text.is_null() {
        return None;
    }
    // SAFETY: not null, a C string by contract.
    let copy = unsafe { CStr::from_ptr(text) }
        .to_string_lossy()
        .into_owned();
    // SAFETY: allocated by DuckDB, freed once.
    unsafe { ffi::duckdb_free(text.cast()) };
    Some(copy)
}

/// # Safety
/// `handle` is a valid logical type.
unsafe fn from_handle(handle: ffi::duckdb_logical_type, depth: usize) -> Result<LogicalType> {
    if depth > DEPTH_MAX {
        let message = format!("type is nested deeper than {DEPTH_MAX} levels");
        return Err(ValueError::new(sqlstate::PROGRAM_LIMIT, message));
    }
    // SAFETY: every call below reads the valid `handle`; handles and texts that they return are
    // ours and are released by their owners. Positions stay below the counts asked for just before.
    unsafe {
        let child = |child: ffi::duckdb_logical_type| -> Result<LogicalType> {
            let child = OwnedLogicalType::from_raw(child);
            from_handle(child.as_raw(), depth + 1)
        };
        match ffi::duckdb_get_type_id(handle) {
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARCHAR => {
                let alias = take_text(ffi::duckdb_logical_type_get_alias(handle));
                let is_json = alias.is_some_and(|alias| alias.eq_ignore_ascii_case("json"));
                Ok(if is_json {
                    LogicalType::Json
                } else {
                    LogicalType::Varchar
                })
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_VARIANT => Ok(LogicalType::Variant),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_DECIMAL => Ok(LogicalType::Decimal {
                width: ffi::duckdb_decimal_width(handle),
                scale: ffi::duckdb_decimal_scale(handle),
            }),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_ENUM => {
                let count = u64::from(ffi::duckdb_enum_dictionary_size(handle));
                let label = |position| {
                    take_text(ffi::duckdb_enum_dictionary_value(handle, position))
                        .unwrap_or_default()
                };
                Ok(LogicalType::Enum(EnumLabels::new(
                    (0..count).map(label).collect(),
                )))
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_LIST => Ok(LogicalType::List(Box::new(child(
                ffi::duckdb_list_type_child_type(handle),
            )?))),
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_ARRAY => {
                let element = child(ffi::duckdb_array_type_child_type(handle))?;
                let size = ffi::duckdb_array_type_array_size(handle);
                Ok(LogicalType::Array(Box::new(element), size))
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_MAP => {
                let key = child(ffi::duckdb_map_type_key_type(handle))?;
                let value = child(ffi::duckdb_map_type_value_type(handle))?;
                Ok(LogicalType::Map(Box::new(key), Box::new(value)))
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_STRUCT => {
                let field = |position| {
                    let name = take_text(ffi::duckdb_struct_type_child_name(handle, position));
                    let field = child(ffi::duckdb_struct_type_child_type(handle, position))?;
                    Ok((name.unwrap_or_default(), field))
                };
                let count = ffi::duckdb_struct_type_child_count(handle);
                Ok(LogicalType::Struct(
                    (0..count).map(field).collect::<Result<_>>()?,
                ))
            }
            ffi::DUCKDB_TYPE_DUCKDB_TYPE_UNION => {
                let member = |position| {
                    let name = take_text(ffi::duckdb_union_type_member_name(handle, position));
                    let member = child(ffi::duckdb_union_type_member_type(handle, position))?;
                    Ok((name.unwrap_or_default(), member))
                };
                let count = ffi::duckdb_union_type_member_count(handle);
                Ok(LogicalType::Union(
                    (0..count).map(member).collect::<Result<_>>()?,
                ))
            }
            id => match SCALARS.iter().find(|(_, known)| *known == id) {
                Some((scalar, _)) => Ok(scalar.clone()),
                None => Err(unsupported(&format!("number {id} of DuckDB's C API"))),
            },
        }
    }
}
