//! Arguments that a procedure borrows instead of owning them. Not for use by hand.

use crate::columnar::Prepared;

/// The argument of one row, borrowed from the column.
///
/// # Safety
/// As [`crate::columnar::load`].
#[inline(always)]
pub unsafe fn lend<T: Lend>(column: &Prepared<T>, row: usize) -> T::Lent<'_> {
    // SAFETY: passed on.
    unsafe { T::lend_entry(column, row) }
}

/// A type whose values a procedure can borrow.
pub trait Lend: Sized {
    /// What is borrowed.
    type Lent<'a>
    where
        Self: 'a;

    /// Borrows from a value.
    fn lend(&self) -> Self::Lent<'_>;

    /// Borrows from a column.
    ///
    /// # Safety
    /// As [`crate::columnar::load`].
    unsafe fn lend_entry(column: &Prepared<Self>, row: usize) -> Self::Lent<'_>;
}

impl Lend for String {
    type Lent<'a> = &'a str;

    fn lend(&self) -> &str {
        self
    }

    #[inline(always)]
    unsafe fn lend_entry(column: &Prepared<String>, row: usize) -> &str {
        // SAFETY: passed on; what the database writes as VARCHAR is UTF-8.
        unsafe { core::str::from_utf8_unchecked(column.bytes(row)) }
    }
}

impl Lend for Vec<u8> {
    type Lent<'a> = &'a [u8];

    fn lend(&self) -> &[u8] {
        self
    }

    #[inline(always)]
    unsafe fn lend_entry(column: &Prepared<Vec<u8>>, row: usize) -> &[u8] {
        // SAFETY: passed on.
        unsafe { column.bytes(row) }
    }
}

impl<T: Lend> Lend for Option<T> {
    type Lent<'a>
        = Option<T::Lent<'a>>
    where
        T: 'a;

    fn lend(&self) -> Option<T::Lent<'_>> {
        self.as_ref().map(T::lend)
    }

    #[inline(always)]
    unsafe fn lend_entry(column: &Prepared<Option<T>>, row: usize) -> Option<T::Lent<'_>> {
        // SAFETY: passed on; only values that are not NULL are lent.
        column
            .is_valid(row)
            .then(|| unsafe { T::lend_entry(column.as_type(), row) })
    }
}
