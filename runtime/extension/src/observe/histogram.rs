//! A histogram of durations whose buckets grow with the value: eight to each doubling, so that a
//! percentile is right to about six percent whatever its size.

use std::collections::BTreeMap;
use std::sync::atomic::{AtomicU64, Ordering};

/// Bits of a value that choose the bucket within its doubling.
const DETAIL_BITS: u32 = 3;
const DETAIL: usize = 1 << DETAIL_BITS;
const BUCKET_COUNT: usize = (64 - DETAIL_BITS as usize + 1) * DETAIL;

/// The bucket of a value.
fn bucket_of(value: u64) -> usize {
    if value < DETAIL as u64 {
        return value as usize;
    }
    let exponent = 63 - value.leading_zeros();
    let detail = (value >> (exponent - DETAIL_BITS)) as usize & (DETAIL - 1);
    (exponent - DETAIL_BITS + 1) as usize * DETAIL + detail
}

/// The value in the middle of a bucket.
fn middle_of(bucket: usize) -> f64 {
    if bucket < DETAIL {
        return bucket as f64;
    }
    let exponent = (bucket / DETAIL) as i32 - 1;
    let lowest = (DETAIL + bucket % DETAIL) as f64 * 2f64.powi(exponent);
    lowest + 2f64.powi(exponent) / 2.0
}

/// Counts that any thread may add to.
pub struct SharedHistogram(Box<[AtomicU64]>);

impl Default for SharedHistogram {
    fn default() -> Self {
        Self((0..BUCKET_COUNT).map(|_| AtomicU64::new(0)).collect())
    }
}

impl SharedHistogram {
    /// Counts `weight` values of this size.
    pub fn add(&self, value: u64, weight: u64) {
        self.add_to_bucket(bucket_of(value), weight);
    }

    pub fn add_all(&self, counts: &Histogram) {
        for (bucket, count) in &counts.0 {
            if let Some(shared) = self.0.get(*bucket) {
                shared.fetch_add(*count, Ordering::Relaxed);
            }
        }
    }

    fn add_to_bucket(&self, bucket: usize, weight: u64) {
        self.0[bucket].fetch_add(weight, Ordering::Relaxed);
    }

    pub fn read(&self) -> Histogram {
        self.collect(|bucket| bucket.load(Ordering::Relaxed))
    }

    /// Reads the counts and starts again from nothing.
    pub fn take(&self) -> Histogram {
        self.collect(|bucket| bucket.swap(0, Ordering::Relaxed))
    }

    fn collect(&self, count: impl Fn(&AtomicU64) -> u64) -> Histogram {
        let buckets = self.0.iter().map(count).enumerate();
        Histogram(buckets.filter(|(_, count)| *count > 0).collect())
    }
}

/// Values of one thread that fell into the same bucket one after another, and are not yet added to
/// what all threads share.
#[derive(Default)]
pub struct Repeated {
    bucket: usize,
    weight: u64,
}

impl Repeated {
    /// Counts `weight` values of this size; adds those before when they are of another bucket.
    pub fn add(&mut self, shared: &SharedHistogram, value: u64, weight: u64) {
        let bucket = bucket_of(value);
        if bucket != self.bucket {
            self.tell(shared);
            self.bucket = bucket;
        }
        self.weight += weight;
    }

    /// Adds what is left.
    pub fn tell(&mut self, shared: &SharedHistogram) {
        if self.weight > 0 {
            shared.add_to_bucket(self.bucket, self.weight);
            self.weight = 0;
        }
    }
}

/// Counts by bucket, only those there are.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct Histogram(BTreeMap<usize, u64>);

impl Histogram {
    pub fn merge(&mut self, other: &Histogram) {
        for (bucket, count) in &other.0 {
            *self.0.entry(*bucket).or_default() += count;
        }
    }

    /// The value that this share of all values does not exceed; `None` without values.
    pub fn percentile(&self, share: f64) -> Option<f64> {
        let total: u64 = self.0.values().sum();
        let rank = (total as f64 * share).ceil().max(1.0) as u64;
        let mut seen = 0;
        self.0
            .iter()
            .find(|(_, count)| {
                seen += **count;
                seen >= rank
            })
            .map(|(bucket, _)| middle_of(*bucket))
    }

    /// `bucket:count` pairs, the form it is stored in.
    pub fn encode(&self) -> String {
        let pairs: Vec<String> = self
            .0
            .iter()
            .map(|(bucket, count)| format!("{bucket}:{count}"))
            .collect();
        pairs.join(" ")
    }

    /// Reads the stored form; what is not a pair is left out.
    pub fn decode(text: &str) -> Self {
        let pair = |pair: &str| {
            let (bucket, count) = pair.split_once(':')?;
            let bucket: usize = bucket.parse().ok()?;
            (bucket < BUCKET_COUNT).then_some((bucket, count.parse().ok()?))
        };
        Self(text.split(' ').filter_map(pair).collect())
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_value_lies_near_the_middle_of_its_bucket() {
        for shift in 0..64 {
            for offset in [0u64, 1, 7, 1000] {
                let value = (1u64 << shift).saturating_add(offset);
                let middle = middle_of(bucket_of(value));
                assert!(
                    (middle - value as f64).abs() <= value as f64 * 0.07 + 0.5,
                    "{value}"
                );
            }
        }
        assert_eq!(bucket_of(u64::MAX), BUCKET_COUNT - 1);
    }

    #[test]
    fn percentiles_are_those_of_the_values() {
        let shared = SharedHistogram::default();
        assert_eq!(shared.read().percentile(0.5), None);
        for value in 1..=1000 {
            shared.add(value * 1000, 1);
        }
        let counts = shared.read();
        for (share, expected) in [(0.5, 500e3), (0.95, 950e3), (0.99, 990e3)] {
            let value = counts.percentile(share).unwrap();
            assert!(
                (value - expected).abs() < expected * 0.07,
                "{share}: {value}"
            );
        }
        shared.add(5_000_000, 1_000_000);
        assert!(shared.take().percentile(0.5).unwrap() > 4.6e6);
        assert_eq!(shared.read(), Histogram::default());
    }

    #[test]
    fn the_stored_form_reads_back() {
        let shared = SharedHistogram::default();
        for value in [0, 1, 99, 12_345, u64::MAX] {
            shared.add(value, value % 5 + 1);
        }
        let counts = shared.read();
        assert_eq!(Histogram::decode(&counts.encode()), counts);
        assert_eq!(Histogram::decode("x 1 999999:3 :"), Histogram::default());
    }
}
