//! Results of queries.

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
#[derive(Clone, Debug)]
pub struct QueryResult {
    columns: Vec<Column>,
    /// Row after row.
    cells: Vec<Value>,
}

impl QueryResult {
    pub(crate) fn decode(bytes: &[u8]) -> Result<QueryResult, Error> {
        let mut decoder = Decoder::new(bytes);
        let (mut columns, mut cells) = (Vec::new(), Vec::new());
        for _ in 0..decoder.map_length()? {
            match decoder.text()? {
                "columns" => {
                    let column_count = decoder.list_length()?;
                    columns.reserve_exact(decoder.capacity(column_count));
                    for _ in 0..column_count {
                        columns.push(decode_column(&mut decoder)?);
                    }
                }
                "rows" => {
                    let row_count = decoder.list_length()?;
                    cells.reserve(decoder.capacity(row_count * columns.len()));
                    for _ in 0..row_count {
                        let width = decoder.list_length()?;
                        if width != columns.len() {
                            return Err(Error::unplaced(
                                "malformed result from the database: row width",
                            ));
                        }
                        for _ in 0..width {
                            cells.push(decoder.value(0)?);
                        }
                    }
                }
                _ => drop(decoder.value(0)?),
            }
        }
        Ok(QueryResult { columns, cells })
    }

    /// How many rows there are.
    pub fn len(&self) -> usize {
        self.cells.len() / self.columns.len().max(1)
    }

    /// Whether the query returned no row.
    pub fn is_empty(&self) -> bool {
        self.cells.is_empty()
    }

    /// The columns, in order.
    pub fn columns(&self) -> &[Column] {
        &self.columns
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
        let width = self.columns.len();
        Row {
            columns: &self.columns,
            cells: &self.cells[index * width..(index + 1) * width],
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
        self.first_row()?.value(index).map(Value::is_null)
    }

    /// Every row as a tuple, or, with the `serde` feature, use `rows_as`.
    pub fn tuples<T: FromRow>(&self) -> Result<Vec<T>, Error> {
        self.rows().map(T::from_row).collect()
    }
}

fn decode_column(decoder: &mut Decoder<'_>) -> Result<Column, Error> {
    let (mut name, mut sql_type) = (String::new(), String::new());
    for _ in 0..decoder.map_length()? {
        match decoder.text()? {
            "name" => name = decoder.text()?.to_owned(),
            "type" => sql_type = decoder.text()?.to_owned(),
            _ => drop(decoder.value(0)?),
        }
    }
    Ok(Column { name, sql_type })
}

/// One row of a result.
#[derive(Clone, Copy, Debug)]
pub struct Row<'a> {
    pub(crate) columns: &'a [Column],
    pub(crate) cells: &'a [Value],
}

impl<'a> Row<'a> {
    /// A column as any type; `Option<T>` accepts NULL. The index is a position or a name.
    #[track_caller]
    pub fn get<T: FromValue>(&self, column: impl ColumnIndex) -> Result<T, Error> {
        let index = column.find(self.columns).placed()?;
        T::from_value(self.cells[index].clone())
            .map_err(|error| error.at(format_args!("column `{}`", self.columns[index].name)))
            .placed()
    }

    /// A column as it is.
    pub fn value(&self, column: impl ColumnIndex) -> Result<&'a Value, Error> {
        Ok(&self.cells[column.find(self.columns)?])
    }
}

/// A position or a name.
pub trait ColumnIndex {
    /// Finds the column or says which ones there are.
    fn find(&self, columns: &[Column]) -> Result<usize, Error>;
}

impl ColumnIndex for usize {
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
    use crate::message_pack::Encoder;

    pub(crate) fn sample() -> QueryResult {
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
        QueryResult::decode(&encoder.bytes).unwrap()
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
        let empty = QueryResult::decode(&encoder.bytes).unwrap();
        assert_eq!((empty.len(), empty.is_empty()), (0, true));
        assert_eq!(
            empty.get_string(0).unwrap_err().message(),
            "the query returned no row"
        );
    }
}
