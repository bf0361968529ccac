//! The shape of a query: its text with the literals taken out that cannot change what it touches.

/// Replaces numbers, and strings that follow an operator, by `?`. A string anywhere else stays,
/// because there it can name a table (`FROM 'name'`) or be an argument that does.
///
/// Two queries of one shape bind the same relations, so one verdict serves both.
pub fn shape_of(sql: &str) -> String {
    let bytes = sql.as_bytes();
    if bytes.contains(&b'\\') {
        // Escape strings end elsewhere than this lexer thinks.
        return sql.to_owned();
    }
    let mut shape = String::with_capacity(sql.len());
    let mut position = 0;
    let mut follows_operator = false;
    while position < bytes.len() {
        let start = position;
        match bytes[position] {
            b'\'' => {
                position = end_of_quoted(bytes, position, b'\'');
                if follows_operator {
                    shape.push('?');
                } else {
                    shape.push_str(&sql[start..position]);
                }
                follows_operator = false;
            }
            b'"' => {
                position = end_of_quoted(bytes, position, b'"');
                shape.push_str(&sql[start..position]);
                follows_operator = false;
            }
            byte if byte.is_ascii_digit() => {
                position = end_of_number(bytes, position);
                if bytes.get(position).copied().is_some_and(is_word) {
                    // `1FROM` is two tokens to DuckDB.
                    return sql.to_owned();
                }
                shape.push('?');
                follows_operator = false;
            }
            byte if is_word(byte) => {
                while position < bytes.len() && is_word(bytes[position]) {
                    position += 1;
                }
                shape.push_str(&sql[start..position]);
                follows_operator = false;
            }
            // Dollar quotes and comments are rare in generated queries: their shape is the text.
            b'$' => return sql.to_owned(),
            b'-' if bytes.get(position + 1) == Some(&b'-') => return sql.to_owned(),
            b'/' if bytes.get(position + 1) == Some(&b'*') => return sql.to_owned(),
            byte => {
                position += 1;
                shape.push(byte as char);
                if !byte.is_ascii_whitespace() {
                    follows_operator = matches!(byte, b'=' | b'<' | b'>' | b'|' | b'+');
                }
            }
        }
    }
    shape
}

fn is_word(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

fn end_of_quoted(bytes: &[u8], start: usize, quote: u8) -> usize {
    let mut position = start + 1;
    while position < bytes.len() {
        if bytes[position] == quote {
            if bytes.get(position + 1) == Some(&quote) {
                position += 1;
            } else {
                return position + 1;
            }
        }
        position += 1;
    }
    bytes.len()
}

fn end_of_number(bytes: &[u8], start: usize) -> usize {
    let is_digit = |position: usize| {
        bytes
            .get(position)
            .is_some_and(|byte| byte.is_ascii_digit() || *byte == b'_')
    };
    let mut position = start;
    while is_digit(position) || bytes.get(position) == Some(&b'.') {
        position += 1;
    }
    if matches!(bytes.get(position), Some(b'e' | b'E')) {
        let sign = usize::from(matches!(bytes.get(position + 1), Some(b'+' | b'-')));
        if is_digit(position + 1 + sign) {
            position += 1 + sign;
            while is_digit(position) {
                position += 1;
            }
        }
    }
    position
}

#[cfg(test)]
mod tests {
    use super::shape_of;

    #[test]
    fn literals_that_only_compare_are_taken_out() {
        assert_eq!(
            shape_of("SELECT tier FROM c WHERE id = 12345 AND name = 'O''Neil' AND x<1.5e3"),
            "SELECT tier FROM c WHERE id = ? AND name = ? AND x<?"
        );
    }

    #[test]
    fn strings_that_could_name_something_stay() {
        for sql in [
            "SELECT * FROM 'a'",
            "SELECT * FROM query('x')",
            "SELECT * FROM b, 'a'",
        ] {
            assert_eq!(shape_of(sql), sql);
        }
        assert_ne!(shape_of("FROM 'a'"), shape_of("FROM 'b'"));
    }

    #[test]
    fn names_with_digits_stay_whole() {
        assert_eq!(
            shape_of("SELECT a1, \"t 2\" FROM x9"),
            "SELECT a1, \"t 2\" FROM x9"
        );
        assert_eq!(shape_of("SELECT ü1 FROM ö"), "SELECT ü1 FROM ö");
    }

    #[test]
    fn what_could_hide_a_token_is_its_own_shape() {
        for sql in ["SELECT 1FROM t", "SELECT 0x1F", "SELECT a = E'\\'' FROM t"] {
            assert_eq!(shape_of(sql), sql);
        }
    }

    #[test]
    fn comments_and_dollar_quotes_are_their_own_shape() {
        assert_eq!(shape_of("SELECT 1 -- 2"), "SELECT 1 -- 2");
        assert_eq!(shape_of("SELECT $$5$$"), "SELECT $$5$$");
    }
}
