//! Calling a guest once for many rows.
//!
//! The guest gives room in its memory, the host fills it with columns, the guest answers where its
//! results are. Everything read back is checked before it is used.

use std::fmt::Display;
use std::sync::Arc;
use std::sync::atomic::AtomicU32;

use wasmtime::{ExternType, Instance, Memory, Module, Store, TypedFunc, ValType};

use super::call::GuestCall;
use super::host_state::HostState;
use super::instance::GuestInstance;
use super::log_lines::LogLines;
use super::module::exports_function;
use super::running::Running;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// What the name of a columnar entry begins with; the procedure's entry follows.
pub const COLUMNAR_PREFIX: &str = "heliosdb_columnar/";

/// The export that gives room.
const BUFFER_EXPORT: &str = "heliosdb_columnar_buffer";

/// Where the block says how far the guest has come, in bytes from its start.
const PROGRESS_OFFSET: u32 = 8;

/// CPU a group of rows may take before the rows are called one by one, in milliseconds: rows as
/// slow as that gain nothing, and only their own calls can be timed.
pub const STALL_MS: u64 = 10;

/// Imports whose effect is the same for one row and for many.
const ROWLESS_IMPORTS: [&str; 7] = [
    "heliosdb_get_param",
    "heliosdb_return",
    "heliosdb_error",
    "heliosdb_error_stack",
    "heliosdb_last_error",
    "heliosdb_fetch_result",
    "heliosdb_now",
];

/// Imports whose effect belongs to a row, and is the same when the rows of a block are computed in
/// their order: as long as queries are answered from memory, and lines are kept until all went well.
const ROW_IMPORTS: [&str; 3] = ["heliosdb_query", "heliosdb_query_params", "heliosdb_log"];

/// The entries of a module that can be called for many rows at once.
#[derive(Default)]
pub struct ColumnarEntries {
    names: Vec<String>,
    /// Whether the module asks the database or logs.
    has_effects: bool,
}

impl ColumnarEntries {
    pub fn of(module: &Module) -> Self {
        let imports: Vec<_> = module.imports().collect();
        let all_are = |names: &[&[&str]]| {
            imports.iter().all(|import| {
                import.module() == "heliosdb"
                    && matches!(import.ty(), ExternType::Func(_))
                    && names.iter().any(|names| names.contains(&import.name()))
            })
        };
        let is_suited = all_are(&[&ROWLESS_IMPORTS, &ROW_IMPORTS])
            && exports_function(module, BUFFER_EXPORT, &[ValType::I32], &[ValType::I32]);
        if !is_suited {
            return Self::default();
        }
        let names = module
            .exports()
            .filter_map(|export| export.name().strip_prefix(COLUMNAR_PREFIX))
            .filter(|entry| {
                let name = format!("{COLUMNAR_PREFIX}{entry}");
                exports_function(module, &name, &[ValType::I32], &[ValType::I32])
            });
        Self {
            names: names.map(str::to_owned).collect(),
            has_effects: !all_are(&[&ROWLESS_IMPORTS]),
        }
    }

    pub fn contains(&self, entry: &str) -> bool {
        self.names.iter().any(|name| name == entry)
    }

    /// Whether an entry computes, and does nothing else.
    pub fn computes_only(&self, entry: &str) -> bool {
        !self.has_effects && self.contains(entry)
    }
}

/// The columnar form of a procedure's entry.
pub struct ColumnarEntry {
    run: TypedFunc<u32, i32>,
    buffer: TypedFunc<u32, u32>,
    room: Room,
}

/// What the guest gave for blocks. It stays until more is asked for: every chunk would ask for as
/// much again.
#[derive(Clone, Copy, Default)]
struct Room {
    address: u32,
    length: u32,
}

impl ColumnarEntry {
    pub fn find(instance: &Instance, store: &mut Store<HostState>, entry: &str) -> Option<Self> {
        let name = format!("{COLUMNAR_PREFIX}{entry}");
        Some(Self {
            run: instance.get_typed_func(&mut *store, &name).ok()?,
            buffer: instance.get_typed_func(&mut *store, BUFFER_EXPORT).ok()?,
            room: Room::default(),
        })
    }
}

/// What came of a columnar call.
pub enum ColumnarOutcome {
    Done,
    /// The entry does not take these columns.
    Unsuitable,
    /// A row failed, or asked what is not known; which one, its own call tells.
    Failed,
}

