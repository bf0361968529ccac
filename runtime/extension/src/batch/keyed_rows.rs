//! The rows of a statement that reads the answers for every key, as they come.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::key_index::{KeyIndex, Packed, Place};
use super::row_image::{Imager, RecentRows};
use super::shape_plan::RowsPerRequest;
use crate::error::EngineResult;
use crate::value::read::VectorReader;
use crate::value::result::{ResultEncoder, encode_row};
use crate::value::{Format, LogicalType};

/// Bytes that the answers of one rule may take while they are read and sorted out.
const BYTES_MAX: usize = 64 << 20;

/// What a row costs besides its own bytes: its key, and its number.
const BYTES_PER_ROW: usize = 8 + 4;

/// Different rows that are looked up instead of being kept again.
const SHARED_ROWS_MAX: usize = 256;

/// Encoded rows by their numbers, and groups of them.
#[derive(Default)]
pub struct RowStore {
    bytes: Vec<u8>,
    /// Where each row ends.
    ends: Vec<u32>,
    groups: Vec<Range<u32>>,
    /// The rows of all groups.
    members: Vec<u32>,
}

impl RowStore {
    pub fn row(&self, row: u32) -> &[u8] {
        let row = row as usize;
        let start = row.checked_sub(1).map_or(0, |before| self.ends[before]);
        &self.bytes[start as usize..self.ends[row] as usize]
    }

    pub fn group(&self, group: u32) -> impl ExactSizeIterator<Item = &[u8]> {
        let Range { start, end } = self.groups[group as usize];
        let members = &self.members[start as usize..end as usize];
        members.iter().map(|row| self.row(*row))
    }

    /// Ends the row whose bytes were added.
    fn end_row(&mut self) -> u32 {
        self.ends.push(self.bytes.len() as u32);
        self.ends.len() as u32 - 1
    }
}

/// Keys and rows as they came.
pub struct KeyedRows {
    rows_per_key: RowsPerRequest,
    format: Format,
    bytes_max: usize,
    rows_max: u64,
    heading: Option<ResultEncoder>,
    keys: Vec<i64>,
    rows: Vec<u32>,
    store: RowStore,
    /// Numbers of rows by their bytes.
    shared: HashTable<u32>,
    /// Numbers of rows by how DuckDB holds them.
    recent: RecentRows,
    /// Most rows differ from the others.
    is_varied: bool,
    hasher: RandomState,
    /// The key and the ordinal of the row before.
    last: Option<(i64, i64)>,
    /// Whether the rows of each key came in their order.
    is_ordered: bool,
    /// Keys with rows that their query does not order.
    open_keys: HashSet<i64>,
    is_full: bool,
}

impl KeyedRows {
    /// `bytes_max` and `rows_max` bound what one answer may be.
    pub fn new(
        rows_per_key: RowsPerRequest,
        format: Format,
        bytes_max: usize,
        rows_max: u64,
    ) -> Self {
        Self {
            rows_per_key,
            format,
            bytes_max,
            rows_max,
            heading: None,
            keys: Vec::new(),
            rows: Vec::new(),
            store: RowStore::default(),
            shared: HashTable::new(),
            recent: RecentRows::default(),
            is_varied: false,
            hasher: RandomState::default(),
            last: None,
            is_ordered: true,
            open_keys: HashSet::new(),
            is_full: false,
        }
    }

