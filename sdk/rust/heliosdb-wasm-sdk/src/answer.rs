//! Answers to queries, as the database encoded them.

use core::cell::Cell as Place;
use core::mem::ManuallyDrop;
use core::ops::Deref;
use std::sync::OnceLock;

use crate::cell::Cell;
use crate::error::Error;
use crate::heading::{self, Heading};
use crate::host::FIRST_CAPACITY;
use crate::message_pack::Decoder;
use crate::result::Column;
use crate::value::Value;

/// An answer, and where in it everything lies.
#[derive(Clone, Default)]
pub(crate) struct Answer {
    bytes: Vec<u8>,
    /// Where the descriptions of the columns begin.
    columns_at: usize,
    pub(crate) column_count: usize,
    /// Where the values begin, row after row.
    starts: Vec<u32>,
    pub(crate) columns: OnceLock<Vec<Column>>,
    pub(crate) values: OnceLock<Vec<Value>>,
}

impl Answer {
    /// Finds where everything lies. That a value is well-formed is seen when it is decoded.
    #[inline(never)]
    fn locate(&mut self) -> Result<(), Error> {
        self.starts.clear();
        match heading::seen(&self.bytes) {
            Some(Heading {
                columns_at,
                column_count,
                rows_at,
            }) => {
                (self.columns_at, self.column_count) = (columns_at, column_count);
                self.locate_rows(rows_at).map(drop)
            }
            None => self.locate_entries(),
        }
    }

    /// As `locate`, of an answer that begins as none did.
    #[cold]
    #[inline(never)]
    fn locate_entries(&mut self) -> Result<(), Error> {
        (self.columns_at, self.column_count) = (0, 0);
        let mut decoder = Decoder::new(&self.bytes);
        let entry_count = decoder.map_length()?;
        for entry in 0..entry_count {
            let key = decoder.text_bytes()?;
            let at = self.bytes.len() - decoder.left();
            let behind = match key {
                b"columns" => {
                    self.column_count = decoder.list_length()?;
                    self.columns_at = self.bytes.len() - decoder.left();
                    for _ in 0..self.column_count {
                        decoder.skip()?;
                    }
                    self.bytes.len() - decoder.left()
                }
                b"rows" => {
                    if entry_count == 2 && entry == 1 && self.columns_at != 0 {
                        let heading = Heading {
                            columns_at: self.columns_at,
                            column_count: self.column_count,
                            rows_at: at,
                        };
                        heading::remember(&self.bytes, heading);
                    }
                    self.locate_rows(at)?
                }
                _ => {
                    decoder.skip()?;
                    self.bytes.len() - decoder.left()
                }
            };
            decoder = Decoder::new(&self.bytes[behind..]);
        }
        Ok(())
    }

    /// Finds every value of the list of rows at a position; returns the position behind it.
    #[inline]
    fn locate_rows(&mut self, at: usize) -> Result<usize, Error> {
        let bytes = self.bytes.as_slice();
        let mut decoder = Decoder::new(&bytes[at..]);
        let position = |decoder: &Decoder<'_>| bytes.len() - decoder.left();
        let row_count = decoder.list_length()?;
        let value_count = row_count.saturating_mul(self.column_count);
        self.starts.reserve(decoder.capacity(value_count));
        for _ in 0..row_count {
            if decoder.list_length()? != self.column_count {
                return Err(Error::unplaced(
                    "malformed result from the database: row width",
                ));
            }
            for _ in 0..self.column_count {
                self.starts.push(position(&decoder) as u32);
                decoder.skip()?;
            }
        }
        Ok(position(&decoder))
    }

    /// What describes the columns, and maybe more behind it.
    pub(crate) fn headings(&self) -> Decoder<'_> {
        Decoder::new(&self.bytes[self.columns_at..])
    }

    /// How many values all rows have together.
    pub(crate) fn value_count(&self) -> usize {
        self.starts.len()
    }

    /// Every value, row after row.
    pub(crate) fn cells(&self) -> impl Iterator<Item = Cell<'_>> {
        self.starts.iter().map(|start| self.cell_at(*start))
    }

    pub(crate) fn cell(&self, value_index: usize) -> Cell<'_> {
        self.cell_at(self.starts[value_index])
    }

    fn cell_at(&self, start: u32) -> Cell<'_> {
        Cell::new(&self.bytes[start as usize..])
    }
}

