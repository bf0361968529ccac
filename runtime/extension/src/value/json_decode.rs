//! The JSON decoder, written for hostile bytes: RFC 8259 strictly, nesting bounded, memory below about
//! fifty times the input, every error with its byte offset.

use super::bignum::BigNum;
use super::error::{Result, ValueError, sqlstate};
use super::number::{self, NumberError};
use super::{DEPTH_MAX, Value};

/// Reads one JSON text that fills `bytes`.
///
/// Whole numbers become the narrowest of BIGINT, UBIGINT, HUGEINT, UHUGEINT and BIGNUM; numbers with a
/// point and no exponent a DECIMAL when they have at most 38 digits; the others, and negative zero, a
/// DOUBLE. Objects become a STRUCT that keeps order and repeated names.
///
/// # Errors
/// 39W02 for bytes that are not one JSON text; 54000 beyond the depth or digit limit; 22003 for a number
/// beyond DOUBLE.
pub fn decode(bytes: &[u8]) -> Result<Value> {
    let mut decoder = Decoder { bytes, offset: 0 };
    decoder.skip_blanks();
    let value = decoder.value(0)?;
    decoder.skip_blanks();
    if decoder.offset < bytes.len() {
        return Err(ValueError::malformed(
            "characters after the JSON value",
            decoder.offset,
        ));
    }
    Ok(value)
}

/// Checks that `bytes` are one JSON text and gives it as a string.
///
/// # Errors
/// As [`decode`].
pub fn validate(bytes: &[u8]) -> Result<&str> {
    decode(bytes)?;
    std::str::from_utf8(bytes)
        .map_err(|error| ValueError::malformed("text is not UTF-8", error.valid_up_to()))
}

struct Decoder<'b> {
    bytes: &'b [u8],
    offset: usize,
}

