//! How the values of a parameter lie as a column in a guest's memory.

use std::ops::Range;

use crate::value::LogicalType;
use crate::value::read::VectorReader;
use crate::value::texts::SPARE_BYTES;
use crate::wasm::column_kind as kind;

/// How a parameter's values lie in the guest's memory.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum ColumnForm {
    Fixed {
        kind: u32,
        width: usize,
        scale: u8,
    },
    Bytes {
        kind: u32,
    },
    /// Lists of values of a fixed width.
    List {
        kind: u32,
        width: usize,
    },
}

impl ColumnForm {
    /// The form of a type; `None` where there is none.
    pub fn of(logical_type: &LogicalType) -> Option<Self> {
        let fixed = |kind, width| {
            Some(Self::Fixed {
                kind,
                width,
                scale: 0,
            })
        };
        match logical_type {
            LogicalType::Boolean => fixed(kind::BOOLEAN, 1),
            LogicalType::TinyInt => fixed(kind::TINYINT, 1),
            LogicalType::SmallInt => fixed(kind::SMALLINT, 2),
            LogicalType::Integer => fixed(kind::INTEGER, 4),
            LogicalType::BigInt => fixed(kind::BIGINT, 8),
            LogicalType::UTinyInt => fixed(kind::UTINYINT, 1),
            LogicalType::USmallInt => fixed(kind::USMALLINT, 2),
            LogicalType::UInteger => fixed(kind::UINTEGER, 4),
            LogicalType::UBigInt => fixed(kind::UBIGINT, 8),
            LogicalType::Float => fixed(kind::FLOAT, 4),
            LogicalType::Double => fixed(kind::DOUBLE, 8),
            LogicalType::Date => fixed(kind::DATE, 4),
            LogicalType::Time => fixed(kind::TIME, 8),
            LogicalType::Timestamp => fixed(kind::TIMESTAMP, 8),
            LogicalType::TimestampTz => fixed(kind::TIMESTAMP_TZ, 8),
            LogicalType::Decimal { width, scale } => Some(Self::Fixed {
                kind: kind::DECIMAL,
                width: match width {
                    0..=4 => 2,
                    5..=9 => 4,
                    10..=18 => 8,
                    _ => 16,
                },
                scale: *scale,
            }),
            LogicalType::Varchar => Some(Self::Bytes {
                kind: kind::VARCHAR,
            }),
            LogicalType::Blob => Some(Self::Bytes { kind: kind::BLOB }),
            LogicalType::List(element) => match Self::of(element)? {
                Self::Fixed { kind, width, .. } if kind != kind::DECIMAL => Some(Self::List {
                    kind: kind::LIST_OF + kind,
                    width,
                }),
                _ => None,
            },
            _ => None,
        }
    }

    /// Bytes of a column of these rows without its validity; `None` where a row has no form.
    pub(super) fn length(self, reader: &VectorReader<'_>, rows: &Range<usize>) -> Option<usize> {
        let offsets = 4 * (rows.len() + 1);
        match self {
            Self::Fixed { width, .. } => Some(aligned(width * rows.len())),
            Self::Bytes { .. } => {
                // SAFETY: the rows lie inside the chunk.
                let heap = unsafe { reader.texts_length(rows.clone()) };
                Some(aligned(offsets) + aligned(heap + SPARE_BYTES))
            }
            Self::List { width, .. } => {
                let element = &reader.children()[0];
                let mut count = 0;
                for row in valid_rows(reader, rows) {
                    // SAFETY: the row is valid and lies inside the chunk, as its elements do.
                    let range = unsafe { reader.list_range(row) };
                    let is_null = |child| {
                        // SAFETY: as above.
                        !unsafe { element.is_valid(child) }
                    };
                    if range.clone().any(is_null) {
                        return None;
                    }
                    count += range.len();
                }
                Some(aligned(offsets) + aligned(width * count))
            }
        }
    }
}

pub(super) fn valid_rows<'r>(
    reader: &'r VectorReader<'_>,
    rows: &Range<usize>,
) -> impl Iterator<Item = usize> + 'r {
    // SAFETY: the rows lie inside the chunk.
    rows.clone().filter(|row| unsafe { reader.is_valid(*row) })
}

const ALIGNMENT: usize = 16;

pub(super) fn aligned(length: usize) -> usize {
    length.next_multiple_of(ALIGNMENT)
}
