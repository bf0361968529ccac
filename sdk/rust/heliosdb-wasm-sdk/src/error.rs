//! What can go wrong inside a procedure.

use core::fmt;
use core::panic::Location;

/// An error of a procedure: its own, or one that the database reported.
///
/// It deliberately does not implement `std::error::Error`, so that `?` converts every error that does.
pub struct Error(Box<Told>);

/// Apart, so that a result without an error is as small as can be: results are handed on at every
/// call, and errors are rare.
struct Told {
    code: i32,
    sqlstate: Option<String>,
    message: String,
    place: Option<&'static Location<'static>>,
}

/// Code of errors that name none.
const DEFAULT_CODE: i32 = 1;

impl Error {
    /// An error of the procedure itself.
    #[track_caller]
    pub fn new(message: impl Into<String>) -> Error {
        Error::with_code(DEFAULT_CODE, message)
    }

    /// An error with a number that callers can tell apart.
    #[track_caller]
    pub fn with_code(code: i32, message: impl Into<String>) -> Error {
        Error(Box::new(Told {
            code,
            sqlstate: None,
            message: message.into(),
            place: Some(Location::caller()),
        }))
    }

    /// An error of these bindings, whose own place would tell an author nothing.
    pub(crate) fn unplaced(message: impl Into<String>) -> Error {
        let mut error = Error::new(message);
        error.0.place = None;
        error
    }

    /// An error that the database reported.
    pub(crate) fn from_host(sqlstate: String, message: String) -> Error {
        let mut error = Error::unplaced(message);
        error.0.sqlstate = Some(sqlstate);
        error
    }

    /// Says where it happened, in front of the message.
    pub(crate) fn at(mut self, place: impl fmt::Display) -> Error {
        self.0.message = format!("{place}: {}", self.0.message);
        self
    }

    /// Where in the procedure's source it was made.
    pub(crate) fn place(&self) -> Option<&'static Location<'static>> {
        self.0.place
    }

    /// The procedure's own number, 1 when it named none.
    pub fn code(&self) -> i32 {
        self.0.code
    }

    /// Five characters such as `42P01`, when the database reported the error.
    pub fn sqlstate(&self) -> Option<&str> {
        self.0.sqlstate.as_deref()
    }

    /// What went wrong.
    pub fn message(&self) -> &str {
        &self.0.message
    }
}

/// Says which line of the procedure's source an error of these bindings belongs to.
pub(crate) trait Placed {
    /// The place is the caller's, where nothing nearer is known.
    fn placed(self) -> Self;
}

impl<T> Placed for Result<T, Error> {
    #[track_caller]
    fn placed(self) -> Self {
        let caller = Location::caller();
        self.map_err(|mut error| {
            error.0.place = error.0.place.or(Some(caller));
            error
        })
    }
}

impl fmt::Display for Error {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(&self.0.message)?;
        match &self.0.sqlstate {
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
    #[track_caller]
    fn from(error: E) -> Error {
        Error::new(error.to_string())
    }
}
