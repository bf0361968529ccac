//! The functions a guest can import: the nine of the core ABI and the additions beside them.
//!
//! A bad pointer ends the guest (SQLSTATE 39W01); a request that fails is answered with a status,
//! and `heliosdb_last_error` says why. `runtime/abi/procedure-abi.yaml` is the contract.

use std::sync::Arc;
use std::time::{Duration, Instant};

use wasmtime::{Caller, Linker, Memory};

use super::instance::{
    CurrentCall, HostState, LogLevel, PendingResult, TransactionVerb, fault, memory_of, sample,
    thread_cpu_ns,
};
use super::module::HostImport;
use super::park::QueryRequest;
use super::returned::decode_returned;
use super::{crypto, cursor, fetch, guest_metrics};
use crate::error::{EngineError, EngineResult, one_line};
use crate::generated::abi::{HOST_FUNCTIONS, HostFunctionSpec, status};
use crate::generated::errors::ErrorCode;
use crate::value::{Format, Value, json, msgpack};

/// Import module names: ours, and the default of compilers that do not let an author choose.
pub const MODULES: [&str; 2] = ["heliosdb", "env"];

/// The capacity by which a guest with an allocator asks the host to allocate.
pub const CAPACITY_ALLOCATE: u32 = u32::MAX;

pub fn is_defined(module: &str, name: &str) -> bool {
    spec(module, name).is_some()
}

/// What the contract says about a function.
pub fn spec(module: &str, name: &str) -> Option<&'static HostFunctionSpec> {
    let mut all = HOST_FUNCTIONS.iter();
    all.find(|known| MODULES.contains(&module) && known.name == name)
}

/// Every function's name, for whoever imports one that does not exist.
pub fn names() -> String {
    HOST_FUNCTIONS.each_ref().map(|known| known.name).join(", ")
}

/// What importing a function says about the procedure.
pub fn import_kind(module: &str, name: &str) -> Option<HostImport> {
    match name {
        "random_get" | "clock_time_get" => return Some(HostImport::Nondeterminism),
        _ => {}
    }
    spec(module, name).and_then(|known| known.import)
}

type Guest<'a> = Caller<'a, HostState>;

/// What a guest's query does to the guest.
#[derive(Clone, Copy)]
pub enum QueryMode {
    /// Runs while the guest's stack stands below it.
    Direct,
    /// Parks the guest's fiber until its scheduler has an answer.
    Parking,
}

