//! Systems on which guests check wasmtime's epoch instead.

use std::sync::Arc;

use wasmtime::{Engine, Store};

use crate::wasm::host_state::HostState;
use crate::wasm::watch::Watch;

pub const IS_POSSIBLE: bool = false;

pub fn prepare(_: &Engine) -> wasmtime::Result<()> {
    Ok(())
}

pub struct ThreadClock;

impl ThreadClock {
    pub fn of_this_thread() -> Self {
        Self
    }

    pub fn cpu_ns(&self) -> u64 {
        0
    }
}

pub struct Fence;

impl Fence {
    pub fn around(_: &[u8]) -> Self {
        Self
    }
}

#[derive(Default)]
pub struct Sample;

impl Watch {
    pub fn stop(&self, _: impl Fn() -> bool) {}

    pub fn locate(&self) {}
}

pub fn handle_faults(_: &mut Store<HostState>, _: &Arc<Watch>) -> wasmtime::Result<()> {
    Ok(())
}
