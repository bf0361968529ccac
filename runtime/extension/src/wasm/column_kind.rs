//! Numbers of column types, as the contract has them.

use crate::value::LogicalType;

pub const BOOLEAN: u32 = 1;
pub const TINYINT: u32 = 2;
pub const SMALLINT: u32 = 3;
pub const INTEGER: u32 = 4;
pub const BIGINT: u32 = 5;
pub const UTINYINT: u32 = 6;
pub const USMALLINT: u32 = 7;
pub const UINTEGER: u32 = 8;
pub const UBIGINT: u32 = 9;
pub const FLOAT: u32 = 10;
pub const DOUBLE: u32 = 11;
pub const TIMESTAMP: u32 = 12;
pub const DATE: u32 = 13;
pub const TIME: u32 = 14;
pub const VARCHAR: u32 = 17;
pub const BLOB: u32 = 18;
pub const DECIMAL: u32 = 19;
pub const TIMESTAMP_TZ: u32 = 31;
/// Added to the elements' number.
pub const LIST_OF: u32 = 256;

/// What a column of results can hold.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ResultKind {
    Boolean,
    BigInt,
    Double,
    Date,
    Time,
    Timestamp,
    TimestampTz,
    Varchar,
    Blob,
    /// Decimal text.
    Decimal,
}

impl ResultKind {
    pub fn of(number: u32) -> Option<Self> {
        Some(match number {
            BOOLEAN => Self::Boolean,
            BIGINT => Self::BigInt,
            DOUBLE => Self::Double,
            DATE => Self::Date,
            TIME => Self::Time,
            TIMESTAMP => Self::Timestamp,
            TIMESTAMP_TZ => Self::TimestampTz,
            VARCHAR => Self::Varchar,
            BLOB => Self::Blob,
            DECIMAL => Self::Decimal,
            _ => return None,
        })
    }

    pub fn is_text(self) -> bool {
        matches!(self, Self::Varchar | Self::Blob | Self::Decimal)
    }

    /// Bytes of the entries, or of the offsets, of so many rows.
    pub fn data_length(self, row_count: usize) -> usize {
        match self {
            Self::Boolean => row_count,
            Self::Date => 4 * row_count,
            kind if kind.is_text() => 4 * (row_count + 1),
            _ => 8 * row_count,
        }
    }

    /// Whether DuckDB stores the type in the same entries.
    pub fn is_stored_as(self, logical_type: &LogicalType) -> bool {
        matches!(
            (self, logical_type),
            (Self::Boolean, LogicalType::Boolean)
                | (Self::BigInt, LogicalType::BigInt)
                | (Self::Double, LogicalType::Double)
                | (Self::Date, LogicalType::Date)
                | (Self::Time, LogicalType::Time)
                | (Self::Timestamp, LogicalType::Timestamp)
                | (Self::TimestampTz, LogicalType::TimestampTz)
        )
    }
}
