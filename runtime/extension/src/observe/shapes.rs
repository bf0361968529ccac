//! The shapes of nested queries: what a procedure asks again and again with other arguments.
//!
//! A shape is a query's text without its literals. It is for people and advice; the verdict on
//! rights keeps a stricter one of its own.

use std::collections::HashMap;
use std::time::Duration;

use super::sketch::{DistinctSketch, mix};
use crate::value::{Value, msgpack};

/// Shapes kept of one procedure version; queries of further ones count under [`OTHER`].
const SHAPES_MAX: usize = 256;

/// Bytes kept of a shape's text and of its example.
const TEXT_BYTES_MAX: usize = 4096;

/// Argument hashes a chunk holds before they must be merged.
const HASHES_MAX: usize = 4096;

/// The shape under which queries beyond the bound are counted.
const OTHER: &str = "(other queries)";

/// A part of a query as its shape sees it.
enum Piece<'a> {
    /// Text that stays.
    Text(&'a [u8]),
    /// White space or a comment between two parts.
    Gap,
    Literal(&'a [u8]),
}

/// Cuts a query into pieces. Any text gives pieces; what is not SQL gives odd ones.
fn visit_pieces<'a>(sql: &'a str, mut visit: impl FnMut(Piece<'a>)) {
    let bytes = sql.as_bytes();
    let mut position = 0;
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    while position < bytes.len() {
        let start = position;
        let next = bytes.get(position + 1).copied();
        match bytes[position] {
            byte if byte.is_ascii_whitespace() => {
                position = end_while(bytes, start, |byte| byte.is_ascii_whitespace());
                visit(Piece::Gap);
            }
            b'-' if next == Some(b'-') => {
                position = end_while(bytes, start, |byte| byte != b'\n');
                visit(Piece::Gap);
            }
            b'\'' => {
                position = end_of_quoted(bytes, start, b'\'');
                visit(Piece::Literal(&bytes[start..position]));
            }
            b'"' => {
                position = end_of_quoted(bytes, start, b'"');
                visit(Piece::Text(&bytes[start..position]));
            }
            byte if byte.is_ascii_digit() => {
                position = end_while(bytes, start, |byte| is_word(byte) || byte == b'.');
                visit(Piece::Literal(&bytes[start..position]));
            }
            byte if is_word(byte) || byte == b'$' => {
                position = end_while(bytes, start + 1, is_word);
                visit(Piece::Text(&bytes[start..position]));
            }
            _ => {
                position += 1;
                visit(Piece::Text(&bytes[start..position]));
            }
        }
    }
}

fn end_while(bytes: &[u8], start: usize, holds: impl Fn(u8) -> bool) -> usize {
    let rest = bytes[start..].iter();
    start + rest.take_while(|byte| holds(**byte)).count()
}

fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut position = start + 1;
    while position < bytes.len() {
        if bytes[position] == quote {
            if bytes.get(position + 1) != Some(&quote) {
                return position + 1;
            }
            position += 1;
        }
        position += 1;
    }
    bytes.len()
}

/// The text of a query's shape.
pub fn shape_text(sql: &str) -> String {
    let mut shape = Vec::with_capacity(sql.len());
    visit_pieces(sql, |piece| match piece {
        Piece::Text(text) => shape.extend_from_slice(text),
        Piece::Literal(_) => shape.push(b'?'),
        Piece::Gap => {
            if shape.last().is_some_and(|byte| *byte != b' ') {
                shape.push(b' ');
            }
        }
    });
    let text = String::from_utf8_lossy(&shape);
    cut(text.trim_end_matches([' ', ';'])).to_owned()
}

fn cut(text: &str) -> &str {
    let mut end = text.len().min(TEXT_BYTES_MAX);
    while !text.is_char_boundary(end) {
        end -= 1;
    }
    &text[..end]
}

