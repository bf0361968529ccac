//! Reads the signature of a function.

use std::iter::Peekable;

use proc_macro::token_stream::IntoIter;
use proc_macro::{Delimiter, Group, Ident, Span, TokenStream, TokenTree};

use crate::plain_name;

pub(crate) struct Signature {
    /// The function to call.
    pub(crate) function: Ident,
    /// The name of the export.
    pub(crate) name: String,
    pub(crate) comment: Option<String>,
    pub(crate) parameters: Vec<Parameter>,
    pub(crate) returns: TokenStream,
}

pub(crate) struct Parameter {
    pub(crate) name: String,
    /// The type that owns the value; for `&str` a `String`.
    pub(crate) kind: TokenStream,
    /// Whether the function borrows it.
    pub(crate) is_lent: bool,
}

type Failure = (Span, &'static str);
type Tokens = Peekable<IntoIter>;

const NOT_A_FUNCTION: &str = "#[heliosdb_procedure] belongs on a function";

pub(crate) fn parse(attribute: TokenStream, item: TokenStream) -> Result<Signature, Failure> {
    let mut tokens = item.into_iter().peekable();
    let comment = skip_attributes(&mut tokens)?;
    let function = function_name(&mut tokens)?;
    let parameters = match tokens.next() {
        Some(TokenTree::Group(group)) if group.delimiter() == Delimiter::Parenthesis => {
            parameters(&group)?
        }
        Some(token) => return Err((token.span(), "a procedure cannot be generic")),
        None => return Err((function.span(), NOT_A_FUNCTION)),
    };
    let returns = returns(&mut tokens)?;
    let name = match export_name(attribute)? {
        Some(name) => name,
        None => plain_name(&function),
    };
    Ok(Signature {
        name,
        function,
        comment,
        parameters,
        returns,
    })
}

/// Passes attributes and returns the first paragraph of the doc comment.
fn skip_attributes(tokens: &mut Tokens) -> Result<Option<String>, Failure> {
    let (mut comment, mut is_done) = (String::new(), false);
    while let Some(TokenTree::Punct(punct)) = tokens.peek() {
        let span = punct.span();
        tokens.next();
        let Some(TokenTree::Group(group)) = tokens.next() else {
            return Err((span, NOT_A_FUNCTION));
        };
        let mut inner = group.stream().into_iter();
        let is_doc =
            matches!(inner.next(), Some(TokenTree::Ident(ident)) if ident.to_string() == "doc");
        let (true, Some(_equals), Some(text)) = (is_doc, inner.next(), inner.next()) else {
            continue;
        };
        let line = unquote(&text.to_string());
        is_done |= line.trim().is_empty();
        if !is_done {
            comment.push_str(if comment.is_empty() { "" } else { " " });
            comment.push_str(line.trim());
        }
    }
    Ok((!comment.is_empty()).then_some(comment))
}

/// Passes visibility and `fn`, and returns the name.
fn function_name(tokens: &mut Tokens) -> Result<Ident, Failure> {
    loop {
        match tokens.next() {
            Some(TokenTree::Ident(ident)) => match ident.to_string().as_str() {
                "pub" => {
                    if matches!(tokens.peek(), Some(TokenTree::Group(_))) {
                        tokens.next();
                    }
                }
                "fn" => match tokens.next() {
                    Some(TokenTree::Ident(name)) => return Ok(name),
                    _ => return Err((ident.span(), NOT_A_FUNCTION)),
                },
                "async" => return Err((ident.span(), "a procedure cannot be async")),
                "const" | "unsafe" | "extern" => {
                    return Err((ident.span(), "a procedure is a plain `fn`"))
                }
                _ => return Err((ident.span(), NOT_A_FUNCTION)),
            },
            Some(token) => return Err((token.span(), NOT_A_FUNCTION)),
            None => return Err((Span::call_site(), NOT_A_FUNCTION)),
        }
    }
}

fn parameters(list: &Group) -> Result<Vec<Parameter>, Failure> {
    let mut tokens = list.stream().into_iter().peekable();
    let mut parameters = Vec::new();
    while tokens.peek().is_some() {
        skip_attributes(&mut tokens)?;
        parameters.push(parameter(&mut tokens, list.span())?);
    }
    Ok(parameters)
}

fn parameter(tokens: &mut Tokens, list: Span) -> Result<Parameter, Failure> {
    const NAME_AND_TYPE: &str = "a parameter is written `name: Type`";
    let mut name = None;
    for token in tokens.by_ref() {
        match token {
            TokenTree::Ident(ident) if ident.to_string() == "self" => {
                return Err((ident.span(), "a procedure cannot have `self`"))
            }
            TokenTree::Ident(ident) if ident.to_string() == "mut" && name.is_none() => {}
            TokenTree::Ident(ident) if name.is_none() => name = Some(ident),
            TokenTree::Punct(punct) if punct.as_char() == ':' && name.is_some() => break,
            other => return Err((other.span(), NAME_AND_TYPE)),
        }
    }
    let name = name.ok_or((list, NAME_AND_TYPE))?;
    let kind: Vec<TokenTree> = type_tokens(tokens).into_iter().collect();
    let Some(first) = kind.first() else {
        return Err((name.span(), NAME_AND_TYPE));
    };
    let lent = owner_of(&kind);
    if let (None, TokenTree::Punct(punct)) = (lent, first) {
        if punct.as_char() == '&' {
            return Err((
                punct.span(),
                "a procedure borrows texts and bytes as &str and &[u8], and owns other parameters",
            ));
        }
    }
    Ok(Parameter {
        name: plain_name(&name),
        kind: match lent {
            Some(owner) => owner.parse().unwrap_or_default(),
            None => kind.into_iter().collect(),
        },
        is_lent: lent.is_some(),
    })
}

/// The type that owns what a borrowed type borrows.
fn owner_of(kind: &[TokenTree]) -> Option<&'static str> {
    let text: String = kind.iter().map(TokenTree::to_string).collect();
    match text.as_str() {
        "&str" => Some("String"),
        "&[u8]" => Some("Vec<u8>"),
        "Option<&str>" => Some("Option<String>"),
        "Option<&[u8]>" => Some("Option<Vec<u8>>"),
        _ => None,
    }
}

