//! Converting a guest's value to the type that SQL expects.
//!
//! | wanted | accepted besides the type itself |
//! | --- | --- |
//! | any | NULL (MAP keys refuse it) |
//! | BOOLEAN | numbers (not zero is true); `true t yes y 1` / `false f no n 0` in any case |
//! | integers, BIGNUM | integers, BOOLEAN; DECIMAL (half away from zero), DOUBLE and FLOAT (half to even, as DuckDB); number text |
//! | FLOAT, DOUBLE | numbers, BOOLEAN, number text, `nan`, `inf`, `infinity` with a sign |
//! | DECIMAL(w,s) | numbers, BOOLEAN, number text; rounded half away from zero from the shortest decimal text |
//! | VARCHAR | every scalar as DuckDB casts it; nested values as JSON |
//! | JSON | VARCHAR that is JSON text; every other value as [`json`](super::json) writes it |
//! | BLOB, GEOMETRY | base64 text; BLOB |
//! | BIT | text of `0` and `1` |
//! | DATE | text; TIMESTAMPs (their day) |
//! | TIME, TIME_NS, TIME WITH TIME ZONE | text; each other (an offset is dropped, or UTC); TIMESTAMPs for TIME |
//! | TIMESTAMPs | text; DATE; each other (rounded to coarser units), WITH TIME ZONE taken as UTC |
//! | INTERVAL | text; STRUCT of `months`, `days`, `micros` |
//! | UUID | text; BLOB of 16 bytes |
//! | ENUM | text equal to a label |
//! | LIST, ARRAY | each other; an ARRAY needs its exact length |
//! | STRUCT | STRUCT or text-keyed MAP by name (exact, else ignoring case), absent fields NULL, unknown or repeated ones refused |
//! | MAP | STRUCT; LIST of `[key, value]` or of STRUCTs with `key` and `value`; keys must differ |
//! | UNION | a UNION of the same tag; STRUCT of `tag` and `value` |
//! | VARIANT | everything, with the type it has |
//! | nested | VARCHAR holding JSON text of one of the above |
//!
//! Not converted, 42804: numbers to dates or times and back, UUID to BLOB, a bare value to a UNION, anything to
//! the type of a bare NULL. Messages say what was given, [`ValueError::path`] says where.

use super::error::{Result, ValueError, quoted, sqlstate};
use super::{DEPTH_MAX, Value, convert_nested, convert_scalar, variant};
use super::{json, logical_type::LogicalType};

/// Converts a value to a type; the table is in the [module's documentation](self).
///
/// # Errors
/// 22003, 22007, 22008, 22P02, 22032, 22023, 22004, 2202E for a value that the type cannot hold, 42804 for one
/// that it never could, 54000 beyond the depth or digit limit.
pub fn convert(value: Value, wanted: &LogicalType) -> Result<Value> {
    convert_at(value, wanted, 0)
}

pub(super) fn convert_at(value: Value, wanted: &LogicalType, depth: usize) -> Result<Value> {
    if depth > DEPTH_MAX {
        let message = format!("value is nested deeper than {DEPTH_MAX} levels");
        return Err(ValueError::new(sqlstate::PROGRAM_LIMIT, message));
    }
    // Values that are already right leave first: this runs once a row.
    match (wanted, value) {
        (_, Value::Null) => Ok(Value::Null),
        (LogicalType::BigInt, value @ Value::BigInt(_))
        | (LogicalType::Double, value @ Value::Double(_))
        | (LogicalType::Varchar, value @ Value::Varchar(_))
        | (LogicalType::Boolean, value @ Value::Boolean(_)) => Ok(value),
        (LogicalType::Json, value) => to_json(value),
        (LogicalType::Variant, value) => variant::convert(value, depth),
        (wanted, value) if wanted.is_nested() => convert_nested::convert(value, wanted, depth),
        (wanted, value) => convert_scalar::convert(value, wanted),
    }
}

fn to_json(value: Value) -> Result<Value> {
    if let Value::Varchar(text) = value {
        return match json::validate(text.as_bytes()) {
            Ok(_) => Ok(Value::Varchar(text)),
            Err(error) => {
                let message = format!("{} is not JSON: {}", quoted(&text), error.message);
                Err(ValueError {
                    offset: error.offset,
                    ..ValueError::new(sqlstate::INVALID_JSON, message)
                })
            }
        };
    }
    let mut out = Vec::new();
    json::encode(&value, &mut out)?;
    // The encoder copies texts, which are UTF-8, and writes ASCII.
    Ok(Value::Varchar(String::from_utf8_lossy(&out).into_owned()))
}

/// The error of a value whose kind can never become the type.
pub(super) fn mismatch(value: &Value, wanted: &LogicalType) -> ValueError {
    let message = format!(
        "a value of kind {} cannot become {}",
        value.kind(),
        shown(wanted)
    );
    ValueError::new(sqlstate::TYPE_MISMATCH, message)
}

/// The error of a number that the type cannot hold.
pub(super) fn out_of_range(value: &Value, wanted: &LogicalType) -> ValueError {
    let text = value.to_text().ok().flatten().unwrap_or_default();
    let message = format!(
        "{} is outside the range of {}",
        quoted(&text),
        shown(wanted)
    );
    ValueError::new(sqlstate::OUT_OF_RANGE, message)
}

/// The error of a text that does not spell a value of the type.
pub(super) fn invalid_text(text: &str, wanted: &LogicalType) -> ValueError {
    let message = format!("{} is not a {}", quoted(text), shown(wanted));
    ValueError::new(sqlstate::INVALID_TEXT, message)
}

/// A type in a message; long spellings are cut.
pub(super) fn shown(wanted: &LogicalType) -> String {
    const SHOWN_CHARS_MAX: usize = 80;
    let spelling = wanted.to_string();
    match spelling.char_indices().nth(SHOWN_CHARS_MAX) {
        Some((end, _)) => format!("{}…", &spelling[..end]),
        None => spelling,
    }
}

#[cfg(test)]
mod tests;
