//! What answers begin with: the descriptions of their columns.

use core::cell::RefCell;

/// Where in an answer its columns and rows are.
#[derive(Clone, Copy)]
pub(crate) struct Heading {
    /// Where the descriptions of the columns begin.
    pub(crate) columns_at: usize,
    pub(crate) column_count: usize,
    /// Where the list of rows begins.
    pub(crate) rows_at: usize,
}

/// A procedure asks the same few questions call after call, and every answer to one begins with the
/// same bytes. They are compared with those that were seen, which is quicker than reading them.
/// The first ones are kept and not the last ones, so that many do not drive out each other.
struct Seen {
    headings: Vec<(Box<[u8]>, Heading)>,
}

const SEEN_COUNT_MAX: usize = 8;
const SEEN_BYTES_MAX: usize = 512;

thread_local! {
    static SEEN: RefCell<Seen> = const { RefCell::new(Seen { headings: Vec::new() }) };
}

/// The heading of an answer that begins as an earlier one.
#[inline]
pub(crate) fn seen(answer: &[u8]) -> Option<Heading> {
    let found = SEEN.try_with(|seen| {
        let seen = seen.try_borrow().ok()?;
        let mut headings = seen.headings.iter();
        let found = headings.find(|(bytes, _)| begins_with(answer, bytes))?;
        Some(found.1)
    });
    found.ok().flatten()
}

/// Remembers a heading, which alone says where everything of it is.
#[cold]
#[inline(never)]
pub(crate) fn remember(answer: &[u8], heading: Heading) {
    let Some(bytes) = answer.get(..heading.rows_at) else {
        return;
    };
    let _ = SEEN.try_with(|seen| {
        let Ok(mut seen) = seen.try_borrow_mut() else {
            return;
        };
        if seen.headings.len() < SEEN_COUNT_MAX && bytes.len() <= SEEN_BYTES_MAX {
            seen.headings.push((bytes.into(), heading));
        }
    });
}

/// As `starts_with`, a word at a time: a module's own way to compare is a loop over bytes.
#[inline]
fn begins_with(answer: &[u8], bytes: &[u8]) -> bool {
    const WORD: usize = size_of::<u64>();
    if bytes.len() < WORD || answer.len() < bytes.len() {
        return false;
    }
    // SAFETY: positions are at least a word before the end of `bytes`, which is not the longer.
    let is_equal = |at: usize| unsafe {
        let word_of = |bytes: &[u8]| bytes.as_ptr().add(at).cast::<u64>().read_unaligned();
        word_of(answer) == word_of(bytes)
    };
    // The last word may overlap the one before it.
    let last = bytes.len() - WORD;
    let mut at = 0;
    while at < last {
        if !is_equal(at) {
            return false;
        }
        at += WORD;
    }
    is_equal(last)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn beginnings_are_compared_to_their_last_byte() {
        for length in 0..40 {
            let bytes: Vec<u8> = (0..length).collect();
            let longer = [bytes.as_slice(), &[1, 2]].concat();
            assert_eq!(begins_with(&longer, &bytes), length >= 8, "{length}");
            assert!(!begins_with(&bytes, &longer));
            for position in 0..bytes.len() {
                let mut other = longer.clone();
                other[position] ^= 1;
                assert!(!begins_with(&other, &bytes), "{length}, {position}");
            }
        }
    }

    #[test]
    fn what_is_remembered_is_bounded() {
        let heading = |rows_at| Heading {
            columns_at: 1,
            column_count: 1,
            rows_at,
        };
        let answer = |n: u8| [n; 2 * SEEN_BYTES_MAX];
        remember(&answer(1), heading(SEEN_BYTES_MAX + 1));
        assert!(seen(&answer(1)).is_none());
        for n in 1..100 {
            remember(&answer(n), heading(SEEN_BYTES_MAX));
        }
        let seen = (1..100).filter(|n| seen(&answer(*n)).is_some());
        assert_eq!(seen.collect::<Vec<u8>>(), (1..=8).collect::<Vec<u8>>());
    }
}
