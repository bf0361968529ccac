//! Conversions between SQL values and Rust types.

use crate::cell::Cell;
use crate::columnar::{kind, Column, Output, Prepared};
use crate::decimal::{doubles_of, Decimal};
use crate::encoder::Encoder;
use crate::error::Error;
use crate::generated::{extension, value_type};
use crate::value::{Date, Interval, Time, Timestamp, TimestampTz, Uuid, Value};

/// A Rust type that a SQL value can become.
pub trait FromValue: Sized {
    /// Converts; the error says what was expected and what was found.
    fn from_value(value: Value) -> Result<Self, Error>;

    /// As `from_value`, of a value that was not decoded.
    #[doc(hidden)]
    fn from_cell(cell: Cell<'_>) -> Result<Self, Error> {
        Self::from_value(cell.value()?)
    }

    #[doc(hidden)]
    fn vec_from_value(value: Value) -> Result<Vec<Self>, Error> {
        match value {
            Value::List(values) => values.into_iter().map(Self::from_value).collect(),
            other => Err(mismatch("a list", &other)),
        }
    }

    /// Makes a column ready to load from; `None` for one that holds another type.
    ///
    /// # Safety
    /// The column was written by the database and has `row_count` rows.
    #[doc(hidden)]
    unsafe fn prepare(_column: &Column, _row_count: usize) -> Option<Prepared<Self>> {
        None
    }

    /// Loads a value of a prepared column.
    ///
    /// # Safety
    /// The column was prepared by this type and has the row, which is not NULL unless the type is
    /// nullable.
    #[doc(hidden)]
    unsafe fn load(_column: &Prepared<Self>, _row: usize) -> Self {
        unreachable!("a column without values of this type")
    }

    /// As `prepare`, for lists.
    ///
    /// # Safety
    /// As `prepare`.
    #[doc(hidden)]
    unsafe fn prepare_list(_column: &Column, _row_count: usize) -> Option<Prepared<Vec<Self>>> {
        None
    }

    /// As `load`, for lists.
    ///
    /// # Safety
    /// As `load`.
    #[doc(hidden)]
    unsafe fn load_list(_column: &Prepared<Vec<Self>>, _row: usize) -> Vec<Self> {
        unreachable!("a column without lists of this type")
    }
}

/// A Rust type that can become a SQL value.
pub trait ToValue {
    /// Writes the value for the database.
    fn encode(&self, encoder: &mut Encoder);

    #[doc(hidden)]
    fn encode_slice(slice: &[Self], encoder: &mut Encoder)
    where
        Self: Sized,
    {
        encoder.list_length(slice.len());
        slice.iter().for_each(|value| value.encode(encoder));
    }

    /// Hands the value to `give` as a procedure's result, in the plainest form its type has.
    #[doc(hidden)]
    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        let mut encoder = Encoder::default();
        self.encode(&mut encoder);
        match encoder.bytes.as_slice() {
            [0xc0] => give(&[], value_type::SQLNULL),
            bytes => give(bytes, value_type::MESSAGE_PACK),
        }
    }

    /// Stores the value as a row's result.
    ///
    /// # Safety
    /// The output is of the type's `COLUMN_KIND` and has the row.
    #[doc(hidden)]
    unsafe fn store(&self, output: &mut Output, _row: usize) {
        output.is_unsuitable = true;
    }

    /// As `store`, for a list.
    ///
    /// # Safety
    /// The output is of the type's `LIST_COLUMN_KIND` and has the row.
    #[doc(hidden)]
    unsafe fn store_list(_list: &[Self], output: &mut Output, _row: usize)
    where
        Self: Sized,
    {
        output.is_unsuitable = true;
    }
}

/// The SQL type that a Rust type stands for in a procedure's signature.
pub trait SqlType {
    /// As written in `CREATE PROCEDURE`.
    const SQL: &'static str;
    /// A list of it.
    const SQL_LIST: &'static str;
    /// Whether the type can hold SQL NULL.
    const IS_NULLABLE: bool = false;
    /// What a column of results holds; 0 where there is none.
    #[doc(hidden)]
    const COLUMN_KIND: u32 = kind::NONE;
    /// The same for a list of it.
    #[doc(hidden)]
    const LIST_COLUMN_KIND: u32 = kind::NONE;
}

