//! The verdict on a statement: allowed, or refused naming what it would have touched and the
//! capability that would allow it.

use std::collections::HashSet;

use parking_lot::Mutex;

use super::facts::{Facts, Refusal};
use super::filtered::filtered;
use super::hidden::denied_function;
use super::plan::without_candidates;
use super::precheck;
use super::relations::quoted;
use super::right::{Access, RightSet, Rights};
use super::row_filter::check_present;
use super::shape::shape_of;
use super::table_name::TableName;
use super::token::replace_parameters;
use super::views::without_granted_views;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::Registry;
use crate::value::Value;

/// Statements judged as allowed. Its owner's snapshot fixes the catalog, so a verdict stays right
/// for as long as this lives; what runs outside a snapshot remembers nothing.
#[derive(Default)]
pub struct Verdicts(Mutex<HashSet<String>>);

/// Whose statement is judged.
#[derive(Clone, Copy)]
pub enum Subject<'a> {
    Procedure(&'a str),
    Role(&'a str),
}

impl std::fmt::Display for Subject<'_> {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        match self {
            Self::Procedure(name) => write!(formatter, "procedure {name}"),
            Self::Role(name) => write!(formatter, "role {name}"),
        }
    }
}

impl Subject<'_> {
    /// How the owner would grant an access to a table.
    fn grant_hint(self, access: Access, table: &str) -> String {
        match self {
            Self::Procedure(_) => format!(
                "grant it when the procedure is created: CAPABILITIES ('{}:{table}')",
                access.name()
            ),
            Self::Role(name) => match access {
                Access::Read => format!("the owner grants it: GRANT SELECT ON {table} TO {name}"),
                Access::Write => format!("the owner grants it: GRANT WRITE ON {table} TO {name}"),
                Access::Ddl => "only the owner may define tables and views".to_owned(),
            },
        }
    }

    /// How the owner would let it read what a view reads.
    fn view_hint(self) -> String {
        match self {
            Self::Procedure(_) => {
                "a view that calls it can be granted: CAPABILITIES ('read:<view>')".to_owned()
            }
            Self::Role(name) => {
                format!("a view that calls it can be granted: GRANT SELECT ON <view> TO {name}")
            }
        }
    }

    /// The error with the procedure that it concerns, if it is one.
    fn named_in(self, error: EngineError) -> EngineError {
        match self {
            Self::Procedure(name) => error.in_procedure(name),
            Self::Role(_) => error,
        }
    }

    fn plural(self) -> &'static str {
        match self {
            Self::Procedure(_) => "procedures",
            Self::Role(_) => "roles",
        }
    }
}

/// Refuses a statement that touches what the rights do not allow.
pub fn check_query(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
    rights: &Rights,
    subject: Subject<'_>,
    registry: &Registry,
    verdicts: Option<&Verdicts>,
) -> EngineResult<()> {
    let reading = precheck::read(sql).map_err(|refusal| refused(subject, refusal))?;
    let typed = with_typed_parameters(sql, parameters);
    let sql = typed.as_deref().unwrap_or(sql);
    let shape = if reading.is_literal_sensitive {
        sql.to_owned()
    } else {
        shape_of(sql)
    };
    let key = format!("{subject}\0{shape}");
    if verdicts.is_some_and(|known| known.0.lock().contains(&key)) {
        return Ok(());
    }
    if let Some(path) = precheck::first_path(connection, &reading.path_like)? {
        return Err(file_refused(subject, &path));
    }
    judge(connection, sql, rights, subject, registry)?;
    if let Some(verdicts) = verdicts {
        verdicts.0.lock().insert(key);
    }
    Ok(())
}

/// The statement as a role may run it: with its row filters in.
///
/// # Errors
/// When it touches what the rights do not allow, or reaches a filtered relation in a way that no
/// filter can be put into.
pub fn admit_statement(
    connection: &Connection,
    sql: &str,
    rights: &Rights,
    role: &str,
    registry: &Registry,
) -> EngineResult<String> {
    let subject = Subject::Role(role);
    match admit_filtered(connection, sql, &[], rights, subject, registry)? {
        Some(statement) => Ok(statement),
        None => {
            judge(connection, sql, rights, subject, registry)?;
            Ok(sql.to_owned())
        }
    }
}

/// The statement with the row filters that hold for it. `None` when none has to be put in: it is
/// then still to be judged.
///
/// # Errors
/// As [`admit_statement`].
pub fn admit_filtered(
    connection: &Connection,
    sql: &str,
    parameters: &[Value],
    rights: &Rights,
    subject: Subject<'_>,
    registry: &Registry,
) -> EngineResult<Option<String>> {
    // The text as it came is read first: nothing that opens a file is bound.
    let reading = precheck::read(sql).map_err(|refusal| refused(subject, refusal))?;
    if let Some(path) = precheck::first_path(connection, &reading.path_like)? {
        return Err(file_refused(subject, &path));
    }
    check_present(connection, rights.filters())?;
    let Some(found) = filtered(connection, sql, rights)? else {
        return Ok(None);
    };
    for relation in &found.relations {
        if !rights.sets().all(|set| set.allows(Access::Read, relation)) {
            let access = Refusal::Table(Access::Read, relation.clone());
            return Err(refused(subject, access));
        }
    }
    let typed = with_typed_parameters(&found.remainder, parameters);
    let remainder = typed.as_deref().unwrap_or(&found.remainder);
    judge(connection, remainder, rights, subject, registry)?;
    Ok(Some(found.statement))
}

