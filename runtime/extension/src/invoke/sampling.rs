//! Sampling the arguments of real calls.

use crate::execution::Pinned;
use crate::observe::{Counters, SAMPLE_BYTES_MAX, Sample};
use crate::value::convert::convert;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value};

/// An occurrence's part in its procedure's sample: rows of which none is drawn pass by without a
/// look at what all threads share.
#[derive(Default)]
pub struct Sampler {
    /// Rows that may still pass by.
    undrawn: u64,
    /// Rows that passed by and are not told.
    passed: u64,
}

impl Sampler {
    /// Offers a chunk's rows to the procedure's sample; reads only those that are drawn.
    pub fn offer(
        &mut self,
        counters: &Counters,
        pinned: &Pinned,
        readers: &[VectorReader<'_>],
        row_count: usize,
    ) {
        if let Some(undrawn) = self.undrawn.checked_sub(row_count as u64) {
            self.undrawn = undrawn;
            self.passed += row_count as u64;
            return;
        }
        let skips_nulls = !pinned.procedure.called_on_null_input;
        let mut samples = counters.samples.lock();
        samples.pass(std::mem::take(&mut self.passed));
        samples.offer(row_count, |row| {
            let sample = read(readers, row)?;
            let is_called = !skips_nulls || sample.iter().all(Option::is_some);
            let bytes: usize = sample.iter().flatten().map(String::len).sum();
            (is_called && bytes <= SAMPLE_BYTES_MAX).then_some(sample)
        });
        self.undrawn = samples.undrawn();
    }

    /// Tells how many rows passed by.
    pub fn tell(&mut self, counters: &Counters) {
        if self.passed > 0 {
            let mut samples = counters.samples.lock();
            samples.pass(std::mem::take(&mut self.passed));
            self.undrawn = samples.undrawn();
        }
    }
}

fn read(readers: &[VectorReader<'_>], row: usize) -> Option<Sample> {
    readers
        .iter()
        // SAFETY: the row lies inside the chunk.
        .map(|reader| match unsafe { reader.read(row) }.ok()? {
            Value::Null => Some(None),
            value => match convert(value, &LogicalType::Varchar).ok()? {
                Value::Varchar(text) => Some(Some(text)),
                _ => None,
            },
        })
        .collect()
}
