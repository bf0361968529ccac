//! The registry's rows as SQL.

use super::Planner;
use super::statement::Options;
use crate::error::{EngineError, EngineResult};
use crate::generated::abi::VERSION;
use crate::registry::procedure::{Procedure, quote_literal};
use crate::wasm::CompiledModule;

/// A row of `procedure_versions`.
pub(super) struct VersionRow<'a> {
    pub(super) id: &'a str,
    pub(super) number: i32,
    pub(super) module_hash: &'a str,
    pub(super) entry: &'a str,
    pub(super) capabilities: Option<&'a Vec<String>>,
}

impl Planner<'_> {
    pub(super) fn insert_module(&self, compiled: &CompiledModule) -> String {
        let hash = quote_literal(&compiled.hash.to_string());
        let modules = self.table("modules");
        format!(
            "INSERT INTO {modules} (hash, bytes, byte_count) \
             SELECT {hash}, heliosdb_staged_module({hash}), {} \
             WHERE NOT EXISTS (SELECT 1 FROM {modules} WHERE hash = {hash})",
            compiled.bytes_len
        )
    }

    pub(super) fn insert_procedure(&self, procedure: &Procedure, options: &Options) -> String {
        let parameters = serde_json::to_string(&procedure.parameters).unwrap_or_default();
        format!(
            "INSERT INTO {} (id, schema_name, name, parameters, parameter_count, \
             returns, volatility, is_called_on_null, on_error, is_visibility_strict, options, \
             comment, active_version) VALUES ({}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, {}, 1)",
            self.table("procedures"),
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
            optional_text(procedure.comment.as_deref()),
        )
    }

    pub(super) fn insert_version(&self, row: &VersionRow<'_>) -> String {
        format!(
            "INSERT INTO {} (procedure_id, version, module_hash, entry, abi_version, capabilities) \
             VALUES ({}, {}, {}, {}, {}, {})",
            self.table("procedure_versions"),
            quote_literal(row.id),
            row.number,
            quote_literal(row.module_hash),
            quote_literal(row.entry),
            quote_literal(&format!("{}.{}", VERSION.0, VERSION.1)),
            optional_json(row.capabilities),
        )
    }

    /// Sets columns of a procedure's row; the assignments are SQL.
    pub(super) fn update_procedure(&self, id: &str, assignments: &[String]) -> String {
        format!(
            "UPDATE {} SET {}, altered_at = now() WHERE id = {}",
            self.table("procedures"),
            assignments.join(", "),
            quote_literal(id)
        )
    }
}

pub(super) fn options_json(options: &Options) -> String {
    serde_json::to_string(options).unwrap_or_else(|_| "{}".to_owned())
}

pub(super) fn optional_text(text: Option<&str>) -> String {
    text.map_or("NULL".to_owned(), quote_literal)
}

fn optional_json(list: Option<&Vec<String>>) -> String {
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
