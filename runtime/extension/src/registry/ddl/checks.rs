//! What a definition is held against: parameters, entry, imports and limits.

use super::super::procedure::{Parameter, Volatility};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::wasm::{CompiledModule, HostImport, LIMITS, Limits, compile_module};

pub(super) fn check_parameters(parameters: &[Parameter]) -> EngineResult<()> {
    let mut has_default = false;
    for (index, parameter) in parameters.iter().enumerate() {
        let lower = parameter.name.to_lowercase();
        if parameters[..index]
            .iter()
            .any(|other| other.name.to_lowercase() == lower)
        {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                format!("parameter {} is declared twice", parameter.name),
            ));
        }
        if lower == "version" {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                "a parameter cannot be named version: that argument chooses the procedure's version",
            )
            .field("name", parameter.name.as_str()));
        }
        if has_default && parameter.default.is_none() {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                format!(
                    "parameter {} needs a default, one before it has one",
                    parameter.name
                ),
            ));
        }
        has_default |= parameter.default.is_some();
    }
    Ok(())
}

/// The export to enter: the one named, else the one named like the procedure, else the only one.
pub(super) fn choose_entry(
    compiled: &CompiledModule,
    name: &str,
    requested: Option<&str>,
) -> EngineResult<String> {
    let exports = &compiled.entries;
    let known = || {
        if exports.is_empty() {
            "the module exports no function that takes nothing and returns nothing or one i32"
                .to_owned()
        } else {
            format!("exports that can be entered: {}", exports.join(", "))
        }
    };
    let wanted = requested.unwrap_or(name);
    if let Some(found) = exports.iter().find(|export| *export == wanted) {
        return Ok(found.clone());
    }
    if requested.is_none() && exports.len() == 1 {
        return Ok(exports[0].clone());
    }
    Err(EngineError::new(
        ErrorCode::InvalidFunctionDefinition,
        format!("the module has no entry `{wanted}`"),
    )
    .hint(format!("{}; ENTRY 'export' names one", known())))
}

fn may_act(capabilities: Option<&[String]>) -> bool {
    capabilities.unwrap_or_default().iter().any(|right| {
        ["write:", "ddl:", "network:", "filesystem:"]
            .iter()
            .any(|kind| right.starts_with(kind))
    })
}

/// What the module's imports and rights make of it.
fn derived_volatility(compiled: &CompiledModule, capabilities: Option<&[String]>) -> Volatility {
    let imports = |kind| compiled.imports.contains(&kind);
    if may_act(capabilities) || imports(HostImport::Nondeterminism) {
        Volatility::Volatile
    } else if imports(HostImport::Query) || imports(HostImport::StatementClock) {
        Volatility::Stable
    } else {
        Volatility::Immutable
    }
}

/// What a definition with this module comes to where it says nothing else, as JSON: `entry` (null
/// when the module does not tell), `volatility`, and the `options` that are written down for it.
pub fn definition_defaults(
    module: &[u8],
    name: &str,
    capabilities: Option<&[String]>,
) -> EngineResult<String> {
    let compiled = compile_module(module)?;
    let mut options = serde_json::Map::new();
    add_default_options(&compiled, &mut options);
    let defaults = serde_json::json!({
        "entry": choose_entry(&compiled, name, None).ok(),
        "volatility": derived_volatility(&compiled, capabilities).to_string(),
        "options": options,
    });
    Ok(defaults.to_string())
}

/// Options are written down, where everybody sees them and ALTER can change them.
pub(super) fn add_default_options(
    compiled: &CompiledModule,
    options: &mut serde_json::Map<String, serde_json::Value>,
) {
    if let Some(bytes) = compiled.memory_bytes_max_default() {
        let memory = options.entry("memory_bytes_max");
        memory.or_insert_with(|| bytes.into());
    }
}

