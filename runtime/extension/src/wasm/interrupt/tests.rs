//! Guests stopped again and again at whatever instruction they are.

use std::sync::Arc;
use std::sync::atomic::{AtomicBool, Ordering};
use std::time::{Duration, Instant};

use wasmtime::{Caller, Linker, Module, Store, ThrownException, Trap};

use super::super::cancellation::Cancellation;
use super::super::code::{GuestCode, ModuleCode};
use super::super::engine::shared_engine;
use super::super::host_state::HostState;
use super::super::limits::Limits;
use super::super::running::{self, Running};
use super::super::watch::Watch;
use super::*;

/// Loops that never end, each spending its time somewhere else.
const GUEST: &str = r#"
(module
  (import "host" "nothing" (func $nothing))
  (import "host" "nest" (func $nest))
  (memory (export "memory") 1 200)
  (table 2 funcref)
  (elem (i32.const 0) $leaf $other)
  (type $unary (func (param i32) (result i32)))
  (tag $problem (param i32))
  (global $sum (mut i64) (i64.const 0))
  (func $leaf (param i32) (result i32) (i32.add (local.get 0) (i32.const 1)))
  (func $other (param i32) (result i32) (i32.mul (local.get 0) (i32.const 3)))
  (func $deep (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
      (else (i32.add (call $deep (i32.sub (local.get 0) (i32.const 1))) (i32.const 1)))))
  (func $tail (param i32) (result i32)
    (if (result i32) (i32.eqz (local.get 0)) (then (i32.const 1))
      (else (return_call $tail_two (i32.sub (local.get 0) (i32.const 1)) (i32.const 7) (i32.const 8)))))
  (func $tail_two (param i32 i32 i32) (result i32)
    (return_call $tail (local.get 0)))
  (func (export "once") (result i32) (call $deep (i32.const 50)))
  (func (export "spin") (loop $again (br $again)))
  (func (export "count") (loop $again
    (global.set $sum (i64.add (global.get $sum) (i64.const 1))) (br $again)))
  (func (export "calls") (loop $again (drop (call $leaf (i32.const 1))) (br $again)))
  (func (export "recursion") (loop $again (drop (call $deep (i32.const 50))) (br $again)))
  (func (export "tails") (loop $again (drop (call $tail (i32.const 50))) (br $again)))
  (func (export "table") (local $turn i32) (loop $again
    (local.set $turn (i32.xor (local.get $turn) (i32.const 1)))
    (drop (call_indirect (type $unary) (i32.const 1) (local.get $turn))) (br $again)))
  (func (export "memory_work") (local $at i32) (loop $again
    (i32.store (local.get $at) (i32.add (i32.load (local.get $at)) (i32.const 1)))
    (local.set $at (i32.and (i32.add (local.get $at) (i32.const 4)) (i32.const 0xfffc)))
    (br $again)))
  (func (export "bulk") (loop $again
    (memory.fill (i32.const 0) (i32.const 7) (i32.const 60000))
    (memory.copy (i32.const 100) (i32.const 0) (i32.const 60000)) (br $again)))
  (func (export "grow") (loop $again (drop (memory.grow (i32.const 1))) (br $again)))
  (func (export "grow_by_nothing") (loop $again (drop (memory.grow (i32.const 0))) (br $again)))
  (func (export "table_grow")
    (loop $again (drop (table.grow 0 (ref.null func) (i32.const 0))) (br $again)))
  (func (export "fill_nothing")
    (loop $again (memory.fill (i32.const 0) (i32.const 7) (i32.const 0)) (br $again)))
  (func (export "reference") (loop $again (drop (ref.func $leaf)) (br $again)))
  (func (export "host_calls") (loop $again (call $nothing) (br $again)))
  (func (export "nested") (loop $again (call $nest) (br $again)))
  (func (export "exceptions") (loop $again
    (block $caught (result i32)
      (try_table (catch $problem $caught) (throw $problem (i32.const 1))) (unreachable))
    (drop) (br $again)))
  (func $throws_and_catches
    (block $caught (result i32)
      (try_table (catch $problem $caught) (throw $problem (i32.const 1))) (unreachable))
    (drop))
  (func (export "exceptions_inside") (loop $again
    (block $caught (try_table (catch_all $caught) (call $throws_and_catches)) )
    (br $again)))
)"#;

const ENTRIES: [&str; 17] = [
    "spin",
    "count",
    "calls",
    "recursion",
    "tails",
    "table",
    "memory_work",
    "bulk",
    "grow",
    "grow_by_nothing",
    "table_grow",
    "fill_nothing",
    "reference",
    "host_calls",
    "nested",
    "exceptions",
    "exceptions_inside",
];

/// A store for a guest that `cancellation` stops.
fn store_for(code: &GuestCode, cancellation: &Arc<Cancellation>) -> (Store<HostState>, Arc<Watch>) {
    let watch = Watch::new(code.clone(), 10_000, cancellation);
    let state = HostState::new(&Limits::default(), watch, None);
    let mut store = Store::new(shared_engine().expect("the engine starts"), state);
    let watch = Arc::clone(&store.data().watch);
    handle_faults(&mut store, &watch).expect("there is a place");
    (store, watch)
}

