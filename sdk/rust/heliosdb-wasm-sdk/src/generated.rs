//! Numbers of the procedure ABI, the same on both sides of the boundary.

/// Version of the ABI these bindings speak: `major << 16 | minor`.
pub const ABI_VERSION: i32 = 0x1_0002;

/// What a host function answers.
pub mod status {
    /// The call did what was asked.
    pub const OK: i32 = 0;
    /// Nothing was written except the size the value needs.
    pub const BUFFER_TOO_SMALL: i32 = 1;
    /// The call failed; `heliosdb_last_error` has the details.
    pub const ERROR: i32 = 2;
    /// A cursor has no more rows.
    pub const END: i32 = 3;
    /// What was verified or compared does not hold.
    pub const MISMATCH: i32 = 4;
}

/// How parameters and query results are encoded.
pub mod value_format {
    /// JSON text.
    pub const JSON: i32 = 0;
    /// MessagePack with the extension types below.
    pub const MESSAGE_PACK: i32 = 1;
}

/// The `value_type` of `heliosdb_return` that these bindings use.
pub mod value_type {
    /// One byte, 0 or 1.
    pub const BOOLEAN: u32 = 1;
    /// Eight bytes, little-endian.
    pub const BIGINT: u32 = 5;
    /// Eight bytes, little-endian.
    pub const DOUBLE: u32 = 11;
    /// UTF-8 text.
    pub const VARCHAR: u32 = 17;
    /// Bytes as they are.
    pub const BLOB: u32 = 18;
    /// ASCII text such as `-12.50`.
    pub const DECIMAL: u32 = 19;
    /// No bytes: SQL NULL.
    pub const SQLNULL: u32 = 36;
    /// JSON text of any value.
    pub const JSON: u32 = 1000;
    /// MessagePack of any value.
    pub const MESSAGE_PACK: u32 = 1001;
}

/// MessagePack extension types.
pub mod extension {
    /// ASCII decimal text.
    pub const DECIMAL: i8 = 1;
    /// ASCII integer text beyond 64 bits.
    pub const HUGEINT: i8 = 2;
    /// Days since 1970-01-01 as i32, little-endian.
    pub const DATE: i8 = 3;
    /// Microseconds since midnight as i64, little-endian.
    pub const TIME: i8 = 4;
    /// Microseconds since 1970-01-01 as i64, little-endian.
    pub const TIMESTAMP: i8 = 5;
    /// Microseconds since 1970-01-01 UTC as i64, little-endian.
    pub const TIMESTAMP_TZ: i8 = 6;
    /// Months as i32, days as i32, microseconds as i64, little-endian.
    pub const INTERVAL: i8 = 7;
    /// Sixteen bytes, big-endian.
    pub const UUID: i8 = 8;
    /// ASCII 0 and 1.
    pub const BIT: i8 = 9;
    /// Microseconds since midnight as i64 and seconds east of UTC as i32, little-endian.
    pub const TIME_TZ: i8 = 10;
    /// ASCII integer text of any length.
    pub const BIGNUM: i8 = 11;
    /// Nanoseconds since midnight as i64, little-endian.
    pub const TIME_NS: i8 = 12;
    /// Seconds since 1970-01-01 as i64, little-endian.
    pub const TIMESTAMP_S: i8 = 13;
    /// Milliseconds since 1970-01-01 as i64, little-endian.
    pub const TIMESTAMP_MS: i8 = 14;
    /// Nanoseconds since 1970-01-01 as i64, little-endian.
    pub const TIMESTAMP_NS: i8 = 15;
}
