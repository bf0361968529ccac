//! A query taken apart into what stays and what varies from call to call.

use crate::registry::quote_literal;
use crate::value::Value;

/// The query of one call: the text between its literals, and the literals.
///
/// Only whole numbers and strings directly behind a comparison operator vary, and bound
/// parameters. Any other literal can change what the query means (`LIMIT 5`, `ORDER BY 1`,
/// `INTERVAL '1 day'`), so it stays part of the text.
#[derive(Clone, Debug, PartialEq)]
pub struct Template {
    /// The text with a mark for each literal and its kind; equal for queries of one template.
    pub key: String,
    /// The text between the literals: one more than there are arguments.
    pub pieces: Vec<String>,
    pub arguments: Vec<Value>,
    /// Which arguments are bound parameters and not part of the text.
    pub is_bound: Vec<bool>,
    /// Whether one of them stands behind an equals sign.
    pub has_equality: bool,
}

/// Stands for a literal in a key; no query text may contain it.
const MARK: char = '\u{1}';

impl Template {
    /// Takes a query apart; `None` when it holds nothing that varies or cannot be read safely.
    pub fn of(sql: &str, parameters: &[Value]) -> Option<Self> {
        if sql.contains(['\\', MARK]) || sql.contains("--") || sql.contains("/*") {
            // Escape strings and comments end elsewhere than this reader thinks.
            return None;
        }
        let mut reader = Reader {
            bytes: sql.as_bytes(),
            sql,
            parameters,
            ..Reader::default()
        };
        reader.read()?;
        if reader.arguments.is_empty() || reader.used_parameters != parameters.len() {
            return None;
        }
        reader.pieces.push(std::mem::take(&mut reader.piece));
        let mut key = String::with_capacity(sql.len() + 8);
        for (position, piece) in reader.pieces.iter().enumerate() {
            key.push_str(piece);
            if let Some(argument) = reader.arguments.get(position) {
                key.push(MARK);
                key.push(kind_mark(argument));
            }
        }
        Some(Self {
            key,
            pieces: reader.pieces,
            arguments: reader.arguments,
            is_bound: reader.is_bound,
            has_equality: reader.has_equality,
        })
    }

    /// The text with something else in the place of each literal.
    pub fn fill(&self, mut place: impl FnMut(usize) -> String) -> String {
        let mut text = String::new();
        for (position, piece) in self.pieces.iter().enumerate() {
            text.push_str(piece);
            if position < self.arguments.len() {
                text.push_str(&place(position));
            }
        }
        text
    }

    /// Adds the text with other literals, as a guest writes them; bound parameters stay marks.
    pub fn write_text(&self, arguments: &[Value], text: &mut Vec<u8>) {
        for (position, piece) in self.pieces.iter().enumerate() {
            text.extend_from_slice(piece.as_bytes());
            match (arguments.get(position), self.is_bound.get(position)) {
                (Some(_), Some(true)) => text.push(b'?'),
                (Some(argument), _) => write_literal(argument, text),
                (None, _) => {}
            }
        }
    }
}

fn write_literal(argument: &Value, text: &mut Vec<u8>) {
    use std::io::Write;
    // Writing to a vector does not fail.
    let _ = match argument {
        Value::Integer(number) => write!(text, "{number}"),
        Value::BigInt(number) => write!(text, "{number}"),
        other => text.write_all(literal_text(other).as_bytes()),
    };
}

pub(super) fn literal_text(argument: &Value) -> String {
    match argument {
        Value::Integer(number) => number.to_string(),
        Value::BigInt(number) => number.to_string(),
        Value::Varchar(text) => quote_literal(text),
        _ => unreachable!("only these kinds are taken out"),
    }
}

/// A value as an argument of a template; `None` for one that templates do not take out.
pub fn as_argument(value: &Value) -> Option<Value> {
    Some(match value {
        Value::TinyInt(number) => whole_number(i64::from(*number)),
        Value::SmallInt(number) => whole_number(i64::from(*number)),
        Value::Integer(number) => Value::Integer(*number),
        Value::UTinyInt(number) => whole_number(i64::from(*number)),
        Value::USmallInt(number) => whole_number(i64::from(*number)),
        Value::UInteger(number) => whole_number(i64::from(*number)),
        Value::BigInt(number) => whole_number(*number),
        Value::Varchar(text) => Value::Varchar(text.clone()),
        _ => return None,
    })
}

