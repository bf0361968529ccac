//! Where a statement's text names relations.
//!
//! Rather one name too many than one too few: what is found is only looked up, but a name that is
//! missed may be a path, and binding opens it.

use super::token::Token;

/// Words after which relations are named, separated by commas.
pub const RELATION_WORDS: [&str; 9] = [
    "from",
    "join",
    "pivot",
    "unpivot",
    "table",
    "summarize",
    "describe",
    "desc",
    "show",
];

/// Words that end such a list. None of them can be the name of a column without quotes.
const CLAUSE_WORDS: [&str; 13] = [
    "select",
    "where",
    "group",
    "order",
    "having",
    "limit",
    "offset",
    "returning",
    "window",
    "qualify",
    "union",
    "except",
    "intersect",
];

/// First words of statements in which `TABLE t` may define something.
const DEFINING_HEADS: [&str; 5] = ["create", "alter", "drop", "truncate", "comment"];

/// Words before TABLE where it does.
const DEFINING_WORDS: [&str; 9] = [
    "create",
    "temp",
    "temporary",
    "persistent",
    "replace",
    "alter",
    "drop",
    "truncate",
    "on",
];

/// Functions whose arguments may be separated by FROM.
const FUNCTIONS_WITH_FROM: [&str; 4] = ["extract", "overlay", "substring", "trim"];

/// The names of all relations that the text names.
pub fn relation_names(tokens: &[Token]) -> Vec<Vec<String>> {
    let mut found = Vec::new();
    visit_relations(tokens, |_, parts| found.push(parts));
    found
}

/// Calls `visit` with the first token and the parts of each name of a relation.
pub fn visit_relations(tokens: &[Token], mut visit: impl FnMut(&Token, Vec<String>)) {
    let mut scan = Scan {
        tokens,
        brackets: vec![Bracket::default()],
        is_expected: false,
    };
    let mut index = 0;
    while let Some(token) = tokens.get(index) {
        index += 1;
        if scan.passes(token, index - 1) {
            let parts = dotted(token, tokens, &mut index);
            visit(token, parts);
        }
    }
}

/// What is known about an open bracket, or about the statement itself.
#[derive(Default)]
struct Bracket {
    /// Commas separate relations.
    is_list: bool,
    /// The next FROM separates the arguments of a function.
    takes_from: bool,
}

struct Scan<'a> {
    tokens: &'a [Token],
    brackets: Vec<Bracket>,
    /// A relation comes next.
    is_expected: bool,
}

