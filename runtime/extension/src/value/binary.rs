//! Binary scalars as text: base64, UUID, BIT and DuckDB's spelling of a BLOB.

const BASE64_ALPHABET: &[u8; 64] =
    b"ABCDEFGHIJKLMNOPQRSTUVWXYZabcdefghijklmnopqrstuvwxyz0123456789+/";

/// Appends the padded standard base64 of `bytes`.
pub fn write_base64(out: &mut Vec<u8>, bytes: &[u8]) {
    out.reserve(bytes.len().div_ceil(3) * 4);
    for chunk in bytes.chunks(3) {
        let group = chunk
            .iter()
            .fold(0u32, |group, &byte| group << 8 | u32::from(byte))
            << (8 * (3 - chunk.len()));
        for position in 0..4 {
            if position <= chunk.len() {
                let index = group >> (18 - 6 * position) & 63;
                out.push(BASE64_ALPHABET[index as usize]);
            } else {
                out.push(b'=');
            }
        }
    }
}

/// Reads standard base64, padded or not; `None` for anything else, stray bits included.
pub fn parse_base64(text: &str) -> Option<Vec<u8>> {
    let bytes = text.as_bytes();
    let padding = bytes.iter().rev().take_while(|&&byte| byte == b'=').count();
    if padding > 2 || (padding > 0 && !bytes.len().is_multiple_of(4)) {
        return None;
    }
    let digits = &bytes[..bytes.len() - padding];
    if digits.len() % 4 == 1 {
        return None;
    }
    let mut out = Vec::with_capacity(digits.len() * 3 / 4);
    for chunk in digits.chunks(4) {
        let mut group = 0u32;
        for &digit in chunk {
            group = group << 6 | base64_digit(digit)?;
        }
        let missing = 4 - chunk.len();
        group <<= 6 * missing;
        let bytes = group.to_be_bytes();
        let (kept, dropped) = bytes[1..].split_at(3 - missing);
        if dropped.iter().any(|&byte| byte != 0) {
            return None;
        }
        out.extend_from_slice(kept);
    }
    Some(out)
}

fn base64_digit(byte: u8) -> Option<u32> {
    let value = match byte {
        b'A'..=b'Z' => byte - b'A',
        b'a'..=b'z' => byte - b'a' + 26,
        b'0'..=b'9' => byte - b'0' + 52,
        b'+' => 62,
        b'/' => 63,
        _ => return None,
    };
    Some(u32::from(value))
}

/// Appends the 36 characters of a UUID.
pub fn write_uuid(out: &mut Vec<u8>, value: u128) {
    for (index, byte) in value.to_be_bytes().into_iter().enumerate() {
        if matches!(index, 4 | 6 | 8 | 10) {
            out.push(b'-');
        }
        for nibble in [byte >> 4, byte & 15] {
            out.push(b"0123456789abcdef"[usize::from(nibble)]);
        }
    }
}

/// Reads a UUID: 32 hexadecimal digits, hyphens anywhere between them, braces allowed around.
pub fn parse_uuid(text: &str) -> Option<u128> {
    let text = text.trim_ascii();
    let text = text
        .strip_prefix('{')
        .map_or(Some(text), |rest| rest.strip_suffix('}'))?;
    let mut value = 0u128;
    let mut digits = 0;
    for character in text.chars() {
        if character == '-' && digits > 0 {
            continue;
        }
        if digits == 32 {
            return None;
        }
        value = value << 4 | u128::from(character.to_digit(16)?);
        digits += 1;
    }
    (digits == 32 && !text.ends_with('-')).then_some(value)
}

/// Reads DuckDB's stored BIT: one byte counting the padding bits, then the padded bits.
pub fn bit_from_stored(bytes: &[u8]) -> String {
    let Some((&padding, data)) = bytes.split_first() else {
        return String::new();
    };
    let bits = data
        .iter()
        .flat_map(|byte| (0..8).rev().map(move |shift| byte >> shift & 1));
    bits.skip(usize::from(padding))
        .map(|bit| if bit == 1 { '1' } else { '0' })
        .collect()
}

/// Writes DuckDB's stored BIT from characters `0` and `1`; padding bits are ones.
pub fn bit_to_stored(bits: &str) -> Vec<u8> {
    let padding = (8 - bits.len() % 8) % 8;
    let mut stored = Vec::with_capacity(bits.len() / 8 + 2);
    stored.push(padding as u8);
    let padded = std::iter::repeat_n(b'1', padding).chain(bits.bytes());
    let mut byte = 0u8;
    for (index, bit) in padded.enumerate() {
        byte = byte << 1 | (bit & 1);
        if index % 8 == 7 {
            stored.push(byte);
        }
    }
    stored
}

/// Whether a text is a BIT: at least one character, all `0` or `1`.
pub fn is_bit_text(text: &str) -> bool {
    !text.is_empty() && text.bytes().all(|byte| matches!(byte, b'0' | b'1'))
}

/// Appends a BLOB as DuckDB casts it to VARCHAR: printable ASCII but quotes and backslashes as it
/// is, `\xAA` for the rest.
pub fn write_blob_text(out: &mut Vec<u8>, bytes: &[u8]) {
    for &byte in bytes {
        if (32..127).contains(&byte) && !matches!(byte, b'\\' | b'\'' | b'"') {
            out.push(byte);
        } else {
            out.extend_from_slice(b"\\x");
            for nibble in [byte >> 4, byte & 15] {
                out.push(b"0123456789ABCDEF"[usize::from(nibble)]);
            }
        }
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn base64_matches_rfc_4648() {
        for (plain, text) in [
            ("", ""),
            ("f", "Zg=="),
            ("fo", "Zm8="),
            ("foo", "Zm9v"),
            ("foobar", "Zm9vYmFy"),
        ] {
            let mut out = Vec::new();
            write_base64(&mut out, plain.as_bytes());
            assert_eq!(out, text.as_bytes());
            assert_eq!(parse_base64(text).unwrap(), plain.as_bytes());
            assert_eq!(
                parse_base64(text.trim_end_matches('=')).unwrap(),
                plain.as_bytes()
            );
        }
        for text in ["Z", "Zg=", "Zg===", "Zh==", "Z g=", "=", "Zm9v=", "é"] {
            assert_eq!(parse_base64(text), None, "{text}");
        }
    }

    #[test]
    fn uuids_round_trip() {
        let text = "00112233-4455-6677-8899-aabbccddeeff";
        let value = parse_uuid(text).unwrap();
        let mut out = Vec::new();
        write_uuid(&mut out, value);
        assert_eq!(out, text.as_bytes());
        assert_eq!(
            parse_uuid("{00112233445566778899AABBCCDDEEFF}"),
            Some(value)
        );
        for text in [
            "",
            "-",
            "0011",
            "{00112233445566778899AABBCCDDEEFF",
            &"0".repeat(33),
        ] {
            assert_eq!(parse_uuid(text), None, "{text}");
        }
    }

    #[test]
    fn bits_round_trip() {
        assert_eq!(bit_to_stored("0101"), [4, 0b1111_0101]);
        for bits in ["0", "1", "01010101", "101010101"] {
            assert_eq!(bit_from_stored(&bit_to_stored(bits)), bits);
        }
        assert_eq!(bit_from_stored(&[]), "");
        assert_eq!(bit_from_stored(&[200, 1]), "");
    }
}