/// A columnar call that ended.
pub struct ColumnarReport {
    pub outcome: ColumnarOutcome,
    /// Where its block lies.
    pub address: u32,
    /// What its rows logged, in their order.
    pub log_lines: LogLines,
}

impl GuestInstance {
    /// Computes one block of `length` bytes, which `fill` writes to the memory given to it, at the
    /// address given to it. The results are read with [`GuestInstance::columnar_memory`]. Limits of
    /// a call bound what all rows of the block do together.
    pub fn call_columnar(
        &mut self,
        guest_call: &Arc<dyn GuestCall>,
        length: u32,
        fill: impl FnOnce(&mut [u8], u32),
    ) -> EngineResult<ColumnarReport> {
        self.begin(guest_call, Vec::new());
        if let Some(call) = &mut self.store.data_mut().call {
            call.is_for_block = true;
        }
        let computed = self.compute(length, fill);
        let state = self.store.data_mut();
        state.watch.end();
        let call = state.call.take();
        self.is_healthy &= matches!(
            computed,
            Ok((ColumnarOutcome::Done | ColumnarOutcome::Unsuitable, _))
        );
        let (mut outcome, address) = computed?;
        let log_lines = match call {
            // Which lines are dropped depends on their row.
            Some(call) if !call.may_log(&state.limits) => {
                outcome = ColumnarOutcome::Failed;
                LogLines::default()
            }
            Some(call) => call.log_lines,
            None => LogLines::default(),
        };
        Ok(ColumnarReport {
            outcome,
            address,
            log_lines,
        })
    }

    fn compute(
        &mut self,
        length: u32,
        fill: impl FnOnce(&mut [u8], u32),
    ) -> EngineResult<(ColumnarOutcome, u32)> {
        let failed = Ok((ColumnarOutcome::Failed, 0));
        let _running = Running::enter(&self.store.data().watch);
        let Some(entry) = &mut self.columnar else {
            return Ok((ColumnarOutcome::Unsuitable, 0));
        };
        if length > entry.room.length {
            let Ok(address) = entry.buffer.call(&mut self.store, length) else {
                return failed;
            };
            entry.room = Room { address, length };
        }
        let address = entry.room.address;
        let Some(memory) = self.store.data().memory else {
            return failed;
        };
        let room = (address as usize)..(address as usize).saturating_add(length as usize);
        match memory.data_mut(&mut self.store).get_mut(room) {
            Some(block) if address % 16 == 0 => fill(block, address),
            _ => {
                return Err(malformed(
                    "the buffer for a block lies outside of the memory",
                    format!("{length} aligned bytes of memory"),
                    format!("an address of {address}"),
                ));
            }
        }
        let Some(progress) = progress_place(memory, &self.store, address) else {
            return Err(malformed(
                "the buffer for a block is too small",
                format!("{} bytes behind {address}", PROGRESS_OFFSET + 4),
                format!("{} bytes of memory", memory.data_size(&self.store)),
            ));
        };
        self.store.data().watch.begin_columnar(progress);
        match entry.run.call(&mut self.store, address) {
            Ok(0) => Ok((ColumnarOutcome::Done, address)),
            Ok(1) => Ok((ColumnarOutcome::Unsuitable, address)),
            _ => failed,
        }
    }

    /// The guest's memory between two calls.
    pub fn columnar_memory(&self) -> &[u8] {
        match self.store.data().memory {
            Some(memory) => memory.data(&self.store),
            None => &[],
        }
    }
}

/// Where the guest writes how far it has come in a block. A guest's memory never moves.
fn progress_place(memory: Memory, store: &Store<HostState>, block: u32) -> Option<*mut AtomicU32> {
    let offset = block.checked_add(PROGRESS_OFFSET)? as usize;
    let is_inside = offset.checked_add(4)? <= memory.data_size(store);
    // SAFETY: the place lies inside of the memory; blocks, and so their parts, are aligned.
    is_inside.then(|| unsafe { memory.data_ptr(store).add(offset).cast() })
}

/// The guest's results are not what the contract says.
pub fn malformed(detail: &str, expected: impl Display, actual: impl Display) -> EngineError {
    EngineError::new(
        ErrorCode::MalformedGuestResult,
        "the procedure returned malformed columns",
    )
    .detail(detail)
    .field("expected", expected.to_string())
    .field("actual", actual.to_string())
}
