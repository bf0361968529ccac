//! Numbers as text: exact decimals, DuckDB's spelling of floating point, rounding between scales.

use std::io::Write;

/// Digits a DECIMAL can have.
pub const DECIMAL_WIDTH_MAX: u8 = 38;

/// 10^0 … 10^38.
pub const POWERS_OF_TEN: [i128; 39] = {
    let mut table = [1i128; 39];
    let mut index = 1;
    while index < 39 {
        table[index] = table[index - 1] * 10;
        index += 1;
    }
    table
};

/// Powers of ten that a double holds exactly.
const EXACT_DOUBLE_POWERS: [f64; 23] = [
    1e0, 1e1, 1e2, 1e3, 1e4, 1e5, 1e6, 1e7, 1e8, 1e9, 1e10, 1e11, 1e12, 1e13, 1e14, 1e15, 1e16,
    1e17, 1e18, 1e19, 1e20, 1e21, 1e22,
];

/// Why a text is not the wanted number.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum NumberError {
    /// Not a number at all.
    Invalid,
    /// A number that the type cannot hold.
    Overflow,
}

/// Bytes of the longest decimal text: a sign, 39 digits, a point and a zero before it.
pub const DECIMAL_TEXT_BYTES_MAX: usize = 42;

/// Room for one number's text.
pub type NumberBuffer = [u8; DECIMAL_TEXT_BYTES_MAX];

/// Writes digits backwards from `end` and returns where they start.
fn put_digits(buffer: &mut NumberBuffer, end: usize, mut value: u64) -> usize {
    let mut start = end;
    loop {
        start -= 1;
        buffer[start] = b'0' + (value % 10) as u8;
        value /= 10;
        if value == 0 {
            return start;
        }
    }
}

/// As [`put_digits`] for 128 bits, which are split first: dividing them is slow.
fn put_wide_digits(buffer: &mut NumberBuffer, mut end: usize, mut value: u128) -> usize {
    const CHUNK: u128 = 10_000_000_000_000_000_000;
    while value > u128::from(u64::MAX) {
        let start = put_digits(buffer, end, (value % CHUNK) as u64);
        end -= 19;
        buffer[end..start].fill(b'0');
        value /= CHUNK;
    }
    put_digits(buffer, end, value as u64)
}

/// The text of `value` / 10^`scale` with exactly `scale` digits after the point, 38 at most.
pub fn format_decimal(buffer: &mut NumberBuffer, value: i128, scale: u8) -> &[u8] {
    let scale = scale.min(DECIMAL_WIDTH_MAX);
    let mut start = put_wide_digits(buffer, DECIMAL_TEXT_BYTES_MAX, value.unsigned_abs());
    if scale > 0 {
        // At least one digit stays before the point.
        let point = DECIMAL_TEXT_BYTES_MAX - usize::from(scale) - 1;
        if start > point {
            buffer[point..start].fill(b'0');
            start = point;
        }
        buffer.copy_within(start..=point, start - 1);
        buffer[point] = b'.';
        start -= 1;
    }
    if value < 0 {
        start -= 1;
        buffer[start] = b'-';
    }
    &buffer[start..]
}

/// Appends the decimal digits of `value`.
pub fn write_u64(out: &mut Vec<u8>, value: u64) {
    let mut buffer = [0; DECIMAL_TEXT_BYTES_MAX];
    let start = put_digits(&mut buffer, DECIMAL_TEXT_BYTES_MAX, value);
    out.extend_from_slice(&buffer[start..]);
}

/// Appends `value` in decimal.
pub fn write_i64(out: &mut Vec<u8>, value: i64) {
    if value < 0 {
        out.push(b'-');
    }
    write_u64(out, value.unsigned_abs());
}

/// Appends `value` in decimal.
pub fn write_u128(out: &mut Vec<u8>, value: u128) {
    let mut buffer = [0; DECIMAL_TEXT_BYTES_MAX];
    let start = put_wide_digits(&mut buffer, DECIMAL_TEXT_BYTES_MAX, value);
    out.extend_from_slice(&buffer[start..]);
}

