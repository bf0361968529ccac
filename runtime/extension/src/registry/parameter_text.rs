//! Reading `a BIGINT, b DECIMAL(9, 2) DEFAULT 1.5` as a client hands it to a function. Types and
//! defaults stay text: DuckDB is the one that understands them.

use super::procedure::Parameter;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// The parameters of a list.
pub fn parse(text: &str) -> EngineResult<Vec<Parameter>> {
    if text.trim().is_empty() {
        return Ok(Vec::new());
    }
    split(text, ',')?.into_iter().map(parameter).collect()
}

/// The parts of a qualified name, unquoted, one to three.
pub fn name_parts(text: &str) -> EngineResult<Vec<String>> {
    let parts = split(text, '.')?;
    if parts.len() > 3 || parts.iter().any(|part| part.trim().is_empty()) {
        return Err(wrong(
            text,
            "a name is name, schema.name or database.schema.name",
        ));
    }
    Ok(parts.into_iter().map(|part| unquote(part.trim())).collect())
}

fn parameter(text: &str) -> EngineResult<Parameter> {
    let text = text.trim();
    let name_end = if text.starts_with('"') {
        skip_quoted(text, 0, '"').ok_or_else(|| wrong(text, "a quote is not closed"))?
    } else {
        text.find(char::is_whitespace).unwrap_or(text.len())
    };
    let (name, rest) = text.split_at(name_end);
    let rest = rest.trim();
    if name.is_empty() || rest.is_empty() {
        return Err(wrong(text, "a parameter is a name and a type"));
    }
    let (type_name, default) = match default_position(rest) {
        None => (rest, None),
        Some((start, end)) => (rest[..start].trim(), Some(rest[end..].trim().to_owned())),
    };
    if type_name.is_empty() || default.as_deref() == Some("") {
        return Err(wrong(
            text,
            "a parameter is a name, a type and perhaps a default",
        ));
    }
    Ok(Parameter {
        name: unquote(name),
        type_name: type_name.to_owned(),
        default,
    })
}

/// Where `DEFAULT`, `:=` or `=` stands outside of brackets and quotes: its start and its end.
fn default_position(text: &str) -> Option<(usize, usize)> {
    let bytes = text.as_bytes();
    let is_word = |index: usize| {
        bytes
            .get(index)
            .is_some_and(|byte| byte.is_ascii_alphanumeric() || *byte == b'_')
    };
    let mut depth = 0usize;
    let mut index = 0;
    while index < bytes.len() {
        match bytes[index] {
            quote @ (b'\'' | b'"') => {
                index = skip_quoted(text, index, char::from(quote))?;
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth = depth.saturating_sub(1),
            b':' if depth == 0 && bytes.get(index + 1) == Some(&b'=') => {
                return Some((index, index + 2));
            }
            b'=' if depth == 0 => return Some((index, index + 1)),
            b'd' | b'D'
                if depth == 0
                    && (index == 0 || !is_word(index - 1))
                    && !is_word(index + 7)
                    && bytes
                        .get(index..index + 7)
                        .is_some_and(|word| word.eq_ignore_ascii_case(b"default")) =>
            {
                return Some((index, index + 7));
            }
            _ => {}
        }
        index += 1;
    }
    None
}

/// The parts between separators that stand outside of brackets and quotes.
fn split(text: &str, separator: char) -> EngineResult<Vec<&str>> {
    let mut parts = Vec::new();
    let mut depth = 0i32;
    let (mut start, mut index) = (0, 0);
    let bytes = text.as_bytes();
    while index < bytes.len() {
        match bytes[index] {
            quote @ (b'\'' | b'"') => {
                index = skip_quoted(text, index, char::from(quote))
                    .ok_or_else(|| wrong(text, "a quote is not closed"))?;
                continue;
            }
            b'(' | b'[' | b'{' => depth += 1,
            b')' | b']' | b'}' => depth -= 1,
            byte if depth == 0 && char::from(byte) == separator => {
                parts.push(&text[start..index]);
                start = index + 1;
            }
            _ => {}
        }
        if depth < 0 {
            return Err(wrong(text, "a bracket closes that was not opened"));
        }
        index += 1;
    }
    if depth != 0 {
        return Err(wrong(text, "a bracket is not closed"));
    }
    parts.push(&text[start..]);
    Ok(parts)
}

/// The index after a quoted part that starts at `start`; a doubled quote stands for itself.
fn skip_quoted(text: &str, start: usize, quote: char) -> Option<usize> {
    let bytes = text.as_bytes();
    let quote = quote as u8;
    let mut index = start + 1;
    while index < bytes.len() {
        if bytes[index] == quote {
            if bytes.get(index + 1) != Some(&quote) {
                return Some(index + 1);
            }
            index += 1;
        }
        index += 1;
    }
    None
}

fn unquote(name: &str) -> String {
    name.strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .map_or_else(|| name.to_owned(), |inside| inside.replace("\"\"", "\""))
}

fn wrong(text: &str, what: &str) -> EngineError {
    EngineError::new(ErrorCode::SyntaxError, what).detail(text)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn parameters_are_split_outside_of_brackets_and_quotes() {
        let parsed = parse(
            "a BIGINT, \"b, \"\"c\" DECIMAL(9, 2) DEFAULT 1.5, c VARCHAR := 'x, = y', \
             d STRUCT(\"default\" INT, z MAP(INT, VARCHAR))[]",
        )
        .unwrap();
        let texts: Vec<_> = parsed
            .iter()
            .map(|one| {
                (
                    one.name.as_str(),
                    one.type_name.as_str(),
                    one.default.as_deref(),
                )
            })
            .collect();
        assert_eq!(
            texts,
            [
                ("a", "BIGINT", None),
                ("b, \"c", "DECIMAL(9, 2)", Some("1.5")),
                ("c", "VARCHAR", Some("'x, = y'")),
                ("d", "STRUCT(\"default\" INT, z MAP(INT, VARCHAR))[]", None),
            ]
        );
        assert!(parse(" ").unwrap().is_empty());
    }

    #[test]
    fn what_is_no_list_is_refused() {
        for text in [
            "a",
            "a INT,",
            "a INT DEFAULT",
            "a DECIMAL(9",
            "a INT)",
            "\"a INT",
        ] {
            assert!(parse(text).is_err(), "{text}");
        }
    }

    #[test]
    fn names_have_up_to_three_parts() {
        assert_eq!(name_parts("p").unwrap(), ["p"]);
        assert_eq!(name_parts("\"a.b\".p").unwrap(), ["a.b", "p"]);
        assert!(name_parts("a.b.c.d").is_err());
        assert!(name_parts("a..d").is_err());
    }
}