#[cold]
#[inline(never)]
fn mismatch(expected: &str, found: &Value) -> Error {
    let hint = if found.is_null() {
        "; use Option<…> where NULL may occur"
    } else {
        ""
    };
    Error::unplaced(format!(
        "expected {expected}, found {}{hint}",
        found.type_name()
    ))
}

#[inline(never)]
fn integer(value: Value, expected: &str) -> Result<i128, Error> {
    match value {
        Value::Int(value) => Ok(value),
        Value::Decimal(value) => value.to_integer().ok_or_else(|| {
            Error::unplaced(format!("expected {expected}, found the fraction {value}"))
        }),
        other => Err(mismatch(expected, &other)),
    }
}

macro_rules! sql_type {
    ($type:ty, $sql:literal) => {
        sql_type!($type, $sql, NONE);
    };
    ($type:ty, $sql:literal, $kind:ident) => {
        impl SqlType for $type {
            const SQL: &'static str = $sql;
            const SQL_LIST: &'static str = concat!($sql, "[]");
            const COLUMN_KIND: u32 = kind::$kind;
        }
    };
}

/// Entries of any integer type as one of them; `None` for other columns and for what is too large.
unsafe fn prepare_integer<T>(column: &Column, row_count: usize) -> Option<Prepared<T>>
where
    T: Copy
        + TryFrom<i8>
        + TryFrom<i16>
        + TryFrom<i32>
        + TryFrom<i64>
        + TryFrom<u8>
        + TryFrom<u16>
        + TryFrom<u32>
        + TryFrom<u64>,
{
    // SAFETY: the kind says what the entries are.
    unsafe {
        match column.kind() {
            kind::TINYINT => Prepared::convert(column, row_count, |v: i8| T::try_from(v).ok()),
            kind::SMALLINT => Prepared::convert(column, row_count, |v: i16| T::try_from(v).ok()),
            kind::INTEGER => Prepared::convert(column, row_count, |v: i32| T::try_from(v).ok()),
            kind::BIGINT => Prepared::convert(column, row_count, |v: i64| T::try_from(v).ok()),
            kind::UTINYINT => Prepared::convert(column, row_count, |v: u8| T::try_from(v).ok()),
            kind::USMALLINT => Prepared::convert(column, row_count, |v: u16| T::try_from(v).ok()),
            kind::UINTEGER => Prepared::convert(column, row_count, |v: u32| T::try_from(v).ok()),
            kind::UBIGINT => Prepared::convert(column, row_count, |v: u64| T::try_from(v).ok()),
            _ => None,
        }
    }
}

/// Loads that are one entry of a column.
macro_rules! load_entry {
    ($type:ty) => {
        #[inline(always)]
        unsafe fn load(column: &Prepared<$type>, row: usize) -> $type {
            // SAFETY: prepared columns hold entries of this type.
            unsafe { column.entry(row) }
        }
    };
}

