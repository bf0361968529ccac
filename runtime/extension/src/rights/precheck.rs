//! What is refused before DuckDB binds a statement.
//!
//! Binding opens files: `read_csv` looks into its file to learn its columns, and a name that no
//! table has may be a path. So the text is read first, for function names that open something and
//! for relation names that could be paths. The verdict proper comes from the bound plan.

use super::facts::Refusal;
use super::mentions::{RELATION_WORDS, visit_relations};
use super::token::{Token, tokens_of};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_literal;

/// First words of the statements that a capability can allow.
const HEADS: [&str; 16] = [
    "select",
    "with",
    "from",
    "values",
    "table",
    "pivot",
    "unpivot",
    "summarize",
    "insert",
    "update",
    "delete",
    "truncate",
    "merge",
    "create",
    "alter",
    "drop",
];

/// Table functions that reach outside the database and follow no rule of naming.
const OPENING_FUNCTIONS: [&str; 12] = [
    "glob",
    "shell",
    "http_get",
    "http_post",
    "postgres_query",
    "postgres_execute",
    "mysql_query",
    "mysql_execute",
    "sqlite_query",
    "query_remote",
    "which_secret",
    "json_execute_serialized_sql",
];

/// A statement as the text shows it.
#[derive(Debug)]
pub struct Reading {
    /// Relation names that could be paths.
    pub path_like: Vec<Vec<String>>,
    /// Two texts that differ in literals alone may still bind different tables.
    pub is_literal_sensitive: bool,
}

/// Reads a statement's text. `Err` is the refusal of one that may not even be bound.
pub fn read(sql: &str) -> Result<Reading, Refusal> {
    let Some(tokens) = tokens_of(sql) else {
        return Err(Refusal::Kind(
            "run a text with nested comments, open quotes or escape strings".to_owned(),
        ));
    };
    let head = tokens.iter().find(|token| !token.is_symbol('('));
    match head {
        Some(Token::Word(word)) if HEADS.contains(&word.as_str()) => {}
        // An empty or broken text: DuckDB says so better.
        None => {}
        Some(Token::Word(word)) => {
            return Err(Refusal::Kind(format!("run {}", word.to_uppercase())));
        }
        Some(_) => {}
    }
    let mut reading = Reading {
        path_like: Vec::new(),
        is_literal_sensitive: false,
    };
    read_functions(&tokens, &mut reading)?;
    read_relations(&tokens, &mut reading.path_like);
    Ok(reading)
}

fn read_functions(tokens: &[Token], reading: &mut Reading) -> Result<(), Refusal> {
    for (index, token) in tokens.iter().enumerate() {
        let is_call = tokens
            .get(index + 1)
            .is_some_and(|next| next.is_symbol('('));
        let Some(name) = token.name().filter(|_| is_call) else {
            continue;
        };
        let name = name.to_ascii_lowercase();
        let opens = name.starts_with("read_")
            || name.starts_with("parquet_")
            || name.starts_with("sniff_")
            || name.starts_with("st_read")
            || name.ends_with("_scan")
            || name.starts_with("heliosdb_")
            || OPENING_FUNCTIONS.contains(&name.as_str());
        if opens {
            return Err(Refusal::Function(name));
        }
        let after = &tokens[index + 2..];
        if name == "query" || name == "query_table" {
            reading.is_literal_sensitive = true;
            read_dynamic(&name, after, reading)?;
        } else if !super::facts::is_harmless(&name) || follows_relation_word(tokens, index) {
            // Perhaps a macro that makes a table name of its argument.
            reading.is_literal_sensitive |= takes_arguments(after);
        }
    }
    Ok(())
}

fn takes_arguments(after: &[Token]) -> bool {
    after.first().is_some_and(|next| !next.is_symbol(')'))
}

fn follows_relation_word(tokens: &[Token], index: usize) -> bool {
    index > 0
        && match &tokens[index - 1] {
            Token::Word(word) => RELATION_WORDS.contains(&word.as_str()) || word == "lateral",
            Token::Symbol(symbol) => *symbol == ',',
            _ => false,
        }
}

/// The arguments of `query('…')` and `query_table('…')`: constants, read like the statement.
fn read_dynamic(name: &str, after: &[Token], reading: &mut Reading) -> Result<(), Refusal> {
    let computed = || Refusal::Function(format!("{name} with a computed argument"));
    let mut depth = 1;
    for token in after {
        match token {
            Token::Symbol('(') => depth += 1,
            Token::Symbol(')') => depth -= 1,
            Token::Text(text) if name == "query" => {
                let inner = read(text)?;
                reading.path_like.extend(inner.path_like);
            }
            Token::Text(text) => reading.path_like.push(vec![text.clone()]),
            Token::Word(_) | Token::Symbol(',' | '[' | ']' | '=' | ':') => {}
            _ => return Err(computed()),
        }
        if depth == 0 {
            return Ok(());
        }
        if depth > 1 {
            return Err(computed());
        }
    }
    Ok(())
}

/// Collects relation names that could be paths: strings, quoted names with unusual characters,
/// and dotted names, because `data.csv` without quotes is a schema and a table, or a file.
fn read_relations(tokens: &[Token], found: &mut Vec<Vec<String>>) {
    visit_relations(tokens, |token, parts| {
        if could_be_path(token, &parts) {
            found.push(parts);
        }
    });
}

fn could_be_path(token: &Token, parts: &[String]) -> bool {
    let is_plain = |part: &String| {
        part.bytes()
            .all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
    };
    match token {
        Token::Word(_) | Token::Quoted(_) => parts.len() > 1 || !parts.iter().all(is_plain),
        Token::Text(_) => true,
        _ => false,
    }
}

