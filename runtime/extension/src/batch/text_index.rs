//! Places of rows by texts.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::sync::atomic::{AtomicBool, Ordering};

use foldhash::quality::RandomState;
use hashbrown::HashTable;
use parking_lot::Mutex;

use super::key_index::{Packed, Place};

/// Places by key; keys have numbers, in the order in which they came.
#[derive(Default)]
pub struct TextIndex {
    hasher: RandomState,
    numbers: HashTable<u32>,
    entries: Vec<Entry>,
    /// The keys, one behind the other.
    texts: Vec<u8>,
    /// Keys that were asked for and are not there.
    asked_absent: Mutex<HashSet<String, RandomState>>,
}

struct Entry {
    /// Where the key ends; the next one begins there.
    end: u32,
    /// Part of the hash: most other keys differ in it.
    tag: u32,
    place: Packed,
    /// The ordinal of the row in the place.
    ordinal: u32,
    is_asked: AtomicBool,
}

impl TextIndex {
    /// The number of a key, found or given.
    pub fn number_of(&mut self, key: &[u8]) -> i64 {
        let hash = self.hasher.hash_one(key);
        let (entries, texts) = (&self.entries, &self.texts);
        let is_same = |number: &u32| is_key(entries, texts, *number, hash as u32, key);
        if let Some(number) = self.numbers.find(hash, is_same) {
            return i64::from(*number);
        }
        let number = self.entries.len() as u32;
        self.texts.extend_from_slice(key);
        self.entries.push(Entry {
            end: self.texts.len() as u32,
            tag: hash as u32,
            place: Packed::default(),
            ordinal: 0,
            is_asked: AtomicBool::new(false),
        });
        let (entries, texts, hasher) = (&self.entries, &self.texts, &self.hasher);
        let hash_of = |number: &u32| hasher.hash_one(text_of(entries, texts, *number));
        self.numbers.insert_unique(hash, number, hash_of);
        i64::from(number)
    }

    /// The place of a key with this number, to be changed, and the ordinal of the row in it.
    pub fn place_mut(&mut self, number: i64) -> Option<(&mut Packed, &mut u32)> {
        let entry = self.entries.get_mut(number as usize)?;
        Some((&mut entry.place, &mut entry.ordinal))
    }

    pub fn place(&self, key: &str) -> Place {
        let entry = self.entry(key);
        entry.map_or(Place::Nowhere, |entry| entry.place.unpack())
    }

    /// Notes that a key is asked for; true the first time.
    pub fn ask(&self, key: &str) -> bool {
        match self.entry(key) {
            Some(Entry { is_asked, .. }) => {
                !is_asked.load(Ordering::Relaxed) && !is_asked.swap(true, Ordering::Relaxed)
            }
            None => {
                let mut asked = self.asked_absent.lock();
                !asked.contains(key) && asked.insert(key.to_owned())
            }
        }
    }

    /// Bytes that it takes.
    pub fn byte_count(&self) -> usize {
        // A hash table has room for twice as many entries as it was made for.
        self.texts.len() + self.entries.len() * (size_of::<Entry>() + 2 * size_of::<u32>())
    }

    fn entry(&self, key: &str) -> Option<&Entry> {
        let key = key.as_bytes();
        let hash = self.hasher.hash_one(key);
        let is_same = |number: &u32| is_key(&self.entries, &self.texts, *number, hash as u32, key);
        let number = self.numbers.find(hash, is_same)?;
        self.entries.get(*number as usize)
    }
}

fn is_key(entries: &[Entry], texts: &[u8], number: u32, tag: u32, key: &[u8]) -> bool {
    entries[number as usize].tag == tag && text_of(entries, texts, number) == key
}

fn text_of<'t>(entries: &[Entry], texts: &'t [u8], number: u32) -> &'t [u8] {
    let number = number as usize;
    let start = number
        .checked_sub(1)
        .map_or(0, |before| entries[before].end);
    &texts[start as usize..entries[number].end as usize]
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn texts_are_told_apart_by_their_bytes() {
        let mut index = TextIndex::default();
        let keys = [
            "", "a", "A", "ab", "b", "ü", "u\u{308}", "O'Brien", "007", "7",
        ];
        for (row, key) in keys.iter().enumerate() {
            let number = index.number_of(key.as_bytes());
            assert!(index.place_mut(number).unwrap().0.take(row as u32));
            assert_eq!(index.number_of(key.as_bytes()), number);
        }
        for (row, key) in keys.iter().enumerate() {
            assert_eq!(index.place(key), Place::Row(row as u32), "{key}");
        }
        assert_eq!(index.place("abc"), Place::Nowhere);
    }

    #[test]
    fn a_key_is_new_once_whether_it_is_there_or_not() {
        let mut index = TextIndex::default();
        index.number_of(b"here");
        for key in ["here", "not here"] {
            assert!(index.ask(key));
            assert!(!index.ask(key));
        }
    }
}