/// Takes the tokens up to a comma outside angle brackets, and the comma.
fn type_tokens(tokens: &mut Tokens) -> TokenStream {
    let (mut kind, mut depth, mut previous) = (Vec::new(), 0, ' ');
    for token in tokens.by_ref() {
        if let TokenTree::Punct(punct) = &token {
            match punct.as_char() {
                ',' if depth == 0 => break,
                '<' => depth += 1,
                // The head of an arrow closes nothing.
                '>' if previous != '-' => depth -= 1,
                _ => {}
            }
            previous = punct.as_char();
        } else {
            previous = ' ';
        }
        kind.push(token);
    }
    kind.into_iter().collect()
}

/// Takes the result type up to the body; a function without one returns `()`.
fn returns(tokens: &mut Tokens) -> Result<TokenStream, Failure> {
    let mut kind = Vec::new();
    for token in tokens.by_ref() {
        match &token {
            TokenTree::Group(group) if group.delimiter() == Delimiter::Brace => break,
            TokenTree::Ident(ident) if ident.to_string() == "where" => {
                return Err((ident.span(), "a procedure cannot be generic"))
            }
            _ => kind.push(token),
        }
    }
    // The arrow is two tokens.
    let kind: TokenStream = kind.into_iter().skip(2).collect();
    Ok(if kind.is_empty() {
        "()".parse().unwrap_or_default()
    } else {
        kind
    })
}

/// Reads `name = "…"`.
fn export_name(attribute: TokenStream) -> Result<Option<String>, Failure> {
    let tokens: Vec<TokenTree> = attribute.into_iter().collect();
    match tokens.as_slice() {
        [] => Ok(None),
        [TokenTree::Ident(key), TokenTree::Punct(equals), TokenTree::Literal(value)]
            if key.to_string() == "name" && equals.as_char() == '=' =>
        {
            Ok(Some(unquote(&value.to_string())))
        }
        [first, ..] => Err((first.span(), "write `#[heliosdb_procedure(name = \"…\")]`")),
    }
}

/// The text of a string literal as the compiler prints doc comments and plain names.
fn unquote(literal: &str) -> String {
    let inner = literal.trim_start_matches(['r', '#']).trim_end_matches('#');
    let inner = inner
        .strip_prefix('"')
        .and_then(|rest| rest.strip_suffix('"'))
        .unwrap_or(inner);
    let (mut text, mut characters) = (String::new(), inner.chars());
    while let Some(character) = characters.next() {
        match (character, literal.starts_with('"')) {
            ('\\', true) => match characters.next() {
                Some('n') => text.push('\n'),
                Some('t') => text.push('\t'),
                Some(other) => text.push(other),
                None => {}
            },
            _ => text.push(character),
        }
    }
    text
}