macro_rules! integers {
    ($($type:ty, $sql:literal, $kind:ident;)*) => {$(
        sql_type!($type, $sql, BIGINT);

        impl FromValue for $type {
            load_entry!($type);

            unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<$type>> {
                if column.kind() == kind::$kind {
                    return Some(Prepared::borrow(column));
                }
                // SAFETY: passed on.
                unsafe { prepare_integer(column, row_count) }
            }

            unsafe fn prepare_list(column: &Column, _: usize) -> Option<Prepared<Vec<$type>>> {
                (column.kind() == kind::LIST_OF + kind::$kind).then(|| Prepared::borrow(column))
            }

            unsafe fn load_list(column: &Prepared<Vec<$type>>, row: usize) -> Vec<$type> {
                // SAFETY: passed on; the elements are of this kind.
                unsafe { column.elements(row) }.to_vec()
            }

            fn from_cell(cell: Cell<'_>) -> Result<$type, Error> {
                match cell.int().map(<$type>::try_from) {
                    Some(Ok(value)) => Ok(value),
                    _ => Self::from_value(cell.value()?),
                }
            }

            fn from_value(value: Value) -> Result<$type, Error> {
                let wide = integer(value, $sql)?;
                <$type>::try_from(wide)
                    .map_err(|_| Error::unplaced(format!("{wide} is out of range for {}", $sql)))
            }
        }

        impl ToValue for $type {
            fn encode(&self, encoder: &mut Encoder) {
                encoder.int(i128::from(*self));
            }

            fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
                match i64::try_from(*self) {
                    Ok(value) => give(&value.to_le_bytes(), value_type::BIGINT),
                    Err(_) => give(self.to_string().as_bytes(), value_type::DECIMAL),
                }
            }

            #[inline(always)]
            unsafe fn store(&self, output: &mut Output, row: usize) {
                match i64::try_from(*self) {
                    // SAFETY: the output is BIGINT.
                    Ok(value) => unsafe { output.put(row, value) },
                    Err(_) => output.is_unsuitable = true,
                }
            }
        }
    )*};
}

integers! {
    i8, "TINYINT", TINYINT;
    i16, "SMALLINT", SMALLINT;
    i32, "INTEGER", INTEGER;
    i64, "BIGINT", BIGINT;
    i128, "HUGEINT", NONE;
    u16, "USMALLINT", USMALLINT;
    u32, "UINTEGER", UINTEGER;
    u64, "UBIGINT", UBIGINT;
}

// Not in the table above: a vector of bytes is a BLOB and not a list.
impl SqlType for u8 {
    const SQL: &'static str = "UTINYINT";
    const SQL_LIST: &'static str = "BLOB";
    const COLUMN_KIND: u32 = kind::BIGINT;
    const LIST_COLUMN_KIND: u32 = kind::BLOB;
}

impl FromValue for u8 {
    load_entry!(u8);

    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<u8>> {
        // SAFETY: passed on.
        unsafe { prepare_integer(column, row_count) }
    }

    unsafe fn prepare_list(column: &Column, _: usize) -> Option<Prepared<Vec<u8>>> {
        (column.kind() == kind::BLOB).then(|| Prepared::borrow(column))
    }

    unsafe fn load_list(column: &Prepared<Vec<u8>>, row: usize) -> Vec<u8> {
        // SAFETY: passed on.
        unsafe { column.bytes(row) }.to_vec()
    }

    fn from_value(value: Value) -> Result<u8, Error> {
        let wide = integer(value, "UTINYINT")?;
        u8::try_from(wide)
            .map_err(|_| Error::unplaced(format!("{wide} is out of range for UTINYINT")))
    }

    fn vec_from_value(value: Value) -> Result<Vec<u8>, Error> {
        match value {
            Value::Blob(bytes) => Ok(bytes),
            other => Err(mismatch("BLOB", &other)),
        }
    }
}

impl ToValue for u8 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.int(i128::from(*self));
    }

    fn encode_slice(slice: &[u8], encoder: &mut Encoder) {
        encoder.blob(slice);
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, row: usize) {
        // SAFETY: the output is BIGINT.
        unsafe { output.put(row, i64::from(*self)) }
    }

    unsafe fn store_list(list: &[u8], output: &mut Output, _row: usize) {
        output.heap.extend_from_slice(list);
        output.end_text();
    }
}

sql_type!(f64, "DOUBLE", DOUBLE);

