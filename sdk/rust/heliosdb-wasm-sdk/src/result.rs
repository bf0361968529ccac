//! Results of queries.

use core::fmt;

use crate::answer::KeptAnswer;
use crate::cell::Cell;
use crate::convert::FromValue;
use crate::error::{Error, Placed};
use crate::message_pack::Decoder;
use crate::value::Value;

/// A column of a result.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Column {
    /// As the query names it.
    pub name: String,
    /// The SQL type, for example `DECIMAL(18,3)`.
    pub sql_type: String,
}

/// The rows a query returned.
///
/// They stay as the database encoded them, and a value is decoded when it is asked for.
#[derive(Clone)]
pub struct QueryResult {
    answer: KeptAnswer,
}

impl QueryResult {
    /// The result that `fill` puts into an empty buffer.
    #[inline]
    pub(crate) fn receive(
        fill: impl FnOnce(&mut Vec<u8>) -> Result<(), Error>,
    ) -> Result<QueryResult, Error> {
        KeptAnswer::receive(fill).map(|answer| QueryResult { answer })
    }

    /// A result that was received.
    pub(crate) fn decode(bytes: Vec<u8>) -> Result<QueryResult, Error> {
        QueryResult::receive(|buffer| {
            *buffer = bytes;
            Ok(())
        })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.answer.value_count() / self.answer.column_count.max(1)
    }

    /// Whether the query returned no row.
    pub fn is_empty(&self) -> bool {
        self.answer.value_count() == 0
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        self.answer.columns.get_or_init(|| {
            self.headings()
                .map(|(name, sql_type)| Column {
                    name: name.to_owned(),
                    sql_type: sql_type.to_owned(),
                })
                .collect()
        })
    }

    /// Names and types of the columns, where they lie.
    fn headings(&self) -> impl Iterator<Item = (&str, &str)> {
        let mut decoder = self.answer.headings();
        // Malformed ones have no name, so that each keeps its position.
        (0..self.answer.column_count).map(move |_| decode_heading(&mut decoder).unwrap_or_default())
    }

    /// Every value, decoded once.
    pub(crate) fn values(&self) -> Result<&[Value], Error> {
        if let Some(values) = self.answer.values.get() {
            return Ok(values);
        }
        let values = self.answer.cells().map(Cell::value);
        let values = values.collect::<Result<Vec<Value>, Error>>()?;
        Ok(self.answer.values.get_or_init(|| values))
    }

    /// Iterates over the rows.
    pub fn rows(&self) -> impl ExactSizeIterator<Item = Row<'_>> + '_ {
        (0..self.len()).map(|index| self.row_unchecked(index))
    }

    /// The row at `index`, if there are that many.
    pub fn row(&self, index: usize) -> Option<Row<'_>> {
        (index < self.len()).then(|| self.row_unchecked(index))
    }

    fn row_unchecked(&self, index: usize) -> Row<'_> {
        Row {
            result: self,
            first: index * self.answer.column_count,
        }
    }

    fn first_row(&self) -> Result<Row<'_>, Error> {
        self.row(0)
            .ok_or_else(|| Error::unplaced("the query returned no row"))
    }

    /// A column of the first row as any type; `Option<T>` accepts NULL.
    #[track_caller]
    pub fn get<T: FromValue>(&self, column: impl ColumnIndex) -> Result<T, Error> {
        self.first_row().placed()?.get(column)
    }

    /// A VARCHAR of the first row.
    #[track_caller]
    pub fn get_string(&self, index: usize) -> Result<String, Error> {
        self.get(index)
    }

    /// An integer of the first row.
    #[track_caller]
    pub fn get_i64(&self, index: usize) -> Result<i64, Error> {
        self.get(index)
    }

    /// A number of the first row; a DECIMAL becomes the nearest DOUBLE.
    #[track_caller]
    pub fn get_f64(&self, index: usize) -> Result<f64, Error> {
        self.get(index)
    }

    /// A BOOLEAN of the first row.
    #[track_caller]
    pub fn get_bool(&self, index: usize) -> Result<bool, Error> {
        self.get(index)
    }

    /// A BLOB of the first row.
    #[track_caller]
    pub fn get_bytes(&self, index: usize) -> Result<Vec<u8>, Error> {
        self.get(index)
    }

    /// Whether a column of the first row is NULL.
    #[track_caller]
    pub fn is_null(&self, index: usize) -> Result<bool, Error> {
        let row = self.first_row()?;
        Ok(row.cell(index.find_in(self)?).is_null())
    }

    /// Every row as a tuple, or, with the `serde` feature, use `rows_as`.
    pub fn tuples<T: FromRow>(&self) -> Result<Vec<T>, Error> {
        self.rows().map(T::from_row).collect()
    }
}

