//! Recognising a row that was seen before by how DuckDB holds it, without encoding it again.

use crate::value::LogicalType;
use crate::value::read::VectorReader;

/// Columns of rows that are recognised.
const COLUMNS_MAX: usize = 3;

/// Rows that are remembered, a power of two.
const RECENT_ROWS: usize = 256;

/// The entries of a row as they lie in their vectors. Equal images are equal rows of one result.
#[derive(Clone, Copy)]
pub struct RowImage {
    entries: [u128; COLUMNS_MAX],
    /// A bit for each column that is not NULL.
    validity: u8,
}

/// Compared without branches: a call to compare so few bytes costs more than the rest of a row.
impl PartialEq for RowImage {
    #[inline]
    fn eq(&self, other: &Self) -> bool {
        let pairs = self.entries.iter().zip(&other.entries);
        let differences = pairs.fold(0, |all, (one, other)| all | (one ^ other));
        differences == 0 && self.validity == other.validity
    }
}

impl RowImage {
    #[inline]
    fn slot(&self) -> usize {
        const FACTORS: [u64; COLUMNS_MAX] = [
            0x9e37_79b9_7f4a_7c15,
            0xc2b2_ae3d_27d4_eb4f,
            0x1656_67b1_9e37_79f9,
        ];
        let mix = |hash: u64, (entry, factor): (&u128, u64)| {
            let word = (*entry as u64) ^ ((*entry >> 64) as u64).rotate_left(32);
            hash ^ word.wrapping_mul(factor)
        };
        let columns = self.entries.iter().zip(FACTORS);
        let hash = columns.fold(u64::from(self.validity), mix);
        (hash.wrapping_mul(FACTORS[0]) >> 32) as usize % RECENT_ROWS
    }
}

/// Takes the images of one chunk's rows.
pub struct Imager<'c, 'v> {
    columns: &'c [VectorReader<'v>],
    widths: [Width; COLUMNS_MAX],
}

#[derive(Clone, Copy)]
enum Width {
    One,
    Two,
    Four,
    Eight,
    Sixteen,
    /// A length, and the bytes where they are few enough.
    Text,
}

/// Bytes of a text that lie in its entry.
const INLINE_BYTES_MAX: u32 = 12;

impl<'c, 'v> Imager<'c, 'v> {
    /// `None` where rows of these columns have no images.
    pub fn new(columns: &'c [VectorReader<'v>]) -> Option<Self> {
        if columns.len() > COLUMNS_MAX {
            return None;
        }
        let mut widths = [Width::One; COLUMNS_MAX];
        for (width, column) in widths.iter_mut().zip(columns) {
            *width = width_of(column.logical_type())?;
        }
        Some(Self { columns, widths })
    }

    /// The image of a row of the chunk; `None` where a text lies elsewhere.
    #[inline]
    pub fn image(&mut self, row: usize) -> Option<RowImage> {
        let mut image = RowImage {
            entries: [0; COLUMNS_MAX],
            validity: 0,
        };
        for (position, (column, width)) in self.columns.iter().zip(self.widths).enumerate() {
            // SAFETY: the row lies inside the chunk; entries are as wide as their types.
            unsafe {
                if !column.is_valid(row) {
                    continue;
                }
                image.validity |= 1 << position;
                image.entries[position] = match width {
                    Width::One => u128::from(column.get::<u8>(row)),
                    Width::Two => u128::from(column.get::<u16>(row)),
                    Width::Four => u128::from(column.get::<u32>(row)),
                    Width::Eight => u128::from(column.get::<u64>(row)),
                    Width::Sixteen => column.get::<u128>(row),
                    Width::Text => {
                        let entry = column.get::<u128>(row);
                        if entry as u32 > INLINE_BYTES_MAX {
                            return None;
                        }
                        entry
                    }
                };
            }
        }
        Some(image)
    }
}

/// How wide entries are; `None` for types of which an entry does not tell everything.
fn width_of(logical_type: &LogicalType) -> Option<Width> {
    use LogicalType::{
        BigInt, Boolean, Date, Decimal, Double, Float, HugeInt, Integer, SmallInt, Time, Timestamp,
        TimestampTz, TinyInt, UBigInt, UInteger, USmallInt, UTinyInt, Uuid, Varchar,
    };
    Some(match logical_type {
        Boolean | TinyInt | UTinyInt => Width::One,
        SmallInt | USmallInt => Width::Two,
        Integer | UInteger | Float | Date => Width::Four,
        BigInt | UBigInt | Double | Time | Timestamp | TimestampTz => Width::Eight,
        HugeInt | Uuid => Width::Sixteen,
        Decimal { width, .. } => match width {
            0..=4 => Width::Two,
            5..=9 => Width::Four,
            10..=18 => Width::Eight,
            _ => Width::Sixteen,
        },
        Varchar => Width::Text,
        _ => return None,
    })
}

/// The numbers of rows that were met lately, by their images.
pub struct RecentRows(Vec<Option<(RowImage, u32)>>);

impl Default for RecentRows {
    fn default() -> Self {
        Self(vec![None; RECENT_ROWS])
    }
}

impl RecentRows {
    #[inline]
    pub fn find(&self, image: &RowImage) -> Option<u32> {
        match &self.0[image.slot()] {
            Some((known, number)) if known == image => Some(*number),
            _ => None,
        }
    }

    pub fn keep(&mut self, image: RowImage, number: u32) {
        let slot = image.slot();
        self.0[slot] = Some((image, number));
    }
}
