//! What one execution remembers: results of STABLE procedures and answers of repeated queries.
//!
//! Both are valid for one execution only, because it reads one snapshot. Both are bounded; when a
//! bound is reached the oldest part is forgotten, which costs time and never results.

use std::hash::BuildHasher;
use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::Duration;

use foldhash::quality::RandomState;
use hashbrown::HashTable;

use parking_lot::Mutex;

use crate::error::EngineResult;
use crate::value::{Format, Value, msgpack};

/// Shards keep two threads from waiting for each other.
const SHARD_COUNT: usize = 16;

/// Bytes of keys and values one memo may hold.
const MEMO_BYTES_MAX: usize = 64 << 20;

/// A bounded map from bytes, shared by threads.
struct Sharded<V> {
    hasher: RandomState,
    shards: [Mutex<Shard<V>>; SHARD_COUNT],
}

/// Two generations: when the young one is full it becomes the old one, and the old one goes. What
/// was just put in is therefore never lost.
struct Shard<V> {
    young: Generation<V>,
    old: Generation<V>,
}

/// Entries lie in the order they came, so that adding one touches little memory besides what it
/// writes: the table has only their numbers.
struct Generation<V> {
    table: HashTable<u32>,
    entries: Vec<Entry<V>>,
    /// The entries' keys, one behind the other: an allocation for each would cost more than the rest.
    keys: Vec<u8>,
    /// What it holds counts as so many bytes.
    bytes: usize,
}

struct Entry<V> {
    hash: u64,
    /// Where its key lies among the generation's, whose bound is far below what these tell apart.
    key_start: u32,
    key_end: u32,
    value: V,
}

/// Entries that a table has room for at first, and by which factor it grows: moving them takes
/// longer than what is left empty is worth.
const CAPACITY_MIN: usize = 56;
const GROWTH: usize = 4;

impl<V> Default for Generation<V> {
    fn default() -> Self {
        Self {
            table: HashTable::new(),
            entries: Vec::new(),
            keys: Vec::new(),
            bytes: 0,
        }
    }
}

impl<V> Generation<V> {
    fn key_of(&self, entry: &Entry<V>) -> &[u8] {
        &self.keys[entry.key_start as usize..entry.key_end as usize]
    }

    fn position(&self, hash: u64, key: &[u8]) -> Option<usize> {
        let is_wanted = |position: &u32| {
            let entry = &self.entries[*position as usize];
            entry.hash == hash && self.key_of(entry) == key
        };
        let found = self.table.find(hash, is_wanted);
        found.map(|position| *position as usize)
    }

    fn find(&self, hash: u64, key: &[u8]) -> Option<&V> {
        self.position(hash, key)
            .map(|position| &self.entries[position].value)
    }

    fn insert(&mut self, hash: u64, key: &[u8], value: V) {
        if let Some(known) = self.position(hash, key) {
            self.entries[known].value = value;
            return;
        }
        self.add(hash, key, value);
    }

    /// Adds an entry, though there may be one of the same key; either of them is found then.
    fn add(&mut self, hash: u64, key: &[u8], value: V) {
        let key_start = self.keys.len() as u32;
        self.keys.extend_from_slice(key);
        let position = self.entries.len() as u32;
        self.entries.push(Entry {
            hash,
            key_start,
            key_end: self.keys.len() as u32,
            value,
        });
        let hash_of = |position: &u32| self.entries[*position as usize].hash;
        if self.table.len() == self.table.capacity() {
            let more = CAPACITY_MIN.max(self.table.len() * (GROWTH - 1));
            self.table.reserve(more, hash_of);
        }
        self.table.insert_unique(hash, position, hash_of);
    }
}

impl<V> Default for Sharded<V> {
    fn default() -> Self {
        let shard = || Shard {
            young: Generation::default(),
            old: Generation::default(),
        };
        Self {
            hasher: RandomState::default(),
            shards: std::array::from_fn(|_| Mutex::new(shard())),
        }
    }
}

impl<V> Sharded<V> {
    /// Bytes that one generation of one shard may hold.
    const GENERATION_BYTES_MAX: usize = MEMO_BYTES_MAX / SHARD_COUNT / 2;

    fn hash(&self, key: &[u8]) -> u64 {
        self.hasher.hash_one(key)
    }

    /// By bits of the hash that tables do not look at.
    fn shard(&self, hash: u64) -> &Mutex<Shard<V>> {
        &self.shards[(hash >> 40) as usize % SHARD_COUNT]
    }

    /// What `look` makes of the value, if there is one.
    fn find<T>(&self, hash: u64, key: &[u8], look: impl FnOnce(&V) -> T) -> Option<T> {
        let shard = self.shard(hash).lock();
        let found = shard.young.find(hash, key);
        found.or_else(|| shard.old.find(hash, key)).map(look)
    }

