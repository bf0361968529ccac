//! One call for many rows: what the columnar entry of `#[heliosdb_procedure]` is made of.
//!
//! The database writes the arguments of a chunk into one buffer of this module's memory, calls the
//! entry, and reads the results from where the entry says they are. The layout is part of the
//! contract; see the ABI reference. Not for use by hand.

use core::marker::PhantomData;

use crate::convert::{FromValue, SqlType, ToValue};
use crate::error::Error;

/// Numbers of column types: those of `value_type`.
pub mod kind {
    /// Not a type: the value has no column form.
    pub const NONE: u32 = 0;
    /// One byte, 0 or 1.
    pub const BOOLEAN: u32 = 1;
    /// i8.
    pub const TINYINT: u32 = 2;
    /// i16.
    pub const SMALLINT: u32 = 3;
    /// i32.
    pub const INTEGER: u32 = 4;
    /// i64.
    pub const BIGINT: u32 = 5;
    /// u8.
    pub const UTINYINT: u32 = 6;
    /// u16.
    pub const USMALLINT: u32 = 7;
    /// u32.
    pub const UINTEGER: u32 = 8;
    /// u64.
    pub const UBIGINT: u32 = 9;
    /// f32.
    pub const FLOAT: u32 = 10;
    /// f64.
    pub const DOUBLE: u32 = 11;
    /// i64, microseconds.
    pub const TIMESTAMP: u32 = 12;
    /// i32, days.
    pub const DATE: u32 = 13;
    /// i64, microseconds.
    pub const TIME: u32 = 14;
    /// Offsets into the heap; UTF-8.
    pub const VARCHAR: u32 = 17;
    /// Offsets into the heap.
    pub const BLOB: u32 = 18;
    /// As an argument unscaled integers of `width` bytes; as a result decimal text in the heap.
    pub const DECIMAL: u32 = 19;
    /// i64, microseconds.
    pub const TIMESTAMP_TZ: u32 = 31;
    /// Offsets into the elements, which are of the kind that is added.
    pub const LIST_OF: u32 = 256;
}

/// What the entry answers.
pub mod status {
    /// The results are there.
    pub const DONE: i32 = 0;
    /// These columns are not for this entry: call row by row.
    pub const UNSUITABLE: i32 = 1;
    /// A row failed: call row by row, which tells which one and why.
    pub const FAILED: i32 = 2;
}

/// A chunk of rows. The database fills everything but `progress` and `result`.
#[repr(C)]
pub struct Block {
    row_count: u32,
    parameter_count: u32,
    /// The first row of the group of rows that is being computed.
    progress: u32,
    /// A bit for every row that is to be computed; null for all rows.
    mask: *const u8,
    result: Column,
}

/// A column: of an argument, or of the results.
#[repr(C)]
#[derive(Clone, Copy)]
pub struct Column {
    kind: u32,
    /// DECIMAL: digits after the point.
    scale: u32,
    /// DECIMAL: bytes of one entry, 2, 4, 8 or 16.
    width: u32,
    /// Entries, or one more offset (u32) than there are rows.
    data: *const u8,
    /// A bit for every row that is not NULL; null when none is.
    validity: *const u8,
    /// What the offsets point into.
    heap: *const u8,
    heap_len: u32,
}

/// Rows between two reports of progress.
const GROUP_ROWS: usize = 64;

/// A column whose entries are as `T` loads them.
#[repr(C)]
pub struct Prepared<T> {
    /// Entries, or offsets.
    pub(crate) data: *const u8,
    validity: *const u8,
    pub(crate) heap: *const u8,
    pub(crate) scale: u8,
    /// Holds entries that had to be converted.
    _converted: Vec<u128>,
    of: PhantomData<T>,
}

impl<T> Prepared<T> {
    /// Uses the entries as they are.
    pub(crate) fn borrow(column: &Column) -> Prepared<T> {
        Prepared {
            data: column.data,
            validity: column.validity,
            heap: column.heap,
            scale: column.scale as u8,
            _converted: Vec::new(),
            of: PhantomData,
        }
    }

