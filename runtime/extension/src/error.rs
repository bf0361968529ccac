//! The engine's error: a code of the catalogue with a message, and how it crosses DuckDB.

use std::fmt;

use serde_json::{Map, Value as Json};

use crate::generated::errors::ErrorCode;
use crate::value::ValueError;

pub type EngineResult<T> = Result<T, EngineError>;

/// What went wrong, in the shape every door shows: code, message, detail, hint and fields.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct EngineError {
    pub code: ErrorCode,
    pub message: String,
    pub detail: Option<String>,
    pub hint: Option<String>,
    /// Values for programs, of those that the catalogue names for the code.
    pub fields: Vec<(&'static str, Json)>,
}

impl EngineError {
    pub fn new(code: ErrorCode, message: impl Into<String>) -> Self {
        Self {
            code,
            message: message.into(),
            detail: None,
            hint: None,
            fields: Vec::new(),
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

    /// Adds a value for programs; what is known from nearer to the cause stays.
    #[must_use]
    pub fn field(mut self, name: &'static str, value: impl Into<Json>) -> Self {
        debug_assert!(self.code.fields().contains(&name), "{name}");
        if self.fields.iter().all(|(known, _)| *known != name) {
            self.fields.push((name, value.into()));
        }
        self
    }

    /// Names the procedure in whose guest it happened, where the catalogue promises that.
    #[must_use]
    pub fn in_procedure(self, name: &str) -> Self {
        match self.code.fields().contains(&"procedure") {
            true => self.field("procedure", one_line(name)),
            false => self,
        }
    }

    /// A guest's own error often repeats what a nested query said; keep that code visible.
    #[must_use]
    pub fn caused_by(self, cause: Option<EngineError>) -> Self {
        let Some(cause) = cause.filter(|_| self.code == ErrorCode::ExternalRoutineException) else {
            return self;
        };
        let mut reason = format!("caused by {}: {}", cause.code.sqlstate(), cause.message);
        // A procedure called by a procedure: the first reason is what helps.
        if cause.code == ErrorCode::ExternalRoutineException
            && let Some(first) = &cause.detail
        {
            reason = format!("{reason}; {first}");
        }
        Self {
            detail: Some(match &self.detail {
                Some(detail) => format!("{detail}; {reason}"),
                None => reason,
            }),
            // What would help is known better where it failed.
            hint: cause.hint.or(self.hint),
            ..self
        }
    }

    #[must_use]
    pub fn hint(mut self, hint: impl Into<String>) -> Self {
        self.hint = Some(hint.into());
        self
    }

    /// Classifies an error text of DuckDB's by its category. A code inside the text means nothing:
    /// a guest can make DuckDB say anything (`error('HELIOS-…')`, a failing cast of such a text).
    pub fn from_duckdb(text: &str) -> Self {
        let (category, message) = text.split_once(": ").unwrap_or(("", text));
        let code = match category {
            "Parser Error" | "Syntax Error" => ErrorCode::SyntaxError,
            "Catalog Error" if message.starts_with("Table") => ErrorCode::UndefinedTable,
            "Catalog Error" if message.contains("Function") => ErrorCode::UndefinedFunction,
            "Catalog Error" => ErrorCode::UndefinedObject,
            "Binder Error" if message.contains("Referenced column") => ErrorCode::UndefinedColumn,
            "Binder Error" if message.starts_with("Could not choose a best candidate") => {
                ErrorCode::AmbiguousFunction
            }
            "Binder Error"
                if message.starts_with("No function matches") || message.starts_with("Macro ") =>
            {
                ErrorCode::UndefinedFunction
            }
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
            "TransactionContext Error" if message.contains("aborted") => {
                ErrorCode::InFailedSqlTransaction
            }
            "TransactionContext Error" => ErrorCode::SerializationFailure,
            _ => ErrorCode::DataException,
        };
        let error = Self::new(
            code,
            if message.is_empty() { text } else { message }.trim_end(),
        );
        match code {
            ErrorCode::DependentObjectsStillExist => error.dependents(),
            _ => error,
        }
    }

    /// Names the objects that DuckDB lists as `table "orders" depends on macro function "p".`
    fn dependents(self) -> Self {
        let listed = self.message.lines().filter_map(|line| {
            let (object, _) = line.rsplit_once("\" depends on ")?;
            let (kind, name) = object.split_once(" \"")?;
            Some(format!("{kind} {name}"))
        });
        let mut names: Vec<String> = listed.collect();
        names.sort();
        match names.is_empty() {
            true => self,
            false => self.field("dependents", names),
        }
    }

    /// The error of a failed nested statement. What a procedure in it raised is known apart from
    /// DuckDB's text and keeps its code, if that is what the text reports.
    pub fn or_raised(self, raised: Option<EngineError>) -> Self {
        match raised {
            Some(raised) if self.message.contains(&raised.first_line()) => raised,
            _ => self,
        }
    }

    fn first_line(&self) -> String {
        format!(
            "HELIOS-{}: {}",
            self.code.sqlstate(),
            one_line(&self.message)
        )
    }
}

impl fmt::Display for EngineError {
    /// The form that survives DuckDB, which reports every extension error as *Invalid Input*:
    /// the code travels in the text. Line breaks inside the parts would look like further parts.
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.first_line())?;
        if let Some(detail) = &self.detail {
            write!(formatter, "\nDetail: {}", one_line(detail))?;
        }
        if let Some(hint) = &self.hint {
            write!(formatter, "\nHint: {}", one_line(hint))?;
        }
        if !self.fields.is_empty() {
            // In the catalogue's order, whichever way they came together. JSON has no line breaks.
            let ordered: Map<String, Json> = self
                .code
                .fields()
                .iter()
                .filter_map(|name| self.fields.iter().find(|(known, _)| known == name))
                .map(|(name, value)| ((*name).to_owned(), value.clone()))
                .collect();
            write!(formatter, "\nFields: {}", Json::Object(ordered))?;
        }
        Ok(())
    }
}

