//! The registry's rows as SQL.

use crate::error::{EngineError, EngineResult};
use crate::registry::procedure::{Procedure, ProcedureVersion, quote_literal};
use crate::wasm::CompiledModule;

/// The version of the core ABI this engine serves.
pub(super) const ABI_VERSION: &str = "1.0";

pub(super) fn insert_module(compiled: &CompiledModule) -> String {
    let hash = quote_literal(&compiled.hash.to_string());
    format!(
        "INSERT INTO heliosdb.modules (hash, bytes, byte_count) \
         SELECT {hash}, heliosdb_staged_module({hash}), {} \
         WHERE NOT EXISTS (SELECT 1 FROM heliosdb.modules WHERE hash = {hash})",
        compiled.bytes_len
    )
}

pub(super) fn insert_procedure(
    procedure: &Procedure,
    options: &serde_json::Map<String, serde_json::Value>,
) -> String {
    let parameters = serde_json::to_string(&procedure.parameters).unwrap_or_default();
    format!(
        "INSERT INTO heliosdb.procedures (id, schema_name, name, parameters, parameter_count, \
         returns, volatility, is_called_on_null, on_error, is_visibility_strict, options, comment, \
         active_version) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1)",
        quote_literal(&procedure.id),
        quote_literal(&procedure.schema),
        quote_literal(&procedure.name),
        quote_literal(&parameters),
        procedure.parameters.len(),
        quote_literal(&procedure.returns_name),
        quote_literal(procedure.volatility.name()),
        procedure.called_on_null_input,
        quote_literal(if procedure.on_error_null {
            "NULL"
        } else {
            "FAIL"
        }),
        procedure.strict_visibility,
        quote_literal(&options_json(options)),
        procedure
            .comment
            .as_deref()
            .map_or("NULL".to_owned(), quote_literal),
    )
}

pub(super) fn insert_version(id: &str, version: &ProcedureVersion) -> String {
    format!(
        "INSERT INTO heliosdb.procedure_versions \
         (procedure_id, version, module_hash, entry, abi_version, capabilities) \
         VALUES ({}, {}, {}, {}, {}, {})",
        quote_literal(id),
        version.number,
        quote_literal(&version.module_hash.to_string()),
        quote_literal(&version.entry),
        quote_literal(ABI_VERSION),
        optional_json(version.capabilities.as_ref()),
    )
}

pub(super) fn options_json(options: &serde_json::Map<String, serde_json::Value>) -> String {
    serde_json::to_string(options).unwrap_or_else(|_| "{}".to_owned())
}

pub(super) fn optional_json(list: Option<&Vec<String>>) -> String {
    list.map_or("NULL".to_owned(), |list| {
        quote_literal(&serde_json::to_string(list).unwrap_or_default())
    })
}

/// A random identifier: procedures of two database files must not be confused when both are attached.
pub(super) fn new_id() -> EngineResult<String> {
    let mut bytes = [0u8; 16];
    getrandom::fill(&mut bytes).map_err(|error| EngineError::internal(error.to_string()))?;
    Ok(bytes.iter().map(|byte| format!("{byte:02x}")).collect())
}