    fn for_each(&self, mut visit: impl FnMut(&[u8], &V)) {
        for shard in &self.shards {
            let shard = shard.lock();
            for generation in [&shard.young, &shard.old] {
                for entry in &generation.entries {
                    visit(generation.key_of(entry), &entry.value);
                }
            }
        }
    }

    /// Keeps a value; one that is there already is replaced.
    fn insert(&self, hash: u64, key: &[u8], value: V, value_bytes: usize) {
        self.keep(hash, key, value_bytes, |young| {
            young.insert(hash, key, value)
        });
    }

    /// Keeps a value of a key that has none.
    fn add(&self, hash: u64, key: &[u8], value: V, value_bytes: usize) {
        self.keep(hash, key, value_bytes, |young| young.add(hash, key, value));
    }

    fn keep(
        &self,
        hash: u64,
        key: &[u8],
        value_bytes: usize,
        put: impl FnOnce(&mut Generation<V>),
    ) {
        // The map's own bookkeeping counts too.
        let bytes = key.len() + value_bytes + 64;
        if bytes > Self::GENERATION_BYTES_MAX {
            return;
        }
        let mut shard = self.shard(hash).lock();
        if shard.young.bytes + bytes > Self::GENERATION_BYTES_MAX {
            shard.old = std::mem::take(&mut shard.young);
        }
        shard.young.bytes += bytes;
        put(&mut shard.young);
    }
}

/// Results of STABLE procedures by procedure, version and arguments.
#[derive(Default)]
pub struct ResultMemo(Sharded<Value>);

impl ResultMemo {
    /// The hash under which a key is looked up.
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.0.hash(key)
    }

    pub fn get(&self, hash: u64, key: &[u8]) -> Option<Value> {
        self.0.find(hash, key, Value::clone)
    }

    /// Keeps the result of a key that was not found. When threads come to keep the same one, it is
    /// there twice, which does no harm.
    pub fn add(&self, hash: u64, key: &[u8], value: Value) {
        let bytes = value_bytes(&value);
        self.0.add(hash, key, value, bytes);
    }
}

/// Encoded answers of read-only queries by text, parameters and format.
#[derive(Default)]
pub struct QueryMemo(Sharded<KnownAnswer>);

/// An answer, and what it came to when it was fetched together with others.
pub struct KnownAnswer {
    pub bytes: Arc<[u8]>,
    pub row_count: u64,
    /// Its share of the statement that fetched it.
    pub query_time: Duration,
    /// Cleared when it is asked for the first time: until then it counts as a query.
    is_unasked: AtomicBool,
}

impl KnownAnswer {
    /// An answer that a call is about to get.
    pub fn asked(bytes: Arc<[u8]>) -> Self {
        Self {
            bytes,
            row_count: 0,
            query_time: Duration::ZERO,
            is_unasked: AtomicBool::new(false),
        }
    }

    /// An answer that was fetched before anybody asked.
    pub fn foreseen(bytes: Arc<[u8]>, row_count: u64, query_time: Duration) -> Self {
        Self {
            bytes,
            row_count,
            query_time,
            is_unasked: AtomicBool::new(true),
        }
    }

    fn is_asked(&self) -> bool {
        !self.is_unasked.load(Ordering::Relaxed)
    }

    /// Whether this is the first time that it is asked for.
    pub fn ask(&self) -> bool {
        self.is_unasked.load(Ordering::Relaxed) && self.is_unasked.swap(false, Ordering::Relaxed)
    }
}

impl QueryMemo {
    /// The key of a query; parameters are their own encoding.
    pub fn key(sql: &str, parameters: &[Value], format: Format) -> EngineResult<Vec<u8>> {
        let mut key = Vec::with_capacity(sql.len() + 2);
        Self::write_key(&mut key, parameters, format, |key| {
            key.extend_from_slice(sql.as_bytes());
        })?;
        Ok(key)
    }