/// What the module's imports and rights make of it, held against what was declared.
pub(super) fn settle_volatility(
    compiled: &CompiledModule,
    capabilities: Option<&[String]>,
    declared: Option<Volatility>,
) -> EngineResult<Volatility> {
    let acts = may_act(capabilities);
    let derived = derived_volatility(compiled, capabilities);
    match declared {
        Some(Volatility::Immutable) if derived != Volatility::Immutable => Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            "an IMMUTABLE procedure can import nothing but parameters, results, logs and errors",
        )
        .detail(format!("the module's imports make it {derived}"))
        .hint("declare it STABLE, or leave the word out")),
        Some(declared) if acts && declared != Volatility::Volatile => Err(EngineError::new(
            ErrorCode::InvalidFunctionDefinition,
            format!("a procedure that may act cannot be {declared}"),
        )
        .detail("write, ddl, network and filesystem rights make it VOLATILE")
        .hint("leave the word out")),
        Some(declared) => Ok(declared),
        None => Ok(derived),
    }
}

/// The limits that options amount to; settings that are null keep their defaults.
pub(super) fn parse_limits(
    options: &serde_json::Map<String, serde_json::Value>,
) -> EngineResult<Limits> {
    let limits: Limits = serde_json::from_value(serde_json::Value::Object(options.clone()))
        .map_err(|error| {
            EngineError::new(
                ErrorCode::InvalidParameterValue,
                "an option is not known or not valid",
            )
            .detail(error.to_string())
        })?;
    for spec in &LIMITS {
        let value = spec.value(&limits);
        if value < spec.minimum || value > spec.maximum {
            return Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!(
                    "{} must lie between {} and {}",
                    spec.name, spec.minimum, spec.maximum
                ),
            )
            .detail(format!("given: {value}")));
        }
    }
    Ok(limits)
}

pub(super) fn check_memory(compiled: &CompiledModule, limits: &Limits) -> EngineResult<()> {
    let Some(wasmtime::ExternType::Memory(memory)) = compiled.module.get_export("memory") else {
        return Ok(());
    };
    let needed = memory.minimum() * 65_536;
    if needed <= limits.memory_bytes_max {
        return Ok(());
    }
    Err(EngineError::new(
        ErrorCode::ConfigurationLimitExceeded,
        "the module needs more memory than the procedure may have",
    )
    .detail(format!(
        "limit {} bytes, module starts with {needed} bytes",
        limits.memory_bytes_max
    ))
    .field("limit", limits.memory_bytes_max)
    .field("requested", needed)
    .hint("add MEMORY '64MB' to the statement, or build the module with a smaller initial memory"))
}

/// `+ right, − right` between two versions, or nothing when they may do the same.
pub(super) fn rights_difference(
    before: Option<&[String]>,
    after: Option<&[String]>,
) -> Option<String> {
    let every = ["read:*".to_owned()];
    // Without a clause every table may be read.
    let before = before.unwrap_or(&every);
    let after = after.unwrap_or(&every);
    let missing = |from: &[String], right: &String| {
        let is_covered = right.starts_with("read:") && from == every;
        !is_covered && !from.iter().any(|other| other.trim() == right.trim())
    };
    let added = after
        .iter()
        .filter(|right| missing(before, right))
        .map(|right| format!("+ {right}"));
    let removed = before
        .iter()
        .filter(|right| !after.iter().any(|other| other.trim() == right.trim()))
        .map(|right| format!("− {right}"));
    let parts: Vec<String> = added.chain(removed).collect();
    (!parts.is_empty()).then(|| parts.join(", "))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(list: &[&str]) -> Vec<String> {
        list.iter().map(|right| (*right).to_owned()).collect()
    }

    #[test]
    fn a_difference_names_what_comes_and_what_goes() {
        let before = rights(&["read:customers", "read:orders"]);
        let after = rights(&["read:orders", "write:fraud_alerts"]);
        assert_eq!(
            rights_difference(Some(&before), Some(&after)).as_deref(),
            Some("+ write:fraud_alerts, − read:customers")
        );
        assert_eq!(rights_difference(Some(&before), Some(&before)), None);
        assert_eq!(
            rights_difference(None, Some(&before)).as_deref(),
            Some("− read:*")
        );
        assert_eq!(
            rights_difference(Some(&before), None).as_deref(),
            Some("+ read:*, − read:customers, − read:orders")
        );
    }
}