pub fn define(linker: &mut Linker<HostState>, mode: QueryMode) -> wasmtime::Result<()> {
    for module in MODULES {
        crypto::define(linker, module)?;
        guest_metrics::define(linker, module)?;
        cursor::define(linker, module, mode)?;
        fetch::define(linker, module, mode)?;
        match mode {
            QueryMode::Direct => define_queries(linker, module)?,
            QueryMode::Parking => define_parking_queries(linker, module)?,
        }
        linker.func_wrap(
            module,
            "heliosdb_fetch_result",
            |mut guest: Guest<'_>, result: u32, result_len: u32| {
                let pending = call(&mut guest)?
                    .pending
                    .as_ref()
                    .map(|kept| Arc::clone(&kept.bytes));
                let Some(bytes) = pending else {
                    return refuse(
                        &mut guest,
                        EngineError::new(
                            ErrorCode::ObjectNotInPrerequisiteState,
                            "there is no result to fetch",
                        ),
                    );
                };
                let delivered = deliver(&mut guest, &bytes, result, result_len)?;
                if delivered == status::OK {
                    call(&mut guest)?.pending = None;
                }
                Ok(delivered)
            },
        )?;
        linker.func_wrap(
            module,
            "heliosdb_get_param",
            |mut guest: Guest<'_>, index: u32, value: u32, value_len: u32| {
                let format = guest.data().format;
                let started = guest.data().traffic.start();
                let current = call(&mut guest)?;
                let Some(argument) = current.arguments.get(index as usize) else {
                    let count = current.arguments.len();
                    return refuse(
                        &mut guest,
                        EngineError::new(
                            ErrorCode::UndefinedParameter,
                            format!("there is no parameter {index}"),
                        )
                        .detail(format!(
                            "the procedure has {count} parameters, counted from 0"
                        )),
                    );
                };
                match encode(argument, format) {
                    Ok(bytes) => {
                        let delivered = deliver(&mut guest, &bytes, value, value_len);
                        guest.data_mut().traffic.end(started);
                        delivered
                    }
                    Err(error) => refuse(&mut guest, error),
                }
            },
        )?;
        linker.func_wrap(
            module,
            "heliosdb_return",
            |mut guest: Guest<'_>, value: u32, value_len: u32, value_type: u32| {
                call(&mut guest)?;
                let limit = guest.data().limits.result_bytes_max;
                if u64::from(value_len) > limit {
                    return fault(
                        EngineError::new(
                            ErrorCode::ConfigurationLimitExceeded,
                            "the procedure returned more bytes than it may",
                        )
                        .detail(format!("limit {limit} bytes, returned {value_len} bytes")),
                    );
                }
                let started = guest.data().traffic.start();
                let bytes = read_bytes(&mut guest, value, value_len)?;
                let decoded = decode_returned(&bytes, value_type);
                let traffic = &mut guest.data_mut().traffic;
                traffic.bytes_out += u64::from(value_len);
                traffic.end(started);
                match decoded {
                    Ok(decoded) => {
                        call(&mut guest)?.returned = Some(decoded);
                        Ok(status::OK)
                    }
                    Err(error) => fault(error),
                }
            },
        )?;
        linker.func_wrap(
            module,
            "heliosdb_log",
            |mut guest: Guest<'_>, level: i32, message: u32, message_len: u32| {
                let bytes_max = guest.data().limits.log_message_bytes_max;
                // Reading no more than is kept: a guest may point at its whole memory.
                let kept = u64::from(message_len).min(bytes_max) as u32;
                check_range(&mut guest, message, message_len)?;
                let bytes = read_bytes(&mut guest, message, kept)?;
                log(&mut guest, LogLevel::from_code(level), &bytes)?;
                Ok(status::OK)
            },
        )?;
        for (name, verb) in [
            ("heliosdb_begin_tx", TransactionVerb::Begin),
            ("heliosdb_commit_tx", TransactionVerb::Commit),
            ("heliosdb_rollback_tx", TransactionVerb::Rollback),
        ] {
            linker.func_wrap(module, name, move |mut guest: Guest<'_>| {
                let guest_call = Arc::clone(&call(&mut guest)?.guest_call);
                match guest_call.transaction(verb) {
                    Ok(()) => Ok(status::OK),
                    Err(error) => refuse(&mut guest, error),
                }
            })?;
        }
        linker.func_wrap(module, "heliosdb_now", |mut guest: Guest<'_>| {
            Ok(call(&mut guest)?.guest_call.now_micros())
        })?;
        linker.func_wrap(
            module,
            "heliosdb_error",
            |mut guest: Guest<'_>,
             code: i32,
             message: u32,
             message_len: u32|
             -> wasmtime::Result<()> {
                let kept = message_len.min(64 << 10);
                check_range(&mut guest, message, message_len)?;
                let bytes = read_bytes(&mut guest, message, kept)?;
                fault(
                    EngineError::new(
                        ErrorCode::ExternalRoutineException,
                        one_line(&String::from_utf8_lossy(&bytes)),
                    )
                    .detail(format!("guest error code {code}")),
                )
            },
        )?;
        linker.func_wrap(
            module,
            "heliosdb_last_error",
            |mut guest: Guest<'_>, value: u32, value_len: u32| {
                let format = guest.data().format;
                let described = match &call(&mut guest)?.last_error {
                    None => Value::Null,
                    Some(error) => Value::Struct(vec![
                        (
                            "sqlstate".to_owned(),
                            Value::Varchar(error.code.sqlstate().to_owned()),
                        ),
                        (
                            "name".to_owned(),
                            Value::Varchar(error.code.name().to_owned()),
                        ),
                        ("message".to_owned(), Value::Varchar(error.message.clone())),
                    ]),
                };
                match encode(&described, format) {
                    Ok(bytes) => deliver(&mut guest, &bytes, value, value_len),
                    Err(error) => fault(error),
                }
            },
        )?;
    }
    Ok(())
}

pub fn encode(value: &Value, format: Format) -> EngineResult<Vec<u8>> {
    let mut bytes = Vec::new();
    match format {
        Format::Json => json::encode(value, &mut bytes),
        Format::MessagePack => msgpack::encode(value, &mut bytes),
    }?;
    Ok(bytes)
}

/// The call in progress; host functions do not work while a module initialises.
pub fn call<'a>(guest: &'a mut Guest<'_>) -> wasmtime::Result<&'a mut CurrentCall> {
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

/// Logs a message of the guest, within its limits.
pub fn log(guest: &mut Guest<'_>, level: LogLevel, message: &[u8]) -> wasmtime::Result<()> {
    call(guest)?;
    let state = guest.data_mut();
    if let Some(current) = &mut state.call {
        current.log(&state.limits, level, message);
    }
    Ok(())
}

/// Answers a request with the error status and keeps the reason for `heliosdb_last_error`.
pub fn refuse(guest: &mut Guest<'_>, error: EngineError) -> wasmtime::Result<i32> {
    call(guest)?.last_error = Some(error);
    Ok(status::ERROR)
}

/// Where a guest wants a query's answer.
#[derive(Clone, Copy)]
struct ResultBuffer {
    address: u32,
    len_address: u32,
}

fn define_queries(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
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

fn define_parking_queries(linker: &mut Linker<HostState>, module: &str) -> wasmtime::Result<()> {
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
    let time_max = Duration::from_millis(guest.data().limits.query_time_ms_max);
    let current = call(guest)?;
    current.query_count += 1;
    if current.query_count > queries_max {
        return fault(
            EngineError::new(
                ErrorCode::ConfigurationLimitExceeded,
                "the procedure ran more queries in one call than it may",
            )
            .detail(format!("limit {queries_max}")),
        );
    }
    Ok(time_max.saturating_sub(current.query_time))
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
            let outcome = guest_call.query(&request);
            let current = call(guest)?;
            current.query_time += started.elapsed();
            current.host_cpu_ns += thread_cpu_ns().saturating_sub(cpu_start);
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
            guest.data_mut().resume();
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
            ),
        );
    };
    let capacity = read_u32(guest, len_address)?;
    if capacity == CAPACITY_ALLOCATE
        && let Some(allocate) = guest.data().allocate.clone()
    {
        // At least one byte, so that a null address always means failure.
        let target = allocate.call(&mut *guest, size.max(1))?;
        if target == 0 {
            return refuse(
                guest,
                EngineError::new(
                    ErrorCode::ConfigurationLimitExceeded,
                    "the guest could not allocate room for the result",
                )
                .detail(format!("{size} bytes")),
            );
        }
        write_bytes(guest, target, bytes)?;
        write_bytes(guest, address, &target.to_le_bytes())?;
        write_bytes(guest, len_address, &size.to_le_bytes())?;
        guest.data_mut().traffic.bytes_in += u64::from(size);
        return Ok(status::OK);
    }
    write_bytes(guest, len_address, &size.to_le_bytes())?;
    if capacity < size {
        return Ok(status::BUFFER_TOO_SMALL);
    }
    write_bytes(guest, address, bytes)?;
    guest.data_mut().traffic.bytes_in += u64::from(size);
    Ok(status::OK)
}