    /// Converts every entry; `None` when one does not convert. What NULL rows hold counts for
    /// nothing.
    ///
    /// # Safety
    /// The column has `row_count` entries of type `From`, any bits of which are one.
    pub(crate) unsafe fn convert<From: Copy, To: Copy>(
        column: &Column,
        row_count: usize,
        convert: impl Fn(From) -> Option<To>,
    ) -> Option<Prepared<T>> {
        let bytes = row_count * size_of::<To>();
        let mut converted: Vec<u128> = vec![0; bytes.div_ceil(size_of::<u128>())];
        for row in 0..row_count {
            // SAFETY: by contract, and the vector has room for as many entries.
            unsafe {
                let given = column.data.cast::<From>().add(row).read_unaligned();
                match convert(given) {
                    Some(value) => converted.as_mut_ptr().cast::<To>().add(row).write(value),
                    None if !is_set(column.validity, row) => {}
                    None => return None,
                }
            }
        }
        let mut prepared = Prepared::borrow(column);
        prepared.data = converted.as_ptr().cast();
        prepared._converted = converted;
        Some(prepared)
    }

    /// An entry of a fixed width.
    ///
    /// # Safety
    /// `row` is below the row count, and entries are of type `E`.
    #[inline(always)]
    pub(crate) unsafe fn entry<E: Copy>(&self, row: usize) -> E {
        // SAFETY: by contract; buffers are aligned to 16 bytes.
        unsafe { self.data.cast::<E>().add(row).read() }
    }

    /// The bytes of a text or blob.
    ///
    /// # Safety
    /// `row` is below the row count, and entries are offsets into a heap of bytes.
    #[inline(always)]
    pub(crate) unsafe fn bytes(&self, row: usize) -> &[u8] {
        // SAFETY: the database wrote ascending offsets within the heap.
        unsafe {
            let (start, end) = (self.entry::<u32>(row), self.entry::<u32>(row + 1));
            core::slice::from_raw_parts(self.heap.add(start as usize), (end - start) as usize)
        }
    }

    /// The elements of a list.
    ///
    /// # Safety
    /// `row` is below the row count, and entries are offsets into elements of type `E`.
    #[inline(always)]
    pub(crate) unsafe fn elements<E>(&self, row: usize) -> &[E] {
        // SAFETY: the database wrote ascending offsets within the elements, which are aligned.
        unsafe {
            let (start, end) = (self.entry::<u32>(row), self.entry::<u32>(row + 1));
            let first = self.heap.cast::<E>().add(start as usize);
            core::slice::from_raw_parts(first, (end - start) as usize)
        }
    }

    pub(crate) fn is_valid(&self, row: usize) -> bool {
        // SAFETY: the mask has a bit for every row.
        unsafe { is_set(self.validity, row) }
    }

    /// The same column for a type that loads the same entries.
    #[inline(always)]
    pub(crate) fn as_type<U>(&self) -> &Prepared<U> {
        // SAFETY: the type appears in a marker of no size alone; the layout is C's.
        unsafe { &*(&raw const *self).cast() }
    }

    pub(crate) fn with_type<U>(self) -> Prepared<U> {
        Prepared {
            data: self.data,
            validity: self.validity,
            heap: self.heap,
            scale: self.scale,
            _converted: self._converted,
            of: PhantomData,
        }
    }
}

impl Column {
    pub(crate) fn kind(&self) -> u32 {
        self.kind
    }

    pub(crate) fn scale(&self) -> u8 {
        self.scale as u8
    }

    pub(crate) fn width(&self) -> u32 {
        self.width
    }
}

/// # Safety
/// `mask` is null or has a bit for `row`.
#[inline(always)]
unsafe fn is_set(mask: *const u8, row: usize) -> bool {
    // SAFETY: by contract.
    mask.is_null() || unsafe { *mask.add(row / 8) } >> (row % 8) & 1 == 1
}

