//! The engine's error: a code of the catalogue with a message, and how it crosses DuckDB.

use std::fmt;

use crate::generated::errors::ErrorCode;
use crate::value::ValueError;

pub type EngineResult<T> = Result<T, EngineError>;

/// What went wrong, in the shape every door shows: code, message, detail and hint.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    pub code: ErrorCode,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
}

impl EngineError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
            hint: None,
        }
    }

    /// A bug of the engine's own.
    pub fn internal(message: impl Into<String>) -> Self {
        Self::new(ErrorCode::InternalError, message)
    }

    #[must_use]
    pub fn detail(mut self, detail: impl Into<String>) -> Self {
        self.detail = Some(detail.into());
        self
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Reads an error text of DuckDB's: one of ours that passed through a nested statement keeps
    /// its code, any other is classified by DuckDB's own category.
    pub fn from_duckdb(text: &str) -> Self {
        if let Some(error) = Self::decode(text) {
            return error;
        }
        let (category, message) = text.split_once(": ").unwrap_or(("", text));
        let code = match category {
            "Parser Error" | "Syntax Error" => ErrorCode::SyntaxError,
            "Catalog Error" if message.starts_with("Table") => ErrorCode::UndefinedTable,
            "Catalog Error" if message.contains("Function") => ErrorCode::UndefinedFunction,
            "Catalog Error" => ErrorCode::UndefinedObject,
            "Binder Error" if message.contains("Referenced column") => ErrorCode::UndefinedColumn,
            "Binder Error" => ErrorCode::SyntaxErrorOrAccessRuleViolation,
            "Conversion Error" => ErrorCode::InvalidTextRepresentation,
            "Out of Range Error" => ErrorCode::NumericValueOutOfRange,
            "Constraint Error" => ErrorCode::IntegrityConstraintViolation,
            "Permission Error" => ErrorCode::InsufficientPrivilege,
            "Dependency Error" => ErrorCode::DependentObjectsStillExist,
            "Not implemented Error" => ErrorCode::FeatureNotSupported,
            "Out of Memory Error" => ErrorCode::OutOfMemory,
            "IO Error" => ErrorCode::IoError,
            "INTERRUPT Error" => ErrorCode::QueryCanceled,
            "TransactionContext Error" => ErrorCode::SerializationFailure,
            _ => ErrorCode::DataException,
        };
        Self::new(
            code,
            if message.is_empty() { text } else { message }.trim_end(),
        )
    }

    /// Finds one of our own errors inside a text that DuckDB wrapped.
    fn decode(text: &str) -> Option<Self> {
        let start = text.find("HELIOS-")?;
        let rest = &text[start + "HELIOS-".len()..];
        let (sqlstate, rest) = rest.split_once(": ")?;
        let code = ErrorCode::from_sqlstate(sqlstate)?;
        let mut error = Self::new(code, String::new());
        for line in rest.lines() {
            if let Some(detail) = line.strip_prefix("Detail: ") {
                error.detail = Some(detail.to_owned());
            } else if let Some(hint) = line.strip_prefix("Hint: ") {
                error.hint = Some(hint.to_owned());
            } else if error.message.is_empty() {
                error.message = line.to_owned();
            }
        }
        Some(error)
    }
}

impl fmt::Display for EngineError {
    /// The form that survives DuckDB, which reports every extension error as *Invalid Input*:
    /// the code travels in the text. Line breaks inside the parts would look like further parts.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(
            formatter,
            "HELIOS-{}: {}",
            self.code.sqlstate(),
            one_line(&self.message)
        )?;
        if let Some(detail) = &self.detail {
            write!(formatter, "\nDetail: {}", one_line(detail))?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\nHint: {}", one_line(hint))?;
        }
        Ok(())
    }
}

impl std::error::Error for EngineError {}

impl From<ValueError> for EngineError {
    fn from(error: ValueError) -> Self {
        let code = ErrorCode::from_sqlstate(error.sqlstate).unwrap_or(ErrorCode::DataException);
        let converted = Self::new(code, error.message);
        if error.path.is_empty() {
            converted
        } else {
            converted.detail(error.path)
        }
    }
}

/// Longest text of a guest's or of DuckDB's that one part of an error repeats, in bytes.
const PART_BYTES_MAX: usize = 2000;

/// Escapes control characters and bounds the length, because guests choose these texts.
pub fn one_line(text: &str) -> String {
    let mut line = String::with_capacity(text.len().min(PART_BYTES_MAX));
    for character in text.chars() {
        if line.len() >= PART_BYTES_MAX {
            line.push('…');
            break;
        }
        match character {
            '\n' | '\r' => line.push(' '),
            control if control.is_control() => line.extend(control.escape_default()),
            other => line.push(other),
        }
    }
    line
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_parts_across_duckdb() {
        let error = EngineError::new(ErrorCode::WasmTrap, "out of\nbounds")
            .detail("export `f`")
            .hint("check the pointer");
        let wrapped = format!("Invalid Input Error: {error}");
        let decoded = EngineError::from_duckdb(&wrapped);
        assert_eq!(decoded.code, ErrorCode::WasmTrap);
        assert_eq!(decoded.message, "out of bounds");
        assert_eq!(decoded.detail.as_deref(), Some("export `f`"));
        assert_eq!(decoded.hint.as_deref(), Some("check the pointer"));
    }

    #[test]
    fn guest_text_is_bounded_and_escaped() {
        assert_eq!(one_line("a\u{1b}[31m"), "a\\u{1b}[31m");
        assert!(one_line(&"x".repeat(10_000)).len() < PART_BYTES_MAX + 8);
    }
}
