//! Nested queries under watch: the engine's clock thread interrupts those that should stop.
//!
//! DuckDB forgets an interrupt that comes just before a statement starts, so one call is not
//! enough: as long as a query that should stop is running it is asked again at every tick.

use std::sync::Arc;
use std::sync::OnceLock;
use std::time::Instant;

use parking_lot::Mutex;

use crate::duckdb::Connection;
use crate::wasm::{Cancellation, on_tick};

struct Watched {
    key: u64,
    connection: libduckdb_sys::duckdb_connection,
    cancellation: Arc<Cancellation>,
}

// SAFETY: the connection is used for `duckdb_interrupt` alone, which may be called from any thread.
unsafe impl Send for Watched {}

#[derive(Default)]
struct Watchdog {
    next_key: u64,
    watched: Vec<Watched>,
}

fn watchdog() -> &'static Mutex<Watchdog> {
    static WATCHDOG: OnceLock<Mutex<Watchdog>> = OnceLock::new();
    WATCHDOG.get_or_init(|| {
        on_tick(look);
        Mutex::new(Watchdog::default())
    })
}

fn look() {
    let now = Instant::now();
    for watched in &watchdog().lock().watched {
        watched.cancellation.notice_time(now);
        if watched.cancellation.should_stop() {
            // SAFETY: whoever registered it keeps the connection open until it is unregistered,
            // which takes the lock held here.
            unsafe { libduckdb_sys::duckdb_interrupt(watched.connection) }
        }
    }
}

/// Keeps what a connection runs under watch while it lives. Whoever makes one keeps the
/// connection open for as long.
pub struct Watch {
    key: u64,
}

impl Watch {
    /// Call it while a guest is active, which is when the clock runs.
    pub fn new(connection: &Connection, cancellation: &Arc<Cancellation>) -> Self {
        let mut watchdog = watchdog().lock();
        watchdog.next_key += 1;
        let key = watchdog.next_key;
        watchdog.watched.push(Watched {
            key,
            connection: connection.raw(),
            cancellation: Arc::clone(cancellation),
        });
        Self { key }
    }
}

impl Drop for Watch {
    fn drop(&mut self) {
        let mut watchdog = watchdog().lock();
        if let Some(index) = watchdog
            .watched
            .iter()
            .position(|watched| watched.key == self.key)
        {
            watchdog.watched.swap_remove(index);
        }
    }
}