/// An answer in use. Its memory serves for the next one.
pub(crate) struct KeptAnswer(ManuallyDrop<Box<Answer>>);

impl KeptAnswer {
    /// Locates what `fill` puts into an empty buffer.
    #[inline]
    pub(crate) fn receive(
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<KeptAnswer, Error> {
        let spare = SPARE.try_with(Place::take).ok().flatten();
        let is_spare = spare.is_some();
        let mut answer = spare.unwrap_or_default();
        fill(&mut answer.bytes)?;
        if !is_spare {
            // A procedure may hold many answers; only one at a time has room for more than it is.
            answer.bytes.shrink_to_fit();
        }
        answer.locate()?;
        Ok(KeptAnswer(ManuallyDrop::new(answer)))
    }
}

impl Deref for KeptAnswer {
    type Target = Answer;

    fn deref(&self) -> &Answer {
        &self.0
    }
}

impl Clone for KeptAnswer {
    fn clone(&self) -> KeptAnswer {
        KeptAnswer(self.0.clone())
    }
}

impl Drop for KeptAnswer {
    #[inline(never)]
    fn drop(&mut self) {
        // SAFETY: it is not used any more.
        let answer = unsafe { ManuallyDrop::take(&mut self.0) };
        let is_plain = answer.columns.get().is_none() && answer.values.get().is_none();
        if is_plain
            && answer.bytes.capacity() <= FIRST_CAPACITY
            && answer.starts.capacity() <= FIRST_CAPACITY / size_of::<u32>()
        {
            // Where there is no place any more, the answer goes the way of everything.
            let _ = SPARE.try_with(|spare| match spare.take() {
                None => spare.set(Some(answer)),
                earlier => spare.set(earlier),
            });
        }
    }
}

thread_local! {
    /// An answer that nobody uses.
    static SPARE: Place<Option<Box<Answer>>> = const { Place::new(None) };
}

#[cfg(test)]
mod tests {
    use super::*;

    fn received(bytes: &[u8]) -> KeptAnswer {
        KeptAnswer::receive(|buffer| {
            buffer.clear();
            buffer.reserve(FIRST_CAPACITY);
            buffer.extend_from_slice(bytes);
            Ok(())
        })
        .unwrap_or_else(|error| panic!("{error}"))
    }

    /// `{"rows": [], "columns": []}` and as many further entries of one byte.
    fn empty_answer(filling: usize) -> Vec<u8> {
        let mut bytes = b"\x83\xa4rows\x90\xa7columns\x90\xa1x\xc5".to_vec();
        bytes.extend_from_slice(&(filling as u16).to_be_bytes());
        bytes.resize(bytes.len() + filling, 0);
        bytes
    }

    #[test]
    fn an_answer_is_received_where_the_one_before_was() {
        let bytes = empty_answer(10);
        drop(received(&bytes));
        let first = received(&bytes);
        let place = first.bytes.as_ptr();
        drop(first);
        let second = received(&bytes);
        assert_eq!(second.bytes.as_ptr(), place);
        assert_eq!(second.bytes, bytes);
    }

    #[test]
    fn of_answers_held_at_once_one_has_room_for_more() {
        let bytes = empty_answer(10);
        drop(received(&bytes));
        let held: Vec<KeptAnswer> = (0..10).map(|_| received(&bytes)).collect();
        let roomy = held
            .iter()
            .filter(|answer| answer.bytes.capacity() > bytes.len());
        assert_eq!(roomy.count(), 1);
        assert!(held.iter().all(|answer| answer.bytes == bytes));
    }

    #[test]
    fn what_was_decoded_of_an_answer_is_not_the_next_ones() {
        let bytes = empty_answer(0);
        let answer = received(&bytes);
        answer.columns.get_or_init(Vec::new);
        answer.values.get_or_init(Vec::new);
        drop(answer);
        let next = received(&bytes);
        assert!(next.columns.get().is_none() && next.values.get().is_none());
    }

    #[test]
    fn the_memory_of_a_large_answer_is_not_kept() {
        drop(received(&empty_answer(60_000)));
        assert!(received(&empty_answer(0)).bytes.capacity() <= FIRST_CAPACITY);
    }
}
