//! Recognising the queries of one rule, and finding the key in them.

use std::borrow::Cow;

use super::key_index::Key;
use super::template::{Template, literal_text};
#[cfg(doc)]
use crate::execution::QueryMemo;
use crate::observe::{QueryOutcome, ShapeTally, VaryingShape};
use crate::value::{Value, msgpack};

/// The queries of one rule, which differ in a number or a text alone.
pub struct KeyedQuery {
    form: Form,
    is_text: bool,
    shape: VaryingShape,
}

enum Form {
    /// The key stands in the text between these; there are no parameters.
    Written { before: String, after: String },
    /// The key is one of the parameters; the others are always the same.
    Bound {
        text: String,
        parameters: Vec<Value>,
        key: usize,
    },
}

impl KeyedQuery {
    /// Those of a template whose literals are the template's but for the one at `key_position`.
    /// `None` where the key is written and something else bound.
    pub fn new(template: &Template, key_position: usize) -> Option<Self> {
        let mut parts = [String::new(), String::new()];
        let mut parameters = Vec::new();
        let mut key = None;
        let mut part = 0;
        for (position, piece) in template.pieces.iter().enumerate() {
            parts[part].push_str(piece);
            let Some(argument) = template.arguments.get(position) else {
                break;
            };
            let (is_key, is_bound) = (position == key_position, template.is_bound[position]);
            match (is_key, is_bound) {
                (true, false) => part = 1,
                (false, false) => parts[part].push_str(&literal_text(argument)),
                (_, true) => {
                    if is_key {
                        key = Some(parameters.len());
                    }
                    parts[part].push('?');
                    parameters.push(argument.clone());
                }
            }
        }
        let [before, after] = parts;
        let is_text = matches!(template.arguments.get(key_position)?, Value::Varchar(_));
        let (form, shape) = match key {
            Some(key) => {
                let shape = VaryingShape::of_parameters(&before);
                let text = before;
                let form = Form::Bound {
                    text,
                    parameters,
                    key,
                };
                (form, shape)
            }
            None if parameters.is_empty() => {
                let shape = VaryingShape::of_literal(&before, &after)?;
                (Form::Written { before, after }, shape)
            }
            None => return None,
        };
        Some(Self {
            form,
            is_text,
            shape,
        })
    }

    /// The key of a query; `None` for another query.
    pub fn key_of<'q>(&self, sql: &'q str, parameters: &'q [Value]) -> Option<Key<'q>> {
        match &self.form {
            Form::Written { .. } => {
                let literal = self.literal_of(sql)?;
                if !parameters.is_empty() {
                    return None;
                }
                match self.is_text {
                    true => text(literal).map(Key::Text),
                    false => number(literal).map(Key::Number),
                }
            }
            Form::Bound {
                text,
                parameters: known,
                key,
            } => {
                if sql != text || parameters.len() != known.len() {
                    return None;
                }
                let mut found = None;
                for (position, (given, known)) in parameters.iter().zip(known).enumerate() {
                    if position == *key {
                        found = key_of_value(given);
                    } else if !is_same_argument(given, known) {
                        return None;
                    }
                }
                found.filter(|key| matches!(key, Key::Text(_)) == self.is_text)
            }
        }
    }

    /// The key of a query that lies encoded in the execution's memory, as [`QueryMemo::write_key`]
    /// writes it behind the format.
    pub fn key_of_encoded<'q>(&self, encoded: &'q [u8]) -> Option<Key<'q>> {
        let end = encoded.iter().position(|byte| *byte == 0);
        let (sql, parameters) = encoded.split_at(end.unwrap_or(encoded.len()));
        let sql = str::from_utf8(sql).ok()?;
        let Form::Bound {
            parameters: known, ..
        } = &self.form
        else {
            return parameters.is_empty().then(|| self.key_of(sql, &[]))?;
        };
        let mut list = Vec::new();
        msgpack::write_array_header(&mut list, known.len());
        list.extend_from_slice(parameters.get(1..)?);
        match msgpack::decode(&list) {
            Ok(Value::List(given)) => self.key_of(sql, &given).map(Key::into_owned),
            _ => None,
        }
    }

    fn literal_of<'s>(&self, sql: &'s str) -> Option<&'s str> {
        match &self.form {
            Form::Written { before, after } => sql.strip_prefix(&**before)?.strip_suffix(&**after),
            Form::Bound { .. } => None,
        }
    }

    /// Counts one query. True when the tally should be merged before it grows further.
    pub fn count(
        &self,
        tally: &mut ShapeTally,
        sql: &str,
        parameters: &[Value],
        outcome: QueryOutcome,
    ) -> bool {
        match self.literal_of(sql) {
            // A sign belongs to the shape.
            Some(literal) if literal.starts_with('-') => tally.count(sql, parameters, outcome),
            Some(literal) => tally.count_literal(&self.shape, sql, literal, outcome),
            None => tally.count_parameters(&self.shape, sql, parameters, outcome),
        }
    }
}

