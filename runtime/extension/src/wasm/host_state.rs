//! What the host keeps beside one guest, and how its functions find it.

use std::sync::Arc;

use wasmtime::{Instance, Memory, Store, TypedFunc};

use super::call::CurrentCall;
use super::failure::fault;
use super::limits::{Limits, MemoryLimiter};
use super::park::Park;
use super::traffic::Traffic;
use super::watch::Watch;
use crate::error::EngineError;
use crate::files::GrantedFolders;
use crate::value::Format;

/// Room for encoded values that an instance keeps between calls.
const ENCODED_BYTES_KEPT: usize = 4096;

/// What the host keeps beside one guest.
pub struct HostState {
    pub limiter: MemoryLimiter,
    pub format: Format,
    pub limits: Limits,
    /// Found once: looking exports up by name at every host call costs more than the call.
    pub memory: Option<Memory>,
    pub allocate: Option<TypedFunc<u32, u32>>,
    pub call: Option<CurrentCall>,
    /// What of the machine's files the guest may use.
    pub folders: Arc<GrantedFolders>,
    pub traffic: Traffic,
    /// Room in which a parameter is encoded, or an answer put together.
    pub encoded: Vec<u8>,
    /// Where a query is left when the guest runs on a fiber and can wait for its answer.
    pub park: Option<Arc<Park>>,
    pub watch: Arc<Watch>,
}

impl HostState {
    pub fn new(limits: &Limits, watch: Watch, park: Option<Arc<Park>>) -> Self {
        Self {
            limiter: MemoryLimiter::new(limits),
            format: Format::Json,
            limits: limits.clone(),
            memory: None,
            allocate: None,
            call: None,
            park,
            folders: Arc::default(),
            traffic: Traffic::default(),
            encoded: Vec::new(),
            watch: Arc::new(watch),
        }
    }
}

impl HostState {
    /// Takes back the room that was taken, unless it has grown large.
    pub fn give_back(&mut self, room: Vec<u8>) {
        if room.capacity() <= ENCODED_BYTES_KEPT {
            self.encoded = room;
        }
    }
}

/// The guest's exported memory.
pub fn memory_of(caller: &mut wasmtime::Caller<'_, HostState>) -> wasmtime::Result<Memory> {
    // A start function runs before the exports were looked up.
    let found = caller.data().memory;
    let found = found.or_else(|| {
        caller
            .get_export("memory")
            .and_then(wasmtime::Extern::into_memory)
    });
    match found {
        Some(memory) => Ok(memory),
        None => fault(EngineError::internal(
            "a module without memory was instantiated",
        )),
    }
}

/// Looks up once what host functions need at every call.
pub(super) fn find_exports(instance: &Instance, store: &mut Store<HostState>) {
    let memory = instance.get_memory(&mut *store, "memory");
    let allocate = instance
        .get_typed_func::<u32, u32>(&mut *store, "heliosdb_alloc")
        .ok();
    let state = store.data_mut();
    state.memory = memory;
    state.allocate = allocate;
}
