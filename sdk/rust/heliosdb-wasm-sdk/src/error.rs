//! What can go wrong inside a procedure.

use core::fmt;

/// An error of a procedure: its own, or one that the database reported.
///
/// It deliberately does not implement `std::error::Error`, so that `?` converts every error that does.
pub struct Error {
    code: i32,
    sqlstate: Option<String>,
    message: String,
}

/// Code of errors that name none.
const DEFAULT_CODE: i32 = 1;

impl Error {
    /// An error of the procedure itself.
    pub fn new(message: impl Into<String>) -> Error {
        Error {
            code: DEFAULT_CODE,
            sqlstate: None,
            message: message.into(),
        }
    }

    /// An error with a number that callers can tell apart.
    pub fn with_code(code: i32, message: impl Into<String>) -> Error {
        Error {
            code,
            sqlstate: None,
            message: message.into(),
        }
    }

    /// An error that the database reported.
    pub(crate) fn from_host(sqlstate: String, message: String) -> Error {
        Error {
            code: DEFAULT_CODE,
            sqlstate: Some(sqlstate),
            message,
        }
    }

    /// Says where it happened, in front of the message.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Error {
        self.message = format!("{place}: {}", self.message);
        self
    }

    /// The procedure's own number, 1 when it named none.
    pub fn code(&self) -> i32 {
        self.code
    }

    /// Five characters such as `42P01`, when the database reported the error.
    pub fn sqlstate(&self) -> Option<&str> {
        self.sqlstate.as_deref()
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.message
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.message)?;
        match &self.sqlstate {
            Some(sqlstate) => write!(formatter, " (SQLSTATE {sqlstate})"),
            None => Ok(()),
        }
    }
}

impl fmt::Debug for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        fmt::Display::fmt(self, formatter)
    }
}

impl<E: std::error::Error> From<E> for Error {
    fn from(error: E) -> Error {
        Error::new(error.to_string())
    }
}
