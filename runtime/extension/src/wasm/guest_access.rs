//! How host functions reach a guest: its call, its memory, and the buffers it gives.

use wasmtime::Caller;

use super::call::{CurrentCall, LogLevel};
use super::failure::fault;
use super::host_state::{HostState, memory_of};
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::status;
use crate::generated::errors::ErrorCode;
use crate::value::{Format, Value, json, msgpack};

pub type Guest<'a> = Caller<'a, HostState>;

/// The capacity by which a guest with an allocator asks the host to allocate.
pub const CAPACITY_ALLOCATE: u32 = u32::MAX;

pub fn encode(value: &Value, format: Format) -> EngineResult<Vec<u8>> {
    let mut bytes = Vec::new();
    encode_into(value, format, &mut bytes)?;
    Ok(bytes)
}

pub fn encode_into(value: &Value, format: Format, bytes: &mut Vec<u8>) -> EngineResult<()> {
    match format {
        Format::Json => json::encode(value, bytes),
        Format::MessagePack => msgpack::encode(value, bytes),
    }?;
    Ok(())
}

/// The call in progress; host functions do not work while a module initialises.
pub fn call<'a>(guest: &'a mut Guest<'_>) -> wasmtime::Result<&'a mut CurrentCall> {
    // A guest that spends its time in the host's functions is seldom met in its own.
    if let Some(reason) = guest.data().watch.reason() {
        return fault(reason);
    }
    match &mut guest.data_mut().call {
        Some(_) => {}
        None => {
            return fault(
                EngineError::new(
                    ErrorCode::ObjectNotInPrerequisiteState,
                    "a host function was called outside a procedure call",
                )
                .hint("module initialisation cannot query, log or return"),
            );
        }
    }
    Ok(guest.data_mut().call.as_mut().expect("checked above"))
}

/// Logs a message that lies in the guest, within its limits.
pub fn log(guest: &mut Guest<'_>, level: LogLevel, message: Range) -> wasmtime::Result<()> {
    call(guest)?;
    let (memory, state) = memory_and_state(guest)?;
    // Reading no more than is kept: a guest may point at its whole memory.
    let kept = usize::try_from(state.limits.log_message_bytes_max).unwrap_or(usize::MAX);
    let message = message.of(memory)?;
    if let Some(current) = &mut state.call {
        current.log(&state.limits, level, &message[..message.len().min(kept)]);
    }
    Ok(())
}

/// Answers a request with the error status and keeps the reason for `heliosdb_last_error`.
pub fn refuse(guest: &mut Guest<'_>, error: EngineError) -> wasmtime::Result<i32> {
    call(guest)?.last_error = Some(error);
    Ok(status::ERROR)
}

/// Writes bytes into the guest by the buffer protocol: `*len` is the capacity on entry and the
/// size on return.
pub fn deliver(
    guest: &mut Guest<'_>,
    bytes: &[u8],
    address: u32,
    len_address: u32,
) -> wasmtime::Result<i32> {
    let Ok(size) = u32::try_from(bytes.len()) else {
        return refuse(
            guest,
            EngineError::new(
                ErrorCode::ProgramLimitExceeded,
                "the value is larger than a guest can address",
            )
            .field("limit", u32::MAX)
            .field("requested", bytes.len()),
        );
    };
    let (memory, state) = memory_and_state(guest)?;
    if let Some(delivered) = deliver_to(memory, state, bytes, (address, len_address))? {
        return Ok(delivered);
    }
    let Some(allocate) = state.allocate.clone() else {
        return fault(EngineError::internal("a guest without an allocator"));
    };
    // At least one byte, so that a null address always means failure.
    let target = allocate.call(&mut *guest, size.max(1))?;
    if target == 0 {
        return refuse(
            guest,
            EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "the guest could not allocate room for the result",
            )
            .detail(format!("{size} bytes"))
            .field("requested", size),
        );
    }
    write_bytes(guest, target, bytes)?;
    write_bytes(guest, address, &target.to_le_bytes())?;
    write_bytes(guest, len_address, &size.to_le_bytes())?;
    guest.data_mut().traffic.bytes_in += u64::from(size);
    Ok(status::OK)
}