impl Scan<'_> {
    /// Goes on by a token; true when it begins the name of a relation.
    fn passes(&mut self, token: &Token, index: usize) -> bool {
        match token {
            Token::Symbol('(') => {
                let bracket = Bracket {
                    is_list: self.is_expected,
                    takes_from: self.takes_from(index),
                };
                self.brackets.push(bracket);
            }
            Token::Symbol(')') => {
                self.brackets.pop();
                self.is_expected = false;
            }
            Token::Symbol(',') => {
                self.is_expected = self.brackets.last().is_some_and(|b| b.is_list)
            }
            Token::Word(word) if !self.is_qualified(index) && self.reads_keyword(word, index) => {}
            _ => return std::mem::take(&mut self.is_expected),
        }
        false
    }

    /// Takes a word for what it means in its place; false when it is a name.
    fn reads_keyword(&mut self, word: &str, index: usize) -> bool {
        let next = self.tokens.get(index + 1);
        match word {
            "from" if self.separates_operands(index) => self.is_expected = false,
            "pivot" | "unpivot" => {
                // It reads one relation, and so do statements that begin with it.
                self.is_expected = true;
                if index == 0 || self.tokens[index - 1].is_symbol('(') {
                    self.set_list(false);
                }
            }
            "table" if self.is_definition(index) => self.is_expected = false,
            // `ORDER BY a DESC` describes nothing.
            "desc" if index > 0 && !self.tokens[index - 1].is_symbol('(') => {
                self.is_expected = false;
            }
            "from" | "join" => {
                self.is_expected = true;
                self.set_list(true);
            }
            word if RELATION_WORDS.contains(&word) => self.is_expected = true,
            // `MERGE … USING t` names a relation, `JOIN … USING (a)` does not.
            "using" => {
                let is_bracket = next.is_some_and(|next| next.is_symbol('('));
                self.is_expected = !is_bracket || self.changes_rows();
            }
            "values" if next.is_some_and(|next| next.is_symbol('(')) => self.end_list(),
            "set" if self.word_before(index) == Some("update") => self.end_list(),
            word if CLAUSE_WORDS.contains(&word) => self.end_list(),
            // Between two relations of a list, or before an alias.
            "on" | "as" | "when" | "tablesample" => self.is_expected = false,
            "lateral" | "only" => {}
            _ => return false,
        }
        true
    }

    fn end_list(&mut self) {
        self.is_expected = false;
        if let Some(last) = self.brackets.last_mut() {
            *last = Bracket::default();
        }
    }

    fn set_list(&mut self, is_list: bool) {
        if let Some(last) = self.brackets.last_mut() {
            last.is_list = is_list;
        }
    }

    /// Whether the token is a part of a name after its first.
    fn is_qualified(&self, index: usize) -> bool {
        index > 0 && self.tokens[index - 1].is_symbol('.')
    }

    fn word_before(&self, index: usize) -> Option<&str> {
        match self.tokens.get(index.checked_sub(1)?)? {
            Token::Word(word) => Some(word),
            _ => None,
        }
    }

    fn is_definition(&self, index: usize) -> bool {
        let is_head = |head: &Token| matches!(head, Token::Word(word) if DEFINING_HEADS.contains(&word.as_str()));
        self.tokens.first().is_some_and(is_head)
            && self
                .word_before(index)
                .is_some_and(|word| DEFINING_WORDS.contains(&word))
    }

    fn changes_rows(&self) -> bool {
        let changes = |token: &Token| matches!(token, Token::Word(word) if word == "merge" || word == "delete");
        self.tokens.iter().any(changes)
    }

    /// `IS [NOT] DISTINCT FROM b` and `extract(a FROM b)`.
    fn separates_operands(&mut self, index: usize) -> bool {
        let before = |distance: usize| self.word_before((index + 1).checked_sub(distance)?);
        let compares = before(1) == Some("distinct")
            && match before(2) {
                Some("is") => !self.is_qualified(index - 2),
                Some("not") => before(3) == Some("is") && !self.is_qualified(index - 3),
                _ => false,
            };
        let bracket = self.brackets.last_mut();
        compares || bracket.is_some_and(|bracket| std::mem::take(&mut bracket.takes_from))
    }

    /// Whether an opening bracket is that of a function whose arguments FROM separates. A table may
    /// have the function's name, and a query may follow it: `INSERT INTO trim (SELECT …)`.
    fn takes_from(&self, index: usize) -> bool {
        let is_function = self
            .word_before(index)
            .is_some_and(|word| FUNCTIONS_WITH_FROM.contains(&word));
        let begins_query = match self.tokens.get(index + 1) {
            Some(Token::Word(word)) => {
                let word = word.as_str();
                word == "with" || word == "select" || RELATION_WORDS.contains(&word)
            }
            _ => false,
        };
        is_function && !begins_query
    }
}

fn dotted(first: &Token, tokens: &[Token], index: &mut usize) -> Vec<String> {
    let text = |token: &Token| match token {
        Token::Word(text) | Token::Quoted(text) | Token::Text(text) => text.clone(),
        _ => String::new(),
    };
    let mut parts = vec![text(first)];
    while tokens.get(*index).is_some_and(|next| next.is_symbol('.')) {
        match tokens.get(*index + 1) {
            Some(next) => parts.push(text(next)),
            None => break,
        }
        *index += 2;
    }
    parts
}
