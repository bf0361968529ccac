//! What one execution remembers: results of STABLE procedures and answers of repeated queries.
//!
//! Both are valid for one execution only, because it reads one snapshot. Both are bounded; when a
//! bound is reached the shard that overflowed starts anew, which costs time and never results.

use std::collections::HashMap;
use std::hash::{BuildHasher, RandomState};
use std::sync::Arc;

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

struct Shard<V> {
    entries: HashMap<Box<[u8]>, V>,
    bytes: usize,
}

impl<V: Clone> Default for Sharded<V> {
    fn default() -> Self {
        Self {
            hasher: RandomState::new(),
            shards: std::array::from_fn(|_| {
                Mutex::new(Shard {
                    entries: HashMap::new(),
                    bytes: 0,
                })
            }),
        }
    }
}

impl<V: Clone> Sharded<V> {
    fn shard(&self, key: &[u8]) -> &Mutex<Shard<V>> {
        &self.shards[self.hasher.hash_one(key) as usize % SHARD_COUNT]
    }

    fn get(&self, key: &[u8]) -> Option<V> {
        self.shard(key).lock().entries.get(key).cloned()
    }

    fn insert(&self, key: &[u8], value: V, value_bytes: usize) {
        // The map's own bookkeeping counts too.
        let bytes = key.len() + value_bytes + 64;
        if bytes > MEMO_BYTES_MAX / SHARD_COUNT {
            return;
        }
        let mut shard = self.shard(key).lock();
        if shard.bytes + bytes > MEMO_BYTES_MAX / SHARD_COUNT {
            shard.entries.clear();
            shard.bytes = 0;
        }
        shard.bytes += bytes;
        shard.entries.insert(key.into(), value);
    }
}

/// Results of STABLE procedures by procedure, version and arguments.
#[derive(Default)]
pub struct ResultMemo(Sharded<Value>);

impl ResultMemo {
    pub fn get(&self, key: &[u8]) -> Option<Value> {
        self.0.get(key)
    }

    pub fn insert(&self, key: &[u8], value: Value) {
        let bytes = value_bytes(&value);
        self.0.insert(key, value, bytes);
    }
}

/// Encoded answers of read-only queries by text, parameters and format.
#[derive(Default)]
pub struct QueryMemo(Sharded<Arc<[u8]>>);

impl QueryMemo {
    /// The key of a query; parameters are their own encoding.
    pub fn key(sql: &str, parameters: &[Value], format: Format) -> EngineResult<Vec<u8>> {
        let mut key = Vec::with_capacity(sql.len() + 2);
        key.push(match format {
            Format::Json => 0,
            Format::MessagePack => 1,
        });
        key.extend_from_slice(sql.as_bytes());
        if !parameters.is_empty() {
            key.push(0);
            for parameter in parameters {
                msgpack::encode(parameter, &mut key)?;
            }
        }
        Ok(key)
    }

    pub fn get(&self, key: &[u8]) -> Option<Arc<[u8]>> {
        self.0.get(key)
    }

    pub fn insert(&self, key: &[u8], answer: &Arc<[u8]>) {
        self.0.insert(key, Arc::clone(answer), answer.len());
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
            memo.insert(&index.to_le_bytes(), Value::Varchar("x".repeat(1 << 20)));
        }
        let held: usize = memo.0.shards.iter().map(|shard| shard.lock().bytes).sum();
        assert!(held <= MEMO_BYTES_MAX);
    }

    #[test]
    fn queries_with_random_values_are_run_again() {
        assert!(is_repeatable("SELECT tier FROM customers WHERE id = 1"));
        assert!(!is_repeatable("SELECT RANDOM()"));
    }
}