/// Entries of any numeric type as DOUBLE.
unsafe fn prepare_double(column: &Column, row_count: usize) -> Option<Prepared<f64>> {
    if column.scale() > Decimal::SCALE_MAX {
        return None;
    }
    let decimal = doubles_of(column.scale());
    // SAFETY: kind and width say what the entries are.
    unsafe {
        match (column.kind(), column.width()) {
            (kind::DOUBLE, _) => Some(Prepared::borrow(column)),
            (kind::FLOAT, _) => Prepared::convert(column, row_count, |v: f32| Some(f64::from(v))),
            (kind::DECIMAL, 2) => {
                Prepared::convert(column, row_count, |v: i16| Some(decimal(i64::from(v))))
            }
            (kind::DECIMAL, 4) => {
                Prepared::convert(column, row_count, |v: i32| Some(decimal(i64::from(v))))
            }
            (kind::DECIMAL, 8) => Prepared::convert(column, row_count, |v: i64| Some(decimal(v))),
            (kind::DECIMAL, 16) => Prepared::convert(column, row_count, |v: i128| {
                Decimal::new(v, column.scale()).map(Decimal::to_f64)
            }),
            (kind::TINYINT, _) => Prepared::convert(column, row_count, |v: i8| Some(f64::from(v))),
            (kind::SMALLINT, _) => {
                Prepared::convert(column, row_count, |v: i16| Some(f64::from(v)))
            }
            (kind::INTEGER, _) => Prepared::convert(column, row_count, |v: i32| Some(f64::from(v))),
            (kind::BIGINT, _) => Prepared::convert(column, row_count, |v: i64| Some(v as f64)),
            _ => None,
        }
    }
}

impl FromValue for f64 {
    load_entry!(f64);

    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<f64>> {
        // SAFETY: passed on.
        unsafe { prepare_double(column, row_count) }
    }

    unsafe fn prepare_list(column: &Column, _: usize) -> Option<Prepared<Vec<f64>>> {
        (column.kind() == kind::LIST_OF + kind::DOUBLE).then(|| Prepared::borrow(column))
    }

    unsafe fn load_list(column: &Prepared<Vec<f64>>, row: usize) -> Vec<f64> {
        // SAFETY: passed on; the elements are DOUBLE.
        unsafe { column.elements(row) }.to_vec()
    }

    fn from_cell(cell: Cell<'_>) -> Result<f64, Error> {
        match cell.float() {
            Some(value) => Ok(value),
            None => Self::from_value(cell.value()?),
        }
    }

    fn from_value(value: Value) -> Result<f64, Error> {
        match value {
            Value::Float(value) => Ok(value),
            Value::Int(value) => Ok(value as f64),
            Value::UHuge(value) => Ok(value as f64),
            Value::Decimal(value) => Ok(value.to_f64()),
            other => Err(mismatch("a number", &other)),
        }
    }
}

impl ToValue for f64 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.float(*self);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        give(&self.to_le_bytes(), value_type::DOUBLE);
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, row: usize) {
        // SAFETY: the output is DOUBLE.
        unsafe { output.put(row, *self) }
    }
}

sql_type!(f32, "FLOAT", DOUBLE);

impl FromValue for f32 {
    load_entry!(f32);

    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<f32>> {
        match column.kind() {
            kind::FLOAT => Some(Prepared::borrow(column)),
            // SAFETY: the entries are DOUBLE.
            kind::DOUBLE => unsafe {
                Prepared::convert(column, row_count, |v: f64| Some(v as f32))
            },
            _ => None,
        }
    }

    fn from_cell(cell: Cell<'_>) -> Result<f32, Error> {
        f64::from_cell(cell).map(|value| value as f32)
    }

    fn from_value(value: Value) -> Result<f32, Error> {
        f64::from_value(value).map(|value| value as f32)
    }
}

impl ToValue for f32 {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.float(f64::from(*self));
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        f64::from(*self).give(give);
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, row: usize) {
        // SAFETY: the output is DOUBLE.
        unsafe { output.put(row, f64::from(*self)) }
    }
}

sql_type!(bool, "BOOLEAN", BOOLEAN);

impl FromValue for bool {
    unsafe fn prepare(column: &Column, _: usize) -> Option<Prepared<bool>> {
        (column.kind() == kind::BOOLEAN).then(|| Prepared::borrow(column))
    }

    #[inline(always)]
    unsafe fn load(column: &Prepared<bool>, row: usize) -> bool {
        // SAFETY: passed on; entries are bytes.
        unsafe { column.entry::<u8>(row) != 0 }
    }

    fn from_cell(cell: Cell<'_>) -> Result<bool, Error> {
        match cell.bool() {
            Some(value) => Ok(value),
            None => Self::from_value(cell.value()?),
        }
    }

