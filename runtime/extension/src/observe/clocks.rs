//! Clocks that are read now and then, because reading them for every call or chunk would be felt.

use std::time::{Duration, Instant};

use crate::wasm::thread_cpu_ns;

/// Chooses the calls whose time is taken: every slow one, and of fast ones one in sixteen, which
/// then stands for sixteen.
pub struct CallClock {
    stride: u64,
    countdown: u64,
}

/// Calls below this are fast: reading the clock twice would be felt.
const FAST_CALL_NS: u64 = 10_000;
const FAST_CALL_STRIDE: u64 = 16;

impl Default for CallClock {
    fn default() -> Self {
        Self {
            stride: 1,
            countdown: 1,
        }
    }
}

impl CallClock {
    /// The time, when the call that begins is to be timed.
    pub fn start(&mut self) -> Option<Instant> {
        // It stays at zero when the call that was to be timed never came about.
        self.countdown = self.countdown.saturating_sub(1);
        (self.countdown == 0).then(Instant::now)
    }

    /// How many calls the timed one stands for.
    pub fn weight(&self) -> u64 {
        self.stride
    }

    /// Ends a timed call; returns its duration and how many calls it stands for.
    pub fn end(&mut self, started: Instant) -> (u64, u64) {
        let elapsed = started.elapsed().as_nanos() as u64;
        let weight = self.stride;
        self.stride = if elapsed < FAST_CALL_NS {
            FAST_CALL_STRIDE
        } else {
            1
        };
        self.countdown = self.stride;
        (elapsed, weight)
    }
}

/// Takes the time of chunks. The thread's CPU clock is a call of the system, about as long as a
/// cheap chunk's tenth part: it is read for every slow chunk and for one in 64 fast ones.
/// The others are taken to have had the processor, and to have spent on marshalling, for the same
/// share of their time.
pub struct ChunkClock {
    countdown: u64,
    cpu_share: f64,
    marshalling_share: f64,
}

/// Chunks below this are fast.
pub const FAST_CHUNK: Duration = Duration::from_micros(50);
const FAST_CHUNK_STRIDE: u64 = 64;

/// When a chunk began.
pub struct ChunkStart {
    started: Instant,
    cpu_ns: Option<u64>,
}

impl ChunkStart {
    /// Whether the chunk's parts are timed too.
    pub fn is_sampled(&self) -> bool {
        self.cpu_ns.is_some()
    }
}

impl Default for ChunkClock {
    fn default() -> Self {
        Self {
            countdown: 1,
            cpu_share: 1.0,
            marshalling_share: 0.0,
        }
    }
}

impl ChunkClock {
    pub fn start(&mut self) -> ChunkStart {
        self.countdown = self.countdown.saturating_sub(1);
        ChunkStart {
            cpu_ns: (self.countdown == 0).then(thread_cpu_ns),
            started: Instant::now(),
        }
    }

    /// Ends a chunk; returns its duration and the nanoseconds of CPU it had.
    pub fn end(&mut self, start: &ChunkStart) -> (Duration, u64) {
        let elapsed = start.started.elapsed();
        let nanoseconds = elapsed.as_nanos() as f64;
        let is_fast = elapsed < FAST_CHUNK;
        let Some(cpu_start) = start.cpu_ns else {
            if !is_fast {
                self.countdown = 0;
            }
            return (elapsed, (nanoseconds * self.cpu_share) as u64);
        };
        let cpu_ns = thread_cpu_ns().saturating_sub(cpu_start);
        self.cpu_share = (cpu_ns as f64 / nanoseconds.max(1.0)).min(1.0);
        self.countdown = if is_fast { FAST_CHUNK_STRIDE } else { 1 };
        (elapsed, cpu_ns)
    }

    /// The nanoseconds that a chunk of this duration spent on marshalling, of which `measured_ns` is
    /// known where the chunk was sampled.
    pub fn marshalling_ns(
        &mut self,
        start: &ChunkStart,
        elapsed: Duration,
        measured_ns: u64,
    ) -> u64 {
        let nanoseconds = elapsed.as_nanos() as f64;
        if !start.is_sampled() {
            return (nanoseconds * self.marshalling_share) as u64;
        }
        self.marshalling_share = (measured_ns as f64 / nanoseconds.max(1.0)).min(1.0);
        measured_ns
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn fast_calls_are_timed_now_and_then_and_counted_whole() {
        let mut clock = CallClock::default();
        let mut counted = 0;
        for _ in 0..161 {
            if let Some(started) = clock.start() {
                counted += clock.end(started).1;
            }
        }
        // A call that the scheduler interrupts counts as slow, and then the last few may be missing.
        assert!((146..=161).contains(&counted), "{counted}");
    }

    #[test]
    fn marshalling_of_chunks_that_were_not_sampled_is_the_same_share_of_their_time() {
        let mut clock = ChunkClock::default();
        let chunk = Duration::from_micros(10);
        let sampled = clock.start();
        assert!(sampled.is_sampled());
        assert_eq!(clock.marshalling_ns(&sampled, chunk, 4_000), 4_000);
        let other = ChunkStart {
            cpu_ns: None,
            ..sampled
        };
        assert_eq!(clock.marshalling_ns(&other, chunk * 2, 0), 8_000);
        assert_eq!(clock.marshalling_ns(&sampled, chunk, 1_000), 1_000);
        assert_eq!(clock.marshalling_ns(&other, chunk, 0), 1_000);
    }

    #[test]
    fn cpu_time_of_fast_chunks_is_read_now_and_then_and_of_slow_ones_always() {
        let mut clock = ChunkClock::default();
        let mut read = 0;
        for _ in 0..641 {
            let start = clock.start();
            read += usize::from(start.cpu_ns.is_some());
            clock.end(&start);
        }
        // A chunk that the scheduler interrupts counts as slow, and then the next is read too.
        assert!((11..=40).contains(&read), "{read}");
        let slow = clock.start();
        std::thread::sleep(FAST_CHUNK);
        clock.end(&slow);
        for _ in 0..3 {
            let start = clock.start();
            assert!(start.cpu_ns.is_some());
            std::thread::sleep(FAST_CHUNK * 4);
            let (elapsed, cpu_ns) = clock.end(&start);
            assert!(elapsed >= FAST_CHUNK * 4);
            // Sleeping is no work.
            assert!(u128::from(cpu_ns) < elapsed.as_nanos());
        }
    }
}