/// Stops of each entry.
const STOPS: u64 = 60;

/// Wanted by the guest's thread, read by the one that stops it.
struct Turn {
    cancellation: Arc<Cancellation>,
    watch: Arc<Watch>,
    is_done: Arc<AtomicBool>,
    delay: Duration,
}

fn spin_for(delay: Duration) {
    let start = Instant::now();
    while start.elapsed() < delay {
        std::hint::spin_loop();
    }
}

#[test]
fn a_guest_is_stopped_wherever_it_is() {
    let engine = shared_engine().expect("the engine starts");
    if !is_available() {
        return;
    }
    let module = Module::new(engine, GUEST).expect("the guest compiles");
    let code = GuestCode(Arc::from([ModuleCode::of(&module)]));
    let mut linker: Linker<HostState> = Linker::new(engine);
    linker.func_wrap("host", "nothing", || ()).expect("linked");
    let (inner, inner_code) = (module.clone(), code.clone());
    let nest = move |caller: Caller<'_, HostState>| -> wasmtime::Result<()> {
        // Another guest on the same thread, which nobody stops.
        let (mut store, watch) = store_for(&inner_code, &Cancellation::new(None));
        let mut linker: Linker<HostState> = Linker::new(caller.engine());
        linker.define_unknown_imports_as_traps(&inner)?;
        let instance = linker.instantiate(&mut store, &inner)?;
        let once = instance.get_typed_func::<(), i32>(&mut store, "once")?;
        let _running = Running::enter(&watch);
        assert_eq!(once.call(&mut store, ())?, 51, "nobody stops this one");
        Ok(())
    };
    linker.func_wrap("host", "nest", nest).expect("linked");
    let linked = linker.instantiate_pre(&module).expect("links");

    let (turns, waiting) = std::sync::mpsc::channel::<Turn>();
    let stopper = std::thread::spawn(move || {
        for turn in waiting {
            spin_for(turn.delay);
            turn.cancellation.request();
            while !turn.is_done.load(Ordering::Acquire) {
                running::look();
                if turn.watch.is_caught() {
                    // It waits at the fence, and has to find it lifted.
                    std::thread::sleep(Duration::from_micros(200));
                }
            }
        }
    });
    let mut random = 0x2545_f491_4f6c_dd1d_u64;
    for stop in 0..STOPS * ENTRIES.len() as u64 {
        let entry = ENTRIES[stop as usize % ENTRIES.len()];
        random ^= random << 13;
        random ^= random >> 7;
        random ^= random << 17;
        let cancellation = Cancellation::new(None);
        let is_done = Arc::new(AtomicBool::new(false));
        let (mut store, watch) = store_for(&code, &cancellation);
        let instance = linked.instantiate(&mut store).expect("instantiates");
        let function = instance
            .get_typed_func::<(), ()>(&mut store, entry)
            .expect("is there");
        let delay = Duration::from_nanos(random % 200_000);
        turns
            .send(Turn {
                cancellation,
                watch: Arc::clone(&watch),
                is_done: Arc::clone(&is_done),
                delay,
            })
            .expect("the other thread lives");
        let outcome = {
            let _running = Running::enter(&watch);
            function.call(&mut store, ())
        };
        is_done.store(true, Ordering::Release);
        let error = outcome.expect_err("nothing ends these loops but the stop");
        if entry.starts_with("exceptions") && !watch.is_caught() {
            // Its heap was full before.
            continue;
        }
        // Stopped in the middle of throwing, it is left by an exception that nobody catches.
        let is_thrown = entry.starts_with("exceptions") && error.is::<ThrownException>();
        assert!(
            is_thrown || error.downcast_ref() == Some(&Trap::UnreachableCodeReached),
            "{entry}: {error:#}"
        );
        assert!(watch.reason().is_some(), "{entry}");
    }
    drop(turns);
    stopper.join().expect("the other thread ends");
}

#[test]
fn a_stop_of_one_call_leaves_the_next_one_alone() {
    let engine = shared_engine().expect("the engine starts");
    if !is_available() {
        return;
    }
    let module = Module::new(
        engine,
        r#"(module (func (export "count") (local i32)
             (loop $again
               (br_if $again (i32.lt_u (local.tee 0 (i32.add (local.get 0) (i32.const 1)))
                                       (i32.const 1000000))))))"#,
    )
    .expect("compiles");
    let code = GuestCode(Arc::from([ModuleCode::of(&module)]));
    let cancellation = Cancellation::new(None);
    let (mut store, watch) = store_for(&code, &cancellation);
    let instance = wasmtime::Instance::new(&mut store, &module, &[]).expect("instantiates");
    let count = instance
        .get_typed_func::<(), ()>(&mut store, "count")
        .expect("is there");
    cancellation.request();
    {
        let _running = Running::enter(&watch);
        running::look();
    }
    assert!(watch.is_condemned());
    watch.serve(&Cancellation::new(None));
    watch.resume();
    let _running = Running::enter(&watch);
    for _ in 0..20 {
        count
            .call(&mut store, ())
            .expect("the next call is not stopped");
    }
}