/// Adds bytes to a hash, eight at a time.
fn hash_words(hash: u64, bytes: &[u8]) -> u64 {
    const FACTOR: u64 = 0x9e37_79b9_7f4a_7c15;
    let add = |hash: u64, word: u64| ((hash ^ word).wrapping_mul(FACTOR)).rotate_left(29);
    let (words, rest) = bytes.as_chunks();
    let hash = words
        .iter()
        .fold(hash, |hash, word| add(hash, u64::from_le_bytes(*word)));
    // A length that ends what precedes it, so that pieces cut elsewhere hash otherwise.
    let last = rest.iter().fold(bytes.len() as u64, |word, byte| {
        (word << 8) | u64::from(*byte)
    });
    add(hash, last)
}

/// Hashes of a query's shape and of its arguments, in one pass and without allocating for a query
/// without bound parameters. The arguments' is part of sketches that are kept in the database.
fn hashes(sql: &str, parameters: &[Value]) -> (u64, u64) {
    let mut arguments = SEED;
    let shape = hash_shape(sql, |literal| {
        arguments = step(step(arguments, literal), b"\0");
    });
    if !parameters.is_empty() {
        let mut encoded = Vec::new();
        encode(parameters, &mut encoded);
        arguments = step(arguments, &encoded);
    }
    (shape, mix(arguments))
}

/// The hash of a query's shape; `visit` gets its literals.
fn hash_shape<'a>(sql: &'a str, mut visit: impl FnMut(&'a [u8])) -> u64 {
    let mut shape = SEED;
    let mut was_gap = true;
    visit_pieces(sql, |piece| {
        let is_gap = matches!(piece, Piece::Gap);
        match piece {
            Piece::Text(text) => shape = hash_words(shape, text),
            Piece::Literal(text) => {
                shape = hash_words(shape, b"?");
                visit(text);
            }
            Piece::Gap if !was_gap => shape = hash_words(shape, b" "),
            Piece::Gap => {}
        }
        was_gap = is_gap;
    });
    shape
}

const SEED: u64 = 0xcbf2_9ce4_8422_2325;

fn step(hash: u64, bytes: &[u8]) -> u64 {
    bytes.iter().fold(hash, |hash, byte| {
        (hash ^ u64::from(*byte)).wrapping_mul(0x0000_0100_0000_01b3)
    })
}

fn encode(parameters: &[Value], encoded: &mut Vec<u8>) {
    for parameter in parameters {
        // A value that cannot be encoded cannot be bound either: the query has failed.
        let _ = msgpack::encode(parameter, encoded);
    }
}

/// The shape of queries that differ in one literal, or in their parameters alone: of each, only
/// that is hashed.
pub struct VaryingShape {
    shape: u64,
    /// The hash of the literals before what differs.
    before: u64,
    /// What is hashed after it.
    after: Vec<u8>,
}

impl VaryingShape {
    /// Of queries with a whole number between two texts; `None` where it is no literal by itself.
    pub fn of_literal(before: &str, after: &str) -> Option<Self> {
        let sql = format!("{before}0{after}");
        let varying = sql.as_bytes()[before.len()..].as_ptr();
        let mut found = None;
        let mut rest = b"\0".to_vec();
        let mut arguments = SEED;
        let shape = hash_shape(&sql, |literal| {
            if literal.as_ptr() == varying && literal == b"0" {
                found = Some(arguments);
            } else if found.is_some() {
                rest.extend_from_slice(literal);
                rest.push(0);
            } else {
                arguments = step(step(arguments, literal), b"\0");
            }
        });
        Some(Self {
            shape,
            before: found?,
            after: rest,
        })
    }

    /// Of queries with this text.
    pub fn of_parameters(sql: &str) -> Self {
        let mut arguments = SEED;
        let shape = hash_shape(sql, |literal| {
            arguments = step(step(arguments, literal), b"\0");
        });
        Self {
            shape,
            before: arguments,
            after: Vec::new(),
        }
    }

    fn hashes(&self, varying: &[u8]) -> (u64, u64) {
        let arguments = step(step(self.before, varying), &self.after);
        (self.shape, mix(arguments))
    }
}

/// What one nested query came to.
#[derive(Clone, Copy, Default)]
pub struct QueryOutcome {
    pub is_memo_hit: bool,
    pub is_error: bool,
    pub nanoseconds: u64,
    pub rows: u64,
}

