//! The parser of type texts.

use super::DEPTH_MAX;
use super::error::{Result, ValueError, quoted, sqlstate};
use super::logical_type::{DECIMAL_DEFAULT, EnumLabels, LogicalType};
use super::number::DECIMAL_WIDTH_MAX;

/// Elements that an ARRAY type can have in DuckDB.
const ARRAY_SIZE_MAX: u64 = 100_000;

/// Reads one type and nothing after it.
pub fn parse(text: &str) -> Result<LogicalType> {
    let mut parser = Parser { text, offset: 0 };
    let logical_type = parser.logical_type(0)?;
    parser.skip_blanks();
    match parser.peek() {
        None => Ok(logical_type),
        Some(_) => Err(parser.unexpected("the end of the type")),
    }
}

struct Parser<'t> {
    text: &'t str,
    offset: usize,
}

impl Parser<'_> {
    fn peek(&self) -> Option<char> {
        self.text[self.offset..].chars().next()
    }

    fn skip_blanks(&mut self) {
        let rest = &self.text[self.offset..];
        self.offset += rest.len() - rest.trim_start().len();
    }

    fn accept(&mut self, expected: char) -> bool {
        self.skip_blanks();
        let found = self.peek() == Some(expected);
        if found {
            self.offset += expected.len_utf8();
        }
        found
    }

    fn expect(&mut self, expected: char) -> Result<()> {
        if self.accept(expected) {
            Ok(())
        } else {
            Err(self.unexpected(&format!("'{expected}'")))
        }
    }

    fn unexpected(&self, wanted: &str) -> ValueError {
        let found = match self.peek() {
            None => "the end".to_owned(),
            Some(character) => quoted(&character.to_string()),
        };
        let message = format!("expected {wanted} but found {found}");
        ValueError::at_offset(sqlstate::SYNTAX, message, self.offset)
    }

    /// An unquoted word, or an empty text.
    fn word(&mut self) -> &str {
        self.skip_blanks();
        let start = self.offset;
        let rest = &self.text[start..];
        let is_word = |c: char| c.is_alphanumeric() || c == '_' || c == '$';
        let len = rest.find(|c| !is_word(c)).unwrap_or(rest.len());
        self.offset += len;
        &self.text[start..start + len]
    }

    fn accept_word(&mut self, expected: &str) -> bool {
        let start = self.offset;
        let found = self.word().eq_ignore_ascii_case(expected);
        if !found {
            self.offset = start;
        }
        found
    }

    fn expect_words(&mut self, words: &[&str]) -> Result<()> {
        for word in words {
            if !self.accept_word(word) {
                self.skip_blanks();
                return Err(self.unexpected(word));
            }
        }
        Ok(())
    }

    /// A text between two `quote`s, doubled ones inside standing for one.
    fn delimited(&mut self, quote: char) -> Result<String> {
        let start = self.offset;
        self.expect(quote)?;
        let mut out = String::new();
        loop {
            let Some(character) = self.peek() else {
                let message = format!("unterminated {quote}");
                return Err(ValueError::at_offset(sqlstate::SYNTAX, message, start));
            };
            self.offset += character.len_utf8();
            if character != quote {
                out.push(character);
            } else if self.peek() == Some(quote) {
                self.offset += quote.len_utf8();
                out.push(quote);
            } else {
                return Ok(out);
            }
        }
    }

    fn number(&mut self) -> Result<u64> {
        self.skip_blanks();
        let start = self.offset;
        let rest = &self.text[start..];
        let len = rest
            .find(|c: char| !c.is_ascii_digit())
            .unwrap_or(rest.len());
        if len == 0 {
            return Err(self.unexpected("a number"));
        }
        self.offset += len;
        rest[..len].parse().map_err(|_| {
            ValueError::at_offset(sqlstate::INVALID_VALUE, "number is too large", start)
        })
    }

    fn logical_type(&mut self, depth: usize) -> Result<LogicalType> {
        if depth > DEPTH_MAX {
            let message = format!("type is nested deeper than {DEPTH_MAX} levels");
            return Err(ValueError::at_offset(
                sqlstate::PROGRAM_LIMIT,
                message,
                self.offset,
            ));
        }
        let mut logical_type = self.base(depth)?;
        // Every suffix is a level of its own, or a long row of brackets would overflow the stack
        // of whoever walks the tree.
        let mut levels = depth;
        loop {
            if self.accept('[') {
                logical_type = self.brackets(logical_type)?;
            } else if self.accept_word("ARRAY") {
                logical_type = if self.accept('[') {
                    self.brackets(logical_type)?
                } else {
                    LogicalType::List(Box::new(logical_type))
                };
            } else {
                return Ok(logical_type);
            }
            levels += 1;
            if levels > DEPTH_MAX {
                let message = format!("type is nested deeper than {DEPTH_MAX} levels");
                return Err(ValueError::at_offset(
                    sqlstate::PROGRAM_LIMIT,
                    message,
                    self.offset,
                ));
            }
        }
    }

    /// What follows an opening bracket: nothing for a list, a size for an array.
    fn brackets(&mut self, element: LogicalType) -> Result<LogicalType> {
        if self.accept(']') {
            return Ok(LogicalType::List(Box::new(element)));
        }
        self.skip_blanks();
        let start = self.offset;
        let size = self.number()?;
        if size == 0 || size > ARRAY_SIZE_MAX {
            let message = format!("array size {size} is not between 1 and {ARRAY_SIZE_MAX}");
            return Err(ValueError::at_offset(
                sqlstate::INVALID_VALUE,
                message,
                start,
            ));
        }
        self.expect(']')?;
        Ok(LogicalType::Array(Box::new(element), size))
    }

    fn base(&mut self, depth: usize) -> Result<LogicalType> {
        self.skip_blanks();
        let start = self.offset;
        let name = if self.peek() == Some('"') {
            self.delimited('"')?.to_ascii_lowercase()
        } else {
            self.word().to_ascii_lowercase()
        };
        if name.is_empty() {
            return Err(self.unexpected("a type name"));
        }
        if let Some(plain) = plain_type(&name) {
            return Ok(plain);
        }
        match name.as_str() {
            "decimal" | "numeric" | "dec" => self.decimal(),
            "varchar" | "text" | "string" | "char" | "bpchar" | "nvarchar" | "character" => {
                self.accept_word("VARYING");
                if self.accept('(') {
                    self.number()?;
                    self.expect(')')?;
                }
                Ok(LogicalType::Varchar)
            }
            "double" | "float8" => {
                self.accept_word("PRECISION");
                Ok(LogicalType::Double)
            }
            "float" | "float4" | "real" => self.float(),
            "time" => self.with_time_zone(LogicalType::Time, LogicalType::TimeTz),
            "timestamp" | "datetime" | "timestamp_us" => self.timestamp(),
            "enum" => self.enumeration(),
            "list" => {
                self.expect('(')?;
                let element = self.logical_type(depth + 1)?;
                self.expect(')')?;
                Ok(LogicalType::List(Box::new(element)))
            }
            "struct" | "row" => Ok(LogicalType::Struct(self.members(depth)?)),
            "union" => Ok(LogicalType::Union(self.members(depth)?)),
            "map" => {
                self.expect('(')?;
                let key = self.logical_type(depth + 1)?;
                self.expect(',')?;
                let value = self.logical_type(depth + 1)?;
                self.expect(')')?;
                Ok(LogicalType::Map(Box::new(key), Box::new(value)))
            }
            _ => {
                let message = format!("type {} does not exist", quoted(&name));
                Err(ValueError::at_offset(
                    sqlstate::UNDEFINED_TYPE,
                    message,
                    start,
                ))
            }
        }
    }

    fn with_time_zone(&mut self, without: LogicalType, with: LogicalType) -> Result<LogicalType> {
        if self.accept_word("WITH") {
            self.expect_words(&["TIME", "ZONE"])?;
            return Ok(with);
        }
        if self.accept_word("WITHOUT") {
            self.expect_words(&["TIME", "ZONE"])?;
        }
        Ok(without)
    }

    /// `TIMESTAMP`, whose precision chooses the unit as in DuckDB: 0 s, 1–3 ms, 4–6 µs, 7–9 ns.
    fn timestamp(&mut self) -> Result<LogicalType> {
        let mut without = LogicalType::Timestamp;
        if self.accept('(') {
            self.skip_blanks();
            let start = self.offset;
            without = match self.number()? {
                0 => LogicalType::TimestampS,
                1..=3 => LogicalType::TimestampMs,
                4..=6 => LogicalType::Timestamp,
                7..=9 => LogicalType::TimestampNs,
                other => {
                    let message = format!("timestamp precision {other} is not between 0 and 9");
                    return Err(ValueError::at_offset(
                        sqlstate::INVALID_VALUE,
                        message,
                        start,
                    ));
                }
            };
            self.expect(')')?;
        }
        self.with_time_zone(without, LogicalType::TimestampTz)
    }

    fn float(&mut self) -> Result<LogicalType> {
        if !self.accept('(') {
            return Ok(LogicalType::Float);
        }
        self.skip_blanks();
        let start = self.offset;
        let bits = self.number()?;
        self.expect(')')?;
        match bits {
            1..=24 => Ok(LogicalType::Float),
            25..=53 => Ok(LogicalType::Double),
            _ => {
                let message = format!("float precision {bits} is not between 1 and 53");
                Err(ValueError::at_offset(
                    sqlstate::INVALID_VALUE,
                    message,
                    start,
                ))
            }
        }
    }

    fn decimal(&mut self) -> Result<LogicalType> {
        if !self.accept('(') {
            return Ok(DECIMAL_DEFAULT);
        }
        self.skip_blanks();
        let start = self.offset;
        let width = self.number()?;
        let scale = if self.accept(',') { self.number()? } else { 0 };
        self.expect(')')?;
        if width == 0 || width > u64::from(DECIMAL_WIDTH_MAX) || scale > width {
            let message = format!(
                "DECIMAL({width},{scale}) needs a width between 1 and {DECIMAL_WIDTH_MAX} and a scale up to it"
            );
            return Err(ValueError::at_offset(
                sqlstate::INVALID_VALUE,
                message,
                start,
            ));
        }
        Ok(LogicalType::Decimal {
            width: width as u8,
            scale: scale as u8,
        })
    }

    fn enumeration(&mut self) -> Result<LogicalType> {
        self.expect('(')?;
        let mut labels: Vec<String> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        loop {
            self.skip_blanks();
            let start = self.offset;
            let label = self.delimited('\'')?;
            if !seen.insert(label.clone()) {
                let message = format!("label {} is repeated", quoted(&label));
                return Err(ValueError::at_offset(
                    sqlstate::INVALID_VALUE,
                    message,
                    start,
                ));
            }
            labels.push(label);
            if !self.accept(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(LogicalType::Enum(EnumLabels::new(labels)))
    }

    fn members(&mut self, depth: usize) -> Result<Vec<(String, LogicalType)>> {
        self.expect('(')?;
        let mut members: Vec<(String, LogicalType)> = Vec::new();
        let mut seen = std::collections::HashSet::new();
        loop {
            self.skip_blanks();
            let start = self.offset;
            let name = match self.peek() {
                Some('"') => self.delimited('"')?,
                _ => self.word().to_owned(),
            };
            if name.is_empty() {
                return Err(self.unexpected("a name"));
            }
            if !seen.insert(name.to_lowercase()) {
                let message = format!("name {} is repeated", quoted(&name));
                return Err(ValueError::at_offset(
                    sqlstate::INVALID_VALUE,
                    message,
                    start,
                ));
            }
            members.push((name, self.logical_type(depth + 1)?));
            if !self.accept(',') {
                break;
            }
        }
        self.expect(')')?;
        Ok(members)
    }
}

/// Types that are one word and take nothing after it.
fn plain_type(name: &str) -> Option<LogicalType> {
    Some(match name {
        "boolean" | "bool" | "logical" => LogicalType::Boolean,
        "tinyint" | "int1" => LogicalType::TinyInt,
        "smallint" | "int2" | "int16" | "short" => LogicalType::SmallInt,
        "integer" | "int" | "int4" | "int32" | "signed" | "integral" => LogicalType::Integer,
        "bigint" | "int8" | "int64" | "long" | "oid" => LogicalType::BigInt,
        "hugeint" | "int128" => LogicalType::HugeInt,
        "utinyint" | "uint8" => LogicalType::UTinyInt,
        "usmallint" | "uint16" => LogicalType::USmallInt,
        "uinteger" | "uint32" => LogicalType::UInteger,
        "ubigint" | "uint64" => LogicalType::UBigInt,
        "uhugeint" | "uint128" => LogicalType::UHugeInt,
        "json" => LogicalType::Json,
        "blob" | "bytea" | "binary" | "varbinary" => LogicalType::Blob,
        "bit" | "bitstring" => LogicalType::Bit,
        "date" => LogicalType::Date,
        "time_ns" => LogicalType::TimeNs,
        "timetz" => LogicalType::TimeTz,
        "timestamp_s" => LogicalType::TimestampS,
        "timestamp_ms" => LogicalType::TimestampMs,
        "timestamp_ns" => LogicalType::TimestampNs,
        "timestamptz" => LogicalType::TimestampTz,
        "interval" => LogicalType::Interval,
        "uuid" | "guid" => LogicalType::Uuid,
        "bignum" | "varint" => LogicalType::BigNum,
        "geometry" => LogicalType::Geometry,
        "variant" => LogicalType::Variant,
        "null" => LogicalType::SqlNull,
        _ => return None,
    })
}

#[cfg(test)]
mod tests;