    fn from_value(value: Value) -> Result<bool, Error> {
        match value {
            Value::Bool(value) => Ok(value),
            other => Err(mismatch("BOOLEAN", &other)),
        }
    }
}

impl ToValue for bool {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.bool(*self);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        give(&[u8::from(*self)], value_type::BOOLEAN);
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, row: usize) {
        // SAFETY: the output is BOOLEAN.
        unsafe { output.put(row, u8::from(*self)) }
    }
}

sql_type!(String, "VARCHAR", VARCHAR);
sql_type!(&str, "VARCHAR");

impl FromValue for String {
    unsafe fn prepare(column: &Column, _: usize) -> Option<Prepared<String>> {
        (column.kind() == kind::VARCHAR).then(|| Prepared::borrow(column))
    }

    #[inline(always)]
    unsafe fn load(column: &Prepared<String>, row: usize) -> String {
        // SAFETY: passed on; what the database writes as VARCHAR is UTF-8.
        unsafe { String::from_utf8_unchecked(column.bytes(row).to_vec()) }
    }

    fn from_cell(cell: Cell<'_>) -> Result<String, Error> {
        match cell.text() {
            Some(value) => Ok(value.to_owned()),
            None => Self::from_value(cell.value()?),
        }
    }

    fn from_value(value: Value) -> Result<String, Error> {
        match value {
            Value::Text(value) => Ok(value),
            other => Err(mismatch("VARCHAR", &other)),
        }
    }
}

impl ToValue for str {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.text(self);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        give(self.as_bytes(), value_type::VARCHAR);
    }
}

impl ToValue for String {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.text(self);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        self.as_str().give(give);
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, _row: usize) {
        output.heap.extend_from_slice(self.as_bytes());
        output.end_text();
    }
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        (**self).give(give);
    }
}

sql_type!(Decimal, "DECIMAL", DECIMAL);

impl FromValue for Decimal {
    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<Decimal>> {
        if column.scale() > Decimal::SCALE_MAX {
            return None;
        }
        // SAFETY: kind and width say what the entries are.
        unsafe {
            match (column.kind(), column.width()) {
                (kind::DECIMAL, 2) => {
                    Prepared::convert(column, row_count, |v: i16| Some(i128::from(v)))
                }
                (kind::DECIMAL, 4) => {
                    Prepared::convert(column, row_count, |v: i32| Some(i128::from(v)))
                }
                (kind::DECIMAL, 8) => {
                    Prepared::convert(column, row_count, |v: i64| Some(i128::from(v)))
                }
                (kind::DECIMAL, 16) => Some(Prepared::borrow(column)),
                _ => None,
            }
        }
    }

    #[inline(always)]
    unsafe fn load(column: &Prepared<Decimal>, row: usize) -> Decimal {
        // SAFETY: passed on; entries are unscaled integers, the scale was checked.
        unsafe { Decimal::new(column.entry::<i128>(row), column.scale).unwrap_unchecked() }
    }

    fn from_value(value: Value) -> Result<Decimal, Error> {
        match value {
            Value::Decimal(value) => Ok(value),
            Value::Int(value) => {
                Decimal::new(value, 0).ok_or_else(|| mismatch("DECIMAL", &Value::Int(value)))
            }
            other => Err(mismatch("DECIMAL", &other)),
        }
    }
}

impl ToValue for Decimal {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.value(&Value::Decimal(*self));
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        give(self.to_string().as_bytes(), value_type::DECIMAL);
    }

    unsafe fn store(&self, output: &mut Output, _row: usize) {
        use std::io::Write;
        // Writing to a vector does not fail.
        let _ = write!(output.heap, "{self}");
        output.end_text();
    }
}

/// Loads of types that are one number.
macro_rules! load_plain {
    ($type:ident, $kind:ident, $field:ident: $number:ty) => {
        load_entry!($type);

        fn from_cell(cell: Cell<'_>) -> Result<$type, Error> {
            let bytes = cell.extension(extension::$kind);
            match bytes.and_then(|bytes| bytes.try_into().ok()) {
                Some(bytes) => Ok($type {
                    $field: <$number>::from_le_bytes(bytes),
                }),
                None => Self::from_value(cell.value()?),
            }
        }

        unsafe fn prepare(column: &Column, _: usize) -> Option<Prepared<$type>> {
            (column.kind() == kind::$kind).then(|| Prepared::borrow(column))
        }
    };
}

