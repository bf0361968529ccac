//! The calls that a chunk's rows need: none for NULLs and what is known, one for equal rows.

use std::ops::Range;

use hashbrown::HashTable;

use super::chunk::{Chunk, read_arguments};
use crate::duckdb::InvokeInfo;
use crate::error::EngineResult;
use crate::value::read::VectorReader;
use crate::value::{Value, write};

/// Rows, and the calls that give their results.
pub struct Gathered<'r> {
    pub readers: &'r [VectorReader<'r>],
    /// The row that each call takes its arguments from, in ascending order.
    pub calls: Vec<usize>,
    /// Under what each call's result is remembered; none where results are not.
    keys: Keys,
    rows: Range<usize>,
    sources: Vec<Source>,
}

/// The keys of calls, one behind the other.
#[derive(Default)]
struct Keys {
    bytes: Vec<u8>,
    /// The hash of each key, and where it ends.
    ends: Vec<(u64, usize)>,
}

impl Keys {
    fn add(&mut self, hash: u64, key: &[u8]) {
        self.bytes.extend_from_slice(key);
        self.ends.push((hash, self.bytes.len()));
    }

    fn get(&self, call: usize) -> (u64, &[u8]) {
        let start = match call {
            0 => 0,
            _ => self.ends[call - 1].1,
        };
        let (hash, end) = self.ends[call];
        (hash, &self.bytes[start..end])
    }
}

/// Where a row's result comes from.
enum Source {
    Null,
    Known(Value),
    Call(usize),
}

impl Chunk<'_> {
    /// Finds out which calls the rows need.
    pub(super) fn gather<'r>(
        &mut self,
        readers: &'r [VectorReader<'r>],
        rows: Range<usize>,
    ) -> Gathered<'r> {
        let mut gathered = Gathered {
            readers,
            calls: Vec::with_capacity(rows.len()),
            keys: Keys::default(),
            rows: rows.clone(),
            sources: Vec::with_capacity(rows.len()),
        };
        let is_memoised = self.is_memoised();
        let mut call_of_key: HashTable<usize> = match is_memoised {
            true => HashTable::with_capacity(rows.len()),
            false => HashTable::new(),
        };
        for row in rows {
            let source = if self.is_skipped(readers, row) {
                Source::Null
            } else if is_memoised {
                self.make_key(readers, row);
                let key = self.scratch.key.as_slice();
                let hash = self.execution().results.hash(key);
                let is_same = |call: &usize| gathered.keys.get(*call).1 == key;
                if let Some(known) = self.execution().results.get(hash, key) {
                    self.tally.memo_hits += 1;
                    Source::Known(known)
                } else if let Some(call) = call_of_key.find(hash, is_same) {
                    self.tally.memo_hits += 1;
                    Source::Call(*call)
                } else {
                    gathered.keys.add(hash, key);
                    let hash_of = |call: &usize| gathered.keys.get(*call).0;
                    call_of_key.insert_unique(hash, gathered.calls.len(), hash_of);
                    gathered.add(row)
                }
            } else {
                gathered.add(row)
            };
            gathered.sources.push(source);
        }
        gathered
    }

    /// Remembers the calls' results and writes them to their rows.
    pub(super) fn write_gathered(
        &self,
        gathered: &Gathered<'_>,
        results: &[Value],
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        if self.is_memoised() {
            for (call, result) in results.iter().enumerate() {
                let (hash, key) = gathered.keys.get(call);
                self.execution().results.add(hash, key, result.clone());
            }
        }
        for (row, source) in gathered.rows.clone().zip(&gathered.sources) {
            let value = match source {
                Source::Null => &Value::Null,
                Source::Known(value) => value,
                Source::Call(call) => &results[*call],
            };
            // SAFETY: the output vector has the registered return type and room for the chunk.
            unsafe { write::write(info.output(), self.returns, row, value) }?;
        }
        Ok(())
    }
}

impl Gathered<'_> {
    fn add(&mut self, row: usize) -> Source {
        self.calls.push(row);
        Source::Call(self.calls.len() - 1)
    }

    /// The arguments of a call.
    pub fn arguments(&self, call: usize) -> EngineResult<Vec<Value>> {
        read_arguments(self.readers, self.calls[call])
    }

    /// The arguments of consecutive calls.
    pub fn all_arguments(&self, calls: Range<usize>) -> EngineResult<Vec<Vec<Value>>> {
        calls.map(|call| self.arguments(call)).collect()
    }
}
