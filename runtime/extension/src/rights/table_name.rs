//! Names of tables and views, as they are written and as they are compared.

use crate::error::{EngineError, EngineResult, one_line};
use crate::generated::errors::ErrorCode;

/// A table or view by its full name, folded as DuckDB compares names: ASCII letters only, so that
/// `É` and `é`, or `K` and the Kelvin sign, stay different names.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct TableName {
    pub database: String,
    pub schema: String,
    pub table: String,
}

impl TableName {
    pub fn new(database: &str, schema: &str, table: &str) -> Self {
        Self {
            database: database.to_ascii_lowercase(),
            schema: schema.to_ascii_lowercase(),
            table: table.to_ascii_lowercase(),
        }
    }

    /// Reads a name as people write it; unqualified ones mean schema `main` of the database.
    pub fn parse(text: &str, database: &str) -> EngineResult<Self> {
        match split_name(text).as_deref() {
            Some([table]) => Ok(Self::new(database, "main", table)),
            Some([schema, table]) => Ok(Self::new(database, schema, table)),
            Some([database, schema, table]) => Ok(Self::new(database, schema, table)),
            _ => Err(EngineError::new(
                ErrorCode::InvalidParameterValue,
                format!("`{}` is not the name of a table", one_line(text)),
            )
            .hint("table, schema.table or database.schema.table")),
        }
    }

    /// As people write it in a capability.
    pub fn short(&self) -> String {
        if self.schema == "main" {
            quote_where_needed(&self.table)
        } else {
            format!(
                "{}.{}",
                quote_where_needed(&self.schema),
                quote_where_needed(&self.table)
            )
        }
    }
}

impl std::fmt::Display for TableName {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        write!(
            formatter,
            "{}.{}.{}",
            quote_where_needed(&self.database),
            quote_where_needed(&self.schema),
            quote_where_needed(&self.table)
        )
    }
}

pub(super) fn quote_where_needed(name: &str) -> String {
    let is_plain = !name.is_empty()
        && !name.starts_with(|first: char| first.is_ascii_digit())
        && name
            .chars()
            .all(|each| each.is_ascii_lowercase() || each.is_ascii_digit() || each == '_');
    if is_plain {
        name.to_owned()
    } else {
        format!("\"{}\"", name.replace('"', "\"\""))
    }
}

/// Splits a dotted name, if it is one; double quotes protect dots, ASCII letters are folded to lower case.
pub(super) fn split_name(text: &str) -> Option<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                parts.last_mut().expect("never empty").push('"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            other => parts
                .last_mut()
                .expect("never empty")
                .push(other.to_ascii_lowercase()),
        }
    }
    if is_quoted || parts.iter().any(String::is_empty) {
        return None;
    }
    Some(parts)
}