/// The first of the names that no table or view has; DuckDB would look for a file.
pub fn first_path(connection: &Connection, names: &[Vec<String>]) -> EngineResult<Option<String>> {
    for parts in names {
        let Some(last) = parts.last() else { continue };
        let mut condition = format!("lower(name) = lower({})", quote_literal(last));
        if let [.., qualifier, _] = parts.as_slice() {
            let qualifier = quote_literal(qualifier);
            condition.push_str(&format!(
                " AND (lower(schema) = lower({qualifier}) OR lower(database) = lower({qualifier}))"
            ));
        }
        let known = connection.query_text(&format!(
            "SELECT count(*) FROM (\
             SELECT database_name, schema_name, table_name FROM duckdb_tables() UNION ALL \
             SELECT database_name, schema_name, view_name FROM duckdb_views()\
             ) AS known(database, schema, name) WHERE {condition}"
        ))?;
        if known.as_deref() == Some("0") {
            return Ok(Some(parts.join(".")));
        }
    }
    Ok(None)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn paths(sql: &str) -> Vec<String> {
        let reading = read(sql).unwrap();
        reading
            .path_like
            .iter()
            .map(|parts| parts.join("."))
            .collect()
    }

    #[test]
    fn relation_names_that_could_be_paths_are_found_in_every_place() {
        for (sql, expected) in [
            ("SELECT * FROM 'a.csv'", vec!["a.csv"]),
            ("SELECT * FROM t, 'a.csv' x", vec!["a.csv"]),
            ("SELECT * FROM (t JOIN \"/tmp/x\" ON true)", vec!["/tmp/x"]),
            ("SELECT * FROM data.csv", vec!["data.csv"]),
            ("SELECT (SELECT max(a) FROM 'b')", vec!["b"]),
            (
                "INSERT INTO t SELECT 'x', 'y' FROM ('a.json')",
                vec!["a.json"],
            ),
            (
                "MERGE INTO t USING 'a.csv' s ON true WHEN MATCHED THEN DELETE",
                vec!["a.csv"],
            ),
            ("SELECT * FROM query('FROM ''a.csv''')", vec!["a.csv"]),
            ("SELECT * FROM t AS x(a, b), 'a.csv'", vec!["a.csv"]),
            (
                "SELECT * FROM t JOIN u USING (\"a b\"), 'a.csv'",
                vec!["a.csv"],
            ),
            (
                "SELECT * FROM t JOIN u ON t.set = 1, 'a.csv'",
                vec!["a.csv"],
            ),
            (
                "SELECT 1 FROM t JOIN u ON CASE WHEN a THEN b END, 'a.csv'",
                vec!["a.csv"],
            ),
            ("SELECT * FROM (TABLE 'a.csv')", vec!["a.csv"]),
            ("DELETE FROM t USING u, 'a.csv'", vec!["a.csv"]),
            ("INSERT INTO trim (SELECT 1 FROM 'a.csv')", vec!["a.csv"]),
            ("INSERT INTO trim (FROM 'a.csv')", vec!["a.csv"]),
            (
                "SELECT trim((SELECT 'a' FROM 'a.csv') FROM 'b')",
                vec!["a.csv"],
            ),
            (
                "SELECT 1 FROM t WHERE a IS DISTINCT FROM (FROM 'a.csv')",
                vec!["a.csv"],
            ),
            (
                "SELECT x IS NOT DISTINCT FROM y.\"a b\", 'c' FROM t AS \"x y\"",
                vec![],
            ),
            (
                "SELECT extract(year FROM t.d), trim(BOTH FROM t.\"a b\"), t.c FROM t",
                vec![],
            ),
            ("CREATE TABLE \"new table\" (a INTEGER)", vec![]),
            (
                "INSERT INTO t FROM u ON CONFLICT DO UPDATE SET a = 1, \"b c\" = 2",
                vec![],
            ),
            ("PIVOT t ON a, \"b c\" USING sum(d)", vec![]),
            (
                "SELECT 'a.csv', b FROM t WHERE c IN ('x', 'y') ORDER BY 1, 'z'",
                vec![],
            ),
        ] {
            assert_eq!(paths(sql), expected, "{sql}");
        }
    }

    #[test]
    fn what_opens_files_is_refused_before_it_is_bound() {
        for sql in [
            "SELECT * FROM read_csv('x')",
            "SELECT * FROM \"READ_TEXT\" ('x')",
            "SELECT * FROM query('SELECT * FROM read_text(''x'')')",
            "SELECT * FROM query('SELECT * FROM ' || 'secret')",
            "SELECT heliosdb_invoke_bigint('x', NULL)",
            "COPY t TO 'x'",
            "/* a /* b */ c */ SELECT 1",
            "SELECT 1FROM t",
            "SELECT * FROM\u{a0}t",
        ] {
            assert!(read(sql).is_err(), "{sql}");
        }
        assert!(read("((SELECT 1))").is_ok());
    }

    #[test]
    fn literals_matter_where_they_could_become_names() {
        for (sql, expected) in [
            ("SELECT lower(a) FROM t WHERE id = 1", false),
            ("SELECT * FROM my_macro(x := 'a')", true),
            ("SELECT my_macro('a' || 'b')", true),
            ("SELECT * FROM query_table('t')", true),
        ] {
            assert_eq!(read(sql).unwrap().is_literal_sensitive, expected, "{sql}");
        }
    }
}