/// Stores of types that are one number.
macro_rules! store_plain {
    () => {
        #[inline(always)]
        unsafe fn store(&self, output: &mut Output, row: usize) {
            // SAFETY: the output is of this kind.
            unsafe { output.put(row, *self) }
        }
    };
}

macro_rules! plain_types {
    ($($type:ident, $sql:literal, $kind:ident { $($load:tt)* } { $($store:tt)* };)*) => {$(
        sql_type!($type, $sql, $kind);

        impl FromValue for $type {
            $($load)*

            fn from_value(value: Value) -> Result<$type, Error> {
                match value {
                    Value::$type(value) => Ok(value),
                    other => Err(mismatch($sql, &other)),
                }
            }
        }

        impl ToValue for $type {
            fn encode(&self, encoder: &mut Encoder) {
                encoder.value(&Value::$type(*self));
            }

            $($store)*
        }
    )*};
}

plain_types! {
    Date, "DATE", DATE { load_plain!(Date, DATE, days: i32); } { store_plain!(); };
    Time, "TIME", TIME { load_plain!(Time, TIME, micros: i64); } { store_plain!(); };
    Timestamp, "TIMESTAMP", TIMESTAMP
        { load_plain!(Timestamp, TIMESTAMP, micros: i64); } { store_plain!(); };
    TimestampTz, "TIMESTAMP WITH TIME ZONE", TIMESTAMP_TZ
        { load_plain!(TimestampTz, TIMESTAMP_TZ, micros: i64); } { store_plain!(); };
    Interval, "INTERVAL", NONE {} {};
    Uuid, "UUID", NONE {} {};
}

// What its author builds from `Value` is a document to SQL.
sql_type!(Value, "JSON");

impl FromValue for Value {
    fn from_value(value: Value) -> Result<Value, Error> {
        Ok(value)
    }
}

impl ToValue for Value {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.value(self);
    }
}

impl<T: SqlType> SqlType for Vec<T> {
    const SQL: &'static str = T::SQL_LIST;
    const SQL_LIST: &'static str = "JSON";
    const COLUMN_KIND: u32 = T::LIST_COLUMN_KIND;
}

impl<T: FromValue> FromValue for Vec<T> {
    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<Vec<T>>> {
        // SAFETY: passed on.
        unsafe { T::prepare_list(column, row_count) }
    }

    #[inline(always)]
    unsafe fn load(column: &Prepared<Vec<T>>, row: usize) -> Vec<T> {
        // SAFETY: passed on.
        unsafe { T::load_list(column, row) }
    }

    fn from_value(value: Value) -> Result<Vec<T>, Error> {
        T::vec_from_value(value)
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        T::encode_slice(self, encoder);
    }

    unsafe fn store(&self, output: &mut Output, row: usize) {
        // SAFETY: passed on.
        unsafe { T::store_list(self, output, row) }
    }
}

impl<T: ToValue> ToValue for [T] {
    fn encode(&self, encoder: &mut Encoder) {
        T::encode_slice(self, encoder);
    }
}

impl<T: SqlType> SqlType for Option<T> {
    const SQL: &'static str = T::SQL;
    const SQL_LIST: &'static str = T::SQL_LIST;
    const IS_NULLABLE: bool = true;
    const COLUMN_KIND: u32 = T::COLUMN_KIND;
}

impl<T: FromValue> FromValue for Option<T> {
    unsafe fn prepare(column: &Column, row_count: usize) -> Option<Prepared<Option<T>>> {
        // SAFETY: passed on.
        unsafe { T::prepare(column, row_count) }.map(Prepared::with_type)
    }

    #[inline(always)]
    unsafe fn load(column: &Prepared<Option<T>>, row: usize) -> Option<T> {
        // SAFETY: passed on; only values that are not NULL are loaded.
        column
            .is_valid(row)
            .then(|| unsafe { T::load(column.as_type(), row) })
    }

