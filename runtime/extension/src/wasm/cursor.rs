//! Cursors: query results that a guest takes a batch of rows at a time.
//!
//! A cursor belongs to the call that opened it and is closed when the call ends. What it does, it
//! does on the thread's own stack: a guest on a fiber waits meanwhile.

use std::collections::BTreeMap;
use std::sync::Arc;
use std::time::Duration;

use wasmtime::Linker;

use super::failure::fault;
use super::guest_access::{
    CAPACITY_ALLOCATE, Guest, call, check_range, deliver, read_bytes, read_u32, refuse, write_bytes,
};
use super::host_functions::QueryMode;
use super::host_state::HostState;
use super::limits::CURSORS_MAX;
use super::off_fiber::{at_once, off_fiber};
use super::park::QueryRequest;
use super::query_functions::{charge_query, parse_request, query_time_left};
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::status;
use crate::generated::errors::ErrorCode;

/// Bytes that a batch aims at when the guest leaves its size open.
const BATCH_BYTES: usize = 1 << 20;

/// The rows of one query, a batch at a time.
pub trait GuestCursor: Send {
    /// The next rows, encoded as a query's result: at least one, at most `rows_max`, and no more
    /// than fit `bytes_max` unless the first alone exceeds it. `None` after the last row.
    fn next(&mut self, batch: BatchSize, time_left: Duration) -> EngineResult<Option<Vec<u8>>>;
}

/// How large a batch may become; 0 rows leave their number to the bytes.
#[derive(Clone, Copy)]
pub struct BatchSize {
    pub rows_max: u32,
    pub bytes_max: usize,
}

/// The cursors of one call.
#[derive(Default)]
pub struct OpenCursors {
    open: BTreeMap<u32, OpenCursor>,
    last: u32,
}

struct OpenCursor {
    cursor: Box<dyn GuestCursor>,
    /// A batch that did not fit the guest's buffer.
    kept: Option<Vec<u8>>,
}

pub fn define(
    linker: &mut Linker<HostState>,
    module: &str,
    mode: QueryMode,
) -> wasmtime::Result<()> {
    match mode {
        QueryMode::Direct => define_direct(linker, module),
        QueryMode::Parking => define_parking(linker, module),
    }
}

fn define_direct(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap(
        module,
        "heliosdb_cursor_open",
        |mut guest: Guest<'_>, sql: u32, sql_len: u32, bound: u32, bound_len: u32, cursor: u32| {
            at_once(open(&mut guest, (sql, sql_len), (bound, bound_len), cursor))
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_cursor_next",
        |mut guest: Guest<'_>, cursor: u32, rows_max: u32, result: u32, result_len: u32| {
            at_once(next(&mut guest, cursor, rows_max, (result, result_len)))
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_cursor_close",
        |mut guest: Guest<'_>, cursor: u32| at_once(close(&mut guest, cursor)),
    )?;
    Ok(())
}

fn define_parking(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        module,
        "heliosdb_cursor_open",
        |mut guest: Guest<'_>,
         (sql, sql_len, bound, bound_len, cursor): (u32, u32, u32, u32, u32)| {
            Box::new(
                async move { open(&mut guest, (sql, sql_len), (bound, bound_len), cursor).await },
            )
        },
    )?;
    linker.func_wrap_async(
        module,
        "heliosdb_cursor_next",
        |mut guest: Guest<'_>, (cursor, rows_max, result, result_len): (u32, u32, u32, u32)| {
            Box::new(async move { next(&mut guest, cursor, rows_max, (result, result_len)).await })
        },
    )?;
    linker.func_wrap_async(
        module,
        "heliosdb_cursor_close",
        |mut guest: Guest<'_>, (cursor,): (u32,)| {
            Box::new(async move { close(&mut guest, cursor).await })
        },
    )?;
    Ok(())
}