impl Decoder<'_> {
    fn peek(&self) -> Option<u8> {
        self.bytes.get(self.offset).copied()
    }

    fn skip_blanks(&mut self) {
        while matches!(self.peek(), Some(b' ' | b'\n' | b'\r' | b'\t')) {
            self.offset += 1;
        }
    }

    fn accept(&mut self, expected: u8) -> bool {
        let found = self.peek() == Some(expected);
        self.offset += usize::from(found);
        found
    }

    fn malformed(&self, wanted: &str) -> ValueError {
        ValueError::malformed(format!("expected {wanted}"), self.offset)
    }

    fn value(&mut self, depth: usize) -> Result<Value> {
        if depth > DEPTH_MAX {
            let message = format!("JSON is nested deeper than {DEPTH_MAX} levels");
            return Err(ValueError::at_offset(
                sqlstate::PROGRAM_LIMIT,
                message,
                self.offset,
            ));
        }
        match self.peek() {
            Some(b'{') => self.object(depth),
            Some(b'[') => self.array(depth),
            Some(b'"') => Ok(Value::Varchar(self.string()?)),
            Some(b'-' | b'0'..=b'9') => self.number(),
            Some(b't') => self.word(b"true", Value::Boolean(true)),
            Some(b'f') => self.word(b"false", Value::Boolean(false)),
            Some(b'n') => self.word(b"null", Value::Null),
            _ => Err(self.malformed("a JSON value")),
        }
    }

    fn word(&mut self, word: &[u8], value: Value) -> Result<Value> {
        if !self.bytes[self.offset..].starts_with(word) {
            return Err(self.malformed("a JSON value"));
        }
        self.offset += word.len();
        Ok(value)
    }

    fn array(&mut self, depth: usize) -> Result<Value> {
        self.offset += 1;
        let mut values = Vec::new();
        self.skip_blanks();
        if self.accept(b']') {
            return Ok(Value::List(values));
        }
        loop {
            self.skip_blanks();
            values.push(self.value(depth + 1)?);
            self.skip_blanks();
            if self.accept(b']') {
                return Ok(Value::List(values));
            }
            if !self.accept(b',') {
                return Err(self.malformed("',' or ']'"));
            }
        }
    }

    fn object(&mut self, depth: usize) -> Result<Value> {
        self.offset += 1;
        let mut fields = Vec::new();
        self.skip_blanks();
        if self.accept(b'}') {
            return Ok(Value::Struct(fields));
        }
        loop {
            self.skip_blanks();
            if self.peek() != Some(b'"') {
                return Err(self.malformed("a name in quotes"));
            }
            let name = self.string()?;
            self.skip_blanks();
            if !self.accept(b':') {
                return Err(self.malformed("':'"));
            }
            self.skip_blanks();
            fields.push((name, self.value(depth + 1)?));
            self.skip_blanks();
            if self.accept(b'}') {
                return Ok(Value::Struct(fields));
            }
            if !self.accept(b',') {
                return Err(self.malformed("',' or '}'"));
            }
        }
    }

    fn string(&mut self) -> Result<String> {
        let start = self.offset;
        self.offset += 1;
        let mut out = Vec::new();
        loop {
            let rest = &self.bytes[self.offset..];
            let is_special = |&byte: &u8| byte < 0x20 || byte == b'"' || byte == b'\\';
            let plain = rest.iter().position(is_special).unwrap_or(rest.len());
            out.extend_from_slice(&rest[..plain]);
            self.offset += plain;
            match self.peek() {
                Some(b'"') => {
                    self.offset += 1;
                    break;
                }
                Some(b'\\') => self.escape(&mut out)?,
                Some(_) => return Err(self.malformed("no control character in a string")),
                None => return Err(ValueError::malformed("string without an end", start)),
            }
        }
        String::from_utf8(out).map_err(|_| ValueError::malformed("string is not UTF-8", start))
    }

    fn escape(&mut self, out: &mut Vec<u8>) -> Result<()> {
        let start = self.offset;
        self.offset += 1;
        let Some(kind) = self.peek() else {
            return Err(self.malformed("an escape"));
        };
        self.offset += 1;
        let plain = match kind {
            b'"' | b'\\' | b'/' => kind,
            b'b' => 8,
            b'f' => 12,
            b'n' => b'\n',
            b'r' => b'\r',
            b't' => b'\t',
            b'u' => {
                let character = self.unicode_escape(start)?;
                out.extend_from_slice(character.encode_utf8(&mut [0; 4]).as_bytes());
                return Ok(());
            }
            _ => return Err(ValueError::malformed("unknown escape", start)),
        };
        out.push(plain);
        Ok(())
    }

    fn unicode_escape(&mut self, start: usize) -> Result<char> {
        let lone = || ValueError::malformed("half of a surrogate pair", start);
        let mut code = self.hex4()?;
        if (0xdc00..0xe000).contains(&code) {
            return Err(lone());
        }
        if (0xd800..0xdc00).contains(&code) {
            if !(self.accept(b'\\') && self.accept(b'u')) {
                return Err(lone());
            }
            let low = self.hex4()?;
            if !(0xdc00..0xe000).contains(&low) {
                return Err(lone());
            }
            code = 0x1_0000 + ((code - 0xd800) << 10 | (low - 0xdc00));
        }
        char::from_u32(code).ok_or_else(lone)
    }

    fn hex4(&mut self) -> Result<u32> {
        let mut code = 0;
        for _ in 0..4 {
            let digit = self.peek().and_then(|byte| char::from(byte).to_digit(16));
            code = code << 4 | digit.ok_or_else(|| self.malformed("four hexadecimal digits"))?;
            self.offset += 1;
        }
        Ok(code)
    }

    fn digits(&mut self) -> Result<usize> {
        let start = self.offset;
        while matches!(self.peek(), Some(b'0'..=b'9')) {
            self.offset += 1;
        }
        if self.offset == start {
            return Err(self.malformed("a digit"));
        }
        Ok(self.offset - start)
    }

    fn number(&mut self) -> Result<Value> {
        let start = self.offset;
        let negative = self.accept(b'-');
        let starts_with_zero = self.peek() == Some(b'0');
        if self.digits()? > 1 && starts_with_zero {
            return Err(ValueError::malformed("number with a leading zero", start));
        }
        let has_point = self.accept(b'.');
        if has_point {
            self.digits()?;
        }
        let has_exponent = matches!(self.peek(), Some(b'e' | b'E'));
        if has_exponent {
            self.offset += 1;
            if !self.accept(b'-') {
                self.accept(b'+');
            }
            self.digits()?;
        }
        // Only ASCII was accepted above.
        let text = std::str::from_utf8(&self.bytes[start..self.offset]).unwrap_or("");
        let with_offset = |error: ValueError| ValueError {
            offset: Some(start),
            ..error
        };
        if has_exponent {
            return double(text).map_err(with_offset);
        }
        let is_zero = !text.bytes().any(|byte| matches!(byte, b'1'..=b'9'));
        if negative && is_zero {
            return Ok(Value::Double(-0.0));
        }
        if has_point {
            return match number::parse_plain_decimal(text) {
                Ok((value, scale)) => {
                    let width = number::digit_count(value).max(scale);
                    Ok(Value::Decimal {
                        value,
                        width,
                        scale,
                    })
                }
                Err(NumberError::Overflow | NumberError::Invalid) => {
                    double(text).map_err(with_offset)
                }
            };
        }
        whole(text).map_err(with_offset)
    }
}

fn whole(text: &str) -> Result<Value> {
    if let Ok(value) = text.parse() {
        return Ok(Value::BigInt(value));
    }
    if let Ok(value) = text.parse() {
        return Ok(Value::UBigInt(value));
    }
    if let Ok(value) = text.parse() {
        return Ok(Value::HugeInt(value));
    }
    if let Ok(value) = text.parse() {
        return Ok(Value::UHugeInt(value));
    }
    BigNum::parse(text).map(Value::BigNum)
}

fn double(text: &str) -> Result<Value> {
    match text.parse::<f64>() {
        Ok(value) if value.is_finite() => Ok(Value::Double(value)),
        _ => Err(ValueError::new(
            sqlstate::OUT_OF_RANGE,
            "number is outside the range of DOUBLE",
        )),
    }
}
