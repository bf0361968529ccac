//! BIGNUM: integers of any size, between decimal text and DuckDB's bytes.
//!
//! DuckDB stores three header bytes (the byte count with the top bit set) and the magnitude in big
//! endian; a negative number has every bit inverted, header included, so that bytes sort as numbers.

use super::error::{Result, ValueError, quoted, sqlstate};
use super::number;

/// Digits that conversions between text and BIGNUM accept; their cost grows with the square.
pub const BIGNUM_DIGITS_MAX: usize = 16_384;

const HEADER_BYTES: usize = 3;
const CHUNK_DIGITS: usize = 9;
const CHUNK_BASE: u64 = 1_000_000_000;
/// Bytes of a magnitude with [`BIGNUM_DIGITS_MAX`] digits: digits × log2(10) / 8, rounded up.
const MAGNITUDE_BYTES_MAX: usize = BIGNUM_DIGITS_MAX * 34 / 80 + 1;

/// An integer of any size.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub struct BigNum {
    negative: bool,
    /// Big endian without leading zero bytes; empty for zero, which is never negative.
    magnitude: Vec<u8>,
}

impl BigNum {
    /// A number from its sign and big-endian magnitude.
    pub fn new(negative: bool, magnitude: &[u8]) -> Self {
        let zeros = magnitude.iter().take_while(|&&byte| byte == 0).count();
        let magnitude = magnitude[zeros..].to_vec();
        BigNum {
            negative: negative && !magnitude.is_empty(),
            magnitude,
        }
    }

    /// A number from a 128-bit integer.
    pub fn from_i128(value: i128) -> Self {
        BigNum::new(value < 0, &value.unsigned_abs().to_be_bytes())
    }

    /// A number from an unsigned 128-bit integer.
    pub fn from_u128(value: u128) -> Self {
        BigNum::new(false, &value.to_be_bytes())
    }

    /// Whether the number is below zero.
    pub fn is_negative(&self) -> bool {
        self.negative
    }

    /// The magnitude in big endian, empty for zero.
    pub fn magnitude(&self) -> &[u8] {
        &self.magnitude
    }

    /// Reads DuckDB's stored form.
    ///
    /// # Errors
    /// 39W02 when the bytes are too short to hold a header.
    pub fn from_stored(bytes: &[u8]) -> Result<Self> {
        let Some(data) = bytes.get(HEADER_BYTES..) else {
            return Err(ValueError::malformed("BIGNUM without a header", 0));
        };
        if bytes[0] & 0x80 != 0 {
            return Ok(BigNum::new(false, data));
        }
        let inverted: Vec<u8> = data.iter().map(|byte| !byte).collect();
        Ok(BigNum::new(true, &inverted))
    }

    /// Writes DuckDB's stored form.
    ///
    /// # Errors
    /// 54000 when the magnitude has more bytes than the header can count.
    pub fn to_stored(&self) -> Result<Vec<u8>> {
        let zero = [0u8];
        let data: &[u8] = if self.magnitude.is_empty() {
            &zero
        } else {
            &self.magnitude
        };
        if data.len() >= 1 << 23 {
            return Err(ValueError::new(
                sqlstate::PROGRAM_LIMIT,
                "BIGNUM has too many bytes",
            ));
        }
        let mut stored = (data.len() as u32 | 0x0080_0000).to_be_bytes()[1..].to_vec();
        stored.extend_from_slice(data);
        if self.negative {
            stored.iter_mut().for_each(|byte| *byte = !*byte);
        }
        Ok(stored)
    }