impl QueryOutcome {
    /// Of a query whose answer was there; `first` is what finding it took, when nobody asked it
    /// before.
    pub fn recalled(first: Option<Duration>, rows: u64) -> Self {
        match first {
            Some(query_time) => Self {
                nanoseconds: query_time.as_nanos() as u64,
                rows,
                ..Self::default()
            },
            None => Self {
                is_memo_hit: true,
                ..Self::default()
            },
        }
    }
}

/// The sums of one shape.
#[derive(Clone, Default)]
pub struct ShapeTotals {
    pub shape: String,
    /// One real query of this shape.
    pub example: String,
    pub calls: u64,
    pub memo_hits: u64,
    pub errors: u64,
    pub nanoseconds: u64,
    pub rows: u64,
    pub distinct: DistinctSketch,
}

impl ShapeTotals {
    pub fn merge(&mut self, other: &ShapeTotals) {
        if self.shape.is_empty() {
            self.shape.clone_from(&other.shape);
            self.example.clone_from(&other.example);
        }
        self.calls += other.calls;
        self.memo_hits += other.memo_hits;
        self.errors += other.errors;
        self.nanoseconds += other.nanoseconds;
        self.rows += other.rows;
        self.distinct.merge(&other.distinct);
    }
}

/// Queries of one chunk, by shape; a chunk has few shapes.
#[derive(Default)]
pub struct ShapeTally {
    shapes: Vec<(u64, ShapeTotals, Vec<u64>)>,
    /// Room in which parameters are encoded.
    encoded: Vec<u8>,
}

impl ShapeTally {
    /// Counts one query. True when the tally should be merged before it grows further.
    pub fn count(&mut self, sql: &str, parameters: &[Value], outcome: QueryOutcome) -> bool {
        self.count_hashed(hashes(sql, parameters), sql, outcome)
    }

    /// As [`ShapeTally::count`] for a query of a known shape with this number in it, which has no
    /// sign.
    pub fn count_literal(
        &mut self,
        shape: &VaryingShape,
        sql: &str,
        literal: &str,
        outcome: QueryOutcome,
    ) -> bool {
        self.count_hashed(shape.hashes(literal.as_bytes()), sql, outcome)
    }

    /// As [`ShapeTally::count`] for a query of a known shape with these parameters.
    pub fn count_parameters(
        &mut self,
        shape: &VaryingShape,
        sql: &str,
        parameters: &[Value],
        outcome: QueryOutcome,
    ) -> bool {
        self.encoded.clear();
        encode(parameters, &mut self.encoded);
        self.count_hashed(shape.hashes(&self.encoded), sql, outcome)
    }

    fn count_hashed(
        &mut self,
        (shape, arguments): (u64, u64),
        sql: &str,
        outcome: QueryOutcome,
    ) -> bool {
        let index = match self.shapes.iter().position(|(hash, _, _)| *hash == shape) {
            Some(index) => index,
            None => {
                let totals = ShapeTotals {
                    shape: shape_text(sql),
                    example: cut(sql).to_owned(),
                    ..ShapeTotals::default()
                };
                self.shapes.push((shape, totals, Vec::new()));
                self.shapes.len() - 1
            }
        };
        let (_, totals, hashes) = &mut self.shapes[index];
        totals.calls += 1;
        totals.memo_hits += u64::from(outcome.is_memo_hit);
        totals.errors += u64::from(outcome.is_error);
        totals.nanoseconds += outcome.nanoseconds;
        totals.rows += outcome.rows;
        hashes.push(arguments);
        hashes.len() >= HASHES_MAX || self.shapes.len() >= SHAPES_MAX
    }

    pub fn is_empty(&self) -> bool {
        self.shapes.is_empty()
    }
}

/// The shapes of one procedure version.
#[derive(Default)]
pub struct Shapes(HashMap<String, ShapeTotals>);

