//! The `#[heliosdb_procedure]` attribute of `heliosdb-wasm-sdk`.
//!
//! It depends on nothing, so that a procedure builds in a second and without a registry: it reads
//! a function's signature itself, which needs only a small part of Rust's grammar.

mod signature;

use proc_macro::{Delimiter, Group, Ident, Literal, Span, TokenStream, TokenTree};
use signature::Signature;

/// Makes a function callable from SQL under its own name.
///
/// The function's parameters and result may have any type with a SQL counterpart; `Option<T>`
/// stands for a value that may be NULL. A text or blob can be borrowed, as `&str` and `&[u8]`, which
/// saves a copy of each. The result may be wrapped in `Result`. The first paragraph
/// of the doc comment becomes the procedure's comment. `#[heliosdb_procedure(name = "other")]`
/// exports the function under another name.
#[proc_macro_attribute]
pub fn heliosdb_procedure(attribute: TokenStream, item: TokenStream) -> TokenStream {
    match signature::parse(attribute, item.clone()) {
        Ok(signature) => {
            let mut expanded = parse("#[allow(dead_code)]");
            expanded.extend(item);
            expanded.extend(entry(&signature));
            expanded
        }
        // The function stays, so that the message is not buried under consequential ones.
        Err((span, message)) => {
            let mut expanded = compile_error(span, message);
            expanded.extend(item);
            expanded
        }
    }
}

/// The exported function and the description of its signature, in an anonymous constant.
fn entry(signature: &Signature) -> TokenStream {
    let mut call_arguments = TokenStream::new();
    let mut body = TokenStream::new();
    for (index, parameter) in signature.parameters.iter().enumerate() {
        body.extend(parse(&format!("let p{index} :")));
        body.extend(parameter.kind.clone());
        let name = Literal::string(&parameter.name);
        body.extend(parse(&format!(
            "= ::heliosdb_wasm_sdk::guest::parameter({index}, {name})?;"
        )));
        call_arguments.extend(parse(&match parameter.is_lent {
            true => format!("::heliosdb_wasm_sdk::lend::Lend::lend(&p{index}),"),
            false => format!("p{index},"),
        }));
    }
    body.extend(parse("::heliosdb_wasm_sdk::guest::Outcome::into_result"));
    let mut call = TokenStream::from(TokenTree::Ident(signature.function.clone()));
    call.extend([group(Delimiter::Parenthesis, call_arguments)]);
    body.extend([group(Delimiter::Parenthesis, call)]);

    let mut invocation = parse("||");
    invocation.extend([group(Delimiter::Brace, body)]);
    let mut entry_body = parse("::heliosdb_wasm_sdk::guest::invoke");
    entry_body.extend([group(Delimiter::Parenthesis, invocation)]);

    let export = Literal::string(&signature.name);
    let mut constant = parse(&format!(
        "#[cfg_attr(target_arch = \"wasm32\", unsafe(export_name = {export}))]
         #[allow(dead_code)]
         extern \"C\" fn entry() -> i32"
    ));
    constant.extend([group(Delimiter::Brace, entry_body)]);
    constant.extend(columnar_entry(signature));
    constant.extend(parse("const PARTS: &[&str] = &"));
    constant.extend([group(Delimiter::Bracket, description(signature))]);
    constant.extend(parse(
        ";
        #[cfg_attr(target_arch = \"wasm32\", link_section = \"heliosdb_procedures\")]
        #[used]
        static DESCRIPTION: [u8; ::heliosdb_wasm_sdk::guest::total_len(PARTS)] =
            ::heliosdb_wasm_sdk::guest::concat(PARTS);",
    ));
    let mut item = parse("const _: () =");
    item.extend([group(Delimiter::Brace, constant)]);
    item.extend(parse(";"));
    item
}