/// The key that a parameter is, or one of a template's literals.
pub fn key_of_value(value: &Value) -> Option<Key<'_>> {
    Some(match value {
        Value::TinyInt(number) => Key::Number(i64::from(*number)),
        Value::SmallInt(number) => Key::Number(i64::from(*number)),
        Value::Integer(number) => Key::Number(i64::from(*number)),
        Value::UTinyInt(number) => Key::Number(i64::from(*number)),
        Value::USmallInt(number) => Key::Number(i64::from(*number)),
        Value::UInteger(number) => Key::Number(i64::from(*number)),
        Value::BigInt(number) => Key::Number(*number),
        Value::Varchar(text) => Key::Text(Cow::Borrowed(text)),
        _ => return None,
    })
}

/// Whether a parameter is the same literal as one of a template.
fn is_same_argument(given: &Value, known: &Value) -> bool {
    key_of_value(given).is_some_and(|given| Some(given) == key_of_value(known))
}

/// A number as it is written without anything more than it needs.
fn number(text: &str) -> Option<i64> {
    let digits = text.strip_prefix('-').unwrap_or(text);
    let is_plain = digits.bytes().all(|byte| byte.is_ascii_digit())
        && (!digits.starts_with('0') || text == "0");
    is_plain.then(|| text.parse().ok())?
}

