//! SQL values outside DuckDB: what they are, how they enter and leave vectors, and how they travel
//! to guests.
//!
//! ```text
//! DuckDB vector ─ read ─► Value ─ msgpack / json encode ─► guest bytes
//!        │                  ▲                                   │
//!        └── stream (no Value in between) ──────────────►       │
//! DuckDB vector ◄ write ─ Value ◄─ convert(type) ◄─ msgpack / json decode
//! ```
//!
//! Invariants: a decoder never panics and never allocates more than a constant times its input;
//! [`convert`](convert::convert) is the only place where a value changes its type; a [`Value`] that
//! `convert` returned for a [`LogicalType`] can be written to a vector of that type.

pub mod bignum;
pub mod binary;
pub mod bind;
pub mod convert;
mod convert_nested;
mod convert_scalar;
mod convert_time;
pub mod copy;
pub mod error;
pub mod interval;
pub mod json;
mod json_decode;
pub mod key;
pub mod logical_type;
mod logical_type_ffi;
mod logical_type_parse;
pub mod msgpack;
mod msgpack_decode;
mod natural_type;
pub mod number;
pub mod read;
pub mod result;
pub mod sink;
pub mod temporal;
mod temporal_parse;
mod text;
pub mod texts;
pub mod variant;
mod variant_read;
pub mod write;

#[cfg(test)]
mod property_tests;

pub use bignum::BigNum;
pub use error::ValueError;
pub use logical_type::LogicalType;

/// Levels of nesting that decoders, type texts and conversions accept.
pub const DEPTH_MAX: usize = 64;

/// How values travel between host and guest.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Format {
    /// Text a person can read; types beyond JSON's own travel as strings.
    Json,
    /// Bytes that keep every SQL type, by extension types.
    MessagePack,
}

/// A SQL value of any type a table can hold. A JSON value is a `Varchar`.
#[derive(Clone, Debug, PartialEq)]
pub enum Value {
    Null,
    Boolean(bool),
    TinyInt(i8),
    SmallInt(i16),
    Integer(i32),
    BigInt(i64),
    HugeInt(i128),
    UTinyInt(u8),
    USmallInt(u16),
    UInteger(u32),
    UBigInt(u64),
    UHugeInt(u128),
    Float(f32),
    Double(f64),
    /// `value` / 10^`scale`, at most `width` digits.
    Decimal {
        value: i128,
        width: u8,
        scale: u8,
    },
    Varchar(String),
    Blob(Vec<u8>),
    /// Characters `0` and `1`, most significant first, at least one.
    Bit(String),
    /// Days since 1970-01-01; `i32::MAX` and `-i32::MAX` are the infinities.
    Date(i32),
    /// Microseconds since midnight, 24:00:00 included.
    Time(i64),
    /// Nanoseconds since midnight, 24:00:00 included.
    TimeNs(i64),
    /// Local time in microseconds since midnight, and the offset of its zone in seconds east.
    TimeTz {
        micros: i64,
        offset_seconds: i32,
    },
    /// Seconds since the epoch; for all timestamps `i64::MAX` and `-i64::MAX` are the infinities.
    TimestampS(i64),
    /// Milliseconds since the epoch.
    TimestampMs(i64),
    /// Microseconds since the epoch.
    Timestamp(i64),
    /// Nanoseconds since the epoch.
    TimestampNs(i64),
    /// Microseconds since the epoch, UTC.
    TimestampTz(i64),
    Interval {
        months: i32,
        days: i32,
        micros: i64,
    },
    /// The 128 bits in the order they are printed.
    Uuid(u128),
    /// The label, not its position.
    Enum(String),
    BigNum(BigNum),
    /// Well-known binary of a GEOMETRY.
    Geometry(Vec<u8>),
    List(Vec<Value>),
    /// As many elements as the type says.
    Array(Vec<Value>),
    Struct(Vec<(String, Value)>),
    /// Keys are distinct and not NULL.
    Map(Vec<(Value, Value)>),
    Union {
        tag: String,
        value: Box<Value>,
    },
}

impl Value {
    /// Whether this is the SQL NULL.
    pub fn is_null(&self) -> bool {
        matches!(self, Value::Null)
    }

    /// The SQL name of the value's kind, for messages.
    pub fn kind(&self) -> &'static str {
        match self {
            Value::Null => "NULL",
            Value::Boolean(_) => "BOOLEAN",
            Value::TinyInt(_) => "TINYINT",
            Value::SmallInt(_) => "SMALLINT",
            Value::Integer(_) => "INTEGER",
            Value::BigInt(_) => "BIGINT",
            Value::HugeInt(_) => "HUGEINT",
            Value::UTinyInt(_) => "UTINYINT",
            Value::USmallInt(_) => "USMALLINT",
            Value::UInteger(_) => "UINTEGER",
            Value::UBigInt(_) => "UBIGINT",
            Value::UHugeInt(_) => "UHUGEINT",
            Value::Float(_) => "FLOAT",
            Value::Double(_) => "DOUBLE",
            Value::Decimal { .. } => "DECIMAL",
            Value::Varchar(_) => "VARCHAR",
            Value::Blob(_) => "BLOB",
            Value::Bit(_) => "BIT",
            Value::Date(_) => "DATE",
            Value::Time(_) => "TIME",
            Value::TimeNs(_) => "TIME_NS",
            Value::TimeTz { .. } => "TIME WITH TIME ZONE",
            Value::TimestampS(_) => "TIMESTAMP_S",
            Value::TimestampMs(_) => "TIMESTAMP_MS",
            Value::Timestamp(_) => "TIMESTAMP",
            Value::TimestampNs(_) => "TIMESTAMP_NS",
            Value::TimestampTz(_) => "TIMESTAMP WITH TIME ZONE",
            Value::Interval { .. } => "INTERVAL",
            Value::Uuid(_) => "UUID",
            Value::Enum(_) => "ENUM",
            Value::BigNum(_) => "BIGNUM",
            Value::Geometry(_) => "GEOMETRY",
            Value::List(_) => "LIST",
            Value::Array(_) => "ARRAY",
            Value::Struct(_) => "STRUCT",
            Value::Map(_) => "MAP",
            Value::Union { .. } => "UNION",
        }
    }
}
