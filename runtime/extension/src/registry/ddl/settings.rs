//! ALTER PROCEDURE … SET: limits, and everything else CREATE can say except the signature.

use super::Planner;
use super::checks::{check_memory, choose_entry, parse_limits, settle_volatility};
use super::rows::{VersionRow, options_json};
use super::statement::{DdlPlan, ExistingProcedure, Options};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{Volatility, quote_literal};
use crate::registry::read;

impl Planner<'_> {
    /// Applies settings; one that is null goes back to its default.
    pub(super) fn set(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        options: Options,
    ) -> EngineResult<()> {
        let mut limits = existing.options.clone();
        let mut assignments = Vec::new();
        let mut changes_limits = false;
        for (name, value) in options {
            match name.as_str() {
                "volatility" => {
                    let settled = self.changed_volatility(existing, word(&name, &value)?)?;
                    assignments.push(format!("volatility = {}", quote_literal(settled.name())));
                    let mut changed =
                        existing.signature(read::resolve_type(self.connection, &existing.returns)?);
                    changed.volatility = settled;
                    let comment = existing.comment.as_deref();
                    self.change_signature(plan, existing, changed, comment)?;
                }
                "on_error" => {
                    let word = chosen(&name, word(&name, &value)?, &["FAIL", "NULL"])?;
                    assignments.push(format!("on_error = {}", quote_literal(word)));
                }
                "null_call" => {
                    let known = ["RETURNS NULL ON NULL INPUT", "CALLED ON NULL INPUT"];
                    let word = chosen(&name, word(&name, &value)?, &known)?;
                    assignments.push(format!("is_called_on_null = {}", word == known[1]));
                }
                "strict_visibility" => {
                    let known = ["FALSE", "TRUE"];
                    let word = chosen(&name, word(&name, &value)?, &known)?;
                    assignments.push(format!("is_visibility_strict = {word}"));
                }
                "entry" => self.set_entry(plan, existing, &value, &mut assignments)?,
                _ if value.is_null() => {
                    parse_limits(&Options::from_iter([(name.clone(), 1.into())]))
                        .map(|_| ())
                        .or_else(known_name)?;
                    changes_limits |= limits.remove(&name).is_some();
                }
                _ => {
                    limits.insert(name, value);
                    changes_limits = true;
                }
            }
        }
        if changes_limits {
            let settled = parse_limits(&limits)?;
            if let Some(active) = existing.active() {
                check_memory(&*self.compiled_version(active)?, &settled)?;
            }
            assignments.push(format!(
                "options = {}",
                quote_literal(&options_json(&limits))
            ));
        }
        if !assignments.is_empty() {
            plan.statements
                .push(self.update_procedure(&existing.id, &assignments));
        }
        Ok(())
    }

    /// What a declared volatility comes to; every version can be called, so all have to keep it.
    fn changed_volatility(
        &self,
        existing: &ExistingProcedure,
        declared: Option<String>,
    ) -> EngineResult<Volatility> {
        let declared = declared
            .map(|text| {
                Volatility::parse(&text).ok_or_else(|| {
                    invalid("volatility", &text, &["IMMUTABLE", "STABLE", "VOLATILE"])
                })
            })
            .transpose()?;
        let mut settled = declared.unwrap_or(Volatility::Immutable);
        for version in &existing.versions {
            let compiled = self.compiled_version(version)?;
            let capabilities = version.capabilities.as_deref();
            settled = settled.max(settle_volatility(&compiled, capabilities, declared)?);
        }
        Ok(settled)
    }

    /// Versions are never changed, so another entry is another version of the same module.
    fn set_entry(
        &self,
        plan: &mut DdlPlan,
        existing: &ExistingProcedure,
        value: &serde_json::Value,
        assignments: &mut Vec<String>,
    ) -> EngineResult<()> {
        let Some(active) = existing.active() else {
            return Err(EngineError::new(
                ErrorCode::DataCorrupted,
                format!("procedure {} has no active version", existing.name),
            ));
        };
        let requested = match value {
            serde_json::Value::Null => None,
            serde_json::Value::String(text) => Some(text.as_str()),
            other => {
                return Err(invalid(
                    "entry",
                    &other.to_string(),
                    &["the name of an export"],
                ));
            }
        };
        let compiled = self.compiled_version(active)?;
        let entry = choose_entry(&compiled, &existing.name, requested)?;
        if entry == active.entry {
            return Ok(());
        }
        let number = existing.newest_version() + 1;
        plan.statements.push(self.insert_version(&VersionRow {
            id: &existing.id,
            number,
            module_hash: &active.module_hash,
            entry: &entry,
            capabilities: active.capabilities.as_ref(),
        }));
        plan.notices.push(format!(
            "version {number} of {} enters {entry}, version {} entered {}",
            existing.name, active.version, active.entry
        ));
        assignments.push(format!("active_version = {number}"));
        Ok(())
    }
}

/// A setting's value in upper case; none for null.
fn word(name: &str, value: &serde_json::Value) -> EngineResult<Option<String>> {
    match value {
        serde_json::Value::Null => Ok(None),
        serde_json::Value::String(text) => Ok(Some(text.trim().to_uppercase())),
        serde_json::Value::Bool(flag) => Ok(Some(flag.to_string().to_uppercase())),
        other => Err(invalid(name, &other.to_string(), &["a word"])),
    }
}

/// The word chosen among those known, of which the first is the default.
fn chosen<'a>(name: &str, word: Option<String>, known: &[&'a str]) -> EngineResult<&'a str> {
    let Some(word) = word else {
        return Ok(known[0]);
    };
    known
        .iter()
        .copied()
        .find(|candidate| *candidate == word)
        .ok_or_else(|| invalid(name, &word, known))
}

/// A limit that is put back to its default only has to be one that exists.
fn known_name(error: EngineError) -> EngineResult<()> {
    let is_unknown = error
        .detail
        .as_deref()
        .is_some_and(|detail| detail.contains("unknown field"));
    if is_unknown { Err(error) } else { Ok(()) }
}

fn invalid(name: &str, value: &str, known: &[&str]) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("{name} cannot be {value}"),
    )
    .hint(format!("it is {}", known.join(", ")))
}