/// Prepares the argument at `index`; `None` when it is not for `T`.
///
/// # Safety
/// `block` was filled by the database.
pub unsafe fn prepare<T: FromValue + SqlType>(
    block: *const Block,
    index: usize,
) -> Option<Prepared<T>> {
    // SAFETY: the columns follow the block; `index` is checked against their count.
    unsafe {
        if index >= (*block).parameter_count as usize {
            return None;
        }
        let column = &*block.add(1).cast::<Column>().add(index);
        let may_meet_null = (*block).mask.is_null() && !column.validity.is_null();
        if may_meet_null && !T::IS_NULLABLE {
            return None;
        }
        T::prepare(column, (*block).row_count as usize)
    }
}

/// The argument of one row.
///
/// # Safety
/// `row` is below the block's row count.
#[inline(always)]
pub unsafe fn load<T: FromValue>(column: &Prepared<T>, row: usize) -> T {
    // SAFETY: passed on.
    unsafe { T::load(column, row) }
}

/// The results of a chunk, which stay until the next call.
pub struct Output {
    kind: u32,
    row_count: usize,
    /// Entries of fixed width, aligned for all of them. What rows without a result hold is arbitrary.
    pub(crate) fixed: Vec<u128>,
    pub(crate) offsets: Vec<u32>,
    pub(crate) heap: Vec<u8>,
    /// Empty while no row is NULL.
    validity: Vec<u8>,
    /// A value has no column form.
    pub(crate) is_unsuitable: bool,
}

const fn is_text(kind: u32) -> bool {
    matches!(kind, kind::VARCHAR | kind::BLOB | kind::DECIMAL)
}

impl Output {
    /// Makes room for so many rows, in the memory of an earlier output where there is one.
    fn new(kind: u32, row_count: usize, earlier: Option<Output>) -> Output {
        // Entries of another kind might be none of this one.
        let mut output = earlier
            .filter(|earlier| earlier.kind == kind)
            .unwrap_or(Output {
                kind,
                row_count,
                fixed: Vec::new(),
                offsets: Vec::new(),
                heap: Vec::new(),
                validity: Vec::new(),
                is_unsuitable: false,
            });
        output.row_count = row_count;
        output.offsets.clear();
        output.heap.clear();
        output.validity.clear();
        if is_text(kind) {
            output.offsets.reserve(row_count + 1);
            output.offsets.push(0);
        } else if output.fixed.len() < row_count.div_ceil(2) {
            // Eight bytes are the most an entry has.
            output.fixed = vec![0; row_count.div_ceil(2)];
        }
        output
    }

    /// # Safety
    /// `row` is below the row count, and entries of the output's kind are of type `E`.
    #[inline(always)]
    pub(crate) unsafe fn put<E>(&mut self, row: usize, entry: E) {
        // SAFETY: by contract.
        unsafe { self.fixed.as_mut_ptr().cast::<E>().add(row).write(entry) }
    }

    /// Ends the text of a row.
    #[inline(always)]
    pub(crate) fn end_text(&mut self) {
        self.offsets.push(self.heap.len() as u32);
    }

    /// Gives the rows before `row` that have no text an empty one.
    fn end_texts_before(&mut self, row: usize) {
        while self.offsets.len() <= row {
            self.end_text();
        }
    }

    pub(crate) fn put_null(&mut self, row: usize) {
        if self.validity.is_empty() {
            self.validity.resize(self.row_count.div_ceil(8), 0xff);
        }
        if let Some(byte) = self.validity.get_mut(row / 8) {
            *byte &= !(1 << (row % 8));
        }
        if is_text(self.kind) {
            self.end_text();
        }
    }

    fn describe(&self) -> Column {
        Column {
            kind: self.kind,
            scale: 0,
            width: 0,
            data: match is_text(self.kind) {
                true => self.offsets.as_ptr().cast(),
                false => self.fixed.as_ptr().cast(),
            },
            validity: match self.validity.is_empty() {
                true => core::ptr::null(),
                false => self.validity.as_ptr(),
            },
            heap: self.heap.as_ptr(),
            heap_len: self.heap.len() as u32,
        }
    }
}