/// Equal for requests of one template with equal literals.
pub fn argument_key(arguments: &[Value]) -> Vec<u8> {
    let mut key = Vec::with_capacity(arguments.len() * 9);
    for argument in arguments {
        match argument {
            Value::Integer(number) => key.extend_from_slice(&number.to_le_bytes()),
            Value::BigInt(number) => key.extend_from_slice(&number.to_le_bytes()),
            Value::Varchar(text) => {
                key.extend_from_slice(&(text.len() as u64).to_le_bytes());
                key.extend_from_slice(text.as_bytes());
            }
            _ => unreachable!("only these kinds are taken out"),
        }
    }
    key
}

/// A number's type belongs to the template: DuckDB types a literal by its size.
fn kind_mark(argument: &Value) -> char {
    match argument {
        Value::Integer(_) => 'i',
        Value::BigInt(_) => 'b',
        _ => 's',
    }
}

fn whole_number(number: i64) -> Value {
    i32::try_from(number).map_or(Value::BigInt(number), Value::Integer)
}

#[derive(Default)]
struct Reader<'a> {
    bytes: &'a [u8],
    sql: &'a str,
    parameters: &'a [Value],
    position: usize,
    piece: String,
    pieces: Vec<String>,
    arguments: Vec<Value>,
    is_bound: Vec<bool>,
    used_parameters: usize,
    follows_comparison: bool,
    has_equality: bool,
}