    fn from_cell(cell: Cell<'_>) -> Result<Option<T>, Error> {
        match cell.is_null() {
            true => Ok(None),
            false => T::from_cell(cell).map(Some),
        }
    }

    fn from_value(value: Value) -> Result<Option<T>, Error> {
        if value.is_null() {
            Ok(None)
        } else {
            T::from_value(value).map(Some)
        }
    }
}

impl<T: ToValue> ToValue for Option<T> {
    fn encode(&self, encoder: &mut Encoder) {
        match self {
            Some(value) => value.encode(encoder),
            None => encoder.null(),
        }
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        match self {
            Some(value) => value.give(give),
            None => give(&[], value_type::SQLNULL),
        }
    }

    #[inline(always)]
    unsafe fn store(&self, output: &mut Output, row: usize) {
        match self {
            // SAFETY: passed on.
            Some(value) => unsafe { value.store(output, row) },
            None => output.put_null(row),
        }
    }
}

/// A procedure without a result returns NULL.
impl ToValue for () {
    fn encode(&self, encoder: &mut Encoder) {
        encoder.null();
    }
}

impl SqlType for () {
    const SQL: &'static str = "BOOLEAN";
    const SQL_LIST: &'static str = "BOOLEAN[]";
    const IS_NULLABLE: bool = true;
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn integers_refuse_what_does_not_fit() {
        assert_eq!(i8::from_value(Value::Int(-128)).unwrap(), -128);
        assert_eq!(
            i8::from_value(Value::Int(128)).unwrap_err().message(),
            "128 is out of range for TINYINT"
        );
        assert_eq!(
            i64::from_value(Value::Decimal("12.00".parse().unwrap())).unwrap(),
            12
        );
        assert!(i64::from_value(Value::Decimal("12.50".parse().unwrap())).is_err());
        assert!(i64::from_value(Value::Float(1.0)).is_err());
    }

    #[test]
    fn null_needs_an_option() {
        assert_eq!(Option::<f64>::from_value(Value::Null).unwrap(), None);
        assert_eq!(
            f64::from_value(Value::Null).unwrap_err().message(),
            "expected a number, found NULL; use Option<…> where NULL may occur"
        );
    }

    #[test]
    fn bytes_are_a_blob_and_other_vectors_lists() {
        assert_eq!(
            Vec::<u8>::from_value(Value::Blob(vec![1])).unwrap(),
            vec![1]
        );
        assert_eq!(
            Vec::<i32>::from_value(Value::List(vec![Value::Int(1)])).unwrap(),
            vec![1]
        );
        assert_eq!((<Vec<u8>>::SQL, <Vec<f64>>::SQL), ("BLOB", "DOUBLE[]"));
    }

    /// Takes the bytes of a result and what they are.
    type Receive<'r> = &'r mut dyn FnMut(&[u8], u32);

    #[test]
    fn results_take_the_plainest_form() {
        let given = |value: &dyn Fn(Receive<'_>)| {
            let mut given = (vec![], 0);
            value(&mut |bytes, kind| given = (bytes.to_vec(), kind));
            given
        };
        assert_eq!(given(&|g| true.give(g)), (vec![1], value_type::BOOLEAN));
        assert_eq!(
            given(&|g| 1.5f64.give(g)),
            (1.5f64.to_le_bytes().to_vec(), value_type::DOUBLE)
        );
        assert_eq!(
            given(&|g| (-2i32).give(g)),
            ((-2i64).to_le_bytes().to_vec(), value_type::BIGINT)
        );
        assert_eq!(
            given(&|g| "é".give(g)),
            ("é".as_bytes().to_vec(), value_type::VARCHAR)
        );
        assert_eq!(
            given(&|g| None::<f64>.give(g)),
            (vec![], value_type::SQLNULL)
        );
        assert_eq!(given(&|g| ().give(g)), (vec![], value_type::SQLNULL));
        assert_eq!(
            given(&|g| vec![1u8].give(g)),
            (vec![0xc4, 1, 1], value_type::MESSAGE_PACK)
        );
    }
}