/// Appends `value` in decimal.
pub fn write_i128(out: &mut Vec<u8>, value: i128) {
    write_decimal(out, value, 0);
}

/// Appends `value` / 10^`scale` with exactly `scale` digits after the point.
pub fn write_decimal(out: &mut Vec<u8>, value: i128, scale: u8) {
    let mut buffer = [0; DECIMAL_TEXT_BYTES_MAX];
    out.extend_from_slice(format_decimal(&mut buffer, value, scale));
}

/// Appends a double as DuckDB prints it: the shortest digits that read back the same, an exponent
/// below 1e-4 and from 1e16 on, `nan`, `inf` and `-inf`. Where two shortest texts are equally near,
/// DuckDB's last digits may differ; both texts read back as the same number.
pub fn write_double(out: &mut Vec<u8>, value: f64) {
    if value.is_finite() {
        let mut scientific = [0u8; 32];
        let digits = format_into(&mut scientific, format_args!("{value:e}"));
        layout_scientific(out, digits);
    } else {
        write_non_finite(out, value);
    }
}

/// Appends a float as DuckDB prints it; see [`write_double`].
pub fn write_float(out: &mut Vec<u8>, value: f32) {
    if value.is_finite() {
        let mut scientific = [0u8; 32];
        let digits = format_into(&mut scientific, format_args!("{value:e}"));
        layout_scientific(out, digits);
    } else {
        write_non_finite(out, f64::from(value));
    }
}

fn write_non_finite(out: &mut Vec<u8>, value: f64) {
    let text: &[u8] = if value.is_nan() {
        b"nan"
    } else if value > 0.0 {
        b"inf"
    } else {
        b"-inf"
    };
    out.extend_from_slice(text);
}

fn format_into<'b>(buffer: &'b mut [u8; 32], text: std::fmt::Arguments<'_>) -> &'b [u8] {
    let mut rest = &mut buffer[..];
    rest.write_fmt(text)
        .expect("a shortest float takes at most 25 bytes");
    let unused = rest.len();
    &buffer[..32 - unused]
}

/// Turns Rust's `-1.25e-7` into DuckDB's layout.
fn layout_scientific(out: &mut Vec<u8>, scientific: &[u8]) {
    let (negative, rest) = match scientific {
        [b'-', rest @ ..] => (true, rest),
        rest => (false, rest),
    };
    let split = rest
        .iter()
        .position(|&byte| byte == b'e')
        .unwrap_or(rest.len());
    let exponent: i32 = std::str::from_utf8(&rest[(split + 1).min(rest.len())..])
        .unwrap_or("0")
        .parse()
        .unwrap_or(0);
    let first = rest[0];
    let fraction = if split > 2 { &rest[2..split] } else { &[] };
    if negative {
        out.push(b'-');
    }
    if (-4..16).contains(&exponent) {
        if exponent < 0 {
            out.extend_from_slice(b"0.");
            out.extend(std::iter::repeat_n(b'0', (-exponent - 1) as usize));
            out.push(first);
            out.extend_from_slice(fraction);
            return;
        }
        let whole = exponent as usize;
        out.push(first);
        if fraction.len() > whole {
            out.extend_from_slice(&fraction[..whole]);
            out.push(b'.');
            out.extend_from_slice(&fraction[whole..]);
        } else {
            out.extend_from_slice(fraction);
            out.extend(std::iter::repeat_n(b'0', whole - fraction.len()));
            out.extend_from_slice(b".0");
        }
        return;
    }
    out.push(first);
    if !fraction.is_empty() {
        out.push(b'.');
        out.extend_from_slice(fraction);
    }
    out.extend_from_slice(if exponent < 0 { b"e-" } else { b"e+" });
    if exponent.unsigned_abs() < 10 {
        out.push(b'0');
    }
    write_u64(out, u64::from(exponent.unsigned_abs()));
}