    /// Adds a query's key to bytes that may hold others; `write_sql` adds its text.
    pub fn write_key<'v>(
        key: &mut Vec<u8>,
        parameters: impl IntoIterator<Item = &'v Value>,
        format: Format,
        write_sql: impl FnOnce(&mut Vec<u8>),
    ) -> EngineResult<()> {
        key.push(format_mark(format));
        write_sql(key);
        for (position, parameter) in parameters.into_iter().enumerate() {
            if position == 0 {
                key.push(0);
            }
            msgpack::encode(parameter, key)?;
        }
        Ok(())
    }

    /// The hash under which a key is looked up.
    pub fn hash(&self, key: &[u8]) -> u64 {
        self.0.hash(key)
    }

    /// What `look` makes of the answer, if it is known.
    pub fn find<T>(
        &self,
        hash: u64,
        key: &[u8],
        look: impl FnOnce(&KnownAnswer) -> T,
    ) -> Option<T> {
        self.0.find(hash, key, look)
    }

    /// Visits the queries that were asked in this format: text and parameters, as
    /// [`QueryMemo::write_key`] writes them.
    pub fn for_each_asked(&self, format: Format, mut visit: impl FnMut(&[u8])) {
        let mark = format_mark(format);
        self.0.for_each(|key, answer| match key.split_first() {
            Some((found, query)) if *found == mark && answer.is_asked() => visit(query),
            _ => {}
        });
    }

    pub fn insert(&self, hash: u64, key: &[u8], answer: KnownAnswer) {
        let bytes = answer.bytes.len() + std::mem::size_of::<KnownAnswer>();
        self.0.insert(hash, key, answer, bytes);
    }
}

fn format_mark(format: Format) -> u8 {
    match format {
        Format::Json => 0,
        Format::MessagePack => 1,
    }
}

/// Words that make a query's answer differ between two runs on one snapshot.
const NONDETERMINISTIC: [&str; 8] = [
    "random",
    "uuid",
    "nextval",
    "currval",
    "get_current_time",
    "setseed",
    "sample",
    "query_progress",
];

/// Whether a query may be answered from memory. Errs towards running it.
pub fn is_repeatable(sql: &str) -> bool {
    let lower = sql.to_ascii_lowercase();
    !NONDETERMINISTIC.iter().any(|word| lower.contains(word))
}

/// Rough size of a value in memory, in bytes.
fn value_bytes(value: &Value) -> usize {
    let own = std::mem::size_of::<Value>();
    own + match value {
        Value::Varchar(text) => text.len(),
        Value::Blob(bytes) => bytes.len(),
        Value::List(items) | Value::Array(items) => items.iter().map(value_bytes).sum(),
        Value::Struct(fields) => fields
            .iter()
            .map(|(name, field)| name.len() + value_bytes(field))
            .sum(),
        Value::Map(entries) => entries
            .iter()
            .map(|(key, entry)| value_bytes(key) + value_bytes(entry))
            .sum(),
        _ => 0,
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn a_memo_forgets_instead_of_growing_without_bound() {
        let memo = ResultMemo::default();
        for index in 0u32..200 {
            let key = index.to_le_bytes();
            memo.add(memo.hash(&key), &key, Value::Varchar("x".repeat(1 << 20)));
        }
        let held: usize = memo
            .0
            .shards
            .iter()
            .map(|shard| {
                let shard = shard.lock();
                (shard.young.entries.len() + shard.old.entries.len()) << 20
            })
            .sum();
        assert!(held <= MEMO_BYTES_MAX);
    }

    #[test]
    fn what_was_just_put_in_is_never_forgotten() {
        let memo = ResultMemo::default();
        let is_known = |index: u32| {
            let key = index.to_le_bytes();
            memo.get(memo.hash(&key), &key).is_some()
        };
        for index in 0u32..2000 {
            let key = index.to_le_bytes();
            memo.add(memo.hash(&key), &key, Value::Varchar("x".repeat(100_000)));
            assert!(is_known(index));
            let earlier = index.saturating_sub(10);
            assert!(is_known(earlier), "{earlier} at {index}");
        }
    }

    #[test]
    fn an_answer_is_new_once() {
        let answer = KnownAnswer::foreseen(Arc::from(&b"x"[..]), 1, Duration::ZERO);
        assert!(answer.ask());
        assert!(!answer.ask());
        assert!(!KnownAnswer::asked(Arc::from(&b"x"[..])).ask());
    }

    #[test]
    fn the_queries_that_were_asked_are_told_by_format() {
        let memo = QueryMemo::default();
        let answer = || Arc::from(&b"x"[..]);
        for (sql, format, answer) in [
            ("asked", Format::Json, KnownAnswer::asked(answer())),
            (
                "other format",
                Format::MessagePack,
                KnownAnswer::asked(answer()),
            ),
            (
                "foreseen",
                Format::Json,
                KnownAnswer::foreseen(answer(), 1, Duration::ZERO),
            ),
        ] {
            let key = QueryMemo::key(sql, &[], format).unwrap();
            memo.insert(memo.hash(&key), &key, answer);
        }
        let mut asked = Vec::new();
        memo.for_each_asked(Format::Json, |query| asked.push(query.to_vec()));
        assert_eq!(asked, [b"asked"]);
    }

    #[test]
    fn queries_with_random_values_are_run_again() {
        assert!(is_repeatable("SELECT tier FROM customers WHERE id = 1"));
        assert!(!is_repeatable("SELECT RANDOM()"));
    }
}