/// The entry that computes a whole chunk. It answers that it is unsuitable where a type has no
/// column form, which only the compiler knows.
fn columnar_entry(signature: &Signature) -> TokenStream {
    let mut body = TokenStream::new();
    let mut loads = TokenStream::new();
    for (index, parameter) in signature.parameters.iter().enumerate() {
        body.extend(parse(&format!(
            "let Some(c{index}) = ::heliosdb_wasm_sdk::columnar::prepare::<"
        )));
        body.extend(parameter.kind.clone());
        body.extend(parse(&format!(
            ">(block, {index}) else {{
                return ::heliosdb_wasm_sdk::columnar::status::UNSUITABLE;
            }};"
        )));
        let load = match parameter.is_lent {
            true => "lend::lend",
            false => "columnar::load",
        };
        loads.extend(parse(&format!(
            "::heliosdb_wasm_sdk::{load}(&c{index}, row),"
        )));
    }
    let mut call = TokenStream::from(TokenTree::Ident(signature.function.clone()));
    call.extend([group(Delimiter::Parenthesis, loads)]);
    let mut row = parse("|row| ::heliosdb_wasm_sdk::guest::Outcome::into_result");
    row.extend([group(Delimiter::Parenthesis, call)]);
    let mut arguments = parse("block,");
    arguments.extend(row);
    body.extend(parse("::heliosdb_wasm_sdk::columnar::run"));
    body.extend([group(Delimiter::Parenthesis, arguments)]);

    let export = Literal::string(&format!("heliosdb_columnar/{}", signature.name));
    let mut function = parse(&format!(
        "#[cfg_attr(target_arch = \"wasm32\", unsafe(export_name = {export}))]
         #[allow(dead_code)]
         unsafe extern \"C\" fn columnar(
            block: *mut ::heliosdb_wasm_sdk::columnar::Block,
         ) -> i32"
    ));
    let mut unsafe_body = parse("unsafe");
    unsafe_body.extend([group(Delimiter::Brace, body)]);
    function.extend([group(Delimiter::Brace, unsafe_body)]);
    function
}

/// Pieces of one line of JSON; the SQL types are known only to the compiler, as constants.
fn description(signature: &Signature) -> TokenStream {
    let mut parts = TokenStream::new();
    let literal = |parts: &mut TokenStream, text: &str| {
        parts.extend(parse(&format!("{},", Literal::string(text))));
    };
    let comment = match &signature.comment {
        Some(comment) => json_string(comment),
        None => "null".to_owned(),
    };
    let name = json_string(&signature.name);
    literal(
        &mut parts,
        &format!("{{\"name\":{name},\"comment\":{comment},\"parameters\":["),
    );
    for (index, parameter) in signature.parameters.iter().enumerate() {
        let comma = if index == 0 { "" } else { "," };
        let name = json_string(&parameter.name);
        literal(&mut parts, &format!("{comma}{{\"name\":{name},\"type\":\""));
        parts.extend(parse("<"));
        parts.extend(parameter.kind.clone());
        parts.extend(parse("as ::heliosdb_wasm_sdk::SqlType>::SQL,"));
        literal(&mut parts, "\",\"nullable\":");
        parts.extend(parse("::heliosdb_wasm_sdk::guest::nullable::<"));
        parts.extend(parameter.kind.clone());
        parts.extend(parse(">(),"));
        literal(&mut parts, "}");
    }
    literal(&mut parts, "],\"returns\":\"");
    parts.extend(parse("<<"));
    parts.extend(signature.returns.clone());
    parts.extend(parse(
        "as ::heliosdb_wasm_sdk::guest::Outcome>::Value as ::heliosdb_wasm_sdk::SqlType>::SQL,",
    ));
    literal(&mut parts, "\"}\n");
    parts
}

fn json_string(text: &str) -> String {
    let mut json = String::from("\"");
    for character in text.chars() {
        match character {
            '"' => json.push_str("\\\""),
            '\\' => json.push_str("\\\\"),
            '\n' => json.push_str("\\n"),
            control if control < ' ' => json.push_str(&format!("\\u{:04x}", control as u32)),
            other => json.push(other),
        }
    }
    json.push('"');
    json
}

fn group(delimiter: Delimiter, tokens: TokenStream) -> TokenTree {
    TokenTree::Group(Group::new(delimiter, tokens))
}

/// Parses text that this crate wrote.
fn parse(text: &str) -> TokenStream {
    text.parse().expect("the macro writes valid tokens")
}

fn compile_error(span: Span, message: &str) -> TokenStream {
    let spanned = |text: &str| {
        let tokens = parse(text).into_iter().map(move |mut token| {
            token.set_span(span);
            token
        });
        tokens.collect::<TokenStream>()
    };
    let mut text = Literal::string(message);
    text.set_span(span);
    let mut arguments = group(
        Delimiter::Brace,
        TokenStream::from(TokenTree::Literal(text)),
    );
    arguments.set_span(span);
    let mut error = spanned("::core::compile_error!");
    error.extend([arguments]);
    error
}

/// A name without the `r#` of a raw identifier.
fn plain_name(ident: &Ident) -> String {
    let text = ident.to_string();
    text.strip_prefix("r#").map(str::to_owned).unwrap_or(text)
}
