//! Places of rows by whole numbers: by position where the numbers lie close together.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;

use super::key_index::{FurtherRow, Ordinals, Packed, Place};

/// Places by position, for each row with a key among them.
const SPARSENESS_MAX: u64 = 4;

/// Places made for keys that may come: most tables are in the order of their keys.
const PLACES_AHEAD: usize = 1 << 16;

/// Places by key. A key is either among the places by position or elsewhere, never both.
pub struct NumberIndex {
    /// The key of the first place by position.
    first: i64,
    places: Vec<Packed>,
    asked: Vec<AtomicU64>,
    /// The ordinals of the rows in the places, where rows come in any order.
    ordinals: Option<Vec<u32>>,
    /// Rows without a place by position, as they came.
    waiting: Vec<FurtherRow>,
    /// The least and the greatest of their keys.
    waiting_bounds: Option<(i64, i64)>,
    row_count: usize,
    hasher: RandomState,
    elsewhere: HashTable<Entry>,
    /// Keys that were asked for and are not there.
    asked_absent: Mutex<HashSet<i64, RandomState>>,
}

struct Entry {
    key: i64,
    place: Packed,
    ordinal: u32,
    is_asked: AtomicBool,
}

impl NumberIndex {
    /// `in_any_order`: the first row of a key to come need not be its first.
    pub fn new(in_any_order: bool) -> Self {
        Self {
            first: 0,
            places: Vec::new(),
            asked: Vec::new(),
            ordinals: in_any_order.then(Vec::new),
            waiting: Vec::new(),
            waiting_bounds: None,
            row_count: 0,
            hasher: RandomState::default(),
            elsewhere: HashTable::new(),
            asked_absent: Mutex::default(),
        }
    }

    /// Gives each key its row; a row whose key has one already goes to `further`.
    pub fn add(
        &mut self,
        keys: &[i64],
        rows: &[u32],
        ordinals: Ordinals<'_>,
        further: &mut Vec<FurtherRow>,
    ) {
        self.row_count += keys.len();
        let waiting_before = self.waiting.len();
        for (position, (key, row)) in keys.iter().zip(rows).enumerate() {
            // A key before the first one makes a large number.
            let offset = key.wrapping_sub(self.first) as u64 as usize;
            let place = self.places.get_mut(offset);
            if let Some(place) = place
                && self.ordinals.is_none()
                && place.take(*row)
            {
                continue;
            }
            let row = FurtherRow {
                key: *key,
                ordinal: ordinals.of(position),
                row: *row,
            };
            self.put(row, further);
        }
        if self.waiting.len() > waiting_before {
            self.note_bounds(waiting_before);
            self.grow(true, further);
        }
    }

    fn put(&mut self, row: FurtherRow, further: &mut Vec<FurtherRow>) {
        let offset = row.key.wrapping_sub(self.first) as u64 as usize;
        let Some(place) = self.places.get_mut(offset) else {
            self.waiting.push(row);
            return;
        };
        if !place.take(row.row) {
            further.push(row);
        } else if let Some(ordinals) = &mut self.ordinals {
            ordinals[offset] = row.ordinal;
        }
    }

    fn note_bounds(&mut self, from: usize) {
        let mut bounds = self.waiting_bounds;
        for FurtherRow { key, .. } in &self.waiting[from..] {
            let (least, greatest) = bounds.unwrap_or((*key, *key));
            bounds = Some((least.min(*key), greatest.max(*key)));
        }
        self.waiting_bounds = bounds;
    }

