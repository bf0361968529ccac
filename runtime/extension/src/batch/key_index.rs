//! Where the rows of each key are, and which keys were asked for.

use std::collections::HashSet;
use std::ops::RangeInclusive;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;
use std::hash::BuildHasher;

/// Where a key's rows are.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Place {
    /// There are none.
    Nowhere,
    Row(u32),
    /// Several rows, by the number of their group.
    Group(u32),
    /// The query leaves their order open: it is run by itself.
    Open,
}

/// A place in four bytes.
#[derive(Clone, Copy, Default)]
pub struct Packed(u32);

const GROUP: u32 = 1 << 31;
const OPEN: u32 = u32::MAX;

impl Packed {
    /// Rows and groups that can be told apart.
    pub const COUNT_MAX: usize = (GROUP - 2) as usize;

    pub fn unpack(self) -> Place {
        match self.0 {
            0 => Place::Nowhere,
            OPEN => Place::Open,
            group if group & GROUP != 0 => Place::Group(group & !GROUP),
            row => Place::Row(row - 1),
        }
    }
}

impl From<Place> for Packed {
    fn from(place: Place) -> Self {
        Self(match place {
            Place::Nowhere => 0,
            Place::Row(row) => row + 1,
            Place::Group(group) => group | GROUP,
            Place::Open => OPEN,
        })
    }
}

/// Entries of a table by position, for each key of it.
const SPARSENESS_MAX: u64 = 4;

/// Places by key.
pub struct KeyIndex {
    places: Places,
    /// Keys that were asked for and have no place of their own.
    asked_elsewhere: Mutex<HashSet<i64, RandomState>>,
}

enum Places {
    /// Of all keys from the first one on.
    Dense {
        first: i64,
        places: Vec<Packed>,
        asked: Vec<AtomicU64>,
    },
    Sparse {
        hasher: RandomState,
        entries: HashTable<Entry>,
    },
}

struct Entry {
    key: i64,
    place: Packed,
    is_asked: AtomicBool,
}

impl KeyIndex {
    /// What it takes at least for each key.
    pub const BYTES_PER_KEY_MIN: usize = size_of::<Packed>();

    /// An index without places, for so many keys within these bounds; `None` when it would be
    /// larger.
    pub fn new(bounds: &RangeInclusive<i64>, key_count: usize, bytes_max: usize) -> Option<Self> {
        let span = (i128::from(*bounds.end()) - i128::from(*bounds.start()) + 1).max(0);
        let is_dense = span <= i128::from(SPARSENESS_MAX * key_count as u64);
        // A table has room for twice as many entries as it was made for.
        let bytes = match is_dense {
            true => span as usize * Self::BYTES_PER_KEY_MIN,
            false => key_count * 2 * size_of::<Entry>(),
        };
        if bytes > bytes_max {
            return None;
        }
        let places = match is_dense {
            true => Places::Dense {
                first: *bounds.start(),
                places: vec![Packed::default(); span as usize],
                asked: (0..(span as usize).div_ceil(64))
                    .map(|_| AtomicU64::new(0))
                    .collect(),
            },
            false => Places::Sparse {
                hasher: RandomState::default(),
                entries: HashTable::with_capacity(key_count),
            },
        };
        Some(Self {
            places,
            asked_elsewhere: Mutex::default(),
        })
    }

    /// Gives each key its row; what is already taken is handed to `taken`.
    pub fn place_rows(&mut self, keys: &[i64], rows: &[u32], mut taken: impl FnMut(i64, u32)) {
        let mut put = |place: &mut Packed, key: i64, row: u32| match place.0 {
            0 => *place = Place::Row(row).into(),
            _ => taken(key, row),
        };
        let rows = keys.iter().zip(rows);
        match &mut self.places {
            Places::Dense { first, places, .. } => {
                for (key, row) in rows {
                    put(&mut places[(*key - *first) as usize], *key, *row);
                }
            }
            Places::Sparse { .. } => {
                for (key, row) in rows {
                    put(self.place_mut(*key), *key, *row);
                }
            }
        }
    }

