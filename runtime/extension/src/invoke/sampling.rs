//! Sampling the arguments of real calls.

use crate::execution::Pinned;
use crate::observe::{Counters, SAMPLE_BYTES_MAX, Sample};
use crate::value::convert::convert;
use crate::value::read::VectorReader;
use crate::value::{LogicalType, Value};

/// Offers a chunk's rows to the procedure's sample; reads only those that are drawn.
pub fn offer(counters: &Counters, pinned: &Pinned, readers: &[VectorReader<'_>], row_count: usize) {
    let skips_nulls = !pinned.procedure.called_on_null_input;
    counters.samples.lock().offer(row_count, |row| {
        let sample = read(readers, row)?;
        let is_called = !skips_nulls || sample.iter().all(Option::is_some);
        let bytes: usize = sample.iter().flatten().map(String::len).sum();
        (is_called && bytes <= SAMPLE_BYTES_MAX).then_some(sample)
    });
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
