//! The functions a guest can import: the nine of the core ABI and the additions beside them.
//!
//! A bad pointer ends the guest (SQLSTATE 39W01); a request that fails is answered with a status,
//! and `heliosdb_last_error` says why. `runtime/abi/procedure-abi.yaml` is the contract.

use std::sync::Arc;

use wasmtime::Linker;

use super::call::{LogLevel, TransactionVerb};
use super::failure::fault;
use super::guest_access::{
    Guest, Range, call, deliver, encode_into, log, memory_and_state, refuse,
};
use super::host_state::HostState;
use super::module::HostImport;
use super::query_functions::{define_parking_queries, define_queries};
use super::returned::decode_returned;
use super::{crypto, cursor, fetch, guest_error, guest_metrics};
use crate::error::EngineError;
use crate::generated::abi::{HOST_FUNCTIONS, HostFunctionSpec, status};
use crate::generated::errors::ErrorCode;

/// Import module names: ours, and the default of compilers that do not let an author choose.
pub const MODULES: [&str; 2] = ["heliosdb", "env"];

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
        guest_error::define(linker, module)?;
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
                let mut bytes = std::mem::take(&mut guest.data_mut().encoded);
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
                bytes.clear();
                let delivered = match encode_into(argument, format, &mut bytes) {
                    Ok(()) => {
                        let delivered = deliver(&mut guest, &bytes, value, value_len);
                        guest.data_mut().traffic.end(started);
                        delivered
                    }
                    Err(error) => refuse(&mut guest, error),
                };
                guest.data_mut().give_back(bytes);
                delivered
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
                        .detail(format!("limit {limit} bytes, returned {value_len} bytes"))
                        .field("limit", limit)
                        .field("requested", value_len),
                    );
                }
                let started = guest.data().traffic.start();
                let (memory, state) = memory_and_state(&mut guest)?;
                let decoded = decode_returned(Range(value, value_len).of(memory)?, value_type);
                state.traffic.bytes_out += u64::from(value_len);
                state.traffic.end(started);
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
                let message = Range(message, message_len);
                log(&mut guest, LogLevel::from_code(level), message)?;
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
    }
    Ok(())
}

#[cfg(test)]
mod tests {
    use super::super::cancellation::Cancellation;
    use super::super::code::GuestCode;
    use super::super::engine::shared_engine;
    use super::super::limits::Limits;
    use super::super::watch::Watch;
    use super::*;
    use wasmtime::{FuncType, Store};

    /// What is linked is what the contract says: nothing more, nothing less, the same signatures.
    #[test]
    fn the_host_links_exactly_the_functions_of_the_contract() {
        let engine = shared_engine().unwrap();
        for mode in [QueryMode::Direct, QueryMode::Parking] {
            let mut linker = Linker::new(engine);
            define(&mut linker, mode).unwrap();
            let watch = Watch::new(GuestCode::default(), 1, &Cancellation::new(None));
            let state = HostState::new(&Limits::default(), watch, None);
            let mut store = Store::new(engine, state);
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