async fn open(
    guest: &mut Guest<'_>,
    (sql, sql_len): (u32, u32),
    (bound, bound_len): (u32, u32),
    cursor: u32,
) -> wasmtime::Result<i32> {
    let text = read_bytes(guest, sql, sql_len)?;
    let encoded = read_bytes(guest, bound, bound_len)?;
    check_range(guest, cursor, 4)?;
    let format = guest.data().format;
    let request = parse_request(&text, &encoded, format);
    let time_left = charge_query(guest)?;
    let request = match request {
        Ok(request) => QueryRequest {
            time_left,
            ..request
        },
        Err(error) => return refuse(guest, error),
    };
    let current = call(guest)?;
    if current.cursors.open.len() >= CURSORS_MAX {
        let error = EngineError::new(
            ErrorCode::ProgramLimitExceeded,
            "the call has more cursors open than it may",
        )
        .detail(format!("limit {CURSORS_MAX} cursors"))
        .field("limit", CURSORS_MAX)
        .field("requested", CURSORS_MAX + 1);
        return refuse(guest, error);
    }
    let guest_call = Arc::clone(&current.guest_call);
    guest.data_mut().traffic.bytes_out += u64::from(sql_len) + u64::from(bound_len);
    let (opened, elapsed) = off_fiber(guest, move || guest_call.open_cursor(request)).await?;
    call(guest)?.query_time += elapsed;
    match opened {
        Ok(opened) => {
            let cursors = &mut call(guest)?.cursors;
            cursors.last += 1;
            let number = cursors.last;
            cursors.open.insert(
                number,
                OpenCursor {
                    cursor: opened,
                    kept: None,
                },
            );
            write_bytes(guest, cursor, &number.to_le_bytes())?;
            Ok(status::OK)
        }
        Err(error) => stop_or_refuse(guest, error),
    }
}

async fn next(
    guest: &mut Guest<'_>,
    number: u32,
    rows_max: u32,
    (result, result_len): (u32, u32),
) -> wasmtime::Result<i32> {
    let capacity = read_u32(guest, result_len)?;
    let limits = &guest.data().limits;
    let bytes_limit = usize::try_from(limits.query_result_bytes_max).unwrap_or(usize::MAX);
    let bytes_max = match capacity {
        CAPACITY_ALLOCATE => BATCH_BYTES.min(bytes_limit),
        _ => bytes_limit.min(capacity as usize),
    };
    let current = call(guest)?;
    let Some(mut taken) = current.cursors.open.remove(&number) else {
        return refuse(guest, no_cursor(number));
    };
    let (taken, outcome) = match taken.kept.take() {
        Some(kept) => (taken, Ok(Some(kept))),
        None => {
            let time_left = query_time_left(guest)?;
            let size = BatchSize {
                rows_max,
                bytes_max,
            };
            let work = move || {
                let outcome = taken.cursor.next(size, time_left);
                (taken, outcome)
            };
            let (fetched, elapsed) = off_fiber(guest, work).await?;
            call(guest)?.query_time += elapsed;
            fetched
        }
    };
    match outcome {
        Ok(None) => {
            call(guest)?.cursors.open.insert(number, taken);
            Ok(status::END)
        }
        Ok(Some(batch)) => {
            let started = guest.data().traffic.start();
            let delivered = deliver(guest, &batch, result, result_len)?;
            guest.data_mut().traffic.end(started);
            let kept = (delivered != status::OK).then_some(batch);
            let cursors = &mut call(guest)?.cursors;
            cursors.open.insert(number, OpenCursor { kept, ..taken });
            Ok(delivered)
        }
        Err(error) => {
            // A query that failed has no further rows.
            off_fiber(guest, move || drop(taken)).await?;
            stop_or_refuse(guest, error)
        }
    }
}

async fn close(guest: &mut Guest<'_>, number: u32) -> wasmtime::Result<i32> {
    match call(guest)?.cursors.open.remove(&number) {
        Some(closed) => {
            off_fiber(guest, move || drop(closed)).await?;
            Ok(status::OK)
        }
        None => refuse(guest, no_cursor(number)),
    }
}

/// A cancelled statement ends its guest; any other failure is the guest's to deal with.
fn stop_or_refuse(guest: &mut Guest<'_>, error: EngineError) -> wasmtime::Result<i32> {
    if error.code == ErrorCode::QueryCanceled {
        return fault(error);
    }
    refuse(guest, error)
}

fn no_cursor(number: u32) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("there is no open cursor {number}"),
    )
    .hint("a cursor ends with its call, when it is closed, and when its query fails")
}
