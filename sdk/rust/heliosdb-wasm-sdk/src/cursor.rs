//! Query results that are larger than the procedure's memory.

use crate::convert::ToValue;
use crate::encoder::Encoder;
use crate::error::{Error, Placed};
use crate::generated::status;
use crate::host::{check, host_functions, receive};
use crate::result::QueryResult;

host_functions! {
    pub fn heliosdb_cursor_open(
        query: *const u8,
        query_len: u32,
        params: *const u8,
        params_len: u32,
        cursor: *mut u32,
    ) -> i32;
    pub fn heliosdb_cursor_next(
        cursor: u32,
        rows_max: u32,
        result: *mut u8,
        result_len: *mut u32,
    ) -> i32;
    pub fn heliosdb_cursor_close(cursor: u32) -> i32;
}

/// The rows of a query, a batch at a time; closed when dropped.
#[derive(Debug)]
pub struct Cursor {
    number: u32,
    is_at_end: bool,
}

/// Runs one SQL statement, with values for its placeholders, whose rows are fetched in batches.
#[track_caller]
pub fn heliosdb_cursor_open(sql: &str, parameters: &[&dyn ToValue]) -> Result<Cursor, Error> {
    let bytes = Encoder::of_parameters(parameters).bytes;
    let mut number = 0;
    // SAFETY: `sql` and `bytes` outlive the call; `number` is a place for the answer.
    check(unsafe {
        import::heliosdb_cursor_open(
            sql.as_ptr(),
            sql.len() as u32,
            bytes.as_ptr(),
            bytes.len() as u32,
            &mut number,
        )
    })
    .placed()?;
    Ok(Cursor {
        number,
        is_at_end: false,
    })
}

impl Cursor {
    /// At most `rows_max` further rows, fewer where they are large; `None` after the last.
    #[track_caller]
    pub fn next_batch(&mut self, rows_max: u32) -> Result<Option<QueryResult>, Error> {
        if self.is_at_end {
            return Ok(None);
        }
        let number = self.number;
        let mut is_at_end = false;
        let mut call = |result, length: *mut u32| {
            // SAFETY: the buffer has the capacity that `length` states.
            let answer = unsafe { import::heliosdb_cursor_next(number, rows_max, result, length) };
            if answer == status::END {
                is_at_end = true;
                // SAFETY: `length` is the caller's local.
                unsafe { *length = 0 };
                return status::OK;
            }
            answer
        };
        // A larger buffer first: every call crosses the border once.
        let bytes = receive_batch(&mut call).placed()?;
        self.is_at_end = is_at_end;
        if is_at_end {
            return Ok(None);
        }
        QueryResult::decode(bytes).placed().map(Some)
    }
}

/// As `receive`, for batches that fill what they are given.
fn receive_batch(call: &mut dyn FnMut(*mut u8, *mut u32) -> i32) -> Result<Vec<u8>, Error> {
    const CAPACITY: usize = 64 << 10;
    let mut buffer: Vec<u8> = Vec::with_capacity(CAPACITY);
    let mut length = CAPACITY as u32;
    let first = call(buffer.as_mut_ptr(), &mut length);
    if first == status::BUFFER_TOO_SMALL {
        // A row larger than that.
        let again = |result, size| call(result, size);
        return receive(|_, size| tell(size, length), again);
    }
    check(first)?;
    // SAFETY: the host wrote `length` bytes, within the capacity it was told.
    unsafe { buffer.set_len((length as usize).min(CAPACITY)) };
    Ok(buffer)
}

/// Makes `receive` ask with the size that is needed.
fn tell(size: *mut u32, needed: u32) -> i32 {
    // SAFETY: `size` is a local of `receive`.
    unsafe { *size = needed };
    status::BUFFER_TOO_SMALL
}

impl Drop for Cursor {
    fn drop(&mut self) {
        // SAFETY: takes a number. That it cannot be closed is no concern: its call ends it.
        let _ = unsafe { import::heliosdb_cursor_close(self.number) };
    }
}