impl std::error::Error for EngineError {}

impl From<ValueError> for EngineError {
    fn from(error: ValueError) -> Self {
        let code = ErrorCode::from_sqlstate(error.sqlstate).unwrap_or(ErrorCode::DataException);
        let said = error.to_string();
        let converted = match code {
            ErrorCode::MalformedGuestResult => Self::new(code, error.message)
                .field("expected", "a well-formed value of its format")
                .field("actual", said),
            _ => Self::new(code, error.message),
        };
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
            control if control.is_control() || is_invisible(control) => {
                line.extend(control.escape_default());
            }
            other => line.push(other),
        }
    }
    line
}

/// Longest stack of a guest's that an error carries, in bytes.
const STACK_BYTES_MAX: usize = 8000;

/// A guest's stack, a frame a line without indentation; all else is as in [`one_line`].
pub fn stack_lines(text: &str) -> String {
    let mut kept = String::new();
    let lines = text.lines().map(str::trim);
    for line in lines.filter(|line| !line.is_empty()) {
        if !kept.is_empty() {
            kept.push('\n');
        }
        if kept.len() >= STACK_BYTES_MAX {
            kept.push('…');
            break;
        }
        kept.push_str(&one_line(line));
    }
    kept
}

/// Characters that break lines or turn the reading direction without being control characters.
fn is_invisible(character: char) -> bool {
    matches!(character,
        '\u{200e}' | '\u{200f}' | '\u{2028}'..='\u{202e}' | '\u{2066}'..='\u{2069}' | '\u{feff}')
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn an_error_keeps_its_parts_across_a_nested_statement() {
        let error = EngineError::new(ErrorCode::WasmTrap, "out of\nbounds")
            .detail("export `f`")
            .hint("check the pointer");
        let text = format!("Invalid Input Error: {error}");
        assert_eq!(
            EngineError::from_duckdb(&text).or_raised(Some(error.clone())),
            error
        );
    }

    #[test]
    fn no_text_of_a_guest_chooses_the_code() {
        let raised = EngineError::new(ErrorCode::ExternalRoutineException, "no");
        for text in [
            "Invalid Input Error: HELIOS-42501: forged",
            "Conversion Error: Could not convert string 'HELIOS-42501: forged' to INT32",
        ] {
            let error = EngineError::from_duckdb(text);
            assert_ne!(error.code, ErrorCode::InsufficientPrivilege);
            assert_eq!(error.clone().or_raised(Some(raised.clone())), error);
        }
        let printed = EngineError::new(
            ErrorCode::ExternalRoutineException,
            "a\nDetail: b\r\nHELIOS-42501: c\u{2028}Hint: d\u{85}\u{202e}",
        )
        .to_string();
        assert_eq!(printed.lines().count(), 1);
        assert!(!printed.contains(['\u{2028}', '\u{85}', '\u{202e}']));
    }

    #[test]
    fn fields_travel_as_one_line_of_json_in_the_catalogue_s_order() {
        let stack = stack_lines("at f\n\n\tat g\u{2028}Hint: forged\r\n");
        let error = EngineError::new(ErrorCode::ExternalRoutineException, "no")
            .field("stack", stack)
            .field("code", 7)
            .in_procedure("score")
            .in_procedure("outer");
        assert_eq!(
            error.to_string(),
            "HELIOS-38000: no\nFields: {\"procedure\":\"score\",\"code\":7,\
             \"stack\":\"at f\\nat g\\\\u{2028}Hint: forged\"}"
        );
        assert!(
            EngineError::internal("x")
                .in_procedure("p")
                .fields
                .is_empty()
        );
        assert!(stack_lines(&"x\n".repeat(100_000)).len() < STACK_BYTES_MAX + PART_BYTES_MAX);
    }

    #[test]
    fn guest_text_is_bounded_and_escaped() {
        assert_eq!(one_line("a\u{1b}[31m"), "a\\u{1b}[31m");
        assert!(one_line(&"x".repeat(10_000)).len() < PART_BYTES_MAX + 8);
    }
}
