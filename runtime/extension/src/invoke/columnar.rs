//! A chunk computed by one call of the guest: DuckDB's vectors laid out as columns in the guest's
//! memory, and its columns of results as a vector.
//!
//! Whatever does not fit this way, and every row that fails, is left to calls of one row each; so
//! results and errors are theirs.

use std::ops::Range;

use super::column_form::{ColumnForm, aligned};
use super::row_mask::RowMask;
use crate::error::EngineResult;
use crate::value::convert::convert;
use crate::value::copy::copy;
use crate::value::read::VectorReader;
use crate::value::texts::SPARE_BYTES;
use crate::value::{LogicalType, Value, write};
use crate::wasm::{ResultKind, malformed_columns as malformed};

/// The block's own fields up to the results' column, in bytes.
const RESULT_OFFSET: usize = 16;

/// One column's description, in bytes.
const COLUMN_BYTES: usize = 28;

/// What a block of rows needs.
pub struct BlockPlan<'a> {
    forms: &'a [ColumnForm],
    readers: &'a [VectorReader<'a>],
    rows: Range<usize>,
    /// Of each column, where it has NULLs.
    validities: Vec<Option<RowMask>>,
    /// The rows that are computed; `None` when all are.
    included: Option<RowMask>,
    length: usize,
}

impl<'a> BlockPlan<'a> {
    /// `None` where a row has no column form.
    pub fn new(
        forms: &'a [ColumnForm],
        readers: &'a [VectorReader<'a>],
        rows: Range<usize>,
        skips_nulls: bool,
    ) -> Option<Self> {
        let plan = Self::of_all(forms, readers, rows)?;
        if !skips_nulls {
            return Some(plan);
        }
        let both = |included, valid: &Option<RowMask>| RowMask::both(included, valid.as_ref());
        let included = plan.validities.iter().fold(None, both);
        Some(Self { included, ..plan })
    }

    /// A plan that computes these rows, in ascending order; `None` where a row has no column form,
    /// or where some rows are left out and others have NULLs.
    pub fn of_rows(
        forms: &'a [ColumnForm],
        readers: &'a [VectorReader<'a>],
        rows: &[usize],
    ) -> Option<Self> {
        let all = *rows.first()?..rows.last()? + 1;
        let plan = Self::of_all(forms, readers, all)?;
        let included = RowMask::of_rows(rows);
        // A guest takes it that rows which are chosen have no NULLs.
        let is_suited = included.as_ref().is_none_or(|included| {
            let valid = plan.validities.iter().flatten();
            valid.into_iter().all(|valid| included.is_within(valid))
        });
        is_suited.then_some(Self { included, ..plan })
    }

    /// A plan that computes all rows.
    fn of_all(
        forms: &'a [ColumnForm],
        readers: &'a [VectorReader<'a>],
        rows: Range<usize>,
    ) -> Option<Self> {
        let validity = aligned(rows.len().div_ceil(8));
        let mut length = aligned(RESULT_OFFSET + COLUMN_BYTES * (1 + forms.len())) + validity;
        let mut validities = Vec::with_capacity(readers.len());
        for (form, reader) in forms.iter().zip(readers) {
            length += form.length(reader, &rows)?;
            let valid = RowMask::of_valid(reader, &rows);
            if valid.is_some() {
                length += validity;
            }
            validities.push(valid);
        }
        Some(Self {
            forms,
            readers,
            rows,
            validities,
            included: None,
            length,
        })
    }

    /// Bytes of the block.
    pub fn length(&self) -> usize {
        self.length
    }

    /// How many rows the block has, whether they are computed or not.
    pub fn row_count(&self) -> usize {
        self.rows.len()
    }

    /// How many rows are computed.
    pub fn computed_count(&self) -> usize {
        self.included
            .as_ref()
            .map_or(self.rows.len(), RowMask::count)
    }

    /// Writes the block to `memory`, which lies at `address`.
    pub fn fill(&self, memory: &mut [u8], address: u32) {
        let columns = RESULT_OFFSET + COLUMN_BYTES;
        let mut writer = BlockWriter {
            memory,
            address,
            end: aligned(columns + COLUMN_BYTES * self.forms.len()),
        };
        let rows = &self.rows;
        writer.put(0, rows.len() as u32);
        writer.put(4, self.forms.len() as u32);
        writer.put(8, 0);
        let mask = writer.mask(self.included.as_ref());
        writer.put(12, mask);
        let columns_of = self.forms.iter().zip(self.readers).zip(&self.validities);
        for (position, ((form, reader), valid)) in columns_of.enumerate() {
            let validity = writer.mask(valid.as_ref());
            let description = writer.column(*form, reader, (rows, validity));
            for (field, value) in description.into_iter().enumerate() {
                writer.put(columns + COLUMN_BYTES * position + 4 * field, value);
            }
        }
    }
}

