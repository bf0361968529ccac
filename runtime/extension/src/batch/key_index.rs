//! Where the rows of each key are, and which keys were asked for.

use std::borrow::Cow;

use super::number_index::NumberIndex;
use super::text_index::TextIndex;

/// What a query looks its rows up by.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Key<'k> {
    Number(i64),
    Text(Cow<'k, str>),
}

impl Key<'_> {
    pub fn into_owned(self) -> Key<'static> {
        match self {
            Self::Number(number) => Key::Number(number),
            Self::Text(text) => Key::Text(Cow::Owned(text.into_owned())),
        }
    }
}

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

    /// Gives the place to a row; false where it is taken.
    #[inline]
    pub(super) fn take(&mut self, row: u32) -> bool {
        let is_free = self.0 == 0;
        if is_free {
            self.0 = row + 1;
        }
        is_free
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

/// A row whose key has another one already.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub struct FurtherRow {
    /// The number that the index knows the key by.
    pub key: i64,
    /// Its place in the table, or among the rows of its key.
    pub ordinal: u32,
    pub row: u32,
}

/// The ordinals of a chunk's rows.
#[derive(Clone, Copy)]
pub enum Ordinals<'o> {
    /// They count on from here.
    From(u32),
    Given(&'o [u32]),
}

impl Ordinals<'_> {
    #[inline]
    pub(super) fn of(self, position: usize) -> u32 {
        match self {
            Self::From(first) => first + position as u32,
            Self::Given(ordinals) => ordinals[position],
        }
    }
}

/// Places by key.
pub enum KeyIndex {
    Numbers(NumberIndex),
    Texts(TextIndex),
}

impl KeyIndex {
    /// Gives each key its row; a row whose key has one already goes to `further`. Keys are the
    /// numbers that the index knows them by.
    pub fn add(
        &mut self,
        keys: &[i64],
        rows: &[u32],
        ordinals: Ordinals<'_>,
        further: &mut Vec<FurtherRow>,
    ) {
        let index = match self {
            Self::Numbers(index) => return index.add(keys, rows, ordinals, further),
            Self::Texts(index) => index,
        };
        for (position, (key, row)) in keys.iter().zip(rows).enumerate() {
            let ordinal = ordinals.of(position);
            if let Some((place, first)) = index.place_mut(*key)
                && place.take(*row)
            {
                *first = ordinal;
                continue;
            }
            further.push(FurtherRow {
                key: *key,
                ordinal,
                row: *row,
            });
        }
    }

    /// Finds places for all rows, after the last one came.
    pub fn settle(&mut self, further: &mut Vec<FurtherRow>) {
        if let Self::Numbers(index) = self {
            index.settle(further);
        }
    }

    /// The place of a key, to be changed, and the ordinal of the row in it.
    pub fn place_mut(&mut self, key: i64) -> Option<(&mut Packed, u32)> {
        match self {
            Self::Numbers(index) => index.place_mut(key),
            Self::Texts(index) => {
                let (place, ordinal) = index.place_mut(key)?;
                Some((place, *ordinal))
            }
        }
    }

    /// Drops what is only needed while rows are sorted out.
    pub fn finish(&mut self) {
        if let Self::Numbers(index) = self {
            index.finish();
        }
    }

    pub fn byte_count(&self) -> usize {
        match self {
            Self::Numbers(index) => index.byte_count(),
            Self::Texts(index) => index.byte_count(),
        }
    }

    pub fn place(&self, key: &Key<'_>) -> Place {
        match (self, key) {
            (Self::Numbers(index), Key::Number(key)) => index.place(*key),
            (Self::Texts(index), Key::Text(key)) => index.place(key),
            _ => Place::Open,
        }
    }

    /// Notes that a key is asked for; true the first time.
    pub fn ask(&self, key: &Key<'_>) -> bool {
        match (self, key) {
            (Self::Numbers(index), Key::Number(key)) => index.ask(*key),
            (Self::Texts(index), Key::Text(key)) => index.ask(key),
            _ => false,
        }
    }
}
