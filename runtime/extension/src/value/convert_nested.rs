//! Conversions to LIST, ARRAY, STRUCT, MAP and UNION; see the table in [`convert`](super::convert).

use std::collections::{HashMap, HashSet};

use super::Value;
use super::convert::{convert_at, mismatch};
use super::error::{Result, ValueError, quoted, sqlstate};
use super::logical_type::LogicalType;
use super::sink::{UNION_TAG, UNION_VALUE, is_unnamed};
use super::{json, msgpack};

type Fields = Vec<(String, Value)>;

/// Converts to a nested type.
pub fn convert(value: Value, wanted: &LogicalType, depth: usize) -> Result<Value> {
    let value = match value {
        Value::Varchar(text) => json::decode(text.as_bytes()).map_err(|error| {
            let message = format!("{} is not JSON: {}", quoted(&text), error.message);
            ValueError {
                offset: error.offset,
                ..ValueError::new(sqlstate::INVALID_JSON, message)
            }
        })?,
        value => value,
    };
    if value.is_null() {
        return Ok(value);
    }
    match wanted {
        LogicalType::List(element) => match value {
            Value::List(values) | Value::Array(values) => {
                elements(values, element, depth).map(Value::List)
            }
            other => Err(mismatch(&other, wanted)),
        },
        LogicalType::Array(element, size) => match value {
            Value::List(values) | Value::Array(values) => {
                if values.len() as u64 != *size {
                    let message = format!("{} elements given for {wanted}", values.len());
                    return Err(ValueError::new(sqlstate::ARRAY_LENGTH, message));
                }
                elements(values, element, depth).map(Value::Array)
            }
            other => Err(mismatch(&other, wanted)),
        },
        LogicalType::Struct(types) => structure(value, wanted, types, depth),
        LogicalType::Map(key, element) => map(value, wanted, (key, element), depth),
        LogicalType::Union(members) => union(value, wanted, members, depth),
        _ => Err(mismatch(&value, wanted)),
    }
}

fn elements(values: Vec<Value>, element: &LogicalType, depth: usize) -> Result<Vec<Value>> {
    let convert_one = |(index, value)| {
        convert_at(value, element, depth + 1).map_err(|error| error.in_element(index))
    };
    values.into_iter().enumerate().map(convert_one).collect()
}

/// The fields of a STRUCT or of a MAP with text keys.
fn named_fields(value: Value, wanted: &LogicalType) -> Result<Fields> {
    let entries = match value {
        Value::Struct(fields) => return Ok(fields),
        Value::Map(entries) => entries,
        other => return Err(mismatch(&other, wanted)),
    };
    let name = |(key, value)| match key {
        Value::Varchar(name) | Value::Enum(name) => Ok((name, value)),
        other => Err(mismatch(&other, wanted)),
    };
    entries.into_iter().map(name).collect()
}

fn structure(
    value: Value,
    wanted: &LogicalType,
    types: &[(String, LogicalType)],
    depth: usize,
) -> Result<Value> {
    let fields = match value {
        Value::List(values) if is_unnamed(types) => values
            .into_iter()
            .map(|value| (String::new(), value))
            .collect(),
        value => named_fields(value, wanted)?,
    };
    let mut slots: Vec<Option<Value>> = types.iter().map(|_| None).collect();
    // Guests mostly send the fields in order; the map of names is built only when one is not.
    let mut positions: Option<HashMap<String, usize>> = None;
    for (index, (name, field)) in fields.into_iter().enumerate() {
        let in_order = types
            .get(index)
            .is_some_and(|(expected, _)| *expected == name);
        let position = if in_order {
            Some(index)
        } else {
            let positions = positions.get_or_insert_with(|| {
                let lower = types
                    .iter()
                    .enumerate()
                    .map(|(i, (n, _))| (n.to_lowercase(), i));
                let exact = types.iter().enumerate().map(|(i, (n, _))| (n.clone(), i));
                lower.chain(exact).collect()
            });
            positions
                .get(&name)
                .or_else(|| positions.get(&name.to_lowercase()))
                .copied()
        };
        let Some(position) = position else {
            return Err(unknown_field(&name, types));
        };
        if slots[position].is_some() {
            let message = format!("field {} is given twice", quoted(&name));
            return Err(ValueError::new(sqlstate::INVALID_VALUE, message));
        }
        let converted = convert_at(field, &types[position].1, depth + 1);
        slots[position] = Some(converted.map_err(|error| error.in_field(&types[position].0))?);
    }
    let named = types.iter().zip(slots);
    Ok(Value::Struct(
        named
            .map(|((name, _), slot)| (name.clone(), slot.unwrap_or(Value::Null)))
            .collect(),
    ))
}