/// As [`deliver`] to a guest's own buffer; `None`, with nothing done, where the guest wants the host to
/// allocate, and can.
pub fn deliver_to(
    memory: &mut [u8],
    state: &mut HostState,
    bytes: &[u8],
    (address, len_address): (u32, u32),
) -> wasmtime::Result<Option<i32>> {
    let capacity = u32_in(memory, len_address)?;
    if capacity == CAPACITY_ALLOCATE && state.allocate.is_some() {
        return Ok(None);
    }
    let Ok(size) = u32::try_from(bytes.len()) else {
        return Ok(None);
    };
    let size_place = Range(len_address, 4).of_mut(memory)?;
    size_place.copy_from_slice(&size.to_le_bytes());
    if capacity < size {
        return Ok(Some(status::BUFFER_TOO_SMALL));
    }
    Range(address, size).of_mut(memory)?.copy_from_slice(bytes);
    state.traffic.bytes_in += u64::from(size);
    Ok(Some(status::OK))
}

/// A range of guest memory: address and length.
#[derive(Clone, Copy)]
pub struct Range(pub u32, pub u32);

impl Range {
    /// The range in the guest's memory; ends the guest when it lies outside.
    pub fn of(self, memory: &[u8]) -> wasmtime::Result<&[u8]> {
        memory
            .get(self.positions())
            .map_or_else(|| self.outside(memory.len()), Ok)
    }

    fn of_mut(self, memory: &mut [u8]) -> wasmtime::Result<&mut [u8]> {
        let size = memory.len();
        memory
            .get_mut(self.positions())
            .map_or_else(|| self.outside(size), Ok)
    }

    fn positions(self) -> std::ops::Range<usize> {
        let start = self.0 as usize;
        start..start + self.1 as usize
    }

    #[cold]
    fn outside<T>(self, size: usize) -> wasmtime::Result<T> {
        let Self(address, length) = self;
        fault(
            EngineError::new(
                ErrorCode::WasmTrap,
                "the guest passed a pointer outside its memory",
            )
            .field("trap", "pointer_outside_memory")
            .detail(format!(
                "{length} bytes at {address}, memory of {size} bytes"
            )),
        )
    }
}

/// The guest's memory and, beside it, what the host keeps.
pub fn memory_and_state<'a>(
    guest: &'a mut Guest<'_>,
) -> wasmtime::Result<(&'a mut [u8], &'a mut HostState)> {
    Ok(memory_of(guest)?.data_and_store_mut(guest))
}

/// Bounds-checks a range of guest memory and ends the guest when it lies outside.
pub fn check_range(guest: &mut Guest<'_>, address: u32, length: u32) -> wasmtime::Result<()> {
    Range(address, length).of(memory_and_state(guest)?.0)?;
    Ok(())
}

pub fn read_bytes(guest: &mut Guest<'_>, address: u32, length: u32) -> wasmtime::Result<Vec<u8>> {
    Ok(Range(address, length)
        .of(memory_and_state(guest)?.0)?
        .to_vec())
}

pub fn write_bytes(guest: &mut Guest<'_>, address: u32, bytes: &[u8]) -> wasmtime::Result<()> {
    let Ok(length) = u32::try_from(bytes.len()) else {
        return fault(EngineError::internal("an oversized write to a guest"));
    };
    let (memory, _) = memory_and_state(guest)?;
    Range(address, length)
        .of_mut(memory)?
        .copy_from_slice(bytes);
    Ok(())
}

pub fn read_u32(guest: &mut Guest<'_>, address: u32) -> wasmtime::Result<u32> {
    u32_in(memory_and_state(guest)?.0, address)
}

pub fn u32_in(memory: &[u8], address: u32) -> wasmtime::Result<u32> {
    let bytes = Range(address, 4).of(memory)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}