    /// A key's place, to be changed.
    #[inline]
    pub fn place_mut(&mut self, key: i64) -> &mut Packed {
        match &mut self.places {
            // The bounds are those of all keys.
            Places::Dense { first, places, .. } => &mut places[(key - *first) as usize],
            Places::Sparse { hasher, entries } => {
                let hash_of = |entry: &Entry| hasher.hash_one(entry.key);
                let entry = entries.entry(hasher.hash_one(key), |entry| entry.key == key, hash_of);
                let made = entry.or_insert_with(|| Entry {
                    key,
                    place: Packed::default(),
                    is_asked: AtomicBool::new(false),
                });
                &mut made.into_mut().place
            }
        }
    }

    pub fn place(&self, key: i64) -> Place {
        match &self.places {
            Places::Dense { first, places, .. } => offset(*first, key, places.len())
                .map_or(Place::Nowhere, |offset| places[offset].unpack()),
            Places::Sparse { hasher, entries } => entries
                .find(hasher.hash_one(key), |entry| entry.key == key)
                .map_or(Place::Nowhere, |entry| entry.place.unpack()),
        }
    }

    /// Notes that a key is asked for; true the first time.
    pub fn ask(&self, key: i64) -> bool {
        match &self.places {
            Places::Dense {
                first,
                places,
                asked,
            } => {
                if let Some(offset) = offset(*first, key, places.len()) {
                    let (word, bit) = (&asked[offset / 64], 1 << (offset % 64));
                    return word.load(Ordering::Relaxed) & bit == 0
                        && word.fetch_or(bit, Ordering::Relaxed) & bit == 0;
                }
            }
            Places::Sparse { hasher, entries } => {
                let entry = entries.find(hasher.hash_one(key), |entry| entry.key == key);
                if let Some(Entry { is_asked, .. }) = entry {
                    return !is_asked.load(Ordering::Relaxed)
                        && !is_asked.swap(true, Ordering::Relaxed);
                }
            }
        }
        self.asked_elsewhere.lock().insert(key)
    }
}

fn offset(first: i64, key: i64, count: usize) -> Option<usize> {
    let offset = usize::try_from(key.checked_sub(first)?).ok()?;
    (offset < count).then_some(offset)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn keys_find_their_places_whether_they_lie_close_or_far_apart() {
        for keys in [vec![-3, 0, 5], vec![i64::MIN, 0, i64::MAX]] {
            let bounds = keys[0]..=keys[2];
            let mut index = KeyIndex::new(&bounds, keys.len(), 1 << 20).unwrap();
            for (row, key) in keys.iter().enumerate() {
                *index.place_mut(*key) = Place::Row(row as u32).into();
            }
            *index.place_mut(keys[1]) = Place::Group(7).into();
            *index.place_mut(keys[2]) = Place::Open.into();
            assert_eq!(index.place(keys[0]), Place::Row(0));
            assert_eq!(index.place(keys[1]), Place::Group(7));
            assert_eq!(index.place(keys[2]), Place::Open);
            for absent in [1, 6, i64::MIN + 1, i64::MAX - 1] {
                assert_eq!(index.place(absent), Place::Nowhere);
            }
        }
    }

    #[test]
    fn an_index_that_would_be_too_large_is_not_made() {
        assert!(KeyIndex::new(&(0..=999), 1000, 4000).is_some());
        assert!(KeyIndex::new(&(0..=999), 1000, 3999).is_none());
        assert!(KeyIndex::new(&(0..=i64::MAX), 1000, 1000).is_none());
    }

    #[test]
    fn a_key_is_new_once_whether_it_is_there_or_not() {
        for bounds in [10..=12, 0..=i64::MAX] {
            let mut index = KeyIndex::new(&bounds, 2, 1 << 20).unwrap();
            *index.place_mut(11) = Place::Row(0).into();
            for key in [11, 12, 13, -1] {
                assert!(index.ask(key));
                assert!(!index.ask(key));
            }
        }
    }
}
