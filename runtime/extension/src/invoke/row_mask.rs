//! Which of a chunk's rows something holds for: a bit a row, as DuckDB and the guests have NULLs.

use std::ops::Range;

use crate::value::read::VectorReader;

/// Bits of consecutive rows; the first row is the lowest bit of the first byte.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMask {
    bytes: Vec<u8>,
    row_count: usize,
}

impl RowMask {
    /// The rows that are not NULL; `None` when all are.
    pub fn of_valid(reader: &VectorReader<'_>, rows: &Range<usize>) -> Option<Self> {
        let bytes = reader.validity()?;
        let mut mask = Self {
            bytes: Vec::with_capacity(rows.len().div_ceil(8)),
            row_count: rows.len(),
        };
        if rows.start.is_multiple_of(8) {
            // SAFETY: the vector has a bit for every row.
            mask.bytes.extend_from_slice(unsafe {
                std::slice::from_raw_parts(bytes.add(rows.start / 8), rows.len().div_ceil(8))
            });
        } else {
            for first in rows.clone().step_by(8) {
                let last = rows.end.min(first + 8);
                mask.bytes.push((first..last).fold(0, |byte, row| {
                    // SAFETY: the row lies inside the chunk.
                    byte | u8::from(unsafe { reader.is_valid(row) }) << (row - first)
                }));
            }
        }
        mask.clear_tail();
        (mask.count() < mask.row_count).then_some(mask)
    }

    /// The rows that a guest's bits name.
    pub fn of_bits(bits: &[u8], row_count: usize) -> Self {
        let mut mask = Self {
            bytes: bits[..row_count.div_ceil(8)].to_vec(),
            row_count,
        };
        mask.clear_tail();
        mask
    }

    /// Bits after the last row mean nothing where they come from.
    fn clear_tail(&mut self) {
        let used = self.row_count % 8;
        if used > 0
            && let Some(last) = self.bytes.last_mut()
        {
            *last &= (1 << used) - 1;
        }
    }

    /// The rows that both hold for; `None` stands for all.
    pub fn both(left: Option<Self>, right: Option<&Self>) -> Option<Self> {
        match (left, right) {
            (Some(mut left), Some(right)) => {
                for (byte, other) in left.bytes.iter_mut().zip(&right.bytes) {
                    *byte &= other;
                }
                Some(left)
            }
            (left, right) => left.or_else(|| right.cloned()),
        }
    }

    pub fn get(&self, index: usize) -> bool {
        self.bytes[index / 8] >> (index % 8) & 1 == 1
    }

    /// How many rows it holds for.
    pub fn count(&self) -> usize {
        let bits = self.bytes.iter().map(|byte| byte.count_ones() as usize);
        bits.sum()
    }

    pub fn bytes(&self) -> &[u8] {
        &self.bytes
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn bits_after_the_last_row_do_not_count() {
        let mask = RowMask::of_bits(&[0b1010_1010, 0b1111_1111], 11);
        assert_eq!(mask.count(), 7);
        assert!(mask.get(1) && !mask.get(2) && mask.get(10));
        let other = RowMask::of_bits(&[0b0000_1111, 0b0000_0100], 11);
        let both = RowMask::both(Some(mask.clone()), Some(&other));
        assert_eq!(
            both.as_ref().map(RowMask::bytes),
            Some(&[0b1010, 0b100][..])
        );
        assert_eq!(RowMask::both(None, Some(&mask)), Some(mask.clone()));
        assert_eq!(RowMask::both(Some(mask.clone()), None), Some(mask));
        assert_eq!(RowMask::both(None, None), None);
    }
}