impl fmt::Debug for QueryResult {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("QueryResult")
            .field("columns", &self.columns())
            .field("values", &self.values())
            .finish()
    }
}

fn decode_heading<'a>(decoder: &mut Decoder<'a>) -> Result<(&'a str, &'a str), Error> {
    let (mut name, mut sql_type) = ("", "");
    for _ in 0..decoder.map_length()? {
        match decoder.text_bytes()? {
            b"name" => name = decoder.text()?,
            b"type" => sql_type = decoder.text()?,
            _ => decoder.skip()?,
        }
    }
    Ok((name, sql_type))
}

/// One row of a result.
#[derive(Clone, Copy)]
pub struct Row<'a> {
    pub(crate) result: &'a QueryResult,
    /// Which value of the result is the first of the row.
    first: usize,
}

impl<'a> Row<'a> {
    /// A column as any type; `Option<T>` accepts NULL. The index is a position or a name.
    #[track_caller]
    pub fn get<T: FromValue>(&self, column: impl ColumnIndex) -> Result<T, Error> {
        let index = column.find_in(self.result).placed()?;
        T::from_cell(self.cell(index))
            .map_err(|error| {
                let name = &self.result.columns()[index].name;
                error.at(format_args!("column `{name}`"))
            })
            .placed()
    }

    /// A column as it is.
    pub fn value(&self, column: impl ColumnIndex) -> Result<&'a Value, Error> {
        let index = column.find_in(self.result)?;
        Ok(&self.values()?[index])
    }

    pub(crate) fn values(&self) -> Result<&'a [Value], Error> {
        let values = self.result.values()?;
        Ok(&values[self.first..self.first + self.result.answer.column_count])
    }

    fn cell(&self, index: usize) -> Cell<'a> {
        debug_assert!(index < self.result.answer.column_count);
        self.result.answer.cell(self.first + index)
    }
}

impl fmt::Debug for Row<'_> {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter
            .debug_struct("Row")
            .field("columns", &self.result.columns())
            .field("values", &self.values())
            .finish()
    }
}

/// A position or a name.
pub trait ColumnIndex {
    /// Finds the column or says which ones there are.
    fn find(&self, columns: &[Column]) -> Result<usize, Error>;

    /// As `find`, without making a description of every column.
    #[doc(hidden)]
    fn find_in(&self, result: &QueryResult) -> Result<usize, Error> {
        self.find(result.columns())
    }
}

impl ColumnIndex for usize {
    fn find_in(&self, result: &QueryResult) -> Result<usize, Error> {
        match *self < result.answer.column_count {
            true => Ok(*self),
            false => self.find(result.columns()),
        }
    }

    fn find(&self, columns: &[Column]) -> Result<usize, Error> {
        if *self < columns.len() {
            return Ok(*self);
        }
        Err(Error::unplaced(format!(
            "no column {self}, the result has {}",
            columns.len()
        )))
    }
}

impl ColumnIndex for &str {
    fn find_in(&self, result: &QueryResult) -> Result<usize, Error> {
        match result
            .headings()
            .position(|(name, _)| name.eq_ignore_ascii_case(self))
        {
            Some(index) => Ok(index),
            None => self.find(result.columns()),
        }
    }

    fn find(&self, columns: &[Column]) -> Result<usize, Error> {
        columns
            .iter()
            .position(|column| column.name.eq_ignore_ascii_case(self))
            .ok_or_else(|| {
                let names: Vec<&str> = columns.iter().map(|column| column.name.as_str()).collect();
                Error::unplaced(format!(
                    "no column `{self}`, the result has {}",
                    names.join(", ")
                ))
            })
    }
}

/// A tuple that a row can become, column by column.
pub trait FromRow: Sized {
    /// Converts the leading columns.
    fn from_row(row: Row<'_>) -> Result<Self, Error>;
}

macro_rules! tuples {
    ($(($($name:ident $index:tt),+))*) => {$(
        impl<$($name: FromValue),+> FromRow for ($($name,)+) {
            fn from_row(row: Row<'_>) -> Result<Self, Error> {
                Ok(($(row.get::<$name>($index)?,)+))
            }
        }
    )*};
}

tuples! {
    (A 0)
    (A 0, B 1)
    (A 0, B 1, C 2)
    (A 0, B 1, C 2, D 3)
    (A 0, B 1, C 2, D 3, E 4)
    (A 0, B 1, C 2, D 3, E 4, F 5)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6)
    (A 0, B 1, C 2, D 3, E 4, F 5, G 6, H 7)
}