struct BlockWriter<'m> {
    memory: &'m mut [u8],
    address: u32,
    /// Where the next part goes.
    end: usize,
}

impl BlockWriter<'_> {
    fn put(&mut self, at: usize, value: u32) {
        self.memory[at..at + 4].copy_from_slice(&value.to_le_bytes());
    }

    /// Room for the next part, and its address in the guest.
    fn part(&mut self, length: usize) -> (&mut [u8], u32) {
        let start = self.end;
        self.end += aligned(length);
        (
            &mut self.memory[start..start + length],
            self.address + start as u32,
        )
    }

    /// One bit a row; 0 stands for all rows.
    fn mask(&mut self, mask: Option<&RowMask>) -> u32 {
        let Some(mask) = mask else {
            return 0;
        };
        let (part, address) = self.part(mask.byte_count());
        mask.put(part);
        address
    }

    /// Writes a column, whose validity lies there already, and returns its description.
    fn column(
        &mut self,
        form: ColumnForm,
        reader: &VectorReader<'_>,
        (rows, validity): (&Range<usize>, u32),
    ) -> [u32; 7] {
        match form {
            ColumnForm::Fixed { kind, width, scale } => {
                let (part, data) = self.part(width * rows.len());
                // SAFETY: the form says how wide the type's entries are.
                copy(unsafe { reader.entries(rows.clone(), width) }, part);
                [kind, scale.into(), width as u32, data, validity, 0, 0]
            }
            ColumnForm::Bytes { kind } => {
                let (data, heap, heap_len) = self.texts(reader, rows);
                [kind, 0, 0, data, validity, heap, heap_len]
            }
            ColumnForm::List { kind, width } => {
                let element = &reader.children()[0];
                // SAFETY: the row is valid and lies inside the chunk, as its elements do.
                let (data, heap, heap_len) = self.variable(reader, rows, width, |row| unsafe {
                    element.entries(reader.list_range(row), width)
                });
                [kind, 0, width as u32, data, validity, heap, heap_len]
            }
        }
    }

    /// Offsets, and the texts they point into.
    fn texts(&mut self, reader: &VectorReader<'_>, rows: &Range<usize>) -> (u32, u32, u32) {
        let length = 4 * (rows.len() + 1);
        let (_, data) = self.part(length);
        let start = (data - self.address) as usize;
        let heap = self.end;
        let (before, behind) = self.memory.split_at_mut(heap);
        let (first, ends) = before[start..start + length].split_at_mut(4);
        first.fill(0);
        // SAFETY: the rows lie inside the chunk; the block was made large enough for their texts
        // and the spare bytes, and what follows is written later.
        let heap_len = unsafe { reader.write_texts(rows.clone(), ends, behind) };
        self.end = heap + aligned(heap_len + SPARE_BYTES);
        (data, self.address + heap as u32, heap_len as u32)
    }

    /// Offsets in units of `width` bytes, and what they point into.
    fn variable<'b>(
        &mut self,
        reader: &VectorReader<'_>,
        rows: &Range<usize>,
        width: usize,
        bytes: impl Fn(usize) -> &'b [u8],
    ) -> (u32, u32, u32) {
        let count = rows.len();
        let (_, data) = self.part(4 * (count + 1));
        let offsets = (data - self.address) as usize;
        let heap = self.end;
        let mut end = heap;
        self.put(offsets, 0);
        for (position, row) in rows.clone().enumerate() {
            // SAFETY: the row lies inside the chunk.
            if unsafe { reader.is_valid(row) } {
                let entry = bytes(row);
                self.memory[end..end + entry.len()].copy_from_slice(entry);
                end += entry.len();
            }
            self.put(offsets + 4 * (position + 1), ((end - heap) / width) as u32);
        }
        self.end = heap + aligned(end - heap);
        (data, self.address + heap as u32, (end - heap) as u32)
    }
}