    /// Reads a sign and decimal digits.
    ///
    /// # Errors
    /// 22P02 for any other text, 54000 above [`BIGNUM_DIGITS_MAX`] digits.
    pub fn parse(text: &str) -> Result<Self> {
        let (negative, digits) = match text.as_bytes() {
            [b'-', rest @ ..] => (true, rest),
            [b'+', rest @ ..] => (false, rest),
            rest => (false, rest),
        };
        if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
            let message = format!("{} is not a BIGNUM", quoted(text));
            return Err(ValueError::new(sqlstate::INVALID_TEXT, message));
        }
        if digits.len() > BIGNUM_DIGITS_MAX {
            return Err(too_many_digits());
        }
        // Little-endian limbs, multiplied by 10^9 and added to, chunk by chunk.
        let mut limbs: Vec<u32> = Vec::with_capacity(digits.len() / CHUNK_DIGITS + 1);
        let head = digits.len() % CHUNK_DIGITS;
        let (head, tail) = digits.split_at(head);
        for chunk in std::iter::once(head).chain(tail.chunks(CHUNK_DIGITS)) {
            let mut carry = chunk
                .iter()
                .fold(0u64, |sum, digit| sum * 10 + u64::from(digit - b'0'));
            for limb in &mut limbs {
                let product = u64::from(*limb) * CHUNK_BASE + carry;
                *limb = product as u32;
                carry = product >> 32;
            }
            if carry != 0 {
                limbs.push(carry as u32);
            }
        }
        let bytes: Vec<u8> = limbs
            .iter()
            .rev()
            .flat_map(|limb| limb.to_be_bytes())
            .collect();
        Ok(BigNum::new(negative, &bytes))
    }

    /// The number in decimal.
    ///
    /// # Errors
    /// 54000 when it has more than about [`BIGNUM_DIGITS_MAX`] digits.
    pub fn to_text(&self) -> Result<String> {
        if self.magnitude.len() > MAGNITUDE_BYTES_MAX {
            return Err(too_many_digits());
        }
        // Big-endian limbs, divided by 10^9 until nothing is left.
        let mut limbs: Vec<u32> = self
            .magnitude
            .rchunks(4)
            .rev()
            .map(|chunk| {
                chunk
                    .iter()
                    .fold(0u32, |limb, &byte| limb << 8 | u32::from(byte))
            })
            .collect();
        let mut chunks: Vec<u64> = Vec::new();
        let mut start = 0;
        while start < limbs.len() {
            let mut remainder = 0u64;
            for limb in &mut limbs[start..] {
                let dividend = remainder << 32 | u64::from(*limb);
                *limb = (dividend / CHUNK_BASE) as u32;
                remainder = dividend % CHUNK_BASE;
            }
            chunks.push(remainder);
            while start < limbs.len() && limbs[start] == 0 {
                start += 1;
            }
        }
        let mut out = Vec::with_capacity(chunks.len() * CHUNK_DIGITS + 1);
        if self.negative {
            out.push(b'-');
        }
        let first = chunks.pop().unwrap_or(0);
        number::write_u64(&mut out, first);
        for chunk in chunks.iter().rev() {
            out.extend_from_slice(format!("{chunk:09}").as_bytes());
        }
        Ok(out.into_iter().map(char::from).collect())
    }

    /// The number as 128 bits, when it fits.
    pub fn to_i128(&self) -> Option<i128> {
        let magnitude = self.to_unsigned_magnitude()?;
        if self.negative {
            0i128.checked_sub_unsigned(magnitude)
        } else {
            i128::try_from(magnitude).ok()
        }
    }

    /// The number as unsigned 128 bits, when it fits.
    pub fn to_u128(&self) -> Option<u128> {
        if self.negative {
            None
        } else {
            self.to_unsigned_magnitude()
        }
    }

    fn to_unsigned_magnitude(&self) -> Option<u128> {
        let mut bytes = [0u8; 16];
        let start = 16usize.checked_sub(self.magnitude.len())?;
        bytes[start..].copy_from_slice(&self.magnitude);
        Some(u128::from_be_bytes(bytes))
    }
}

fn too_many_digits() -> ValueError {
    let message = format!("BIGNUM has more than {BIGNUM_DIGITS_MAX} digits");
    ValueError::new(sqlstate::PROGRAM_LIMIT, message)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn text_and_stored_forms_round_trip() {
        let long = format!("-{}", "9876543210".repeat(60));
        for text in [
            "0",
            "1",
            "-1",
            "255",
            "-256",
            "4294967296",
            "1000000000",
            long.as_str(),
        ] {
            let number = BigNum::parse(text).unwrap();
            assert_eq!(number.to_text().unwrap(), text);
            assert_eq!(
                BigNum::from_stored(&number.to_stored().unwrap()).unwrap(),
                number
            );
        }
        assert_eq!(BigNum::parse("-0").unwrap(), BigNum::from_i128(0));
        assert_eq!(BigNum::parse("+0012").unwrap().to_text().unwrap(), "12");
        assert_eq!(BigNum::from_i128(i128::MIN).to_i128(), Some(i128::MIN));
        assert_eq!(BigNum::from_u128(u128::MAX).to_u128(), Some(u128::MAX));
        assert_eq!(BigNum::from_u128(u128::MAX).to_i128(), None);
    }

    #[test]
    fn stored_form_is_duckdbs() {
        assert_eq!(BigNum::from_i128(0).to_stored().unwrap(), [0x80, 0, 1, 0]);
        assert_eq!(
            BigNum::from_i128(-1).to_stored().unwrap(),
            [0x7f, 0xff, 0xfe, 0xfe]
        );
    }

    #[test]
    fn limits_and_bad_texts_are_errors() {
        assert_eq!(
            BigNum::parse("12a").unwrap_err().sqlstate,
            sqlstate::INVALID_TEXT
        );
        assert_eq!(
            BigNum::parse("-").unwrap_err().sqlstate,
            sqlstate::INVALID_TEXT
        );
        let digits = "9".repeat(BIGNUM_DIGITS_MAX);
        assert_eq!(BigNum::parse(&digits).unwrap().to_text().unwrap(), digits);
        let error = BigNum::parse(&"9".repeat(BIGNUM_DIGITS_MAX + 1)).unwrap_err();
        assert_eq!(error.sqlstate, sqlstate::PROGRAM_LIMIT);
        assert!(BigNum::new(false, &[1; 100_000]).to_text().is_err());
        assert!(BigNum::from_stored(&[0x80]).is_err());
    }
}
