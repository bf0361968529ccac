//! The functions by which a guest queries: in the middle of its call, or by leaving its fiber until the
//! answer is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::Linker;

use super::call::PendingResult;
use super::failure::{fault, sample};
use super::guest_access::{Guest, call, deliver, read_bytes, refuse};
use super::host_state::HostState;
use super::instance::thread_cpu_ns;
use super::park::QueryRequest;
use super::running::Running;
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::status;
use crate::generated::errors::ErrorCode;
use crate::value::{Format, Value, json, msgpack};

/// Where a guest wants a query's answer.
#[derive(Clone, Copy)]
struct ResultBuffer {
    address: u32,
    len_address: u32,
}

pub(super) fn define_queries(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
    linker.func_wrap(
        module,
        "heliosdb_query",
        |mut guest: Guest<'_>, sql: u32, sql_len: u32, address: u32, len_address: u32| {
            let asked = ask(&mut guest, (sql, sql_len), None)?;
            run_and_deliver(
                &mut guest,
                asked,
                ResultBuffer {
                    address,
                    len_address,
                },
            )
        },
    )?;
    linker.func_wrap(
        module,
        "heliosdb_query_params",
        |mut guest: Guest<'_>,
         sql: u32,
         sql_len: u32,
         parameters: u32,
         parameters_len: u32,
         address: u32,
         len_address: u32| {
            let asked = ask(
                &mut guest,
                (sql, sql_len),
                Some((parameters, parameters_len)),
            )?;
            run_and_deliver(
                &mut guest,
                asked,
                ResultBuffer {
                    address,
                    len_address,
                },
            )
        },
    )?;
    Ok(())
}

pub(super) fn define_parking_queries(
    linker: &mut Linker<HostState>,
    module: &str,
) -> wasmtime::Result<()> {
    linker.func_wrap_async(
        module,
        "heliosdb_query",
        |mut guest: Guest<'_>, (sql, sql_len, address, len_address): (u32, u32, u32, u32)| {
            Box::new(async move {
                let asked = ask(&mut guest, (sql, sql_len), None)?;
                park_and_deliver(
                    &mut guest,
                    asked,
                    ResultBuffer {
                        address,
                        len_address,
                    },
                )
                .await
            })
        },
    )?;
    linker.func_wrap_async(
        module,
        "heliosdb_query_params",
        |mut guest: Guest<'_>,
         (sql, sql_len, parameters, parameters_len, address, len_address): (
            u32,
            u32,
            u32,
            u32,
            u32,
            u32,
        )| {
            Box::new(async move {
                let asked = ask(
                    &mut guest,
                    (sql, sql_len),
                    Some((parameters, parameters_len)),
                )?;
                park_and_deliver(
                    &mut guest,
                    asked,
                    ResultBuffer {
                        address,
                        len_address,
                    },
                )
                .await
            })
        },
    )?;
    Ok(())
}

/// A query the guest asked, as far as it can be settled without running anything.
struct Asked {
    /// Recognises the same query asked again with a larger buffer.
    key: Vec<u8>,
    state: AskedState,
}

enum AskedState {
    Known(Arc<[u8]>),
    Refused(EngineError),
    Open(QueryRequest),
}

fn ask(
    guest: &mut Guest<'_>,
    (sql, sql_len): (u32, u32),
    parameters: Option<(u32, u32)>,
) -> wasmtime::Result<Asked> {
    let mut key = read_bytes(guest, sql, sql_len)?;
    let encoded = match parameters {
        Some((address, length)) => read_bytes(guest, address, length)?,
        None => Vec::new(),
    };
    let format = guest.data().format;
    let current = call(guest)?;
    let request = parse_request(&key, &encoded, format);
    if !encoded.is_empty() {
        key.push(0);
        key.extend_from_slice(&encoded);
    }
    if let Some(kept) = current
        .pending
        .take()
        .filter(|pending| pending.query == key)
    {
        // The guest asks again with a larger buffer: the query is not run twice.
        return Ok(Asked {
            key,
            state: AskedState::Known(kept.bytes),
        });
    }
    let time_left = charge_query(guest)?;
    let current = call(guest)?;
    let state = match request {
        Err(error) => AskedState::Refused(error),
        Ok(request) => {
            match current
                .guest_call
                .recall(&request.sql, &request.parameters, request.format)
            {
                Some(bytes) => AskedState::Known(bytes),
                None => AskedState::Open(QueryRequest {
                    time_left,
                    ..request
                }),
            }
        }
    };
    Ok(Asked { key, state })
}

