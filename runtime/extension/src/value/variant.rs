//! VARIANT: values that carry their own type, and the parts DuckDB makes of them.
//!
//! DuckDB keeps a VARIANT as a STRUCT of four parts, [`LAYOUT`]. `values` lists all nodes of the row's
//! tree, the root first, each a type number and an offset into `data`. There lie the scalars, and for
//! arrays and objects the number of children and the first of them in `children`, which points to a name
//! in `keys` (objects) and to a node. Counts and lengths are LEB128.

use std::sync::LazyLock;

use super::binary;
use super::convert::convert_at;
use super::error::{Result, ValueError, quoted, sqlstate};
use super::logical_type::LogicalType;
use super::write::time_tz_bits;
use super::{DEPTH_MAX, Value};

pub use super::variant_read::read;

/// The physical parts of a VARIANT vector.
pub static LAYOUT: LazyLock<LogicalType> = LazyLock::new(|| {
    let field = |name: &str, logical_type| (name.to_owned(), logical_type);
    let list = |element| LogicalType::List(Box::new(element));
    let index = LogicalType::UInteger;
    LogicalType::Struct(vec![
        field("keys", list(LogicalType::Varchar)),
        field(
            "children",
            list(LogicalType::Struct(vec![
                field("keys_index", index.clone()),
                field("values_index", index.clone()),
            ])),
        ),
        field(
            "values",
            list(LogicalType::Struct(vec![
                field("type_id", LogicalType::UTinyInt),
                field("byte_offset", index),
            ])),
        ),
        field("data", LogicalType::Blob),
    ])
});

/// Type numbers of nodes.
pub(super) mod node {
    pub const NULL: u8 = 0;
    pub const TRUE: u8 = 1;
    pub const FALSE: u8 = 2;
    pub const INT8: u8 = 3;
    pub const INT16: u8 = 4;
    pub const INT32: u8 = 5;
    pub const INT64: u8 = 6;
    pub const INT128: u8 = 7;
    pub const UINT8: u8 = 8;
    pub const UINT16: u8 = 9;
    pub const UINT32: u8 = 10;
    pub const UINT64: u8 = 11;
    pub const UINT128: u8 = 12;
    pub const FLOAT: u8 = 13;
    pub const DOUBLE: u8 = 14;
    pub const DECIMAL: u8 = 15;
    pub const VARCHAR: u8 = 16;
    pub const BLOB: u8 = 17;
    pub const UUID: u8 = 18;
    pub const DATE: u8 = 19;
    pub const TIME: u8 = 20;
    pub const TIME_NS: u8 = 21;
    pub const TIMESTAMP_S: u8 = 22;
    pub const TIMESTAMP_MS: u8 = 23;
    pub const TIMESTAMP: u8 = 24;
    pub const TIMESTAMP_NS: u8 = 25;
    pub const TIME_TZ: u8 = 26;
    pub const TIMESTAMP_TZ: u8 = 27;
    pub const INTERVAL: u8 = 28;
    pub const OBJECT: u8 = 29;
    pub const ARRAY: u8 = 30;
    pub const BIGNUM: u8 = 31;
    pub const BIT: u8 = 32;
    pub const GEOMETRY: u8 = 33;
}

/// Prepares a guest's value for a VARIANT: it keeps its type, but an ENUM becomes its text, an ARRAY a
/// list, a UNION its value, and a MAP an object, or a list of `key` and `value` when its keys are not
/// texts, as a cast in DuckDB does.
///
/// # Errors
/// 22023 for an object with a repeated name, 22008 for a time of day outside its range, 54000 beyond
/// the depth limit.
pub fn convert(value: Value, depth: usize) -> Result<Value> {
    if depth > DEPTH_MAX {
        let message = format!("value is nested deeper than {DEPTH_MAX} levels");
        return Err(ValueError::new(sqlstate::PROGRAM_LIMIT, message));
    }
    Ok(match value {
        Value::List(values) | Value::Array(values) => {
            let element = |(index, value)| {
                convert(value, depth + 1).map_err(|error: ValueError| error.in_element(index))
            };
            Value::List(
                values
                    .into_iter()
                    .enumerate()
                    .map(element)
                    .collect::<Result<_>>()?,
            )
        }
        Value::Struct(fields) => {
            let mut seen = std::collections::HashSet::new();
            let mut converted = Vec::with_capacity(fields.len());
            for (name, value) in fields {
                if !seen.insert(name.clone()) {
                    let message = format!("field {} is given twice", quoted(&name));
                    return Err(ValueError::new(sqlstate::INVALID_VALUE, message));
                }
                let value = convert(value, depth + 1).map_err(|error| error.in_field(&name))?;
                converted.push((name, value));
            }
            Value::Struct(converted)
        }
        Value::Map(entries) => convert(map_as_object(entries), depth)?,
        Value::Union { value, .. } => convert(*value, depth + 1)?,
        Value::Enum(label) => Value::Varchar(label),
        scalar => {
            let own = scalar.natural_type();
            convert_at(scalar, &own, depth)?
        }
    })
}