/// Computes every row that is to be computed. Rows that are not have no result; that they are NULL
/// the database knows.
///
/// # Safety
/// `block` was filled by the database and is used by nobody else during the call.
#[inline(always)]
pub unsafe fn run<R: ToValue + SqlType>(
    block: *mut Block,
    call: impl Fn(usize) -> Result<R, Error>,
) -> i32 {
    if R::COLUMN_KIND == kind::NONE {
        return status::UNSUITABLE;
    }
    crate::guest::report_panics();
    // SAFETY: by contract.
    let (row_count, mask) = unsafe { ((*block).row_count as usize, (*block).mask) };
    let mut output = Output::new(R::COLUMN_KIND, row_count, buffers::take());
    let mut start = 0;
    while start < row_count {
        let end = row_count.min(start + GROUP_ROWS);
        // SAFETY: by contract; volatile, because the database looks at it meanwhile.
        unsafe { (&raw mut (*block).progress).write_volatile(start as u32) };
        let all = u64::MAX >> (GROUP_ROWS - (end - start));
        // SAFETY: the mask has a bit for every row.
        let mut wanted = all & unsafe { group_of(mask, start, end) };
        if wanted == all {
            for row in start..end {
                match call(row) {
                    // SAFETY: the output was made for this kind and as many rows.
                    Ok(value) => unsafe { value.store(&mut output, row) },
                    Err(_) => return status::FAILED,
                }
            }
        }
        // From one set bit to the next, so that which rows are left out costs no branch.
        else {
            while wanted != 0 {
                let row = start + wanted.trailing_zeros() as usize;
                wanted &= wanted - 1;
                if is_text(R::COLUMN_KIND) {
                    output.end_texts_before(row);
                }
                match call(row) {
                    // SAFETY: as above.
                    Ok(value) => unsafe { value.store(&mut output, row) },
                    Err(_) => return status::FAILED,
                }
            }
            if is_text(R::COLUMN_KIND) {
                output.end_texts_before(end);
            }
        }
        start = end;
    }
    if output.is_unsuitable {
        return status::UNSUITABLE;
    }
    // SAFETY: by contract.
    unsafe { (*block).result = output.describe() };
    buffers::keep(output);
    status::DONE
}

/// The bits of a group of rows, the first row's lowest; bits beyond the group are arbitrary.
///
/// # Safety
/// `mask` is null or has a bit for every row of the group, whose start is a multiple of its size.
#[inline(always)]
unsafe fn group_of(mask: *const u8, start: usize, end: usize) -> u64 {
    if mask.is_null() {
        return u64::MAX;
    }
    let mut bits = [0; GROUP_ROWS / 8];
    // SAFETY: by contract.
    let given =
        unsafe { core::slice::from_raw_parts(mask.add(start / 8), (end - start).div_ceil(8)) };
    match given.try_into() {
        Ok(whole) => bits = whole,
        Err(_) => bits[..given.len()].copy_from_slice(given),
    }
    u64::from_le_bytes(bits)
}

/// What outlives a call. A module runs on one thread.
mod buffers {
    use super::Output;
    use core::cell::RefCell;

    thread_local! {
        static OUTPUT: RefCell<Option<Output>> = const { RefCell::new(None) };
        static INPUT: RefCell<Vec<u128>> = const { RefCell::new(Vec::new()) };
    }

    pub fn keep(output: Output) {
        OUTPUT.with(|kept| *kept.borrow_mut() = Some(output));
    }

    /// What was kept, to be written anew.
    pub fn take() -> Option<Output> {
        OUTPUT.with(|kept| kept.borrow_mut().take())
    }

    /// Room for a block of `length` bytes; the one before is gone.
    #[cfg_attr(not(target_arch = "wasm32"), allow(dead_code))]
    pub fn input(length: usize) -> *mut u8 {
        INPUT.with(|kept| {
            let mut buffer = kept.borrow_mut();
            let entries = length.div_ceil(size_of::<u128>());
            if buffer.len() < entries {
                // Nothing is worth copying.
                *buffer = Vec::new();
                *buffer = vec![0; entries];
            }
            buffer.as_mut_ptr().cast()
        })
    }
}

/// Gives the database room for a block.
#[cfg(target_arch = "wasm32")]
#[no_mangle]
pub extern "C" fn heliosdb_columnar_buffer(length: u32) -> *mut u8 {
    buffers::input(length as usize)
}
