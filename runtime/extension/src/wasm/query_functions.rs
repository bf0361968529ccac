//! The functions by which a guest queries: in the middle of its call, or by leaving its fiber until the
//! answer is there.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::Linker;

use super::call::{AskedQuery, CurrentCall, PendingResult, Recall};
use super::failure::{fault, sample};
use super::guest_access::{
    Guest, Range, call, deliver, deliver_to, memory_and_state, refuse, u32_in,
};
use super::host_state::HostState;
use super::instance::thread_cpu_ns;
use super::limits::Limits;
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
            let place = QueryPlace::new((sql, sql_len), (0, 0));
            run_and_deliver(
                &mut guest,
                place,
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
            let place = QueryPlace::new((sql, sql_len), (parameters, parameters_len));
            run_and_deliver(
                &mut guest,
                place,
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
                let place = QueryPlace::new((sql, sql_len), (0, 0));
                park_and_deliver(
                    &mut guest,
                    place,
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
                let place = QueryPlace::new((sql, sql_len), (parameters, parameters_len));
                park_and_deliver(
                    &mut guest,
                    place,
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

/// A query as it lies in the guest's memory.
#[derive(Clone, Copy)]
struct QueryPlace {
    sql: Range,
    /// Encoded; empty where the query has none.
    parameters: Range,
}

impl QueryPlace {
    fn new((sql, sql_len): (u32, u32), (parameters, parameters_len): (u32, u32)) -> Self {
        Self {
            sql: Range(sql, sql_len),
            parameters: Range(parameters, parameters_len),
        }
    }

    /// The query's bytes, to recognise it when it is asked again with a larger buffer.
    fn copy(self, memory: &[u8]) -> wasmtime::Result<AskedQuery> {
        Ok(AskedQuery {
            sql: self.sql.of(memory)?.to_vec(),
            parameters: self.parameters.of(memory)?.to_vec(),
        })
    }

    fn length(self) -> u64 {
        u64::from(self.sql.1) + u64::from(self.parameters.1)
    }
}

/// A query the guest asked, as far as it can be settled without running anything.
enum Asked {
    Known(Answer),
    Refused(EngineError),
    Open(QueryRequest),
}

/// The encoded answer to a query.
enum Answer {
    Kept(Arc<[u8]>),
    /// Lies in the instance's own room.
    Written(Vec<u8>),
}

impl Answer {
    fn bytes(&self) -> &[u8] {
        match self {
            Self::Kept(bytes) => bytes,
            Self::Written(bytes) => bytes,
        }
    }

    fn kept(self) -> Arc<[u8]> {
        match self {
            Self::Kept(bytes) => bytes,
            Self::Written(bytes) => bytes.into(),
        }
    }
}

fn ask(guest: &mut Guest<'_>, place: QueryPlace) -> wasmtime::Result<Asked> {
    call(guest)?;
    let (memory, state) = memory_and_state(guest)?;
    let (sql, encoded) = (place.sql.of(memory)?, place.parameters.of(memory)?);
    let format = state.format;
    let HostState {
        call: current,
        encoded: written,
        limits,
        ..
    } = state;
    let Some(current) = current else {
        return fault(EngineError::internal("a query outside a call"));
    };
    let is_same = |query: &AskedQuery| query.sql == sql && query.parameters == encoded;
    if let Some(kept) = current.pending.take()
        && kept.query.as_ref().is_some_and(is_same)
    {
        // The guest asks again with a larger buffer: the query is not run twice.
        return Ok(Asked::Known(Answer::Kept(kept.bytes)));
    }
    let time_left = charge(current, limits)?;
    let (sql, parameters) = match parse_query(sql, encoded, format) {
        Ok(query) => query,
        Err(error) if current.is_for_block => return fault(error),
        Err(error) => return Ok(Asked::Refused(error)),
    };
    written.clear();
    let guest_call = &current.guest_call;
    let is_for_block = current.is_for_block;
    Ok(match guest_call.recall(sql, &parameters, format, written) {
        Recall::Kept(bytes) => Asked::Known(Answer::Kept(bytes)),
        Recall::Written => Asked::Known(Answer::Written(std::mem::take(written))),
        Recall::Nothing if is_for_block => {
            return fault(EngineError::internal("a block asks what is not known"));
        }
        Recall::Nothing => Asked::Open(QueryRequest {
            sql: sql.to_owned(),
            parameters,
            format,
            time_left,
        }),
    })
}

/// Counts one more query, and says how much time the call has left for queries.
pub fn charge_query(guest: &mut Guest<'_>) -> wasmtime::Result<Duration> {
    call(guest)?;
    let state = guest.data_mut();
    match &mut state.call {
        Some(current) => charge(current, &state.limits),
        None => fault(EngineError::internal("a query outside a call")),
    }
}

fn charge(current: &mut CurrentCall, limits: &Limits) -> wasmtime::Result<Duration> {
    let queries_max = limits.queries_max;
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
    Ok(time_left(current, limits))
}

/// How much time the call has left for queries.
pub fn query_time_left(guest: &mut Guest<'_>) -> wasmtime::Result<Duration> {
    call(guest)?;
    let state = guest.data();
    Ok(state
        .call
        .as_ref()
        .map_or(Duration::ZERO, |current| time_left(current, &state.limits)))
}

fn time_left(current: &CurrentCall, limits: &Limits) -> Duration {
    Duration::from_millis(limits.query_time_ms_max).saturating_sub(current.query_time)
}

fn run_and_deliver(
    guest: &mut Guest<'_>,
    place: QueryPlace,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    let outcome = match ask(guest, place)? {
        Asked::Known(answer) => Ok(answer),
        Asked::Refused(error) => Err(error),
        Asked::Open(request) => {
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
            outcome.map(Answer::Kept)
        }
    };
    finish_query(guest, place, outcome, buffer)
}

async fn park_and_deliver(
    guest: &mut Guest<'_>,
    place: QueryPlace,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    let outcome = match ask(guest, place)? {
        Asked::Known(answer) => Ok(answer),
        Asked::Refused(error) => Err(error),
        Asked::Open(request) => {
            let Some(park) = guest.data().park.clone() else {
                return fault(EngineError::internal(
                    "a guest without a fiber tried to wait",
                ));
            };
            sample(&*guest);
            let answered = park.wait(request).await;
            guest.data().watch.resume();
            call(guest)?.query_time += answered.query_time;
            answered.outcome.map(Answer::Kept)
        }
    };
    finish_query(guest, place, outcome, buffer)
}

fn finish_query(
    guest: &mut Guest<'_>,
    place: QueryPlace,
    outcome: EngineResult<Answer>,
    buffer: ResultBuffer,
) -> wasmtime::Result<i32> {
    guest.data_mut().traffic.bytes_out += place.length();
    let answer = match outcome {
        Ok(answer) => answer,
        Err(error) if error.code == ErrorCode::QueryCanceled => return fault(error),
        Err(error) => return refuse(guest, error),
    };
    let started = guest.data().traffic.start();
    let bytes = answer.bytes();
    let place_of_answer = (buffer.address, buffer.len_address);
    let (memory, state) = memory_and_state(guest)?;
    let is_too_large = bytes.len() as u64 > u64::from(u32_in(memory, buffer.len_address)?);
    // Copied before anything is written, which a careless guest may have put over its query.
    let query = is_too_large.then(|| place.copy(memory)).transpose()?;
    let delivered = match deliver_to(memory, state, bytes, place_of_answer)? {
        Some(delivered) => delivered,
        None => deliver(guest, bytes, buffer.address, buffer.len_address)?,
    };
    guest.data_mut().traffic.end(started);
    if delivered == status::BUFFER_TOO_SMALL {
        let bytes = answer.kept();
        call(guest)?.pending = Some(PendingResult { query, bytes });
    } else if let Answer::Written(room) = answer {
        guest.data_mut().give_back(room);
    }
    Ok(delivered)
}

/// The request that a guest's bytes say.
pub fn parse_request(sql: &[u8], encoded: &[u8], format: Format) -> EngineResult<QueryRequest> {
    let (sql, parameters) = parse_query(sql, encoded, format)?;
    Ok(QueryRequest {
        sql: sql.to_owned(),
        parameters,
        format,
        time_left: Duration::MAX,
    })
}

/// The text and the parameters that a guest's bytes say.
fn parse_query<'g>(
    sql: &'g [u8],
    encoded: &[u8],
    format: Format,
) -> EngineResult<(&'g str, Vec<Value>)> {
    let text = std::str::from_utf8(sql).map_err(|error| {
        EngineError::new(
            ErrorCode::CharacterNotInRepertoire,
            "the query is not UTF-8",
        )
        .detail(error.to_string())
    })?;
    if encoded.is_empty() {
        return Ok((text, Vec::new()));
    }
    let decoded = match format {
        Format::Json => json::decode(encoded),
        Format::MessagePack => msgpack::decode(encoded),
    }?;
    match decoded {
        Value::List(parameters) => Ok((text, parameters)),
        _ => Err(EngineError::new(
            ErrorCode::InvalidParameterValue,
            "query parameters must be an array",
        )),
    }
}