fn map_as_object(entries: Vec<(Value, Value)>) -> Value {
    if entries
        .iter()
        .all(|(key, _)| matches!(key, Value::Varchar(_) | Value::Enum(_)))
    {
        let named = entries.into_iter().map(|(key, value)| match key {
            Value::Varchar(name) | Value::Enum(name) => (name, value),
            _ => (String::new(), value),
        });
        return Value::Struct(named.collect());
    }
    let pair = |(key, value)| Value::Struct(vec![("key".into(), key), ("value".into(), value)]);
    Value::List(entries.into_iter().map(pair).collect())
}

/// The parts of a value that [`convert`] returned, as a value of [`LAYOUT`].
///
/// # Errors
/// 42804 for a value that `convert` would not return, 54000 for more than 4 GB of data.
pub fn to_parts(value: &Value) -> Result<Value> {
    let mut builder = Builder::default();
    let root = builder.reserve()?;
    builder.fill(root, value)?;
    let index = |index: Option<u32>| index.map_or(Value::Null, Value::UInteger);
    let pair = |names: [&str; 2], first, second| {
        Value::Struct(vec![
            (names[0].to_owned(), first),
            (names[1].to_owned(), second),
        ])
    };
    let children = builder.children.into_iter().map(|(key, target)| {
        pair(
            ["keys_index", "values_index"],
            index(key),
            Value::UInteger(target),
        )
    });
    let values = builder.values.into_iter().map(|(kind, offset)| {
        pair(
            ["type_id", "byte_offset"],
            Value::UTinyInt(kind),
            Value::UInteger(offset),
        )
    });
    Ok(Value::Struct(vec![
        (
            "keys".into(),
            Value::List(builder.keys.into_iter().map(Value::Varchar).collect()),
        ),
        ("children".into(), Value::List(children.collect())),
        ("values".into(), Value::List(values.collect())),
        ("data".into(), Value::Blob(builder.data)),
    ]))
}

#[derive(Default)]
struct Builder {
    keys: Vec<String>,
    key_positions: std::collections::HashMap<String, u32>,
    children: Vec<(Option<u32>, u32)>,
    values: Vec<(u8, u32)>,
    data: Vec<u8>,
}

fn position(len: usize) -> Result<u32> {
    u32::try_from(len)
        .map_err(|_| ValueError::new(sqlstate::PROGRAM_LIMIT, "VARIANT has too many bytes"))
}

impl Builder {
    /// Makes room for a node, which is filled later.
    fn reserve(&mut self) -> Result<u32> {
        self.values.push((node::NULL, 0));
        position(self.values.len() - 1)
    }

    fn fill(&mut self, index: u32, value: &Value) -> Result<()> {
        let offset = position(self.data.len())?;
        let kind = match value {
            Value::List(elements) => {
                self.container(elements.iter().map(|element| (None, element)))?;
                node::ARRAY
            }
            Value::Struct(fields) => {
                self.container(fields.iter().map(|(name, field)| (Some(name), field)))?;
                node::OBJECT
            }
            scalar => self.scalar(scalar)?,
        };
        self.values[index as usize] = (kind, offset);
        Ok(())
    }

