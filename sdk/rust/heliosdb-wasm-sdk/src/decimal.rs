//! Exact decimal numbers.

use core::fmt;
use core::str::FromStr;

/// A DECIMAL: `unscaled / 10^scale`, exact up to 38 digits.
#[derive(Clone, Copy, Debug)]
pub struct Decimal {
    unscaled: i128,
    scale: u8,
}

impl Decimal {
    /// DuckDB's widest decimal has this many digits.
    pub(crate) const SCALE_MAX: u8 = 38;

    /// Builds `unscaled / 10^scale`; `None` when the scale exceeds 38.
    pub fn new(unscaled: i128, scale: u8) -> Option<Decimal> {
        (scale <= Decimal::SCALE_MAX).then_some(Decimal { unscaled, scale })
    }

    /// The digits without their point.
    pub fn unscaled(self) -> i128 {
        self.unscaled
    }

    /// How many digits follow the point.
    pub fn scale(self) -> u8 {
        self.scale
    }

    /// The nearest DOUBLE, ties to even.
    pub fn to_f64(self) -> f64 {
        match i64::try_from(self.unscaled) {
            Ok(unscaled) => exact_quotient(unscaled, self.scale).unwrap_or_else(|| self.divide()),
            Err(_) => self.divide(),
        }
    }

    /// As `to_f64`, for any number of digits.
    #[inline(never)]
    fn divide(self) -> f64 {
        let divisor = 10u128.pow(u32::from(self.scale));
        let magnitude = self.unscaled.unsigned_abs();
        let (mut quotient, mut rest) = (magnitude / divisor, magnitude % divisor);
        // Long division, bit by bit, until the quotient has more bits than a double keeps; what
        // is left over then only matters by being there, which the last bit records.
        let mut power = 1.0;
        while rest != 0 && quotient < 1 << 55 {
            rest *= 2;
            quotient = quotient * 2 + u128::from(rest >= divisor);
            rest -= if rest >= divisor { divisor } else { 0 };
            power *= 0.5;
        }
        let nearest = (quotient | u128::from(rest != 0)) as f64 * power;
        if self.unscaled < 0 {
            -nearest
        } else {
            nearest
        }
    }

    /// The value as an integer, when it is one.
    pub fn to_integer(self) -> Option<i128> {
        let power = 10i128.pow(u32::from(self.scale));
        (self.unscaled % power == 0).then_some(self.unscaled / power)
    }

    /// Rounds half away from zero to `scale` digits after the point, as SQL does.
    pub fn round(self, scale: u8) -> Decimal {
        if scale >= self.scale {
            return self;
        }
        let power = 10i128.pow(u32::from(self.scale - scale));
        let (quotient, rest) = (self.unscaled / power, self.unscaled % power);
        let up = if rest.unsigned_abs() * 2 >= power.unsigned_abs() {
            rest.signum()
        } else {
            0
        };
        Decimal {
            unscaled: quotient + up,
            scale,
        }
    }
}

/// Powers of ten that a double holds exactly, as many as a quotient by them is read for.
const POWERS: [f64; 19] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18,
];

/// A double holds every integer up to this one exactly.
const EXACT_MAX: u64 = 1 << f64::MANTISSA_DIGITS;

/// `unscaled / 10^scale` where one division gives the nearest double: both operands are exact.
fn exact_quotient(unscaled: i64, scale: u8) -> Option<f64> {
    let power = POWERS.get(usize::from(scale))?;
    (unscaled.unsigned_abs() <= EXACT_MAX).then(|| unscaled as f64 / power)
}

/// `to_f64` for many decimals of one scale, which is looked at once.
#[inline]
pub(crate) fn doubles_of(scale: u8) -> impl Fn(i64) -> f64 {
    let power = POWERS.get(usize::from(scale)).copied();
    move |unscaled| match power {
        Some(power) if unscaled.unsigned_abs() <= EXACT_MAX => unscaled as f64 / power,
        _ => {
            let unscaled = i128::from(unscaled);
            Decimal { unscaled, scale }.divide()
        }
    }
}

/// Text of so few digits that they fit 63 bits, without their point; `None` for all other.
fn short_digits(text: &[u8]) -> Option<(i64, u8)> {
    let (is_negative, rest) = match text {
        [b'-', rest @ ..] => (true, rest),
        _ => (false, text),
    };
    let (mut unscaled, mut scale, mut is_after_point) = (0i64, 0, false);
    if rest.len() > 18 || !rest.last()?.is_ascii_digit() {
        return None;
    }
    for byte in rest {
        match byte.wrapping_sub(b'0') {
            digit @ 0..=9 => {
                unscaled = unscaled * 10 + i64::from(digit);
                scale += u8::from(is_after_point);
            }
            _ if *byte == b'.' && !is_after_point => is_after_point = true,
            _ => return None,
        }
    }
    Some((if is_negative { -unscaled } else { unscaled }, scale))
}

/// The nearest DOUBLE to decimal text, where it is found without making a `Decimal` of it.
pub(crate) fn short_text_to_f64(text: &[u8]) -> Option<f64> {
    let (unscaled, scale) = short_digits(text)?;
    exact_quotient(unscaled, scale)
}

