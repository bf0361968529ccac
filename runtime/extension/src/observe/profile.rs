//! Recording what guests do while statements run: where they are at every tick of the clock, and
//! when calls and nested queries begin and end.

use std::cell::Cell;
use std::sync::atomic::{AtomicBool, AtomicU64, Ordering};
use std::time::{Duration, Instant};

use parking_lot::Mutex;
use serde_json::{Value as Json, json};

use crate::wasm::{FastTicks, PROFILE_TICK};

/// Events of one recording; further ones are counted and dropped.
const EVENTS_MAX: usize = 200_000;

/// A database's recording, when there is one.
pub struct Profiler {
    is_on: AtomicBool,
    /// What times are counted from.
    base: Instant,
    recording: Mutex<Option<Recording>>,
}

struct Recording {
    events: Vec<Json>,
    dropped: u64,
    _ticks: FastTicks,
}

impl Default for Profiler {
    fn default() -> Self {
        Self {
            is_on: AtomicBool::new(false),
            base: Instant::now(),
            recording: Mutex::new(None),
        }
    }
}

static NEXT_THREAD: AtomicU64 = AtomicU64::new(1);

thread_local! {
    /// A small number for this thread, given at its first event.
    static THREAD: Cell<u64> = const { Cell::new(0) };
}

/// This thread's number in every profile.
pub fn thread_number() -> u64 {
    THREAD.with(|number| {
        if number.get() == 0 {
            number.set(NEXT_THREAD.fetch_add(1, Ordering::Relaxed));
        }
        number.get()
    })
}

impl Profiler {
    /// Whether events are wanted: one relaxed load where nothing is recorded.
    pub fn is_on(&self) -> bool {
        self.is_on.load(Ordering::Relaxed)
    }

    /// Begins a recording; false when one is going on.
    pub fn start(&self) -> bool {
        let mut recording = self.recording.lock();
        if recording.is_some() {
            return false;
        }
        let ticks = FastTicks::enter();
        *recording = Some(Recording {
            events: Vec::new(),
            dropped: 0,
            _ticks: ticks,
        });
        self.is_on.store(true, Ordering::Relaxed);
        true
    }

    /// Ends the recording and returns it as JSON; `None` when there is none.
    pub fn stop(&self) -> Option<String> {
        self.is_on.store(false, Ordering::Relaxed);
        let recording = self.recording.lock().take()?;
        let described = json!({
            "interval_us": PROFILE_TICK.as_micros() as u64,
            "dropped": recording.dropped,
            "events": recording.events,
        });
        Some(described.to_string())
    }

    /// A guest was seen here on a thread: function names, innermost first.
    pub fn sample(&self, frames: &[String], thread: u64) {
        self.push(json!({
            "kind": "sample",
            "thread": thread,
            "at_us": self.base.elapsed().as_micros() as u64,
            "frames": frames,
        }));
    }

    /// Something of this kind (`call` or `query`) just ended.
    pub fn span(&self, kind: &str, name: &str, duration: Duration) {
        let end = self.base.elapsed();
        self.push(json!({
            "kind": kind,
            "thread": thread_number(),
            "at_us": end.saturating_sub(duration).as_micros() as u64,
            "duration_us": duration.as_micros() as u64,
            "name": name,
        }));
    }

    fn push(&self, event: Json) {
        if let Some(recording) = self.recording.lock().as_mut() {
            if recording.events.len() < EVENTS_MAX {
                recording.events.push(event);
            } else {
                recording.dropped += 1;
            }
        }
    }
}