    /// Makes places by position for the rows that wait, where they would not be too sparse;
    /// `for_more` makes some for rows to come.
    fn grow(&mut self, for_more: bool, further: &mut Vec<FurtherRow>) {
        let Some((least, greatest)) = self.waiting_bounds else {
            return;
        };
        let (mut first, mut last) = (least, greatest);
        if let Some(length) = self.places.len().checked_sub(1) {
            let end = self.first + length as i64;
            let slack = |slack: usize| if for_more { slack as i64 } else { 0 };
            // Places in front move all others.
            first = match least < self.first {
                true => least.saturating_sub(slack(length / 2)),
                false => self.first,
            };
            last = match greatest > end {
                true => greatest.saturating_add(slack(PLACES_AHEAD.min(length))),
                false => end,
            };
        }
        let span = i128::from(last) - i128::from(first) + 1;
        if span > i128::from(SPARSENESS_MAX * self.row_count as u64) {
            return;
        }
        let before = match self.places.is_empty() {
            true => 0,
            false => (self.first - first) as usize,
        };
        self.first = first;
        lengthen(&mut self.places, before, span as usize);
        if let Some(ordinals) = &mut self.ordinals {
            lengthen(ordinals, before, span as usize);
        }
        self.waiting_bounds = None;
        for row in std::mem::take(&mut self.waiting) {
            self.put(row, further);
        }
    }

    /// Bytes that it takes, once all rows have come.
    pub fn byte_count(&self) -> usize {
        let by_position = size_of::<Packed>() + self.ordinals.as_ref().map_or(0, |_| 4);
        // A hash table has room for twice as many entries as it was made for.
        self.places.len() * by_position
            + self.waiting.len() * (size_of::<FurtherRow>() + 2 * size_of::<Entry>())
    }

    /// Finds places for the rows that wait, after the last one came.
    pub fn settle(&mut self, further: &mut Vec<FurtherRow>) {
        self.grow(false, further);
        self.elsewhere = HashTable::with_capacity(self.waiting.len());
        for row in std::mem::take(&mut self.waiting) {
            let hasher = &self.hasher;
            let hash_of = |entry: &Entry| hasher.hash_one(entry.key);
            let is_same = |entry: &Entry| entry.key == row.key;
            let entry = self
                .elsewhere
                .entry(hasher.hash_one(row.key), is_same, hash_of);
            match entry {
                hashbrown::hash_table::Entry::Occupied(_) => further.push(row),
                hashbrown::hash_table::Entry::Vacant(vacant) => {
                    vacant.insert(Entry {
                        key: row.key,
                        place: Place::Row(row.row).into(),
                        ordinal: row.ordinal,
                        is_asked: AtomicBool::new(false),
                    });
                }
            }
        }
        let words = self.places.len().div_ceil(64);
        self.asked = (0..words).map(|_| AtomicU64::new(0)).collect();
    }

    /// The place of a key that has a row, to be changed, and the ordinal of that row: 0 where rows
    /// come in their order.
    pub fn place_mut(&mut self, key: i64) -> Option<(&mut Packed, u32)> {
        if let Some(offset) = self.offset(key) {
            let ordinals = self.ordinals.as_ref();
            let ordinal = ordinals.map_or(0, |ordinals| ordinals[offset]);
            return Some((&mut self.places[offset], ordinal));
        }
        let in_any_order = self.ordinals.is_some();
        let hash = self.hasher.hash_one(key);
        let entry = self.elsewhere.find_mut(hash, |entry| entry.key == key)?;
        let ordinal = if in_any_order { entry.ordinal } else { 0 };
        Some((&mut entry.place, ordinal))
    }

    /// Drops what is only needed while rows are sorted out.
    pub fn finish(&mut self) {
        self.ordinals = None;
    }

    fn offset(&self, key: i64) -> Option<usize> {
        let offset = key.wrapping_sub(self.first) as u64;
        (offset < self.places.len() as u64).then_some(offset as usize)
    }

    fn entry(&self, key: i64) -> Option<&Entry> {
        if self.elsewhere.is_empty() {
            return None;
        }
        let hash = self.hasher.hash_one(key);
        self.elsewhere.find(hash, |entry| entry.key == key)
    }

    pub fn place(&self, key: i64) -> Place {
        match self.offset(key) {
            Some(offset) => self.places[offset].unpack(),
            None => self
                .entry(key)
                .map_or(Place::Nowhere, |entry| entry.place.unpack()),
        }
    }

    /// Notes that a key is asked for; true the first time.
    pub fn ask(&self, key: i64) -> bool {
        if let Some(offset) = self.offset(key) {
            let (word, bit) = (&self.asked[offset / 64], 1 << (offset % 64));
            return word.load(Ordering::Relaxed) & bit == 0
                && word.fetch_or(bit, Ordering::Relaxed) & bit == 0;
        }
        match self.entry(key) {
            Some(Entry { is_asked, .. }) => {
                !is_asked.load(Ordering::Relaxed) && !is_asked.swap(true, Ordering::Relaxed)
            }
            None => self.asked_absent.lock().insert(key),
        }
    }
}

