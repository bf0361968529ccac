//! The texts of a vector's rows, laid out one after another.

use std::ops::Range;

use super::read::{INLINE_BYTES_MAX, VectorReader};

/// Bytes that may be written behind the last text: one that lies in its entry is copied with the
/// whole entry, whatever its length, since its length is as hard to foresee as the next row's.
pub const SPARE_BYTES: usize = INLINE_BYTES_MAX;

impl VectorReader<'_> {
    /// Bytes of the texts of some rows together; those of NULL rows have none.
    ///
    /// # Safety
    /// The rows are inside the vector, whose physical type is a string.
    pub unsafe fn texts_length(&self, rows: Range<usize>) -> usize {
        // SAFETY: by contract; what NULL rows hold is initialised.
        let length_of = |row: usize| unsafe { text_length(self.entry(row)) };
        match self.validity() {
            None => rows.map(length_of).sum(),
            Some(_) => rows
                // SAFETY: by contract.
                .filter(|row| unsafe { self.is_valid(*row) })
                .map(length_of)
                .sum(),
        }
    }

    /// Writes the texts of some rows to `heap`, those of NULL rows being empty, and to `ends` where
    /// each one ends, counted from the first. Returns their length together.
    ///
    /// # Safety
    /// The rows are inside the vector, whose physical type is a string; `heap` has room for
    /// [`VectorReader::texts_length`] and [`SPARE_BYTES`] more.
    ///
    /// # Panics
    /// When `ends` has not four bytes for every row.
    pub unsafe fn write_texts(
        &self,
        rows: Range<usize>,
        ends: &mut [u8],
        heap: &mut [u8],
    ) -> usize {
        assert_eq!(ends.len(), 4 * rows.len());
        // SAFETY: passed on.
        unsafe {
            match self.validity() {
                None => self.write_rows::<false>(rows, ends, heap),
                Some(_) => self.write_rows::<true>(rows, ends, heap),
            }
        }
    }

    /// # Safety
    /// As [`VectorReader::write_texts`].
    unsafe fn write_rows<const HAS_NULLS: bool>(
        &self,
        rows: Range<usize>,
        ends: &mut [u8],
        heap: &mut [u8],
    ) -> usize {
        let start = heap.as_mut_ptr();
        let mut end = 0;
        for (row, place) in rows.zip(ends.chunks_exact_mut(4)) {
            // SAFETY: by contract the rows are inside the vector, and the texts and the spare bytes
            // behind the last one lie in the heap.
            unsafe {
                if !HAS_NULLS || self.is_valid(row) {
                    end += copy_text(self.entry(row), start.add(end));
                }
            }
            place.copy_from_slice(&(end as u32).to_le_bytes());
        }
        end
    }
}

/// # Safety
/// `entry` is a string of DuckDB's.
#[inline(always)]
unsafe fn text_length(entry: *const u8) -> usize {
    // SAFETY: an entry begins with its length.
    unsafe { entry.cast::<u32>().read_unaligned() as usize }
}

/// Copies the text of an entry, and returns its length.
///
/// # Safety
/// `entry` is a valid string of DuckDB's; `to` has room for the text and [`SPARE_BYTES`].
#[inline(always)]
unsafe fn copy_text(entry: *const u8, to: *mut u8) -> usize {
    // SAFETY: an entry is 16 bytes: the length, then either twelve bytes or a prefix of four and
    // the address of `length` bytes, which are copied by their two ends where they are few.
    unsafe {
        let length = text_length(entry);
        if length <= INLINE_BYTES_MAX {
            copy_word::<[u8; INLINE_BYTES_MAX]>(entry.add(4), to);
            return length;
        }
        let from = entry.add(8).cast::<*const u8>().read_unaligned();
        match length {
            0..=16 => copy_ends::<u64>(from, to, length),
            17..=32 => copy_ends::<u128>(from, to, length),
            _ => std::ptr::copy_nonoverlapping(from, to, length),
        }
        length
    }
}

/// # Safety
/// `from` has one or two words of this type, which may overlap; `to` has room for as many.
#[inline(always)]
unsafe fn copy_ends<Word: Copy>(from: *const u8, to: *mut u8, length: usize) {
    let last = length - size_of::<Word>();
    // SAFETY: by contract.
    unsafe {
        copy_word::<Word>(from, to);
        copy_word::<Word>(from.add(last), to.add(last));
    }
}

/// # Safety
/// `from` has a word of this type, and `to` room for it.
#[inline(always)]
unsafe fn copy_word<Word: Copy>(from: *const u8, to: *mut u8) {
    // SAFETY: by contract.
    unsafe {
        to.cast::<Word>()
            .write_unaligned(from.cast::<Word>().read_unaligned())
    }
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::value::LogicalType;

    /// A string as DuckDB stores it.
    fn entry_of(text: &[u8]) -> [u8; 16] {
        let mut entry = [0; 16];
        entry[..4].copy_from_slice(&(text.len() as u32).to_le_bytes());
        if text.len() <= INLINE_BYTES_MAX {
            entry[4..4 + text.len()].copy_from_slice(text);
        } else {
            entry[4..8].copy_from_slice(&text[..4]);
            entry[8..].copy_from_slice(&(text.as_ptr() as usize).to_le_bytes());
        }
        entry
    }

    #[test]
    fn texts_of_every_length_lie_one_after_another_with_and_without_nulls() {
        let texts: Vec<Vec<u8>> = (0..70).map(|length| (1..=length).collect()).collect();
        let entries: Vec<u8> = texts.iter().flat_map(|text| entry_of(text)).collect();
        let valid: [u64; 2] = [0xa5a5_5a5a_0ff0_1234, 0b10_0101];
        for validity in [std::ptr::null(), valid.as_ptr()] {
            let varchar = LogicalType::Varchar;
            // SAFETY: as many entries and bits as the rows that are read.
            let reader = unsafe { VectorReader::of_entries(&varchar, entries.as_ptr(), validity) };
            for rows in [0..70, 3..68, 13..14, 7..7] {
                let mut expected = Vec::new();
                let mut expected_ends = Vec::new();
                for row in rows.clone() {
                    // SAFETY: the row is one of the entries.
                    if unsafe { reader.is_valid(row) } {
                        expected.extend(&texts[row]);
                    }
                    expected_ends.extend((expected.len() as u32).to_le_bytes());
                }
                // SAFETY: the rows are those of the entries, and the heap has room.
                unsafe {
                    let length = reader.texts_length(rows.clone());
                    assert_eq!(length, expected.len());
                    let mut ends = vec![0; 4 * rows.len()];
                    let mut heap = vec![0; length + SPARE_BYTES];
                    assert_eq!(reader.write_texts(rows, &mut ends, &mut heap), length);
                    assert_eq!((&heap[..length], ends), (&*expected, expected_ends));
                }
            }
        }
    }
}