/// A text as it is written between quotes, each of its own doubled.
fn text(literal: &str) -> Option<Cow<'_, str>> {
    let quoted = literal.strip_prefix('\'')?.strip_suffix('\'')?;
    if quoted.contains('\0') {
        // Where a query's text ends in C.
        return None;
    }
    if !quoted.contains('\'') {
        return Some(Cow::Borrowed(quoted));
    }
    let unquoted = quoted.replace("''", "'");
    // What is left over by pairs ends the literal.
    let is_whole = quoted.split("''").all(|part| !part.contains('\''));
    is_whole.then_some(Cow::Owned(unquoted))
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::QueryMemo;
    use crate::value::Format;

    #[test]
    fn a_written_key_is_found_in_its_query_alone() {
        let sql = "SELECT a FROM t WHERE kind = 'x' AND id = 12 AND n = 7 ";
        let template = Template::of(sql, &[]).unwrap();
        let query = KeyedQuery::new(&template, 1).unwrap();
        let ask = |key: &str| {
            let sql = format!("SELECT a FROM t WHERE kind = 'x' AND id = {key} AND n = 7 ");
            query.key_of(&sql, &[]).map(Key::into_owned)
        };
        assert_eq!(ask("12"), Some(Key::Number(12)));
        assert_eq!(ask("0"), Some(Key::Number(0)));
        assert_eq!(ask("-5"), Some(Key::Number(-5)));
        assert_eq!(ask("9223372036854775807"), Some(Key::Number(i64::MAX)));
        for odd in [
            "",
            "-",
            "-0",
            "007",
            "+1",
            "1 ",
            "1.0",
            "1e3",
            "1 OR 1 = 1",
            "'1'",
            "9223372036854775808",
        ] {
            assert_eq!(ask(odd), None, "{odd}");
        }
        assert_eq!(query.key_of(sql, &[Value::BigInt(1)]), None);
        assert_eq!(query.key_of("SELECT a FROM t WHERE id = 12", &[]), None);
    }

    #[test]
    fn a_bound_key_is_found_beside_the_same_parameters() {
        let sql = "SELECT a FROM t WHERE kind = ? AND id = ? AND n = 7";
        let kind = Value::Varchar("x".into());
        let template = Template::of(sql, &[kind.clone(), Value::BigInt(12)]).unwrap();
        let query = KeyedQuery::new(&template, 1).unwrap();
        let ask = |kind: &Value, key: &Value| {
            let parameters = [kind.clone(), key.clone()];
            query.key_of(sql, &parameters).map(Key::into_owned)
        };
        let number = Key::Number(1 << 40);
        assert_eq!(ask(&kind, &Value::BigInt(1 << 40)), Some(number));
        assert_eq!(ask(&kind, &Value::Varchar("12".into())), None);
        assert_eq!(ask(&kind, &Value::Double(12.0)), None);
        assert_eq!(ask(&kind, &Value::Null), None);
        assert_eq!(ask(&Value::Varchar("y".into()), &Value::BigInt(12)), None);
        assert_eq!(query.key_of(sql, &[kind]), None);
    }

    #[test]
    fn a_text_is_found_as_its_literal_says_it() {
        let template = Template::of("SELECT a FROM t WHERE code = 'x' AND n = 7", &[]).unwrap();
        let query = KeyedQuery::new(&template, 0).unwrap();
        let ask = |literal: &str| {
            let sql = format!("SELECT a FROM t WHERE code = {literal} AND n = 7");
            match query.key_of(&sql, &[]) {
                Some(Key::Text(text)) => Some(text.into_owned()),
                _ => None,
            }
        };
        for (literal, text) in [
            ("''", ""),
            ("'12'", "12"),
            ("'O''Brien'", "O'Brien"),
            ("''''", "'"),
            ("'''a'''''", "'a''"),
            ("'ü -- /* \\'", "ü -- /* \\"),
        ] {
            assert_eq!(ask(literal), Some(text.to_owned()), "{literal}");
        }
        for odd in [
            "12",
            "'",
            "'''",
            "'a' OR 'b'",
            "'a''' OR ''",
            "E'a'",
            "'a' ",
            "$$a$$",
            "'a\0b'",
        ] {
            assert_eq!(ask(odd), None, "{odd}");
        }
        let template = Template::of(
            "SELECT a FROM t WHERE code = ?",
            &[Value::Varchar("x".into())],
        );
        let query = KeyedQuery::new(&template.unwrap(), 0).unwrap();
        let parameters = [Value::Varchar("O'Brien".into())];
        let key = query.key_of("SELECT a FROM t WHERE code = ?", &parameters);
        assert_eq!(key, Some(Key::Text("O'Brien".into())));
        assert_eq!(
            query.key_of("SELECT a FROM t WHERE code = ?", &[Value::BigInt(1)]),
            None
        );
    }

    #[test]
    fn a_key_is_found_in_what_the_memory_keeps() {
        let parameters = [Value::Varchar("x".into()), Value::BigInt(12)];
        for (sql, parameters) in [
            ("SELECT a FROM t WHERE kind = ? AND id = ?", &parameters[..]),
            ("SELECT a FROM t WHERE kind = 'x' AND id = 12", &[]),
        ] {
            let template = Template::of(sql, parameters).unwrap();
            let query = KeyedQuery::new(&template, 1).unwrap();
            let encoded = QueryMemo::key(sql, parameters, Format::Json).unwrap();
            assert_eq!(query.key_of_encoded(&encoded[1..]), Some(Key::Number(12)));
            let other = QueryMemo::key("SELECT 1", parameters, Format::Json).unwrap();
            assert_eq!(query.key_of_encoded(&other[1..]), None);
        }
    }

    #[test]
    fn a_written_key_beside_a_bound_value_is_left_alone() {
        let sql = "SELECT a FROM t WHERE kind = ? AND id = 12";
        let template = Template::of(sql, &[Value::BigInt(1)]).unwrap();
        assert!(KeyedQuery::new(&template, 1).is_none());
    }
}