impl PartialEq for Decimal {
    fn eq(&self, other: &Decimal) -> bool {
        let trim = |mut value: Decimal| {
            while value.scale > 0 && value.unscaled % 10 == 0 {
                value = Decimal {
                    unscaled: value.unscaled / 10,
                    scale: value.scale - 1,
                };
            }
            (value.unscaled, value.scale)
        };
        trim(*self) == trim(*other)
    }
}

impl fmt::Display for Decimal {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        // Digits from the last to the first, at least one of them before the point.
        let mut text = [0; 42];
        let (mut start, mut rest, mut digit_count) = (text.len(), self.unscaled.unsigned_abs(), 0);
        let mut push = |byte| {
            start -= 1;
            text[start] = byte;
        };
        while rest != 0 || digit_count <= self.scale {
            if digit_count == self.scale && digit_count != 0 {
                push(b'.');
            }
            // Dividing 128 bits is a call that takes longer than all else here.
            let digit = match u64::try_from(rest) {
                Ok(short) => {
                    rest = u128::from(short / 10);
                    short % 10
                }
                Err(_) => {
                    let digit = (rest % 10) as u64;
                    rest /= 10;
                    digit
                }
            };
            push(b'0' + digit as u8);
            digit_count += 1;
        }
        if self.unscaled < 0 {
            push(b'-');
        }
        // The bytes are ASCII, so this never takes the default.
        formatter.write_str(core::str::from_utf8(&text[start..]).unwrap_or_default())
    }
}

/// Text that is not a decimal number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct ParseDecimalError;

impl fmt::Display for ParseDecimalError {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str("not a decimal number of at most 38 digits")
    }
}

impl std::error::Error for ParseDecimalError {}

impl FromStr for Decimal {
    type Err = ParseDecimalError;

    fn from_str(text: &str) -> Result<Decimal, ParseDecimalError> {
        if let Some((unscaled, scale)) = short_digits(text.as_bytes()) {
            let unscaled = i128::from(unscaled);
            return Ok(Decimal { unscaled, scale });
        }
        let (negative, rest) = match text.strip_prefix('-') {
            Some(rest) => (true, rest),
            None => (false, text),
        };
        let (mut unscaled, mut scale, mut digits, mut after_point) = (0i128, 0u8, 0u32, false);
        for byte in rest.bytes() {
            match byte {
                b'0'..=b'9' => {
                    unscaled = unscaled
                        .checked_mul(10)
                        .and_then(|value| value.checked_add(i128::from(byte - b'0')))
                        .ok_or(ParseDecimalError)?;
                    digits += 1;
                    scale += u8::from(after_point);
                }
                b'.' if !after_point => after_point = true,
                _ => return Err(ParseDecimalError),
            }
        }
        if digits == 0 || scale > Decimal::SCALE_MAX {
            return Err(ParseDecimalError);
        }
        Ok(Decimal {
            unscaled: if negative { -unscaled } else { unscaled },
            scale,
        })
    }
}

#[cfg(test)]
mod tests {
    use super::{doubles_of, Decimal};

    #[test]
    fn text_survives_the_round_trip() {
        for text in [
            "0",
            "0.00",
            "-0.01",
            "-170141183460469231731687303715884105727",
            "0.99999999999999999999999999999999999999",
            "599.99",
            "123456789012345678901234567890.12345678",
            "7.000",
        ] {
            assert_eq!(text.parse::<Decimal>().unwrap().to_string(), text);
        }
        for text in ["", "-", ".", "1e5", "1.2.3", "+1", "٣"] {
            assert!(text.parse::<Decimal>().is_err(), "{text}");
        }
    }

    #[test]
    fn doubles_are_the_nearest_ones() {
        for text in [
            "599.99",
            "0.1",
            "-119.998",
            "12345678901234567890.123",
            "0.30000000000000004",
            "0.00000000000000000000000000000000000001",
            "99999999999999999999999999999999999999",
            "9007199254740993",
            "9007199254740992.5",
            "4503599627370497.5000000000001",
            "1.15",
        ] {
            assert_eq!(
                text.parse::<Decimal>().unwrap().to_f64(),
                text.parse::<f64>().unwrap()
            );
        }
        let unscaled = [0, -1, 5_999_900, 1 << 53, (1 << 53) + 1, i64::MIN, i64::MAX];
        for scale in 0..=Decimal::SCALE_MAX {
            let double_of = doubles_of(scale);
            for unscaled in unscaled {
                let alone = Decimal::new(unscaled.into(), scale).unwrap().to_f64();
                assert_eq!(double_of(unscaled), alone, "{unscaled}, {scale}");
            }
        }
    }

    #[test]
    fn rounding_goes_away_from_zero() {
        let round = |text: &str| text.parse::<Decimal>().unwrap().round(2).to_string();
        assert_eq!(round("119.995"), "120.00");
        assert_eq!(round("-0.005"), "-0.01");
        assert_eq!(round("1.004"), "1.00");
        assert_eq!(round("1.1"), "1.1");
    }

    #[test]
    fn equality_ignores_trailing_zeros() {
        assert_eq!("1.50".parse::<Decimal>(), "1.5".parse::<Decimal>());
        assert_ne!("1.51".parse::<Decimal>(), "1.5".parse::<Decimal>());
    }
}