/// A column of results in the guest's memory, checked.
pub struct Results<'m> {
    kind: ResultKind,
    data: &'m [u8],
    validity: Option<&'m [u8]>,
    heap: &'m [u8],
}

impl<'m> Results<'m> {
    /// Finds the results of a block of `row_count` rows at `address`.
    pub fn find(memory: &'m [u8], address: u32, row_count: usize) -> EngineResult<Self> {
        let slice = |start: u32, length: usize, what: &str| {
            let start = start as usize;
            let range = start..start.saturating_add(length);
            memory.get(range.clone()).ok_or_else(|| {
                malformed(
                    &format!("{what} lie outside of the memory"),
                    format!("bytes below {}", memory.len()),
                    format!("bytes {} to {}", range.start, range.end),
                )
            })
        };
        let description = slice(
            address.saturating_add(RESULT_OFFSET as u32),
            COLUMN_BYTES,
            "the results' description",
        )?;
        let field = |index: usize| {
            let bytes = &description[4 * index..4 * index + 4];
            u32::from_le_bytes(bytes.try_into().unwrap_or_default())
        };
        let kind = ResultKind::of(field(0)).ok_or_else(|| {
            malformed(
                &format!("results of the unknown type {}", field(0)),
                "a column type of the contract",
                field(0),
            )
        })?;
        let heap = match kind.is_text() {
            true => slice(field(5), field(6) as usize, "the results' texts")?,
            false => &[],
        };
        let validity = match field(4) {
            0 => None,
            start => Some(slice(start, row_count.div_ceil(8), "the results' NULLs")?),
        };
        let found = Self {
            kind,
            data: slice(field(3), kind.data_length(row_count), "the results")?,
            validity,
            heap,
        };
        found.check(row_count)?;
        Ok(found)
    }

    fn check(&self, row_count: usize) -> EngineResult<()> {
        if self.kind == ResultKind::Boolean {
            // All bytes together: no search can be as fast.
            let bits = self.data.iter().fold(0, |bits, byte| bits | byte);
            if bits > 1 {
                return Err(malformed(
                    "a BOOLEAN that is neither 0 nor 1",
                    "0 or 1",
                    format!("bits {bits:#b}"),
                ));
            }
            return Ok(());
        }
        if !self.kind.is_text() {
            return Ok(());
        }
        let is_ordered = (0..row_count).all(|row| self.offset(row) <= self.offset(row + 1));
        if !is_ordered || self.offset(row_count) > self.heap.len() {
            return Err(malformed(
                "texts whose offsets do not fit",
                format!("ascending offsets up to {}", self.heap.len()),
                format!("a last offset of {}", self.offset(row_count)),
            ));
        }
        if self.kind == ResultKind::Blob {
            return Ok(());
        }
        // Together and at once; then each only has to end where a character does.
        let (first, last) = (self.offset(0), self.offset(row_count));
        let texts = std::str::from_utf8(&self.heap[first..last])
            .map_err(|error| malformed("a text that is not UTF-8", "UTF-8", error))?;
        match (0..row_count).find(|row| !texts.is_char_boundary(self.offset(*row) - first)) {
            None => Ok(()),
            Some(row) => Err(malformed(
                "a text that is not UTF-8",
                "UTF-8",
                format!("half a character at the beginning of text {row}"),
            )),
        }
    }

    fn offset(&self, position: usize) -> usize {
        let bytes = &self.data[4 * position..4 * position + 4];
        u32::from_le_bytes(bytes.try_into().unwrap_or_default()) as usize
    }

