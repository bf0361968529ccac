//! The error of the value layer: a SQLSTATE, a message, and where in the value it happened.

use std::fmt;

/// Characters of a foreign text that a message repeats at most.
const QUOTED_CHARS_MAX: usize = 60;

/// SQLSTATEs raised by the value layer.
pub mod sqlstate {
    /// A number does not fit its type.
    pub const OUT_OF_RANGE: &str = "22003";
    /// A NULL where the type forbids one (a MAP key).
    pub const NULL_NOT_ALLOWED: &str = "22004";
    /// A text that is not a date, time or timestamp.
    pub const INVALID_DATETIME: &str = "22007";
    /// A date, time, timestamp or interval outside its range.
    pub const DATETIME_OVERFLOW: &str = "22008";
    /// Bytes that are not UTF-8 where text is wanted.
    pub const NOT_UTF8: &str = "22021";
    /// A value that its type forbids (a repeated MAP key, an unknown field).
    pub const INVALID_VALUE: &str = "22023";
    /// A text that should be JSON and is not.
    pub const INVALID_JSON: &str = "22032";
    /// The wrong number of elements for an ARRAY of fixed size.
    pub const ARRAY_LENGTH: &str = "2202E";
    /// A text that is not a number, boolean, UUID, … of the wanted type.
    pub const INVALID_TEXT: &str = "22P02";
    /// Bytes of a guest that are not a well-formed message.
    pub const MALFORMED: &str = "39W02";
    /// A type text with wrong syntax.
    pub const SYNTAX: &str = "42601";
    /// A type name that does not exist.
    pub const UNDEFINED_TYPE: &str = "42704";
    /// A value that cannot become the wanted type at all.
    pub const TYPE_MISMATCH: &str = "42804";
    /// A DuckDB type that procedures cannot exchange.
    pub const UNSUPPORTED_TYPE: &str = "0A000";
    /// More bytes than the configured limit.
    pub const LIMIT_EXCEEDED: &str = "53400";
    /// A fixed maximum of the value layer (depth, digits) was exceeded.
    pub const PROGRAM_LIMIT: &str = "54000";
}

/// A failure to read, convert, encode or decode a value.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct ValueError {
    /// Five characters, one of [`sqlstate`].
    pub sqlstate: &'static str,
    /// A short sentence without the path; foreign text in it is shortened and escaped.
    pub message: String,
    /// Where inside the value, such as `return.items[2].price`; empty for the value itself.
    pub path: String,
    /// Byte offset into the parsed text or decoded message.
    pub offset: Option<usize>,
}

/// What the value layer returns.
pub type Result<T> = std::result::Result<T, ValueError>;

impl ValueError {
    /// An error about the value itself.
    pub fn new(sqlstate: &'static str, message: impl Into<String>) -> Self {
        ValueError {
            sqlstate,
            message: message.into(),
            path: String::new(),
            offset: None,
        }
    }

    /// An error at a byte offset of the input.
    pub fn at_offset(sqlstate: &'static str, message: impl Into<String>, offset: usize) -> Self {
        ValueError {
            offset: Some(offset),
            ..ValueError::new(sqlstate, message)
        }
    }

    /// Bytes that are not a message of the codec.
    pub fn malformed(message: impl Into<String>, offset: usize) -> Self {
        ValueError::at_offset(sqlstate::MALFORMED, message, offset)
    }

    /// Prepends a struct field to the path.
    pub fn in_field(mut self, name: &str) -> Self {
        let mut segment = String::from(".");
        push_escaped(&mut segment, name);
        self.path.insert_str(0, &segment);
        self
    }

    /// Prepends a list or array position (from 0) to the path.
    pub fn in_element(mut self, index: usize) -> Self {
        self.path.insert_str(0, &format!("[{index}]"));
        self
    }
}

impl fmt::Display for ValueError {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        f.write_str(&self.message)?;
        if let Some(offset) = self.offset {
            write!(f, " at byte {offset}")?;
        }
        if !self.path.is_empty() {
            write!(f, " in {}", self.path)?;
        }
        Ok(())
    }
}

impl std::error::Error for ValueError {}

fn push_escaped(out: &mut String, text: &str) {
    for (count, character) in text.chars().enumerate() {
        if count == QUOTED_CHARS_MAX {
            out.push('…');
            return;
        }
        if character.is_control() {
            out.extend(character.escape_default());
        } else {
            out.push(character);
        }
    }
}

/// A foreign text in single quotes, shortened, its control characters escaped.
pub fn quoted(text: &str) -> String {
    let mut out = String::from("'");
    push_escaped(&mut out, text);
    out.push('\'');
    out
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn paths_grow_outwards() {
        let error = ValueError::new(sqlstate::OUT_OF_RANGE, "value does not fit")
            .in_field("price")
            .in_element(2)
            .in_field("items");
        assert_eq!(error.path, ".items[2].price");
        assert_eq!(error.to_string(), "value does not fit in .items[2].price");
    }

    #[test]
    fn foreign_text_is_shortened_and_escaped() {
        assert_eq!(quoted("a\n\u{1b}b"), "'a\\n\\u{1b}b'");
        assert!(quoted(&"é".repeat(1000)).chars().count() < 70);
    }
}