/// A function in the condition of a row filter that does more than compute.
pub fn denied_in_condition(
    connection: &Connection,
    relation: &TableName,
    condition: &str,
    registry: &Registry,
) -> EngineResult<Option<String>> {
    let sql = format!("SELECT ({condition}) FROM {}", quoted(relation));
    let facts = Facts::of(connection, &sql)?;
    let everything = Rights::of(RightSet::parse(None, &relation.database)?.into(), None);
    let known = facts.functions.first().cloned();
    match known {
        Some(function) => Ok(Some(function)),
        None => denied_function(connection, &sql, &facts, &everything, registry),
    }
}

/// The statement with a NULL of each parameter's type in its place, or `None` when it has none.
/// DuckDB plans `$1 + 1` only when it knows the type, which is also what its overloads depend on.
fn with_typed_parameters(sql: &str, parameters: &[Value]) -> Option<String> {
    if parameters.is_empty() {
        return None;
    }
    let types: Vec<String> = parameters
        .iter()
        .map(|value| match value {
            Value::Null => "NULL".to_owned(),
            _ => format!("CAST(NULL AS {})", value.natural_type()),
        })
        .collect();
    let mut count = 0;
    // Named parameters keep their names; DuckDB says what it makes of them.
    replace_parameters(sql, |written| {
        let position = match &written[1..] {
            "" => {
                count += 1;
                count
            }
            number => number.parse::<usize>().ok().filter(|number| *number > 0)?,
        };
        types.get(position - 1).cloned()
    })
}

fn judge(
    connection: &Connection,
    sql: &str,
    rights: &Rights,
    subject: Subject<'_>,
    registry: &Registry,
) -> EngineResult<()> {
    let facts = Facts::of(connection, sql)?;
    let touched = || {
        facts
            .reads
            .iter()
            .chain(facts.acts.iter().map(|(_, on)| on))
    };
    if let Some(relation) = touched().find(|relation| rights.is_filtered(relation)) {
        return Err(filtered_refused(subject, relation));
    }
    for held in rights.sets() {
        if let Some(refusal) = facts.refusal(held)
            && !is_granted_through_views(connection, sql, held)?
        {
            return Err(refused(subject, refusal));
        }
    }
    if let Some(function) = denied_function(connection, sql, &facts, rights, registry)? {
        return Err(refused(subject, Refusal::Function(function)));
    }
    // What a procedure could not read itself, it cannot put into a view either.
    if let Some(body) = facts.view_body(connection, sql)? {
        judge(connection, &body, rights, subject, registry)?;
    }
    Ok(())
}

fn is_granted_through_views(
    connection: &Connection,
    sql: &str,
    held: &RightSet,
) -> EngineResult<bool> {
    match without_granted_views(connection, sql, held)? {
        Some(rest) => Ok(Facts::of(connection, &rest)?.refusal(held).is_none()),
        None => Ok(false),
    }
}

fn refused(subject: Subject<'_>, refusal: Refusal) -> EngineError {
    let error = match refusal {
        Refusal::Table(access, table) => EngineError::new(
            ErrorCode::InsufficientPrivilege,
            format!("{subject} may not {} {table}", access.verb()),
        )
        .hint(subject.grant_hint(access, &table.short()))
        .field("capability", format!("{}:{}", access.name(), table.short())),
        Refusal::Function(function) => EngineError::new(
            ErrorCode::InsufficientPrivilege,
            format!("{subject} may not use {function}()"),
        )
        .detail(format!(
            "functions that act, or that read files, settings or the catalog, are denied to {}",
            subject.plural()
        ))
        .hint(subject.view_hint()),
        Refusal::Kind(kind) => EngineError::new(
            ErrorCode::ProhibitedSqlStatementAttempted,
            format!("{subject} may not {kind}"),
        )
        .detail("no capability allows it"),
    };
    subject.named_in(error)
}

fn filtered_refused(subject: Subject<'_>, relation: &TableName) -> EngineError {
    let name = relation.short();
    let error = EngineError::new(
        ErrorCode::InsufficientPrivilege,
        format!("{subject} may not reach {name} this way"),
    )
    .detail(format!("the role sees only some rows of {name}"));
    let error = subject.named_in(error);
    match subject {
        Subject::Procedure(_) => error.hint(format!(
            "called by such a role, a procedure may read {name} in a SELECT that names it or a view \
             of it; it may neither change it nor reach it behind a macro"
        )),
        Subject::Role(role) => error.hint(format!(
            "read {name} itself or a view of it, in a SELECT; the owner can filter a view as well: \
             CREATE ROW FILTER ON <view> TO {role} WHERE true"
        )),
    }
}

fn file_refused(subject: Subject<'_>, path: &str) -> EngineError {
    let error = EngineError::new(
        ErrorCode::InsufficientPrivilege,
        format!("{subject} may not read {path}"),
    )
    .detail(format!(
        "there is no table of that name, and SQL of {} does not open files",
        subject.plural()
    ))
    .hint("load the file into a table and grant that");
    subject.named_in(error)
}

/// An error of DuckDB's as a procedure may see it: without the names it suggests.
pub fn without_suggestions(error: EngineError) -> EngineError {
    let message = without_candidates(&error.message).to_owned();
    EngineError { message, ..error }
}
