//! Recognising rows that were seen before by how DuckDB holds them, without encoding them again.

use crate::value::LogicalType;
use crate::value::read::VectorReader;

/// Columns of rows that are recognised.
const COLUMNS_MAX: usize = 8;

/// Rows that are remembered, a power of two.
const SLOTS: usize = 1 << SLOT_BITS;
const SLOT_BITS: u32 = 10;

/// Stands for a row that is not known.
pub const UNKNOWN: u32 = u32::MAX;

/// The rows that were met lately, by their entries in the vectors: rows of one result with equal
/// entries are equal. Chunks are looked at column by column, which takes a row a few steps without
/// a branch.
pub struct KnownRows {
    widths: Vec<Width>,
    /// The entries of the remembered rows, by column and slot.
    entries: Vec<Box<[u128; SLOTS]>>,
    numbers: Box<[u32; SLOTS]>,
    /// A chunk's rows, where they have several columns.
    compared: Vec<Compared>,
}

#[derive(Clone, Copy, Default)]
struct Compared {
    hash: u64,
    /// Bits in which the row differs from the one in its slot.
    difference: u64,
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

/// The image of a NULL. Entries of up to eight bytes, and of short texts, are others.
const NULL_IMAGE: u128 = u128::MAX;

impl KnownRows {
    /// `None` where rows with such columns cannot be recognised.
    pub fn new<'t>(types: impl Iterator<Item = &'t LogicalType>) -> Option<Self> {
        let widths: Vec<Width> = types.map(width_of).collect::<Option<_>>()?;
        (widths.len() <= COLUMNS_MAX).then(|| Self {
            entries: widths.iter().map(|_| Box::new([0; SLOTS])).collect(),
            widths,
            numbers: Box::new([UNKNOWN; SLOTS]),
            compared: Vec::new(),
        })
    }

    /// The numbers of a chunk's rows, [`UNKNOWN`] for those that are not remembered. Says whether
    /// all are.
    pub fn recognise(&mut self, columns: &[VectorReader<'_>], numbers: &mut [u32]) -> bool {
        let mut are_known = true;
        let mut note = |number: u32| {
            are_known &= number != UNKNOWN;
            number
        };
        if let ([column], [width], [known]) = (columns, &*self.widths, &*self.entries) {
            for_each_image(column, *width, numbers, |number, image| {
                let slot = slot_of(mix(0, image));
                let found = self.numbers[slot];
                *number = note(if known[slot] == image { found } else { UNKNOWN });
            });
            return are_known;
        }
        self.compared.clear();
        self.compared.resize(numbers.len(), Compared::default());
        for (column, width) in columns.iter().zip(&self.widths) {
            for_each_image(column, *width, &mut self.compared, |row, image| {
                row.hash = mix(row.hash, image);
            });
        }
        let columns = columns.iter().zip(&self.widths).zip(&self.entries);
        for ((column, width), known) in columns {
            for_each_image(column, *width, &mut self.compared, |row, image| {
                let difference = image ^ known[slot_of(row.hash)];
                row.difference |= difference as u64 | (difference >> 64) as u64;
            });
        }
        for (number, row) in numbers.iter_mut().zip(&self.compared) {
            let found = self.numbers[slot_of(row.hash)];
            *number = note(if row.difference == 0 { found } else { UNKNOWN });
        }
        are_known
    }

    /// The number of one row of the chunk, which may be remembered since.
    pub fn find(&self, columns: &[VectorReader<'_>], row: usize) -> u32 {
        let slot = self.slot(columns, row);
        let mut images = self.images(columns, row).zip(&self.entries);
        match images.all(|(image, known)| image == known[slot]) {
            true => self.numbers[slot],
            false => UNKNOWN,
        }
    }

    /// Remembers one row of the chunk, where its entries tell everything.
    pub fn keep(&mut self, columns: &[VectorReader<'_>], row: usize, number: u32) {
        let tells = |(image, width): (u128, &Width)| match width {
            Width::Text => image == NULL_IMAGE || image as u32 <= INLINE_BYTES_MAX,
            Width::Sixteen => image != NULL_IMAGE,
            _ => true,
        };
        if !self.images(columns, row).zip(&self.widths).all(tells) {
            return;
        }
        let slot = self.slot(columns, row);
        for (position, column) in columns.iter().enumerate() {
            self.entries[position][slot] = image(column, self.widths[position], row);
        }
        self.numbers[slot] = number;
    }

    fn slot(&self, columns: &[VectorReader<'_>], row: usize) -> usize {
        slot_of(self.images(columns, row).fold(0, mix))
    }

    fn images(&self, columns: &[VectorReader<'_>], row: usize) -> impl Iterator<Item = u128> {
        let columns = columns.iter().zip(&self.widths);
        columns.map(move |(column, width)| image(column, *width, row))
    }
}

fn mix(hash: u64, image: u128) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let word = (image as u64) ^ ((image >> 64) as u64).rotate_left(32);
    (hash.rotate_left(23) ^ word).wrapping_mul(FACTOR)
}

fn slot_of(hash: u64) -> usize {
    (hash >> (u64::BITS - SLOT_BITS)) as usize
}

/// The entry of a row of the chunk.
fn image(column: &VectorReader<'_>, width: Width, row: usize) -> u128 {
    // SAFETY: the row lies inside the chunk; entries are as wide as their types.
    unsafe {
        if !column.is_valid(row) {
            return NULL_IMAGE;
        }
        match width {
            Width::One => u128::from(column.get::<u8>(row)),
            Width::Two => u128::from(column.get::<u16>(row)),
            Width::Four => u128::from(column.get::<u32>(row)),
            Width::Eight => u128::from(column.get::<u64>(row)),
            Width::Sixteen | Width::Text => column.get::<u128>(row),
        }
    }
}

/// Visits the entries of the chunk's rows, each with what belongs to the row, in a loop of its own
/// for each width.
fn for_each_image<R>(
    column: &VectorReader<'_>,
    width: Width,
    rows: &mut [R],
    mut visit: impl FnMut(&mut R, u128),
) {
    if column.validity().is_some() {
        for (row, of_row) in rows.iter_mut().enumerate() {
            visit(of_row, image(column, width, row));
        }
        return;
    }
    match width {
        Width::One => each(column, rows, visit, |entry| u8::from_ne_bytes(entry).into()),
        Width::Two => each(column, rows, visit, |entry| {
            u16::from_ne_bytes(entry).into()
        }),
        Width::Four => each(column, rows, visit, |entry| {
            u32::from_ne_bytes(entry).into()
        }),
        Width::Eight => each(column, rows, visit, |entry| {
            u64::from_ne_bytes(entry).into()
        }),
        Width::Sixteen | Width::Text => each(column, rows, visit, u128::from_ne_bytes),
    }
}

fn each<R, const WIDTH: usize>(
    column: &VectorReader<'_>,
    rows: &mut [R],
    mut visit: impl FnMut(&mut R, u128),
    image_of: impl Fn([u8; WIDTH]) -> u128,
) {
    // SAFETY: there is an entry of this width for every row of the chunk.
    let entries = unsafe { column.entries(0..rows.len(), WIDTH) };
    for (row, entry) in rows.iter_mut().zip(entries.as_chunks().0) {
        visit(row, image_of(*entry));
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
