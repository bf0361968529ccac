//! The rows of a statement that reads the answers for every key, as they come.

use std::collections::HashSet;
use std::hash::BuildHasher;
use std::ops::Range;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use super::key_index::{FurtherRow, KeyIndex, Ordinals, Packed, Place};
use super::keyed_plan::{KeyKind, KeyedPlan, RowOrder};
use super::number_index::NumberIndex;
use super::row_image::{KnownRows, UNKNOWN};
use super::text_index::TextIndex;
use crate::error::EngineResult;
use crate::value::read::VectorReader;
use crate::value::result::{ResultEncoder, encode_row};
use crate::value::{Format, LogicalType};

/// Bytes that the answers of one rule may take while they are read and sorted out.
const BYTES_MAX: usize = 64 << 20;

/// Different rows that are looked up instead of being kept again.
const SHARED_ROWS_MAX: usize = 1024;

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

    fn add_group(&mut self, members: impl Iterator<Item = u32>) -> u32 {
        let start = self.members.len() as u32;
        self.members.extend(members);
        self.groups.push(start..self.members.len() as u32);
        self.groups.len() as u32 - 1
    }

    fn byte_count(&self) -> usize {
        self.bytes.len() + self.ends.len() * size_of::<u32>()
    }
}

/// Keys and rows as they came.
pub struct KeyedRows {
    order: RowOrder,
    format: Format,
    /// Has written the names of the columns.
    heading: ResultEncoder,
    /// What one answer may have.
    rows_max: u64,
    index: KeyIndex,
    store: RowStore,
    row_count: usize,
    /// Rows of keys that have one already.
    further: Vec<FurtherRow>,
    /// Keys with rows that their query does not order.
    open_keys: HashSet<i64>,
    is_full: bool,
    /// Numbers of rows by how DuckDB holds them; `None` where most rows differ from the others.
    known: Option<KnownRows>,
    /// Numbers of rows by their bytes.
    shared: HashTable<u32>,
    hasher: RandomState,
    /// Of one chunk: the numbers of its rows, its keys, and its ordinals.
    numbers: Vec<u32>,
    keys: Vec<i64>,
    ordinals: Vec<u32>,
}

impl KeyedRows {
    /// `columns` are the query's own; `bytes_max` and `rows_max` bound what one answer may be.
    pub fn new(
        plan: &KeyedPlan,
        columns: &[(String, LogicalType)],
        format: Format,
        (bytes_max, rows_max): (usize, u64),
    ) -> Self {
        let order = plan.order;
        Self {
            order,
            format,
            heading: ResultEncoder::new(format, columns, bytes_max),
            rows_max,
            index: match plan.kind {
                KeyKind::Number => KeyIndex::Numbers(NumberIndex::new(order == RowOrder::Ordinals)),
                KeyKind::Text => KeyIndex::Texts(TextIndex::default()),
            },
            store: RowStore::default(),
            row_count: 0,
            further: Vec::new(),
            open_keys: HashSet::new(),
            is_full: false,
            known: KnownRows::new(columns.iter().map(|(_, logical_type)| logical_type)),
            shared: HashTable::new(),
            hasher: RandomState::default(),
            numbers: Vec::new(),
            keys: Vec::new(),
            ordinals: Vec::new(),
        }
    }

    /// The rows that were taken.
    pub fn row_count(&self) -> usize {
        self.row_count
    }