    fn text(&self, row: usize) -> &'m [u8] {
        &self.heap[self.offset(row)..self.offset(row + 1)]
    }

    /// Bytes that were handed over.
    pub fn length(&self) -> usize {
        self.data.len() + self.heap.len()
    }

    /// Whether a text is longer than a result may be.
    pub fn exceeds(&self, bytes_max: u64, row_count: usize) -> bool {
        self.kind.is_text() && (0..row_count).any(|row| self.text(row).len() as u64 > bytes_max)
    }

    /// One result as a call of its own would have returned it.
    fn value(&self, row: usize) -> Value {
        let text = || String::from_utf8_lossy(self.text(row)).into_owned();
        match self.kind {
            ResultKind::Boolean => Value::Boolean(self.data[row] != 0),
            ResultKind::BigInt => Value::BigInt(self.entry(row)),
            ResultKind::Double => Value::Double(f64::from_bits(self.entry(row) as u64)),
            ResultKind::Date => {
                let bytes = &self.data[4 * row..4 * row + 4];
                Value::Date(i32::from_le_bytes(bytes.try_into().unwrap_or_default()))
            }
            ResultKind::Time => Value::Time(self.entry(row)),
            ResultKind::Timestamp => Value::Timestamp(self.entry(row)),
            ResultKind::TimestampTz => Value::TimestampTz(self.entry(row)),
            ResultKind::Varchar | ResultKind::Decimal => Value::Varchar(text()),
            ResultKind::Blob => Value::Blob(self.text(row).to_vec()),
        }
    }

    /// The results of the plan's rows that are computed, which are these; `None` when one of them
    /// is not of the declared type.
    pub fn values(
        &self,
        plan: &BlockPlan<'_>,
        rows: &[usize],
        returns: &LogicalType,
    ) -> Option<Vec<Value>> {
        let valid = self.valid(plan);
        let is_stored = self.kind.is_stored_as(returns);
        let mut values = Vec::with_capacity(rows.len());
        for row in rows {
            let index = row - plan.rows.start;
            let value = match valid.as_ref().is_none_or(|valid| valid.get(index)) {
                true => self.value(index),
                false => Value::Null,
            };
            values.push(match is_stored {
                true => value,
                false => convert(value, returns).ok()?,
            });
        }
        Some(values)
    }

    fn entry(&self, row: usize) -> i64 {
        let bytes = &self.data[8 * row..8 * row + 8];
        i64::from_le_bytes(bytes.try_into().unwrap_or_default())
    }

    /// The rows that have a result; `None` when all have.
    fn valid(&self, plan: &BlockPlan<'_>) -> Option<RowMask> {
        let own = self
            .validity
            .map(|bits| RowMask::of_bits(bits, plan.rows.len()));
        RowMask::both(own, plan.included.as_ref())
    }

    /// Writes the results of the plan's rows; false, with nothing written, when one of them is
    /// not of the declared type.
    ///
    /// # Safety
    /// `output` is a flat vector of type `returns` with room for the rows.
    pub unsafe fn write(
        &self,
        plan: &BlockPlan<'_>,
        output: libduckdb_sys::duckdb_vector,
        returns: &LogicalType,
    ) -> EngineResult<bool> {
        let (start, row_count) = (plan.rows.start, plan.rows.len());
        let valid = self.valid(plan);
        let is_valid = |index: &usize| valid.as_ref().is_none_or(|valid| valid.get(*index));
        // SAFETY: passed on; the entries have the width of the type, texts are valid ones.
        unsafe {
            if self.kind.is_stored_as(returns) {
                write::put_entries(output, start, self.data, self.kind.data_length(1));
            } else if self.kind == ResultKind::Varchar && *returns == LogicalType::Varchar {
                for index in (0..row_count).filter(is_valid) {
                    write::put_text(output, start + index, self.text(index));
                }
            } else {
                return self.write_converted(plan, output, returns);
            }
            if let Some(valid) = &valid {
                write::put_nulls(output, start, valid.words(), row_count);
            }
        }
        Ok(true)
    }

    /// # Safety
    /// As [`Results::write`].
    unsafe fn write_converted(
        &self,
        plan: &BlockPlan<'_>,
        output: libduckdb_sys::duckdb_vector,
        returns: &LogicalType,
    ) -> EngineResult<bool> {
        let mut values = Vec::with_capacity(plan.rows.len());
        let valid = self.valid(plan);
        for index in 0..plan.rows.len() {
            let value = match valid.as_ref().is_none_or(|valid| valid.get(index)) {
                true => self.value(index),
                false => Value::Null,
            };
            match convert(value, returns) {
                Ok(value) => values.push(value),
                Err(_) => return Ok(false),
            }
        }
        for (value, row) in values.iter().zip(plan.rows.clone()) {
            // SAFETY: passed on.
            unsafe { write::write(output, returns, row, value) }?;
        }
        Ok(true)
    }
}