    fn container<'v>(
        &mut self,
        items: impl ExactSizeIterator<Item = (Option<&'v String>, &'v Value)> + Clone,
    ) -> Result<()> {
        let first = self.children.len();
        push_leb128(&mut self.data, position(items.len())?);
        if items.len() > 0 {
            push_leb128(&mut self.data, position(first)?);
        }
        // The children of one container are neighbours, so all are placed before any is filled.
        for (name, _) in items.clone() {
            let key = name.map(|name| self.key(name)).transpose()?;
            let target = self.reserve()?;
            self.children.push((key, target));
        }
        for (position, (_, value)) in items.enumerate() {
            let (_, target) = self.children[first + position];
            self.fill(target, value)?;
        }
        Ok(())
    }

    fn key(&mut self, name: &str) -> Result<u32> {
        if let Some(&known) = self.key_positions.get(name) {
            return Ok(known);
        }
        let index = position(self.keys.len())?;
        self.keys.push(name.to_owned());
        self.key_positions.insert(name.to_owned(), index);
        Ok(index)
    }

    fn sized(&mut self, bytes: &[u8]) -> Result<()> {
        push_leb128(&mut self.data, position(bytes.len())?);
        self.data.extend_from_slice(bytes);
        Ok(())
    }

    fn scalar(&mut self, value: &Value) -> Result<u8> {
        let data = &mut self.data;
        Ok(match value {
            Value::Null => node::NULL,
            Value::Boolean(true) => node::TRUE,
            Value::Boolean(false) => node::FALSE,
            Value::TinyInt(v) => fixed(data, node::INT8, &v.to_le_bytes()),
            Value::SmallInt(v) => fixed(data, node::INT16, &v.to_le_bytes()),
            Value::Integer(v) => fixed(data, node::INT32, &v.to_le_bytes()),
            Value::BigInt(v) => fixed(data, node::INT64, &v.to_le_bytes()),
            Value::HugeInt(v) => fixed(data, node::INT128, &v.to_le_bytes()),
            Value::UTinyInt(v) => fixed(data, node::UINT8, &v.to_le_bytes()),
            Value::USmallInt(v) => fixed(data, node::UINT16, &v.to_le_bytes()),
            Value::UInteger(v) => fixed(data, node::UINT32, &v.to_le_bytes()),
            Value::UBigInt(v) => fixed(data, node::UINT64, &v.to_le_bytes()),
            Value::UHugeInt(v) => fixed(data, node::UINT128, &v.to_le_bytes()),
            Value::Float(v) => fixed(data, node::FLOAT, &v.to_le_bytes()),
            Value::Double(v) => fixed(data, node::DOUBLE, &v.to_le_bytes()),
            Value::Decimal {
                value,
                width,
                scale,
            } => {
                push_leb128(data, u32::from(*width));
                push_leb128(data, u32::from(*scale));
                let bytes = value.to_le_bytes();
                let len = match width {
                    0..=4 => 2,
                    5..=9 => 4,
                    10..=18 => 8,
                    _ => 16,
                };
                fixed(data, node::DECIMAL, &bytes[..len])
            }
            Value::Date(v) => fixed(data, node::DATE, &v.to_le_bytes()),
            Value::Time(v) => fixed(data, node::TIME, &v.to_le_bytes()),
            Value::TimeNs(v) => fixed(data, node::TIME_NS, &v.to_le_bytes()),
            Value::TimeTz {
                micros,
                offset_seconds,
            } => fixed(
                data,
                node::TIME_TZ,
                &time_tz_bits(*micros, *offset_seconds).to_le_bytes(),
            ),
            Value::TimestampS(v) => fixed(data, node::TIMESTAMP_S, &v.to_le_bytes()),
            Value::TimestampMs(v) => fixed(data, node::TIMESTAMP_MS, &v.to_le_bytes()),
            Value::Timestamp(v) => fixed(data, node::TIMESTAMP, &v.to_le_bytes()),
            Value::TimestampNs(v) => fixed(data, node::TIMESTAMP_NS, &v.to_le_bytes()),
            Value::TimestampTz(v) => fixed(data, node::TIMESTAMP_TZ, &v.to_le_bytes()),
            Value::Interval {
                months,
                days,
                micros,
            } => {
                data.extend_from_slice(&months.to_le_bytes());
                data.extend_from_slice(&days.to_le_bytes());
                fixed(data, node::INTERVAL, &micros.to_le_bytes())
            }
            Value::Uuid(v) => fixed(data, node::UUID, &(v ^ (1 << 127)).to_le_bytes()),
            Value::Varchar(v) => self.sized(v.as_bytes()).map(|()| node::VARCHAR)?,
            Value::Blob(v) => self.sized(v).map(|()| node::BLOB)?,
            Value::Geometry(v) => self.sized(v).map(|()| node::GEOMETRY)?,
            Value::Bit(v) => self.sized(&binary::bit_to_stored(v)).map(|()| node::BIT)?,
            Value::BigNum(v) => self.sized(&v.to_stored()?).map(|()| node::BIGNUM)?,
            other => {
                let message = format!("a value of kind {} is not in a VARIANT", other.kind());
                return Err(ValueError::new(sqlstate::TYPE_MISMATCH, message));
            }
        })
    }
}

fn fixed(data: &mut Vec<u8>, kind: u8, bytes: &[u8]) -> u8 {
    data.extend_from_slice(bytes);
    kind
}

fn push_leb128(data: &mut Vec<u8>, mut value: u32) {
    while value >= 0x80 {
        data.push(value as u8 | 0x80);
        value >>= 7;
    }
    data.push(value as u8);
}