    /// Takes a chunk; false when there are more rows than may be kept.
    pub fn visit(&mut self, readers: &[VectorReader<'_>], count: usize) -> EngineResult<bool> {
        let (leading, columns) = readers.split_at(self.order.leading_columns());
        if self.row_count + count > Packed::COUNT_MAX {
            self.is_full = true;
            return Ok(false);
        }
        self.number_rows(columns, count)?;
        self.place_rows(leading, count);
        self.row_count += count;
        // Where most rows are others, looking for equal ones is in vain.
        if self.store.ends.len() > SHARED_ROWS_MAX.max(self.row_count / 2) {
            self.known = None;
        }
        self.is_full |= self.held() > BYTES_MAX;
        Ok(!self.is_full)
    }

    /// Bytes that keys and rows take.
    fn held(&self) -> usize {
        self.index.byte_count()
            + self.store.byte_count()
            + self.further.len() * size_of::<FurtherRow>()
    }

    /// Finds the numbers of the chunk's rows; those that are new are encoded.
    fn number_rows(&mut self, columns: &[VectorReader<'_>], count: usize) -> EngineResult<()> {
        let mut numbers = std::mem::take(&mut self.numbers);
        numbers.clear();
        numbers.resize(count, UNKNOWN);
        let known = self.known.as_mut();
        if !known.is_some_and(|known| known.recognise(columns, &mut numbers)) {
            for (row, number) in numbers.iter_mut().enumerate() {
                if *number == UNKNOWN {
                    *number = self.number_of_row(columns, row)?;
                }
            }
        }
        self.numbers = numbers;
        Ok(())
    }

    fn number_of_row(&mut self, columns: &[VectorReader<'_>], row: usize) -> EngineResult<u32> {
        let known = self.known.as_ref();
        let number = known.map_or(UNKNOWN, |known| known.find(columns, row));
        if number != UNKNOWN {
            return Ok(number);
        }
        let start = self.store.bytes.len();
        // SAFETY: the row is one of the chunk's.
        unsafe { encode_row(self.format, columns, row, &mut self.store.bytes) }?;
        if self.known.is_none() {
            return Ok(self.store.end_row());
        }
        let number = self.number_of_bytes(start);
        if let Some(known) = &mut self.known {
            known.keep(columns, row, number);
        }
        Ok(number)
    }

    /// The number of the row whose bytes begin here: its own, or that of an equal one.
    fn number_of_bytes(&mut self, start: usize) -> u32 {
        let store = &mut self.store;
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

    /// Puts the chunk's rows where their keys are looked up.
    fn place_rows(&mut self, leading: &[VectorReader<'_>], count: usize) {
        self.keys.clear();
        // SAFETY: the rows are the chunk's; the key's type is what the plan gave it.
        unsafe {
            match &mut self.index {
                KeyIndex::Numbers(_) => {
                    let keys = leading[0].entries(0..count, size_of::<i64>());
                    let keys = keys.as_chunks().0.iter();
                    self.keys.extend(keys.map(|key| i64::from_ne_bytes(*key)));
                }
                KeyIndex::Texts(index) => {
                    let keys = (0..count).map(|row| index.number_of(leading[0].bytes(row)));
                    self.keys.extend(keys);
                }
            }
        }
        // SAFETY: as above; a row's place and rank are BIGINT.
        let number = |column: usize, row: usize| unsafe { leading[column].i64(row) };
        self.ordinals.clear();
        let ordinals = match self.order {
            RowOrder::One | RowOrder::Sequence => Ordinals::From(self.row_count as u32 + 1),
            RowOrder::Ordinals => {
                let ordinals = (0..count).map(|row| number(1, row));
                // Those of a table that would never fit are not told apart.
                self.is_full |= ordinals.clone().any(|row| u32::try_from(row).is_err());
                self.ordinals.extend(ordinals.map(|row| row as u32));
                Ordinals::Given(&self.ordinals)
            }
            RowOrder::Ranks => {
                let mut first_count = 0;
                for row in 0..count {
                    let (key, ordinal) = (self.keys[row], number(1, row));
                    if number(2, row) != ordinal {
                        // Which of the two comes first is for the query itself to say.
                        self.open_keys.insert(key);
                    }
                    if ordinal == 1 {
                        self.keys[first_count] = key;
                        self.numbers[first_count] = self.numbers[row];
                        first_count += 1;
                        continue;
                    }
                    self.further.push(FurtherRow {
                        key,
                        ordinal: u32::try_from(ordinal).unwrap_or(u32::MAX),
                        row: self.numbers[row],
                    });
                }
                self.keys.truncate(first_count);
                self.ordinals.resize(first_count, 1);
                Ordinals::Given(&self.ordinals)
            }
        };
        let further = &mut self.further;
        self.index.add(&self.keys, &self.numbers, ordinals, further);
    }

    /// The rows by key, and an encoder that has written the names of the columns. `None` when
    /// there are too many, or the order of some is not known.
    pub fn finish(mut self) -> Option<(KeyIndex, RowStore, ResultEncoder)> {
        self.index.settle(&mut self.further);
        let is_one = self.order == RowOrder::One;
        if self.is_full || self.rows_max == 0 || (is_one && !self.further.is_empty()) {
            return None;
        }
        self.further.sort_unstable();
        let same_key = |one: &FurtherRow, other: &FurtherRow| one.key == other.key;
        for rows in self.further.chunk_by(same_key) {
            let (place, first_ordinal) = self.index.place_mut(rows[0].key)?;
            let is_known = (rows.len() as u64) < self.rows_max;
            *place = match place.unpack() {
                Place::Row(first) if is_known => {
                    let split = rows.partition_point(|row| row.ordinal < first_ordinal);
                    let (before, after) = rows.split_at(split);
                    let row = |row: &FurtherRow| row.row;
                    let members = before.iter().map(row).chain([first]);
                    let members = members.chain(after.iter().map(row));
                    Place::Group(self.store.add_group(members))
                }
                _ => Place::Open,
            }
            .into();
        }
        for key in &self.open_keys {
            *self.index.place_mut(*key)?.0 = Place::Open.into();
        }
        self.index.finish();
        Some((self.index, self.store, self.heading))
    }
}
