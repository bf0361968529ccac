//! Splitting a statement into tokens, as far as its head and its function calls must be read.
//!
//! DuckDB offers the syntax tree of SELECT only. For statements that write, this lexer reads what
//! the bound plan leaves out, and whatever it does not understand is refused: a token that DuckDB
//! would see and this lexer would not is the only danger, so texts that two lexers could split
//! differently have no tokens at all.

/// One token. Words are folded to lower case; quoted names and strings keep their content.
#[derive(Clone, Debug, PartialEq, Eq)]
pub enum Token {
    Word(String),
    Quoted(String),
    Text(String),
    Number,
    Parameter,
    Symbol(char),
}

impl Token {
    pub fn is_symbol(&self, symbol: char) -> bool {
        matches!(self, Self::Symbol(own) if *own == symbol)
    }

    /// The name that this token can be.
    pub fn name(&self) -> Option<&str> {
        match self {
            Self::Word(name) | Self::Quoted(name) => Some(name),
            _ => None,
        }
    }
}

/// Splits a statement. `None` for a text that does not end its quotes or nests its comments.
pub fn tokens_of(sql: &str) -> Option<Vec<Token>> {
    let mut lexer = Lexer { sql, position: 0 };
    let mut tokens = Vec::new();
    while let Some(found) = lexer.next_token() {
        tokens.push(found?);
    }
    // A final semicolon ends the statement; DuckDB has checked that there is no second one.
    while tokens.last().is_some_and(|last| last.is_symbol(';')) {
        tokens.pop();
    }
    Some(tokens)
}

/// The statement with its parameters replaced. `None` for a text that cannot be split, or when
/// there is no replacement for one of them.
///
/// A parameter is given to `replacement` as it is written: `?`, `$1` or `$name`.
pub fn replace_parameters(
    sql: &str,
    mut replacement: impl FnMut(&str) -> Option<String>,
) -> Option<String> {
    let mut lexer = Lexer { sql, position: 0 };
    let mut replaced = String::with_capacity(sql.len());
    let mut copied = 0;
    loop {
        lexer.skip_blank()?;
        let start = lexer.position;
        let Some(token) = lexer.next_token() else {
            break;
        };
        if token? == Token::Parameter {
            replaced.push_str(&sql[copied..start]);
            replaced.push_str(&replacement(&sql[start..lexer.position])?);
            copied = lexer.position;
        }
    }
    replaced.push_str(&sql[copied..]);
    Some(replaced)
}

/// What follows the first AS outside parentheses: the query of `CREATE VIEW v (a) AS query`.
pub fn behind_as(sql: &str) -> Option<&str> {
    let mut lexer = Lexer { sql, position: 0 };
    let mut depth = 0;
    while let Some(token) = lexer.next_token() {
        match token? {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            Token::Word(word) if word == "as" && depth == 0 => {
                return Some(sql[lexer.position..].trim_end_matches([';', ' ', '\n']));
            }
            _ => {}
        }
    }
    None
}

struct Lexer<'a> {
    sql: &'a str,
    position: usize,
}