/// Bounds-checks a range of guest memory and ends the guest when it lies outside.
pub fn check_range(guest: &mut Guest<'_>, address: u32, length: u32) -> wasmtime::Result<()> {
    let size = memory_of(guest)?.data_size(&guest) as u64;
    if u64::from(address) + u64::from(length) > size {
        return fault(
            EngineError::new(
                ErrorCode::WasmTrap,
                "the guest passed a pointer outside its memory",
            )
            .detail(format!(
                "{length} bytes at {address}, memory of {size} bytes"
            )),
        );
    }
    Ok(())
}

pub fn read_bytes(guest: &mut Guest<'_>, address: u32, length: u32) -> wasmtime::Result<Vec<u8>> {
    check_range(guest, address, length)?;
    let memory = memory_of(guest)?;
    let start = address as usize;
    Ok(memory.data(&guest)[start..start + length as usize].to_vec())
}

/// A range of guest memory: address and length.
#[derive(Clone, Copy)]
pub struct Range(pub u32, pub u32);

/// Looks at a range in place; the range was checked.
pub fn read_range<'a>(
    memory: &Memory,
    guest: &'a Guest<'_>,
    Range(address, length): Range,
) -> &'a [u8] {
    let start = address as usize;
    &memory.data(guest)[start..start + length as usize]
}

pub fn write_bytes(guest: &mut Guest<'_>, address: u32, bytes: &[u8]) -> wasmtime::Result<()> {
    let Ok(length) = u32::try_from(bytes.len()) else {
        return fault(EngineError::internal("an oversized write to a guest"));
    };
    check_range(guest, address, length)?;
    let memory = memory_of(guest)?;
    let start = address as usize;
    memory.data_mut(guest)[start..start + bytes.len()].copy_from_slice(bytes);
    Ok(())
}

pub fn read_u32(guest: &mut Guest<'_>, address: u32) -> wasmtime::Result<u32> {
    let bytes = read_bytes(guest, address, 4)?;
    Ok(u32::from_le_bytes([bytes[0], bytes[1], bytes[2], bytes[3]]))
}

#[cfg(test)]
mod tests {
    use super::super::cancellation::Cancellation;
    use super::super::engine::shared_engine;
    use super::super::limits::Limits;
    use super::*;
    use wasmtime::{FuncType, Store};

    /// What is linked is what the contract says: nothing more, nothing less, the same signatures.
    #[test]
    fn the_host_links_exactly_the_functions_of_the_contract() {
        let engine = shared_engine().unwrap();
        for mode in [QueryMode::Direct, QueryMode::Parking] {
            let mut linker = Linker::new(engine);
            define(&mut linker, mode).unwrap();
            let mut store = Store::new(
                engine,
                HostState::new(&Limits::default(), &Cancellation::new(None), None),
            );
            let mut linked: Vec<(String, String, FuncType)> = Vec::new();
            for (module, name, item) in linker.iter(&mut store).collect::<Vec<_>>() {
                let function = item.into_func().expect("the host links functions only");
                linked.push((module.to_owned(), name.to_owned(), function.ty(&store)));
            }
            assert_eq!(linked.len(), HOST_FUNCTIONS.len() * MODULES.len());
            for spec in &HOST_FUNCTIONS {
                let signature = FuncType::new(
                    engine,
                    spec.parameters.iter().cloned(),
                    spec.results.iter().cloned(),
                );
                for module in MODULES {
                    let (_, _, found) = linked
                        .iter()
                        .find(|(in_module, name, _)| in_module == module && name == spec.name)
                        .unwrap_or_else(|| panic!("{module}.{} is not linked", spec.name));
                    assert!(
                        FuncType::eq(found, &signature),
                        "{}: {found}, contract {signature}",
                        spec.name
                    );
                }
            }
        }
    }
}