/// Adds entries in front and behind, until there are so many.
fn lengthen<T: Clone + Default>(entries: &mut Vec<T>, before: usize, length: usize) {
    if before > 0 {
        entries.splice(0..0, std::iter::repeat_n(T::default(), before));
    }
    entries.resize(length, T::default());
}

#[cfg(test)]
mod tests {
    use super::*;

    /// An index of these keys in chunks of this size, whose rows are numbered, and what was left
    /// over.
    fn index_of(keys: &[i64], chunk: usize) -> (NumberIndex, Vec<FurtherRow>) {
        let mut index = NumberIndex::new(false);
        let mut further = Vec::new();
        let rows: Vec<u32> = (0..keys.len() as u32).collect();
        for (keys, rows) in keys.chunks(chunk).zip(rows.chunks(chunk)) {
            index.add(keys, rows, Ordinals::From(rows[0] + 1), &mut further);
        }
        index.settle(&mut further);
        (index, further)
    }

    #[test]
    fn keys_find_their_places_in_whatever_order_they_come() {
        let ascending: Vec<i64> = (-700..700).collect();
        let descending: Vec<i64> = ascending.iter().rev().copied().collect();
        let mixed: Vec<i64> = (0..1400).map(|n| n * 611 % 1400 - 700).collect();
        let mut with_outliers = mixed.clone();
        with_outliers.splice(3..3, [i64::MAX, i64::MIN]);
        with_outliers.push(1 << 40);
        let sparse: Vec<i64> = (0..300).map(|n| (n * 7919 - 150) << 40).collect();
        for keys in [ascending, descending, mixed, with_outliers, sparse] {
            let (index, further) = index_of(&keys, 100);
            assert_eq!(further, []);
            for (row, key) in keys.iter().enumerate() {
                assert_eq!(index.place(*key), Place::Row(row as u32), "{key}");
            }
            for absent in [-701, 700, i64::MIN + 1, i64::MAX - 1, 1 << 41] {
                if !keys.contains(&absent) {
                    assert_eq!(index.place(absent), Place::Nowhere, "{absent}");
                }
            }
        }
    }

    #[test]
    fn a_key_that_comes_again_is_told_wherever_its_first_row_is() {
        for keys in [
            [5, 6, 5, 7, 5].map(|key: i64| key),
            [5, i64::MAX, 5, i64::MIN, 5],
        ] {
            let (index, further) = index_of(&keys, 2);
            assert_eq!(index.place(5), Place::Row(0));
            let mut rows: Vec<u32> = further.iter().map(|further| further.row).collect();
            rows.sort_unstable();
            assert_eq!(rows, [2, 4]);
            assert!(further.iter().all(|further| further.key == 5));
        }
    }

    #[test]
    fn the_order_of_rows_that_come_in_any_order_is_known() {
        for other in [6, i64::MAX] {
            let mut index = NumberIndex::new(true);
            let mut further = Vec::new();
            for (keys, ordinals) in [([5, other], [8, 9]), ([other, 5], [1, 2])] {
                index.add(&keys, &[0, 1], Ordinals::Given(&ordinals), &mut further);
            }
            index.settle(&mut further);
            let ordinal = |index: &mut NumberIndex, key| index.place_mut(key).unwrap().1;
            assert_eq!(ordinal(&mut index, 5), 8);
            assert_eq!(ordinal(&mut index, other), 9);
            further.sort_unstable();
            let found: Vec<_> = further.iter().map(|row| (row.key, row.ordinal)).collect();
            assert_eq!(found, [(5, 2), (other, 1)]);
        }
    }

    #[test]
    fn a_key_is_new_once_whether_it_is_there_or_not() {
        let (index, _) = index_of(&[10, 11, 12, i64::MAX], 4);
        for key in [11, 12, 13, -1, i64::MAX, i64::MIN] {
            assert!(index.ask(key));
            assert!(!index.ask(key));
        }
    }
}