    /// Takes a chunk; false when there are more rows than may be kept.
    pub fn visit(
        &mut self,
        columns: &[(String, LogicalType)],
        readers: &[VectorReader<'_>],
        count: usize,
    ) -> EngineResult<bool> {
        let is_ordered_by_query = self.rows_per_key == RowsPerRequest::Ordered;
        let leading = if is_ordered_by_query { 3 } else { 1 };
        self.heading.get_or_insert_with(|| {
            ResultEncoder::new(self.format, &columns[leading..], self.bytes_max)
        });
        let mut imager = (!self.is_varied && count > 0)
            .then(|| Imager::new(&readers[leading..]))
            .flatten();
        self.keys.reserve(count);
        self.rows.reserve(count);
        for row in 0..count {
            // SAFETY: `row` is below the chunk's size; the leading columns are BIGINT.
            let number = |column: usize| unsafe { readers[column].i64(row) };
            // SAFETY: as above.
            if !unsafe { readers[0].is_valid(row) } {
                continue;
            }
            let key = number(0);
            if is_ordered_by_query {
                self.note_order(key, number(1), number(2));
            }
            let image = imager.as_mut().and_then(|imager| imager.image(row));
            let known = image.as_ref().and_then(|image| self.recent.find(image));
            let number = match known {
                Some(known) => known,
                None => {
                    let start = self.store.bytes.len();
                    let cells = &readers[leading..];
                    // SAFETY: as above.
                    unsafe { encode_row(self.format, cells, row, &mut self.store.bytes) }?;
                    let number = self.number_of_row(start);
                    if let Some(image) = image {
                        self.recent.keep(image, number);
                    }
                    number
                }
            };
            self.keys.push(key);
            self.rows.push(number);
        }
        // Where most rows are others, looking for equal ones is in vain.
        self.is_varied |= self.store.ends.len() > SHARED_ROWS_MAX.max(self.rows.len() / 2);
        self.is_full |= self.held() + self.keys.len() * KeyIndex::BYTES_PER_KEY_MIN > BYTES_MAX;
        Ok(!self.is_full)
    }

    /// Bytes that keys and rows take.
    fn held(&self) -> usize {
        self.keys.len() * BYTES_PER_ROW
            + self.store.bytes.len()
            + self.store.ends.len() * size_of::<u32>()
    }

    fn note_order(&mut self, key: i64, ordinal: i64, rank: i64) {
        if rank != ordinal {
            // Which of the two comes first is for the query itself to say.
            self.open_keys.insert(key);
        }
        self.is_ordered &= ordinal == 1 || self.last == Some((key, ordinal - 1));
        self.last = Some((key, ordinal));
    }

    /// The number of the row whose bytes begin here: its own, or that of an equal one.
    fn number_of_row(&mut self, start: usize) -> u32 {
        let store = &mut self.store;
        if self.is_varied {
            return store.end_row();
        }
        let hash = self.hasher.hash_one(&store.bytes[start..]);
        let is_same = |row: &u32| *store.row(*row) == store.bytes[start..];
        if let Some(known) = self.shared.find(hash, is_same).copied() {
            store.bytes.truncate(start);
            return known;
        }
        let row = store.end_row();
        if self.shared.len() < SHARED_ROWS_MAX {
            let hash_of = |row: &u32| self.hasher.hash_one(store.row(*row));
            self.shared.insert_unique(hash, row, hash_of);
        }
        row
    }

    /// The rows by key, and an encoder that has written the names of the columns. `None` when
    /// there are too many, or the order of some is not known.
    pub fn finish(mut self) -> Option<(KeyIndex, RowStore, ResultEncoder)> {
        let heading = self.heading.take()?;
        let first = self.keys.iter().min().copied().unwrap_or(0);
        let last = self.keys.iter().max().copied().unwrap_or(-1);
        let bytes_left = BYTES_MAX.saturating_sub(self.held());
        let mut index = KeyIndex::new(&(first..=last), self.keys.len(), bytes_left)?;
        // Keys with several rows: the first row has the key's place, the others come here.
        let mut further: Vec<(i64, u32)> = Vec::new();
        index.place_rows(&self.keys, &self.rows, |key, row| further.push((key, row)));
        let is_sorted_out =
            further.is_empty() || (self.is_ordered && self.rows_per_key != RowsPerRequest::One);
        let is_countable = self.rows_max > 0 && self.keys.len() <= Packed::COUNT_MAX;
        if self.is_full || !is_sorted_out || !is_countable {
            return None;
        }
        // Stable: the rows of a key stay in their order.
        further.sort_by_key(|(key, _)| *key);
        for rows in further.chunk_by(|(one, _), (other, _)| one == other) {
            let place = index.place_mut(rows[0].0);
            let Place::Row(first) = place.unpack() else {
                continue;
            };
            *place = match rows.len() as u64 + 1 > self.rows_max {
                true => Place::Open,
                false => {
                    let start = self.store.members.len() as u32;
                    self.store.members.push(first);
                    self.store.members.extend(rows.iter().map(|(_, row)| *row));
                    let end = self.store.members.len() as u32;
                    self.store.groups.push(start..end);
                    Place::Group(self.store.groups.len() as u32 - 1)
                }
            }
            .into();
        }
        for key in &self.open_keys {
            *index.place_mut(*key) = Place::Open.into();
        }
        Some((index, self.store, heading))
    }
}