/// Reads a decimal text (sign, digits, point, exponent) as an integer at `scale`: the number times
/// 10^`scale`, rounded half away from zero. Blanks around it are ignored.
pub fn parse_scaled(text: &str, scale: u8) -> Result<i128, NumberError> {
    let bytes = text.trim_ascii().as_bytes();
    let (negative, bytes) = match bytes {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    let whole_len = bytes
        .iter()
        .take_while(|byte| byte.is_ascii_digit())
        .count();
    let (whole, rest) = bytes.split_at(whole_len);
    let (fraction, rest) = match rest {
        [b'.', rest @ ..] => {
            let len = rest.iter().take_while(|byte| byte.is_ascii_digit()).count();
            rest.split_at(len)
        }
        rest => (&rest[..0], rest),
    };
    if whole.is_empty() && fraction.is_empty() {
        return Err(NumberError::Invalid);
    }
    let exponent = match rest {
        [] => 0,
        [b'e' | b'E', digits @ ..] => parse_exponent(digits)?,
        _ => return Err(NumberError::Invalid),
    };
    // How many digits of `whole` followed by `fraction` lie before the rounding position.
    let kept = whole.len() as i64 + exponent + i64::from(scale);
    let digit_count = (whole.len() + fraction.len()) as i64;
    let mut magnitude: u128 = 0;
    let mut digits = whole.iter().chain(fraction);
    for digit in digits.by_ref().take(kept.clamp(0, digit_count) as usize) {
        magnitude = magnitude
            .checked_mul(10)
            .and_then(|value| value.checked_add(u128::from(digit - b'0')))
            .ok_or(NumberError::Overflow)?;
    }
    if kept >= digit_count {
        if magnitude != 0 {
            let zeros = usize::try_from(kept - digit_count).unwrap_or(usize::MAX);
            let power = POWERS_OF_TEN.get(zeros).ok_or(NumberError::Overflow)?;
            magnitude = magnitude
                .checked_mul(*power as u128)
                .ok_or(NumberError::Overflow)?;
        }
    } else if kept >= 0 && digits.next().is_some_and(|&digit| digit >= b'5') {
        magnitude = magnitude.checked_add(1).ok_or(NumberError::Overflow)?;
    }
    signed(negative, magnitude).ok_or(NumberError::Overflow)
}

fn signed(negative: bool, magnitude: u128) -> Option<i128> {
    if negative {
        0i128.checked_sub_unsigned(magnitude)
    } else {
        i128::try_from(magnitude).ok()
    }
}

fn parse_exponent(digits: &[u8]) -> Result<i64, NumberError> {
    let (negative, digits) = match digits {
        [b'-', rest @ ..] => (true, rest),
        [b'+', rest @ ..] => (false, rest),
        rest => (false, rest),
    };
    if digits.is_empty() || !digits.iter().all(u8::is_ascii_digit) {
        return Err(NumberError::Invalid);
    }
    // Past this bound every number overflows or rounds to zero, whatever its digits.
    const EXPONENT_BOUND: i64 = 1 << 40;
    let value = digits.iter().fold(0i64, |value, digit| {
        (value * 10 + i64::from(digit - b'0')).min(EXPONENT_BOUND)
    });
    Ok(if negative { -value } else { value })
}

/// A double times 10^`scale`, rounded half away from zero from the shortest decimal text of the
/// double: 119.998 at scale 3 is 119998 although the double lies below it.
pub fn double_to_scaled(value: f64, scale: u8) -> Result<i128, NumberError> {
    if let Some(whole) = scaled_by_product(value, scale) {
        return Ok(whole);
    }
    if !value.is_finite() {
        return Err(NumberError::Overflow);
    }
    let mut scientific = [0u8; 32];
    let text = format_into(&mut scientific, format_args!("{value:e}"));
    parse_scaled(
        std::str::from_utf8(text).map_err(|_| NumberError::Invalid)?,
        scale,
    )
}

/// As [`double_to_scaled`] where the product is near enough to what the text says: the text lies
/// within half a unit of the double's last place, and so does the rounding of the product. `None`
/// near a half, and for numbers with few places to spare.
fn scaled_by_product(value: f64, scale: u8) -> Option<i128> {
    const PRODUCT_MAX: f64 = (1u64 << 44) as f64;
    // Four times as far as both can be off together.
    const OFF_MAX: f64 = 1.0 / (1u64 << 50) as f64;
    let product = value.abs() * EXACT_DOUBLE_POWERS.get(usize::from(scale))?;
    if product.is_nan() || product >= PRODUCT_MAX {
        return None;
    }
    let whole = product.floor();
    let fraction = product - whole;
    if (fraction - 0.5).abs() <= product * OFF_MAX {
        return None;
    }
    let rounded = whole as i64 + i64::from(fraction > 0.5);
    Some(i128::from(if value < 0.0 { -rounded } else { rounded }))
}

/// A float times 10^`scale`, from its shortest decimal text; see [`double_to_scaled`].
pub fn float_to_scaled(value: f32, scale: u8) -> Result<i128, NumberError> {
    if !value.is_finite() {
        return Err(NumberError::Overflow);
    }
    let mut scientific = [0u8; 32];
    let text = format_into(&mut scientific, format_args!("{value:e}"));
    parse_scaled(
        std::str::from_utf8(text).map_err(|_| NumberError::Invalid)?,
        scale,
    )
}

/// The double nearest to `value` / 10^`scale`.
pub fn scaled_to_double(value: i128, scale: u8) -> f64 {
    const EXACT_INTEGER_MAX: u128 = 1 << 53;
    if value.unsigned_abs() <= EXACT_INTEGER_MAX && usize::from(scale) < EXACT_DOUBLE_POWERS.len() {
        // Both operands are exact, so the one division rounds once.
        return value as f64 / EXACT_DOUBLE_POWERS[usize::from(scale)];
    }
    let mut text = Vec::with_capacity(48);
    write_decimal(&mut text, value, scale);
    std::str::from_utf8(&text)
        .ok()
        .and_then(|text| text.parse().ok())
        .unwrap_or(f64::NAN)
}

/// Changes the scale of a decimal, rounding half away from zero; `None` when it overflows.
pub fn rescale(value: i128, from_scale: u8, to_scale: u8) -> Option<i128> {
    if to_scale >= from_scale {
        let power = POWERS_OF_TEN.get(usize::from(to_scale - from_scale))?;
        return value.checked_mul(*power);
    }
    let Some(&power) = POWERS_OF_TEN.get(usize::from(from_scale - to_scale)) else {
        return Some(0);
    };
    let (quotient, remainder) = (value / power, value % power);
    // Not `remainder * 2 >= power`: twice the remainder can exceed 128 bits.
    let rounds_away = remainder.unsigned_abs() >= (power / 2).unsigned_abs();
    Some(if rounds_away {
        quotient + value.signum()
    } else {
        quotient
    })
}

/// Whether a decimal has at most `width` digits.
pub fn fits_width(value: i128, width: u8) -> bool {
    POWERS_OF_TEN
        .get(usize::from(width))
        .is_none_or(|limit| value.unsigned_abs() < limit.unsigned_abs())
}

/// Digits of the magnitude, at least one.
pub fn digit_count(value: i128) -> u8 {
    let magnitude = value.unsigned_abs();
    let count = POWERS_OF_TEN
        .iter()
        .take_while(|power| power.unsigned_abs() <= magnitude)
        .count();
    count.max(1) as u8
}

/// A text that spells a finite decimal without an exponent, as `(value, scale)`.
pub fn parse_plain_decimal(text: &str) -> Result<(i128, u8), NumberError> {
    let bytes = text.as_bytes();
    let fraction_len = bytes
        .iter()
        .position(|&byte| byte == b'.')
        .map_or(0, |at| bytes.len() - at - 1);
    if bytes
        .iter()
        .any(|byte| !matches!(byte, b'0'..=b'9' | b'.' | b'-'))
        || text.ends_with('.')
    {
        return Err(NumberError::Invalid);
    }
    let scale = u8::try_from(fraction_len).map_err(|_| NumberError::Overflow)?;
    if scale > DECIMAL_WIDTH_MAX {
        return Err(NumberError::Overflow);
    }
    let value = parse_scaled(text, scale)?;
    if fits_width(value, DECIMAL_WIDTH_MAX) {
        Ok((value, scale))
    } else {
        Err(NumberError::Overflow)
    }
}

#[cfg(test)]
mod tests;