#[cfg(test)]
pub(crate) mod tests {
    use super::*;
    use crate::encoder::Encoder;

    pub(crate) fn sample() -> QueryResult {
        QueryResult::decode(sample_bytes()).unwrap()
    }

    fn sample_bytes() -> Vec<u8> {
        let text = |text: &str| Value::Text(text.into());
        let column = |name: &str, kind: &str| {
            Value::Map(vec![(text("name"), text(name)), (text("type"), text(kind))])
        };
        let mut encoder = Encoder::default();
        encoder.value(&Value::Map(vec![
            (
                text("columns"),
                Value::List(vec![column("Tier", "VARCHAR"), column("n", "BIGINT")]),
            ),
            (
                text("rows"),
                Value::List(vec![
                    Value::List(vec![text("gold"), Value::Int(3)]),
                    Value::List(vec![Value::Null, Value::Int(-1)]),
                ]),
            ),
        ]));
        encoder.bytes
    }

    #[test]
    fn values_of_every_row_are_found_also_when_they_are_many() {
        let text = |text: &str| Value::Text(text.into());
        let rows =
            (0..40).map(|n| Value::List(vec![Value::Int(n), text("x"), Value::List(vec![])]));
        let columns = ["a", "b", "c"].map(|name| Value::Map(vec![(text("name"), text(name))]));
        let mut encoder = Encoder::default();
        encoder.value(&Value::Map(vec![
            (text("columns"), Value::List(columns.to_vec())),
            (text("ahead"), Value::List(vec![Value::Map(vec![])])),
            (text("rows"), Value::List(rows.collect())),
        ]));
        let result = QueryResult::decode(encoder.bytes).unwrap();
        assert_eq!((result.len(), result.rows().len()), (40, 40));
        for (n, row) in result.rows().enumerate() {
            assert_eq!(row.get::<u32>("A").unwrap(), n as u32);
            assert_eq!(row.value(0).unwrap(), &Value::Int(n as i128));
            assert_eq!(row.get::<Vec<i64>>(2).unwrap(), Vec::<i64>::new());
        }
        assert_eq!(result.row(39).unwrap().get::<String>("b").unwrap(), "x");
        assert!(result.row(40).is_none());
    }

    #[test]
    fn a_damaged_result_gives_errors_and_never_a_panic() {
        let bytes = sample_bytes();
        for end in 0..bytes.len() {
            assert!(QueryResult::decode(bytes[..end].to_vec()).is_err());
        }
        for position in 0..bytes.len() {
            for byte in 0..=255 {
                let mut damaged = bytes.clone();
                damaged[position] = byte;
                if let Ok(result) = QueryResult::decode(damaged) {
                    let _ = result.tuples::<(Option<String>, i64)>();
                    let _ = format!("{result:?}");
                    let _ = result.get::<Value>("n");
                    let _ = result.is_null(1);
                }
            }
        }
    }

    #[test]
    fn the_first_row_is_read_by_position_or_name() {
        let result = sample();
        assert_eq!(result.get_string(0).unwrap(), "gold");
        assert_eq!(result.get::<i32>("N").unwrap(), 3);
        assert_eq!(result.get_f64(1).unwrap(), 3.0);
        assert_eq!(
            result.get_i64(0).unwrap_err().message(),
            "column `Tier`: expected BIGINT, found VARCHAR"
        );
        assert_eq!(
            result.get_i64(2).unwrap_err().message(),
            "no column 2, the result has 2"
        );
        assert_eq!(
            result.get::<i64>("m").unwrap_err().message(),
            "no column `m`, the result has Tier, n"
        );
    }

    #[test]
    fn rows_become_tuples() {
        let rows = sample().tuples::<(Option<String>, i64)>().unwrap();
        assert_eq!(rows, vec![(Some("gold".into()), 3), (None, -1)]);
        assert!(sample().tuples::<(String, i64)>().is_err());
    }

    #[test]
    fn an_empty_result_says_so() {
        let mut encoder = Encoder::default();
        encoder.value(&Value::Map(vec![
            (Value::Text("columns".into()), Value::List(vec![])),
            (Value::Text("rows".into()), Value::List(vec![])),
        ]));
        let empty = QueryResult::decode(encoder.bytes).unwrap();
        assert_eq!((empty.len(), empty.is_empty()), (0, true));
        assert_eq!(
            empty.get_string(0).unwrap_err().message(),
            "the query returned no row"
        );
    }
}
