//! The one wasmtime engine of the process and the thread that looks at running guests.
//!
//! The engine holds compiled code and address space, never data of a database: two databases in
//! one process share it without seeing each other. Two configurations could not share compiled
//! modules, so there is one.

use std::sync::OnceLock;
use std::sync::atomic::{AtomicUsize, Ordering};
use std::time::Duration;

use parking_lot::{Condvar, Mutex};
use wasmtime::{Config, Enabled, Engine, InstanceAllocationStrategy, PoolingAllocationConfig};

use super::{interrupt, running};
use crate::error::{EngineError, EngineResult};

/// How often running guests are looked at: the resolution of deadlines and cancellation.
pub const TICK: Duration = Duration::from_millis(10);

/// How often guests are looked at while somebody records a profile.
pub const PROFILE_TICK: Duration = Duration::from_millis(1);

static FAST_TICKS: AtomicUsize = AtomicUsize::new(0);

/// Keeps the clock ticking fast while it lives.
pub struct FastTicks(());

impl FastTicks {
    pub fn enter() -> Self {
        FAST_TICKS.fetch_add(1, Ordering::Relaxed);
        Self(())
    }
}

impl Drop for FastTicks {
    fn drop(&mut self) {
        FAST_TICKS.fetch_sub(1, Ordering::Relaxed);
    }
}

/// Instances, memories, tables and stacks that may be alive at once in the process. Each slot
/// reserves address space only; a few thousand would exceed Linux's default `max_map_count`.
pub const LIVE_INSTANCES_MAX: u32 = 1000;

/// Environment variable that lowers (or, where the system allows more mappings, raises) it.
const INSTANCES_VARIABLE: &str = "HELIOSDB_INSTANCES_MAX";

fn live_instances_max() -> u32 {
    std::env::var(INSTANCES_VARIABLE)
        .ok()
        .and_then(|text| text.parse().ok())
        .filter(|count| (1..=8000).contains(count))
        .unwrap_or(LIVE_INSTANCES_MAX)
}

/// The largest memory any procedure can be granted, in bytes.
pub const MEMORY_BYTES_CEILING: usize = 4 << 30;

/// Elements of a guest's tables (function pointers).
pub const TABLE_ELEMENTS_MAX: usize = 100_000;

/// Stack of wasm frames, in bytes. Nested statements stack several of them on one thread.
pub const WASM_STACK_BYTES: usize = 512 << 10;

/// Memory that a free place keeps for the next instance in it: a small guest's pages.
const FREE_PLACE_BYTES_KEPT: usize = 64 << 10;

static ENGINE: OnceLock<Result<Engine, String>> = OnceLock::new();

/// The process's engine, made on first use.
pub fn shared_engine() -> EngineResult<&'static Engine> {
    ENGINE
        .get_or_init(|| make_engine().map_err(|error| format!("{error:#}")))
        .as_ref()
        .map_err(|text| EngineError::internal(format!("wasmtime cannot start: {text}")))
}

fn make_engine() -> wasmtime::Result<Engine> {
    let places = live_instances_max();
    let mut pool = PoolingAllocationConfig::new();
    // A program and its interpreter are two instances with one memory and one table; what stops
    // guests is a third that holds nothing.
    pool.total_core_instances(places * 3)
        .total_memories(places)
        .total_tables(places)
        .total_stacks(places)
        .total_gc_heaps(places)
        .max_memory_size(MEMORY_BYTES_CEILING)
        .table_elements(TABLE_ELEMENTS_MAX)
        .max_tables_per_module(4)
        .max_core_instance_size(4 << 20);
    if PoolingAllocationConfig::is_pagemap_scan_available() {
        // The kernel names the pages that were written: they are written back to what they were
        // and stay where they are, instead of being given up and faulted in again.
        pool.pagemap_scan(Enabled::Yes)
            .linear_memory_keep_resident(FREE_PLACE_BYTES_KEPT);
    }
    let mut config = Config::new();
    // What no supported compiler needs stays off: less to attack, nothing to explain.
    config
        .wasm_memory64(false)
        .wasm_multi_memory(false)
        .wasm_gc(false)
        .relaxed_simd_deterministic(true)
        .epoch_interruption(!interrupt::is_available())
        .max_wasm_stack(WASM_STACK_BYTES)
        .async_stack_size(1 << 20)
        .wasm_exceptions(true)
        .memory_reservation(MEMORY_BYTES_CEILING as u64)
        .allocation_strategy(InstanceAllocationStrategy::Pooling(pool));
    let engine = Engine::new(&config)?;
    if interrupt::is_available() {
        interrupt::prepare(&engine)?;
    }
    Ok(engine)
}

/// Guests that run now, and the thread that ticks while there are any.
struct Ticker {
    running: Mutex<usize>,
    wake: Condvar,
}

static TICKER: OnceLock<&'static Ticker> = OnceLock::new();

/// What else wants to look at the clock.
static TICK_HOOK: OnceLock<fn()> = OnceLock::new();

/// Calls `hook` at every tick, on the clock's thread. There is one; later ones are ignored.
pub fn on_tick(hook: fn()) {
    let _ = TICK_HOOK.set(hook);
}

fn ticker() -> &'static Ticker {
    TICKER.get_or_init(|| {
        let ticker: &'static Ticker = Box::leak(Box::new(Ticker {
            running: Mutex::new(0),
            wake: Condvar::new(),
        }));
        std::thread::Builder::new()
            .name("heliosdb-clock".to_owned())
            .spawn(move || {
                loop {
                    let mut running = ticker.running.lock();
                    while *running == 0 {
                        ticker.wake.wait(&mut running);
                    }
                    drop(running);
                    let is_fast = FAST_TICKS.load(Ordering::Relaxed) > 0;
                    std::thread::sleep(if is_fast { PROFILE_TICK } else { TICK });
                    if interrupt::is_available() {
                        running::look();
                    } else if let Ok(engine) = shared_engine() {
                        engine.increment_epoch();
                    }
                    if let Some(hook) = TICK_HOOK.get() {
                        hook();
                    }
                }
            })
            .expect("a thread for deadlines can be started");
        ticker
    })
}

/// Keeps the clock ticking while it lives. Hold one for every chunk that calls a guest.
pub struct ActiveGuest(&'static Ticker);

impl ActiveGuest {
    pub fn enter() -> Self {
        let ticker = ticker();
        let mut running = ticker.running.lock();
        *running += 1;
        if *running == 1 {
            ticker.wake.notify_one();
        }
        drop(running);
        Self(ticker)
    }
}

impl ActiveGuest {
    /// How many live in the process.
    pub fn count() -> usize {
        *ticker().running.lock()
    }
}

impl Drop for ActiveGuest {
    fn drop(&mut self) {
        *self.0.running.lock() -= 1;
    }
}
