//! Which of a chunk's rows something holds for: a bit a row, as DuckDB and the guests have NULLs.

use std::ops::Range;

use crate::value::read::VectorReader;

/// Bits of consecutive rows; the first row is the lowest bit of the first word. Bits after the last
/// row are not set.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct RowMask {
    words: Vec<u64>,
    row_count: usize,
}

/// Rows of a word.
const WORD_ROWS: usize = 64;

impl RowMask {
    /// The rows that are not NULL; `None` when all are.
    pub fn of_valid(reader: &VectorReader<'_>, rows: &Range<usize>) -> Option<Self> {
        let bits = reader.validity()?;
        let words = match rows.start.is_multiple_of(WORD_ROWS) {
            // SAFETY: the vector has whole words for all of its rows.
            true => unsafe {
                let first = bits.add(rows.start / WORD_ROWS);
                std::slice::from_raw_parts(first, rows.len().div_ceil(WORD_ROWS)).to_vec()
            },
            false => rows
                .clone()
                .step_by(WORD_ROWS)
                .map(|first| {
                    let last = rows.end.min(first + WORD_ROWS);
                    (first..last).fold(0, |word, row| {
                        // SAFETY: the row lies inside the chunk.
                        word | u64::from(unsafe { reader.is_valid(row) }) << (row - first)
                    })
                })
                .collect(),
        };
        let mask = Self::of_words(words, rows.len());
        (mask.count() < mask.row_count).then_some(mask)
    }

    /// Those of the rows from the first to the last one; `None` when they are all of these.
    pub fn of_rows(rows: &[usize]) -> Option<Self> {
        let (first, last) = (rows.first()?, rows.last()?);
        let row_count = last - first + 1;
        if rows.len() == row_count {
            return None;
        }
        let mut words = vec![0; row_count.div_ceil(WORD_ROWS)];
        for row in rows {
            words[(row - first) / WORD_ROWS] |= 1 << ((row - first) % WORD_ROWS);
        }
        Some(Self { words, row_count })
    }

    /// The rows that a guest's bits name: a bit a row, in bytes.
    pub fn of_bits(bits: &[u8], row_count: usize) -> Self {
        let words = bits[..row_count.div_ceil(8)]
            .chunks(WORD_ROWS / 8)
            .map(|bytes| {
                let mut word = [0; WORD_ROWS / 8];
                word[..bytes.len()].copy_from_slice(bytes);
                u64::from_le_bytes(word)
            })
            .collect();
        Self::of_words(words, row_count)
    }

    /// Bits after the last row mean nothing where they come from.
    fn of_words(mut words: Vec<u64>, row_count: usize) -> Self {
        let used = row_count % WORD_ROWS;
        if used > 0
            && let Some(last) = words.last_mut()
        {
            *last &= (1 << used) - 1;
        }
        Self { words, row_count }
    }

    /// The rows that both hold for; `None` stands for all.
    pub fn both(left: Option<Self>, right: Option<&Self>) -> Option<Self> {
        match (left, right) {
            (Some(mut left), Some(right)) => {
                for (word, other) in left.words.iter_mut().zip(&right.words) {
                    *word &= other;
                }
                Some(left)
            }
            (left, right) => left.or_else(|| right.cloned()),
        }
    }

    /// Whether the other one holds wherever this does.
    pub fn is_within(&self, other: &Self) -> bool {
        let mut words = self.words.iter().zip(&other.words);
        words.all(|(own, other)| own & !other == 0)
    }

    pub fn get(&self, index: usize) -> bool {
        self.words[index / WORD_ROWS] >> (index % WORD_ROWS) & 1 == 1
    }

    /// How many rows it holds for.
    pub fn count(&self) -> usize {
        let bits = self.words.iter().map(|word| word.count_ones() as usize);
        bits.sum()
    }

    pub fn words(&self) -> &[u64] {
        &self.words
    }

    /// Bytes that [`RowMask::put`] writes.
    pub fn byte_count(&self) -> usize {
        self.row_count.div_ceil(8)
    }

    /// Writes the bits as a guest reads them, to as many bytes as they take.
    pub fn put(&self, bytes: &mut [u8]) {
        for (bytes, word) in bytes.chunks_mut(WORD_ROWS / 8).zip(&self.words) {
            bytes.copy_from_slice(&word.to_le_bytes()[..bytes.len()]);
        }
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
        let mut bytes = [0xff; 2];
        let both = both.expect("both are given");
        both.put(&mut bytes);
        assert_eq!((bytes, both.byte_count()), ([0b1010, 0b100], 2));
        assert_eq!(both.words(), [0b100_0000_1010]);
        assert_eq!(RowMask::both(None, Some(&mask)), Some(mask.clone()));
        assert_eq!(RowMask::both(Some(mask.clone()), None), Some(mask));
        assert_eq!(RowMask::both(None, None), None);
    }

    #[test]
    fn chosen_rows_are_counted_from_the_first_of_them() {
        assert_eq!(RowMask::of_rows(&[]), None);
        assert_eq!(RowMask::of_rows(&[7]), None);
        assert_eq!(RowMask::of_rows(&[7, 8, 9]), None);
        let rows = [70, 71, 135, 200];
        let mask = RowMask::of_rows(&rows).expect("some are left out");
        let found: Vec<usize> = (0..131).filter(|index| mask.get(*index)).collect();
        assert_eq!((mask.count(), found), (4, vec![0, 1, 65, 130]));
        let every = RowMask::of_words(vec![u64::MAX; 3], 131);
        assert!(mask.is_within(&every) && mask.is_within(&mask));
        assert!(!every.is_within(&mask));
    }

    #[test]
    fn bits_go_to_bytes_and_back_whatever_the_row_count() {
        let bits: Vec<u8> = (0..32u8).map(|byte| byte.wrapping_mul(37) ^ 0x5a).collect();
        for row_count in [1, 7, 8, 63, 64, 65, 127, 128, 250, 256] {
            let mask = RowMask::of_bits(&bits, row_count);
            let mut bytes = vec![0; mask.byte_count()];
            mask.put(&mut bytes);
            assert_eq!(RowMask::of_bits(&bytes, row_count), mask);
            let expected = (0..row_count).filter(|row| bits[row / 8] >> (row % 8) & 1 == 1);
            let (rows, count): (Vec<usize>, usize) = (
                (0..row_count).filter(|row| mask.get(*row)).collect(),
                mask.count(),
            );
            assert_eq!((rows.len(), rows), (count, expected.collect()));
        }
    }
}
