//! Calling a guest once for many rows.
//!
//! The guest gives room in its memory, the host fills it with columns, the guest answers where its
//! results are. Everything read back is checked before it is used.

use std::sync::Arc;

use wasmtime::{AsContext, ExternType, Instance, Module, Store, TypedFunc, ValType};

use super::instance::{GuestCall, GuestInstance, HostState};
use super::module::exports_function;
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
pub const STALL_MS: u64 = 500;

/// Imports whose effect is the same for one row and for many. What logs or asks the database
/// belongs to its row.
const ROWLESS_IMPORTS: [&str; 6] = [
    "heliosdb_get_param",
    "heliosdb_return",
    "heliosdb_error",
    "heliosdb_last_error",
    "heliosdb_fetch_result",
    "heliosdb_now",
];

/// Entries of the module that have a columnar form.
pub fn columnar_entries(module: &Module) -> Vec<String> {
    let is_rowless = module.imports().all(|import| {
        import.module() == "heliosdb"
            && matches!(import.ty(), ExternType::Func(_))
            && ROWLESS_IMPORTS.contains(&import.name())
    });
    if !is_rowless || !exports_function(module, BUFFER_EXPORT, &[ValType::I32], &[ValType::I32]) {
        return Vec::new();
    }
    module
        .exports()
        .filter_map(|export| export.name().strip_prefix(COLUMNAR_PREFIX))
        .filter(|entry| {
            let name = format!("{COLUMNAR_PREFIX}{entry}");
            exports_function(module, &name, &[ValType::I32], &[ValType::I32])
        })
        .map(str::to_owned)
        .collect()
}

/// The columnar form of a procedure's entry.
pub struct ColumnarEntry {
    run: TypedFunc<u32, i32>,
    buffer: TypedFunc<u32, u32>,
}

impl ColumnarEntry {
    pub fn find(instance: &Instance, store: &mut Store<HostState>, entry: &str) -> Option<Self> {
        let name = format!("{COLUMNAR_PREFIX}{entry}");
        Some(Self {
            run: instance.get_typed_func(&mut *store, &name).ok()?,
            buffer: instance.get_typed_func(&mut *store, BUFFER_EXPORT).ok()?,
        })
    }
}

/// How far a columnar call has come, as the deadline sees it.
pub struct ColumnarWatch {
    address: u32,
    seen: u32,
}

impl ColumnarWatch {
    /// Whether rows were finished since the last look.
    pub fn has_advanced(context: impl AsContext<Data = HostState>) -> Option<u32> {
        let context = context.as_context();
        let state = context.data();
        let watch = state.columnar.as_ref()?;
        let start = watch.address as usize;
        let memory = state.memory?;
        let bytes = memory.data(&context).get(start..start + 4)?;
        let progress = u32::from_le_bytes(bytes.try_into().ok()?);
        (progress != watch.seen).then_some(progress)
    }

    pub fn advance(&mut self, progress: u32) {
        self.seen = progress;
    }
}

/// What came of a columnar call.
pub enum ColumnarOutcome {
    Done,
    /// The entry does not take these columns.
    Unsuitable,
    /// A row failed; which one, its own call tells.
    Failed,
}

impl GuestInstance {
    /// Computes one block of `length` bytes, which `fill` writes to the memory given to it, at the
    /// address given to it. The results are read with [`GuestInstance::columnar_memory`].
    pub fn call_columnar(
        &mut self,
        guest_call: &Arc<dyn GuestCall>,
        length: u32,
        fill: impl FnOnce(&mut [u8], u32),
    ) -> EngineResult<(ColumnarOutcome, u32)> {
        self.begin(guest_call, Vec::new());
        let outcome = self.compute(length, fill);
        let state = self.store.data_mut();
        state.columnar = None;
        state.call = None;
        self.is_healthy &= matches!(
            outcome,
            Ok((ColumnarOutcome::Done, _)) | Ok((ColumnarOutcome::Unsuitable, _))
        );
        outcome
    }

    fn compute(
        &mut self,
        length: u32,
        fill: impl FnOnce(&mut [u8], u32),
    ) -> EngineResult<(ColumnarOutcome, u32)> {
        let failed = Ok((ColumnarOutcome::Failed, 0));
        let Some(entry) = &self.columnar else {
            return Ok((ColumnarOutcome::Unsuitable, 0));
        };
        let Ok(address) = entry.buffer.call(&mut self.store, length) else {
            return failed;
        };
        let Some(memory) = self.store.data().memory else {
            return failed;
        };
        let room = (address as usize)..(address as usize).saturating_add(length as usize);
        match memory.data_mut(&mut self.store).get_mut(room) {
            Some(block) if address % 16 == 0 => fill(block, address),
            _ => {
                return Err(malformed(
                    "the buffer for a block lies outside of the memory",
                ));
            }
        }
        self.store.data_mut().columnar = Some(ColumnarWatch {
            address: address + PROGRESS_OFFSET,
            seen: 0,
        });
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

/// The guest's results are not what the contract says.
pub fn malformed(detail: &str) -> EngineError {
    EngineError::new(
        ErrorCode::MalformedGuestResult,
        "the procedure returned malformed columns",
    )
    .detail(detail)
}