impl Reader<'_> {
    fn read(&mut self) -> Option<()> {
        while let Some(&byte) = self.bytes.get(self.position) {
            let start = self.position;
            match byte {
                b'\'' => {
                    self.position = self.end_of_quoted(b'\'')?;
                    let text = &self.sql[start + 1..self.position - 1];
                    if self.follows_comparison {
                        self.vary(Value::Varchar(text.replace("''", "'")), false);
                    } else {
                        self.keep(start);
                    }
                }
                b'"' => {
                    self.position = self.end_of_quoted(b'"')?;
                    self.keep(start);
                }
                b'0'..=b'9' => self.number(start)?,
                b'?' => {
                    self.position += 1;
                    self.parameter()?;
                }
                // Dollar quotes and numbered parameters.
                b'$' => return None,
                _ if is_word(byte) => {
                    while self.bytes.get(self.position).copied().is_some_and(is_word) {
                        self.position += 1;
                    }
                    self.keep(start);
                }
                _ => {
                    self.position += 1;
                    self.piece.push(byte as char);
                    if !byte.is_ascii_whitespace() {
                        self.follows_comparison = matches!(byte, b'=' | b'<' | b'>');
                    }
                }
            }
        }
        Some(())
    }

    fn number(&mut self, start: usize) -> Option<()> {
        let is_part = |byte: &u8| is_word(*byte) || *byte == b'.';
        while self.bytes.get(self.position).is_some_and(is_part) {
            self.position += 1;
        }
        let text = &self.sql[start..self.position];
        match text.parse::<i64>() {
            Ok(number) if self.follows_comparison => self.vary(whole_number(number), false),
            // A decimal's type depends on its digits; it stays in the text.
            _ => self.keep(start),
        }
        Some(())
    }

    fn parameter(&mut self) -> Option<()> {
        let value = as_argument(self.parameters.get(self.used_parameters)?)?;
        self.used_parameters += 1;
        self.vary(value, true);
        Some(())
    }

    fn vary(&mut self, argument: Value, is_bound: bool) {
        let piece = std::mem::take(&mut self.piece);
        let before = piece.trim_end();
        self.has_equality |=
            before.ends_with('=') && !["<=", ">=", "!="].iter().any(|sign| before.ends_with(sign));
        self.pieces.push(piece);
        self.arguments.push(argument);
        self.is_bound.push(is_bound);
        self.follows_comparison = false;
    }

    fn keep(&mut self, start: usize) {
        self.piece.push_str(&self.sql[start..self.position]);
        self.follows_comparison = false;
    }

    /// The position behind the closing quote.
    fn end_of_quoted(&self, quote: u8) -> Option<usize> {
        let mut position = self.position + 1;
        loop {
            match self.bytes.get(position)? {
                byte if *byte != quote => position += 1,
                _ if self.bytes.get(position + 1) == Some(&quote) => position += 2,
                _ => return Some(position + 1),
            }
        }
    }
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn template(sql: &str) -> Template {
        Template::of(sql, &[]).unwrap()
    }

    #[test]
    fn compared_literals_vary_and_the_rest_stays() {
        let one = template("SELECT a FROM t WHERE id = 12 AND n = 'O''Neil' LIMIT 5");
        assert_eq!(
            one.arguments,
            [Value::Integer(12), Value::Varchar("O'Neil".into())]
        );
        assert_eq!(
            one.fill(|n| format!("${n}")),
            "SELECT a FROM t WHERE id = $0 AND n = $1 LIMIT 5"
        );
        assert_eq!(
            one.key,
            template("SELECT a FROM t WHERE id = 7 AND n = '' LIMIT 5").key
        );
        assert_ne!(
            one.key,
            template("SELECT a FROM t WHERE id = 7 AND n = '' LIMIT 6").key
        );
    }

    #[test]
    fn an_equality_is_told_from_a_range() {
        assert!(template("SELECT 1 FROM t WHERE a > 3 AND b =  4").has_equality);
        for sign in ["<", ">", "<=", ">=", "<>", "!="] {
            assert!(!template(&format!("SELECT 1 FROM t WHERE a {sign} 4")).has_equality);
        }
    }

    #[test]
    fn a_text_is_written_again_with_other_literals() {
        let sql = "SELECT a FROM t WHERE id = 12 AND n = 'O''Neil' AND b = ? LIMIT 5";
        let one = Template::of(sql, &[Value::BigInt(9)]).unwrap();
        let text_with = |arguments: &[Value]| {
            let mut text = Vec::new();
            one.write_text(arguments, &mut text);
            String::from_utf8(text).unwrap()
        };
        assert_eq!(text_with(&one.arguments), sql);
        let others = [
            Value::Integer(-1),
            Value::Varchar("it's".into()),
            Value::Integer(1),
        ];
        assert_eq!(
            text_with(&others),
            "SELECT a FROM t WHERE id = -1 AND n = 'it''s' AND b = ? LIMIT 5"
        );
    }

    #[test]
    fn a_number_that_needs_another_type_is_another_template() {
        assert_ne!(
            template("SELECT 1 WHERE a = 1").key,
            template("SELECT 1 WHERE a = 3000000000").key
        );
        assert_ne!(
            template("SELECT 1 WHERE a = 1").key,
            template("SELECT 1 WHERE a = '1'").key
        );
    }

    #[test]
    fn what_cannot_be_read_safely_is_left_alone() {
        for sql in [
            "SELECT 1",
            "SELECT a = E'\\''",
            "SELECT a = 1 -- x",
            "SELECT a = $1",
            "SELECT a = 'x",
        ] {
            assert_eq!(Template::of(sql, &[]), None, "{sql}");
        }
        assert_eq!(
            template("SELECT a = 1.5 OR b = 2").arguments,
            [Value::Integer(2)]
        );
    }

    #[test]
    fn bound_parameters_vary_like_literals() {
        let bound = Template::of("SELECT a FROM t WHERE id = ?", &[Value::BigInt(9)]).unwrap();
        assert_eq!(bound.arguments, [Value::Integer(9)]);
        assert_eq!(
            Template::of("SELECT a FROM t WHERE id = ?", &[Value::Double(1.0)]),
            None
        );
        assert_eq!(
            Template::of(
                "SELECT a FROM t WHERE id = ? AND b = ?",
                &[Value::BigInt(9)]
            ),
            None
        );
    }
}