impl Lexer<'_> {
    /// The next token, `Some(None)` for a text that cannot be split.
    fn next_token(&mut self) -> Option<Option<Token>> {
        if self.skip_blank().is_none() {
            return Some(None);
        }
        let byte = *self.sql.as_bytes().get(self.position)?;
        Some(match byte {
            b'\'' => self.quoted('\'').map(Token::Text),
            b'"' => self.quoted('"').map(Token::Quoted),
            b'$' => self.dollar(),
            b'?' => {
                self.position += 1;
                Some(Token::Parameter)
            }
            digit if digit.is_ascii_digit() => self.number(),
            byte if is_word_byte(byte) => self.word(),
            _ => {
                self.position += 1;
                Some(Token::Symbol(byte as char))
            }
        })
    }

    fn rest(&self) -> &str {
        &self.sql[self.position..]
    }

    fn skip_while(&mut self, accepts: impl Fn(u8) -> bool) {
        let bytes = self.sql.as_bytes();
        while bytes.get(self.position).copied().is_some_and(&accepts) {
            self.position += 1;
        }
    }

    /// Skips white space and comments.
    fn skip_blank(&mut self) -> Option<()> {
        loop {
            self.skip_while(|byte| byte.is_ascii_whitespace() || byte == 0x0b);
            if self.rest().starts_with("--") {
                self.skip_while(|byte| byte != b'\n' && byte != b'\r');
            } else if self.rest().starts_with("/*") {
                let length = self.rest()[2..].find("*/")? + 4;
                if self.rest()[2..length - 2].contains("/*") {
                    // Some lexers nest comments and some do not.
                    return None;
                }
                self.position += length;
            } else {
                return Some(());
            }
        }
    }

    fn quoted(&mut self, quote: char) -> Option<String> {
        let mut content = String::new();
        let mut characters = self.rest().char_indices().skip(1).peekable();
        while let Some((offset, character)) = characters.next() {
            if character != quote {
                content.push(character);
            } else if characters.peek().is_some_and(|(_, next)| *next == quote) {
                characters.next();
                content.push(quote);
            } else {
                self.position += offset + 1;
                return Some(content);
            }
        }
        None
    }

    /// `$1`, `$name`, `$$text$$` or `$tag$text$tag$`.
    fn dollar(&mut self) -> Option<Token> {
        let tag_length = self.rest()[1..]
            .bytes()
            .take_while(|byte| is_word_byte(*byte))
            .count();
        let tag = self.rest()[..=tag_length].to_owned() + "$";
        if tag.as_bytes()[1].is_ascii_digit() {
            self.position += 1;
            self.skip_while(|byte| byte.is_ascii_digit());
            return self.ends_here().then_some(Token::Parameter);
        }
        if !self.rest().starts_with(&tag) {
            self.position += 1 + tag_length;
            return Some(Token::Parameter);
        }
        let content = &self.rest()[tag.len()..];
        let end = content.find(&tag)?;
        let text = content[..end].to_owned();
        self.position += 2 * tag.len() + end;
        Some(Token::Text(text))
    }

    /// `1`, `1_000`, `1.`, `1.5e-3`; `None` where a word follows at once, as in `1FROM`.
    fn number(&mut self) -> Option<Token> {
        self.digits();
        if self.rest().starts_with('.') {
            self.position += 1;
            self.digits();
        }
        let mut ahead = self.rest().bytes();
        if matches!(ahead.next(), Some(b'e' | b'E')) {
            let sign = ahead.next().filter(|byte| matches!(byte, b'+' | b'-'));
            let start = 1 + usize::from(sign.is_some());
            let is_exponent = self.rest().as_bytes().get(start);
            if is_exponent.is_some_and(u8::is_ascii_digit) {
                self.position += start;
                self.digits();
            }
        }
        self.ends_here().then_some(Token::Number)
    }

    fn digits(&mut self) {
        self.skip_while(|byte| byte.is_ascii_digit() || byte == b'_');
    }

    /// Whether nothing follows that could belong to the word or number before it.
    fn ends_here(&self) -> bool {
        let next = self.rest().bytes().next();
        next.is_none_or(|byte| !is_word_byte(byte) && byte != b'$')
    }

    /// `None` for a word that DuckDB would end elsewhere: it allows `$` in names, and takes blanks
    /// that are not ASCII for blanks.
    fn word(&mut self) -> Option<Token> {
        let start = self.position;
        self.skip_while(is_word_byte);
        let word = self.sql[start..self.position].to_ascii_lowercase();
        if self.rest().starts_with('$') || word.contains(is_invisible) {
            return None;
        }
        if !self.rest().starts_with('\'') {
            return Some(Token::Word(word));
        }
        match word.as_str() {
            // With a backslash in it, an escape string may end elsewhere than a plain one.
            "e" if self.quoted_has_backslash() => None,
            "e" | "x" | "b" | "n" => self.quoted('\'').map(Token::Text),
            _ => Some(Token::Word(word)),
        }
    }

    fn quoted_has_backslash(&self) -> bool {
        let mut ahead = Lexer {
            sql: self.sql,
            position: self.position,
        };
        ahead
            .quoted('\'')
            .is_none_or(|content| content.contains('\\'))
    }
}

fn is_invisible(character: char) -> bool {
    let is_format =
        matches!(character, '\u{200b}'..='\u{200f}' | '\u{2060}'..='\u{2064}' | '\u{feff}');
    is_format || character.is_whitespace() || character.is_control()
}

fn is_word_byte(byte: u8) -> bool {
    byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80
}

#[cfg(test)]
mod tests {
    use super::*;

    fn split(sql: &str) -> Vec<Token> {
        tokens_of(sql).unwrap()
    }

    #[test]
    fn a_statement_is_split_around_comments_and_quotes() {
        let word = |text: &str| Token::Word(text.to_owned());
        assert_eq!(
            split("INSERT/*x*/INTO \"T \"\"1\" -- y\n VALUES (1.5e3, 'it''s', $1, $$a'b$$);"),
            vec![
                word("insert"),
                word("into"),
                Token::Quoted("T \"1".to_owned()),
                word("values"),
                Token::Symbol('('),
                Token::Number,
                Token::Symbol(','),
                Token::Text("it's".to_owned()),
                Token::Symbol(','),
                Token::Parameter,
                Token::Symbol(','),
                Token::Text("a'b".to_owned()),
                Token::Symbol(')'),
            ]
        );
    }

    #[test]
    fn parameters_are_replaced_and_nothing_else_is() {
        let replaced = replace_parameters("SELECT ?, '$1', $1 -- ?\n, $$?$$, $name", |written| {
            Some(format!("<{written}>"))
        });
        let expected = "SELECT <?>, '$1', <$1> -- ?\n, $$?$$, <$name>";
        assert_eq!(replaced.as_deref(), Some(expected));
        assert_eq!(replace_parameters("SELECT $name", |_| None), None);
        assert_eq!(replace_parameters("SELECT '", |_| None), None);
    }

    #[test]
    fn numbers_end_where_they_end() {
        for sql in ["1", "1.", "1.5", "1_000", "1e5", "1.5E-3", "12.e+10", "007"] {
            assert_eq!(split(sql), vec![Token::Number], "{sql}");
        }
        assert_eq!(split("1-e").len(), 3);
    }

    #[test]
    fn what_lexers_disagree_about_has_no_tokens() {
        for sql in [
            "/* a /* b */ c */",
            "'open",
            "\"open",
            "E'\\' x'",
            "$a$ x",
            "/* open",
            "1FROM t",
            "1.5FROM t",
            "1.FROM t",
            "1eFROM t",
            "1e5FROM t",
            "0x1F",
            "$1FROM t",
            "$1$x$",
            "a$x$ FROM t AS b$x$",
            "a\u{a0}b",
            "a\u{2003}b",
            "\u{feff}a",
        ] {
            assert!(tokens_of(sql).is_none(), "{sql}");
        }
    }
}
