//! A bounded sample of the arguments a procedure was really called with, for replay.

use super::metrics::Subject;
use super::sketch::mix;

/// Samples kept of one procedure version.
pub const SAMPLES_MAX: usize = 64;

/// Bytes of one sample's texts; a call with larger arguments is not sampled.
pub const SAMPLE_BYTES_MAX: usize = 16 << 10;

/// One call's arguments as texts that a cast turns back into the declared types.
pub type Sample = Vec<Option<String>>;

/// Samples of one procedure version and how many rows they stand for.
pub type SampleSet = (Subject, Vec<Sample>, u64);

/// A uniform sample of everything offered so far.
///
/// Which row is taken next is drawn ahead (Li's algorithm L), so that rows that are not taken cost
/// nothing.
pub struct Reservoir {
    samples: Vec<Sample>,
    /// Rows offered so far.
    seen: u64,
    /// The row, counted like `seen`, that is taken next.
    next: u64,
    weight: f64,
    random: u64,
}

impl Default for Reservoir {
    fn default() -> Self {
        Self {
            samples: Vec::new(),
            seen: 0,
            next: 0,
            weight: 1.0,
            random: 0x5eed,
        }
    }
}

impl Reservoir {
    /// How many rows may pass by without being offered.
    pub fn undrawn(&self) -> u64 {
        self.next.saturating_sub(self.seen)
    }

    /// Counts rows that passed by. Where several threads let rows pass, these may be more than
    /// [`Reservoir::undrawn`] said; then the next row that is offered is taken instead.
    pub fn pass(&mut self, row_count: u64) {
        self.seen += row_count;
        self.next = self.next.max(self.seen);
    }

    /// Offers a chunk of rows and reads those that are drawn. `read` gives `None` for a row that
    /// should not be sampled.
    pub fn offer(&mut self, row_count: usize, read: impl Fn(usize) -> Option<Sample>) {
        let start = self.seen;
        self.seen += row_count as u64;
        while self.next < self.seen {
            let sample = read((self.next - start) as usize);
            if self.samples.len() < SAMPLES_MAX {
                self.samples.extend(sample);
                self.next += 1;
                if self.samples.len() == SAMPLES_MAX {
                    self.skip();
                }
                continue;
            }
            if let Some(sample) = sample {
                let slot = (self.uniform() * SAMPLES_MAX as f64) as usize;
                self.samples[slot.min(SAMPLES_MAX - 1)] = sample;
            }
            self.next += 1;
            self.skip();
        }
    }

    fn skip(&mut self) {
        self.weight *= (self.uniform().ln() / SAMPLES_MAX as f64).exp();
        let rows = (self.uniform().ln() / (1.0 - self.weight).ln()).floor();
        self.next = self.next.saturating_add(if rows.is_finite() {
            rows as u64
        } else {
            u64::MAX
        });
    }

    /// A number above 0 and below 1.
    fn uniform(&mut self) -> f64 {
        self.random = mix(self.random);
        ((self.random >> 11) as f64 + 0.5) / (1u64 << 53) as f64
    }

    pub fn samples(&self) -> (&[Sample], u64) {
        (&self.samples, self.seen)
    }

    /// Reads everything and starts again from nothing.
    pub fn take(&mut self) -> (Vec<Sample>, u64) {
        let taken = std::mem::take(&mut self.samples);
        let seen = self.seen;
        *self = Self {
            random: self.random,
            ..Self::default()
        };
        (taken, seen)
    }
}

/// Combines two samples of different rows into one of all of them. False when the first stays as
/// it is.
pub fn merge(kept: &mut Vec<Sample>, kept_seen: u64, fresh: Vec<Sample>, fresh_seen: u64) -> bool {
    let share = fresh_seen as f64 / (kept_seen + fresh_seen).max(1) as f64;
    let mut random = mix(kept_seen ^ (fresh_seen << 32));
    let mut has_changed = false;
    for sample in fresh {
        if kept.len() < SAMPLES_MAX {
            kept.push(sample);
            has_changed = true;
            continue;
        }
        random = mix(random);
        if (random >> 11) as f64 / (1u64 << 53) as f64 <= share {
            random = mix(random);
            kept[random as usize % SAMPLES_MAX] = sample;
            has_changed = true;
        }
    }
    has_changed
}

#[cfg(test)]
mod tests {
    use super::*;

    fn numbered(number: u64) -> Sample {
        vec![Some(number.to_string())]
    }

    #[test]
    fn every_row_is_as_likely_as_another() {
        let mut reservoir = Reservoir::default();
        for chunk in 0..1000u64 {
            reservoir.offer(100, |row| Some(numbered(chunk * 100 + row as u64)));
        }
        let (samples, seen) = reservoir.samples();
        assert_eq!((samples.len(), seen), (SAMPLES_MAX, 100_000));
        let sum: u64 = samples
            .iter()
            .map(|sample| sample[0].as_ref().unwrap().parse::<u64>().unwrap())
            .sum();
        let mean = sum as f64 / SAMPLES_MAX as f64;
        // The mean of 64 uniform draws from 0..100 000: 50 000 ± 3 600.
        assert!((35_000.0..65_000.0).contains(&mean), "{mean}");
    }

    #[test]
    fn rows_that_cannot_be_read_are_left_out() {
        let mut reservoir = Reservoir::default();
        reservoir.offer(10, |row| (row % 2 == 0).then(|| numbered(row as u64)));
        assert_eq!(reservoir.samples().0.len(), 5);
        assert_eq!(reservoir.take().1, 10);
        assert_eq!(reservoir.samples().0.len(), 0);
    }

    #[test]
    fn rows_that_pass_by_are_as_likely_as_those_offered() {
        let [mut offered, mut passed] = [Reservoir::default(), Reservoir::default()];
        for chunk in 0..1000u64 {
            let read = |row| Some(numbered(chunk * 100 + row as u64));
            offered.offer(100, read);
            if passed.undrawn() >= 100 {
                passed.pass(100);
            } else {
                passed.offer(100, read);
            }
        }
        assert_eq!(passed.samples(), offered.samples());
        // Another thread let more rows pass than were to spare.
        let undrawn = passed.undrawn();
        passed.pass(undrawn + 10);
        passed.offer(1, |_| Some(numbered(7)));
        assert!(passed.samples().0.contains(&numbered(7)));
        assert_eq!(passed.samples().1, 100_000 + undrawn + 11);
    }

    #[test]
    fn merging_keeps_the_bound() {
        let mut kept: Vec<Sample> = (0..10).map(numbered).collect();
        assert!(merge(&mut kept, 10, (0..64).map(numbered).collect(), 1_000));
        assert_eq!(kept.len(), SAMPLES_MAX);
        let before = kept.clone();
        assert!(!merge(&mut kept, u64::MAX / 2, vec![numbered(7)], 1));
        assert_eq!(kept, before);
    }
}