fn unknown_field(name: &str, types: &[(String, LogicalType)]) -> ValueError {
    const LISTED_MAX: usize = 8;
    let known: Vec<String> = types
        .iter()
        .take(LISTED_MAX)
        .map(|(n, _)| quoted(n))
        .collect();
    let more = if types.len() > LISTED_MAX {
        ", …"
    } else {
        ""
    };
    let message = format!(
        "field {} is not one of {}{more}",
        quoted(name),
        known.join(", ")
    );
    ValueError::new(sqlstate::INVALID_VALUE, message)
}

fn map(
    value: Value,
    wanted: &LogicalType,
    (key_type, value_type): (&LogicalType, &LogicalType),
    depth: usize,
) -> Result<Value> {
    let entries: Vec<(Value, Value)> = match value {
        Value::Map(entries) => entries,
        Value::Struct(fields) => fields
            .into_iter()
            .map(|(name, value)| (Value::Varchar(name), value))
            .collect(),
        Value::List(items) => {
            let pair = |(index, item)| {
                pair(item, wanted).map_err(|error: ValueError| error.in_element(index))
            };
            items
                .into_iter()
                .enumerate()
                .map(pair)
                .collect::<Result<_>>()?
        }
        other => return Err(mismatch(&other, wanted)),
    };
    let mut seen = HashSet::with_capacity(entries.len());
    let mut converted = Vec::with_capacity(entries.len());
    for (index, (key, value)) in entries.into_iter().enumerate() {
        let key = convert_at(key, key_type, depth + 1).map_err(|error| error.in_element(index))?;
        if key.is_null() {
            let message = "a MAP key is NULL";
            return Err(ValueError::new(sqlstate::NULL_NOT_ALLOWED, message).in_element(index));
        }
        // Equal keys of one type have equal bytes, but for zeros and NaNs of floating point.
        let mut bytes = Vec::new();
        msgpack::encode(&canonical(&key), &mut bytes)?;
        if !seen.insert(bytes) {
            let text = key.to_text()?.unwrap_or_default();
            let message = format!("MAP key {} is given twice", quoted(&text));
            return Err(ValueError::new(sqlstate::INVALID_VALUE, message).in_element(index));
        }
        let label = key.to_text()?.unwrap_or_default();
        let value =
            convert_at(value, value_type, depth + 1).map_err(|error| error.in_field(&label))?;
        converted.push((key, value));
    }
    Ok(Value::Map(converted))
}

fn canonical(key: &Value) -> Value {
    match key {
        Value::Double(v) if *v == 0.0 => Value::Double(0.0),
        Value::Double(v) if v.is_nan() => Value::Double(f64::NAN),
        Value::Float(v) if *v == 0.0 => Value::Float(0.0),
        Value::Float(v) if v.is_nan() => Value::Float(f32::NAN),
        other => other.clone(),
    }
}

/// `[key, value]`, or a STRUCT of `key` and `value`.
fn pair(item: Value, wanted: &LogicalType) -> Result<(Value, Value)> {
    let invalid = || {
        let message = "a MAP entry is not [key, value] and not {key, value}";
        ValueError::new(sqlstate::TYPE_MISMATCH, message)
    };
    match item {
        Value::List(values) | Value::Array(values) => {
            let [key, value]: [Value; 2] = values.try_into().map_err(|_| invalid())?;
            Ok((key, value))
        }
        item @ (Value::Struct(_) | Value::Map(_)) => {
            two_fields(named_fields(item, wanted)?, ["key", "value"]).ok_or_else(invalid)
        }
        _ => Err(invalid()),
    }
}

/// The values of exactly these two fields, in any order.
fn two_fields(fields: Fields, names: [&str; 2]) -> Option<(Value, Value)> {
    let [first, second]: [(String, Value); 2] = fields.try_into().ok()?;
    if first.0 == names[0] && second.0 == names[1] {
        Some((first.1, second.1))
    } else if first.0 == names[1] && second.0 == names[0] {
        Some((second.1, first.1))
    } else {
        None
    }
}

fn union(
    value: Value,
    wanted: &LogicalType,
    members: &[(String, LogicalType)],
    depth: usize,
) -> Result<Value> {
    let (tag, inner) = match value {
        Value::Union { tag, value } => (tag, *value),
        Value::Struct(fields) => {
            let kind = Value::Struct(Vec::new());
            match two_fields(fields, [UNION_TAG, UNION_VALUE]) {
                Some((Value::Varchar(tag), inner)) => (tag, inner),
                _ => return Err(mismatch(&kind, wanted)),
            }
        }
        other => return Err(mismatch(&other, wanted)),
    };
    let member = members.iter().find(|(name, _)| *name == tag);
    let member = member
        .or_else(|| {
            members
                .iter()
                .find(|(name, _)| name.eq_ignore_ascii_case(&tag))
        })
        .ok_or_else(|| unknown_field(&tag, members))?;
    let inner = convert_at(inner, &member.1, depth + 1).map_err(|e| e.in_field(&member.0))?;
    Ok(Value::Union {
        tag: member.0.clone(),
        value: Box::new(inner),
    })
}