/// Counts one more query, and says how much time the call has left for queries.
pub fn charge_query(guest: &mut Guest<'_>) -> wasmtime::Result<Duration> {
    let queries_max = guest.data().limits.queries_max;
    let current = call(guest)?;
    current.query_count += 1;
    if current.query_count > queries_max {
        return fault(
            EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "the procedure ran more queries in one call than it may",
            )
            .detail(format!("limit {queries_max}"))
            .field("limit", queries_max)
            .field("requested", queries_max + 1),
        );
    }
    query_time_left(guest)
}

/// How much time the call has left for queries.
pub fn query_time_left(guest: &mut Guest<'_>) -> wasmtime::Result<Duration> {
    let time_max = Duration::from_millis(guest.data().limits.query_time_ms_max);
    Ok(time_max.saturating_sub(call(guest)?.query_time))
}

fn run_and_deliver(
    guest: &mut Guest<'_>,
    asked: Asked,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    let outcome = match asked.state {
        AskedState::Known(bytes) => Ok(bytes),
        AskedState::Refused(error) => Err(error),
        AskedState::Open(request) => {
            let guest_call = Arc::clone(&call(guest)?.guest_call);
            // So that the profile knows who asked.
            sample(&*guest);
            let cpu_start = thread_cpu_ns();
            let started = Instant::now();
            let pause = Running::pause();
            let outcome = guest_call.query(&request);
            let watch = &guest.data().watch;
            watch.charge_host(thread_cpu_ns().saturating_sub(cpu_start));
            drop(pause);
            call(guest)?.query_time += started.elapsed();
            outcome
        }
    };
    finish_query(guest, asked.key, outcome, buffer)
}

async fn park_and_deliver(
    guest: &mut Guest<'_>,
    asked: Asked,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    let outcome = match asked.state {
        AskedState::Known(bytes) => Ok(bytes),
        AskedState::Refused(error) => Err(error),
        AskedState::Open(request) => {
            let Some(park) = guest.data().park.clone() else {
                return fault(EngineError::internal(
                    "a guest without a fiber tried to wait",
                ));
            };
            sample(&*guest);
            let answered = park.wait(request).await;
            guest.data().watch.resume();
            call(guest)?.query_time += answered.query_time;
            answered.outcome
        }
    };
    finish_query(guest, asked.key, outcome, buffer)
}

fn finish_query(
    guest: &mut Guest<'_>,
    key: Vec<u8>,
    outcome: EngineResult<Arc<[u8]>>,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    guest.data_mut().traffic.bytes_out += key.len() as u64;
    let bytes = match outcome {
        Ok(bytes) => bytes,
        Err(error) if error.code == ErrorCode::QueryCanceled => return fault(error),
        Err(error) => return refuse(guest, error),
    };
    let started = guest.data().traffic.start();
    let delivered = deliver(guest, &bytes, buffer.address, buffer.len_address)?;
    guest.data_mut().traffic.end(started);
    if delivered == status::BUFFER_TOO_SMALL {
        call(guest)?.pending = Some(PendingResult { query: key, bytes });
    }
    Ok(delivered)
}

/// The query that a guest's bytes say.
pub fn parse_request(sql: &[u8], encoded: &[u8], format: Format) -> EngineResult<QueryRequest> {
    let text = std::str::from_utf8(sql).map_err(|error| {
        EngineError::new(
            ErrorCode::CharacterNotInRepertoire,
            "the query is not UTF-8",
        )
        .detail(error.to_string())
    })?;
    let mut request = QueryRequest {
        sql: text.to_owned(),
        parameters: Vec::new(),
        format,
        time_left: Duration::MAX,
    };
    if encoded.is_empty() {
        return Ok(request);
    }
    let decoded = match format {
        Format::Json => json::decode(encoded),
        Format::MessagePack => msgpack::decode(encoded),
    }?;
    match decoded {
        Value::List(parameters) => {
            request.parameters = parameters;
            Ok(request)
        }
        _ => Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "query parameters must be an array",
        )),
    }
}
