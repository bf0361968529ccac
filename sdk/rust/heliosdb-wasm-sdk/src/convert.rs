//! Conversions between SQL values and Rust types.

use crate::decimal::Decimal;
use crate::error::Error;
use crate::generated::value_type;
use crate::message_pack::Encoder;
use crate::value::{Date, Interval, Time, Timestamp, TimestampTz, Uuid, Value};

/// A Rust type that a SQL value can become.
pub trait FromValue: Sized {
    /// Converts; the error says what was expected and what was found.
    fn from_value(value: Value) -> Result<Self, Error>;

    #[doc(hidden)]
    fn vec_from_value(value: Value) -> Result<Vec<Self>, Error> {
        match value {
            Value::List(values) => values.into_iter().map(Self::from_value).collect(),
            other => Err(mismatch("a list", &other)),
        }
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
}

/// The SQL type that a Rust type stands for in a procedure's signature.
pub trait SqlType {
    /// As written in `CREATE PROCEDURE`.
    const SQL: &'static str;
    /// A list of it.
    const SQL_LIST: &'static str;
    /// Whether the type can hold SQL NULL.
    const IS_NULLABLE: bool = false;
}

#[cold]
#[inline(never)]
fn mismatch(expected: &str, found: &Value) -> Error {
    let hint = if found.is_null() {
        "; use Option<…> where NULL may occur"
    } else {
        ""
    };
    Error::new(format!(
        "expected {expected}, found {}{hint}",
        found.type_name()
    ))
}

#[inline(never)]
fn integer(value: Value, expected: &str) -> Result<i128, Error> {
    match value {
        Value::Int(value) => Ok(value),
        Value::Decimal(value) => value
            .to_integer()
            .ok_or_else(|| Error::new(format!("expected {expected}, found the fraction {value}"))),
        other => Err(mismatch(expected, &other)),
    }
}

macro_rules! sql_type {
    ($type:ty, $sql:literal) => {
        impl SqlType for $type {
            const SQL: &'static str = $sql;
            const SQL_LIST: &'static str = concat!($sql, "[]");
        }
    };
}

macro_rules! integers {
    ($($type:ty, $sql:literal;)*) => {$(
        sql_type!($type, $sql);

        impl FromValue for $type {
            fn from_value(value: Value) -> Result<$type, Error> {
                let wide = integer(value, $sql)?;
                <$type>::try_from(wide)
                    .map_err(|_| Error::new(format!("{wide} is out of range for {}", $sql)))
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
        }
    )*};
}

integers! {
    i8, "TINYINT";
    i16, "SMALLINT";
    i32, "INTEGER";
    i64, "BIGINT";
    i128, "HUGEINT";
    u16, "USMALLINT";
    u32, "UINTEGER";
    u64, "UBIGINT";
}

// Not in the table above: a vector of bytes is a BLOB and not a list.
impl SqlType for u8 {
    const SQL: &'static str = "UTINYINT";
    const SQL_LIST: &'static str = "BLOB";
}

impl FromValue for u8 {
    fn from_value(value: Value) -> Result<u8, Error> {
        let wide = integer(value, "UTINYINT")?;
        u8::try_from(wide).map_err(|_| Error::new(format!("{wide} is out of range for UTINYINT")))
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
}

sql_type!(f64, "DOUBLE");

impl FromValue for f64 {
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
}

sql_type!(f32, "FLOAT");

impl FromValue for f32 {
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
}

sql_type!(bool, "BOOLEAN");

impl FromValue for bool {
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
}

sql_type!(String, "VARCHAR");
sql_type!(&str, "VARCHAR");

impl FromValue for String {
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
}

impl<T: ToValue + ?Sized> ToValue for &T {
    fn encode(&self, encoder: &mut Encoder) {
        (**self).encode(encoder);
    }

    fn give(&self, give: &mut dyn FnMut(&[u8], u32)) {
        (**self).give(give);
    }
}

sql_type!(Decimal, "DECIMAL");

impl FromValue for Decimal {
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
}

macro_rules! plain_types {
    ($($type:ident, $sql:literal;)*) => {$(
        sql_type!($type, $sql);

        impl FromValue for $type {
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
        }
    )*};
}

plain_types! {
    Date, "DATE";
    Time, "TIME";
    Timestamp, "TIMESTAMP";
    TimestampTz, "TIMESTAMP WITH TIME ZONE";
    Interval, "INTERVAL";
    Uuid, "UUID";
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
}

impl<T: FromValue> FromValue for Vec<T> {
    fn from_value(value: Value) -> Result<Vec<T>, Error> {
        T::vec_from_value(value)
    }
}

impl<T: ToValue> ToValue for Vec<T> {
    fn encode(&self, encoder: &mut Encoder) {
        T::encode_slice(self, encoder);
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
}

impl<T: FromValue> FromValue for Option<T> {
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

    #[test]
    fn results_take_the_plainest_form() {
        let given = |value: &dyn Fn(&mut dyn FnMut(&[u8], u32))| {
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