impl Shapes {
    pub fn add(&mut self, tally: ShapeTally) {
        for (_, mut totals, hashes) in tally.shapes {
            hashes
                .into_iter()
                .for_each(|hash| totals.distinct.add(hash));
            self.merge(&totals);
        }
    }

    pub fn merge(&mut self, totals: &ShapeTotals) {
        let is_known = self.0.contains_key(&totals.shape);
        if is_known || self.0.len() < SHAPES_MAX {
            self.0
                .entry(totals.shape.clone())
                .or_default()
                .merge(totals);
            return;
        }
        let other = self.0.entry(OTHER.to_owned()).or_default();
        OTHER.clone_into(&mut other.shape);
        other.merge(totals);
    }

    pub fn all(&self) -> Vec<ShapeTotals> {
        self.0.values().cloned().collect()
    }

    pub fn take(&mut self) -> Vec<ShapeTotals> {
        self.0.drain().map(|(_, totals)| totals).collect()
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn literals_and_layout_leave_the_shape() {
        let shape = "SELECT tier FROM c WHERE id = ? AND name = ?";
        for sql in [
            "SELECT tier FROM c WHERE id = 12345 AND name = 'O''Neil'",
            " SELECT tier\n FROM c  WHERE id = 1.5e3 AND name = '' ; ",
            "SELECT tier -- why 7\nFROM c WHERE id = 0 AND name = 'x'",
        ] {
            assert_eq!(shape_text(sql), shape);
        }
        assert_eq!(
            shape_text("SELECT a1, \"t 2\" FROM x9 WHERE ü = $1"),
            "SELECT a1, \"t 2\" FROM x9 WHERE ü = $1"
        );
        assert_eq!(shape_text("'open"), "?");
    }

    #[test]
    fn equal_arguments_count_once() {
        let mut tally = ShapeTally::default();
        for id in [1, 2, 2, 3, 3, 3] {
            let outcome = QueryOutcome {
                rows: 1,
                nanoseconds: 10,
                ..QueryOutcome::default()
            };
            tally.count(&format!("SELECT v FROM t WHERE id = {id}"), &[], outcome);
        }
        tally.count(
            "SELECT v FROM t WHERE id = ?",
            &[Value::BigInt(9)],
            QueryOutcome::default(),
        );
        let mut shapes = Shapes::default();
        shapes.add(tally);
        let totals = shapes.all();
        assert_eq!(totals.len(), 1);
        assert_eq!(
            (totals[0].calls, totals[0].rows, totals[0].nanoseconds),
            (7, 6, 60)
        );
        assert_eq!(totals[0].distinct.estimate(), 4);
    }

    #[test]
    fn a_known_shape_is_counted_like_any_other() {
        let before = "SELECT 'a', 7 FROM t1 WHERE n = 'x' AND id = ";
        let after = " AND m < 5.5 LIMIT 3";
        let shape = VaryingShape::of_literal(before, after).unwrap();
        for number in ["0", "12", "9223372036854775807"] {
            let sql = format!("{before}{number}{after}");
            assert_eq!(shape.hashes(number.as_bytes()), hashes(&sql, &[]));
        }
        assert!(VaryingShape::of_literal("SELECT a", "").is_none());
        assert!(VaryingShape::of_literal("SELECT ", "1").is_none());
        let sql = "SELECT 1 FROM t WHERE a = ? AND b = ?";
        let shape = VaryingShape::of_parameters(sql);
        let parameters = [Value::BigInt(7), Value::Varchar("x".into())];
        let mut encoded = Vec::new();
        encode(&parameters, &mut encoded);
        assert_eq!(shape.hashes(&encoded), hashes(sql, &parameters));
    }

    #[test]
    fn shapes_are_bounded() {
        let mut shapes = Shapes::default();
        for index in 0..1000 {
            let mut tally = ShapeTally::default();
            tally.count(&format!("SELECT c{index}"), &[], QueryOutcome::default());
            shapes.add(tally);
        }
        assert_eq!(shapes.0.len(), SHAPES_MAX + 1);
        assert_eq!(
            shapes.all().iter().map(|totals| totals.calls).sum::<u64>(),
            1000
        );
    }
}
