//! Installing and upgrading schema `heliosdb`.

use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{quote_identifier, quote_literal};

/// Every migration in order: version, name, SQL. Append only.
const MIGRATIONS: [(i32, &str, &str); 8] = [
    (
        1,
        "registry",
        include_str!("../../../../storage/migrations/0001-registry.sql"),
    ),
    (
        2,
        "observations",
        include_str!("../../../../storage/migrations/0002-observations.sql"),
    ),
    (
        3,
        "conversations",
        include_str!("../../../../storage/migrations/0003-conversations.sql"),
    ),
    (
        4,
        "service",
        include_str!("../../../../storage/migrations/0004-service.sql"),
    ),
    (
        5,
        "advisor",
        include_str!("../../../../storage/migrations/0005-advisor.sql"),
    ),
    (
        6,
        "roles",
        include_str!("../../../../storage/migrations/0006-roles.sql"),
    ),
    (
        7,
        "custom-metrics",
        include_str!("../../../../storage/migrations/0007-custom-metrics.sql"),
    ),
    (
        8,
        "row-filters",
        include_str!("../../../../storage/migrations/0008-row-filters.sql"),
    ),
];

/// Applies what is missing, each migration in a transaction of its own. Returns the schema's
/// version. A database from a newer engine is refused rather than guessed at.
pub fn migrate(connection: &Connection) -> EngineResult<i32> {
    let installed = connection.query_text(
        "SELECT count(*) FROM duckdb_tables() WHERE database_name = current_database() \
         AND schema_name = 'heliosdb' AND table_name = 'migrations'",
    )?;
    let mut current = 0;
    if installed.as_deref() == Some("1") {
        current = connection
            .query_text("SELECT coalesce(max(version), 0) FROM heliosdb.migrations")?
            .and_then(|text| text.parse().ok())
            .unwrap_or(0);
    }
    let newest = check_known(current)?;
    for (version, name, sql) in MIGRATIONS
        .iter()
        .filter(|(version, _, _)| *version > current)
    {
        let record = format!(
            "INSERT INTO heliosdb.migrations VALUES ({version}, {}, now())",
            quote_literal(name)
        );
        connection.execute("BEGIN TRANSACTION")?;
        let outcome = connection
            .execute(sql)
            .and_then(|()| connection.execute(&record))
            .and_then(|()| connection.execute("COMMIT"));
        if let Err(error) = outcome {
            // The transaction may have ended with the failure; either way nothing of it stays.
            let _ = connection.execute("ROLLBACK");
            return Err(error.hint("schema heliosdb was not changed"));
        }
    }
    Ok(newest)
}

/// Refuses a database whose registry a newer engine wrote.
pub fn check_version(connection: &Connection, database: &str) -> EngineResult<()> {
    let installed = connection.query_text(&format!(
        "SELECT coalesce(max(version), 0) FROM {}.heliosdb.migrations",
        quote_identifier(database)
    ))?;
    let current = installed.and_then(|text| text.parse().ok()).unwrap_or(0);
    check_known(current).map(|_| ())
}

/// The newest version this engine knows, unless the database is beyond it.
fn check_known(current: i32) -> EngineResult<i32> {
    let newest = MIGRATIONS[MIGRATIONS.len() - 1].0;
    if current <= newest {
        return Ok(newest);
    }
    Err(EngineError::new(
        ErrorCode::IncompatibleVersion,
        "the database was written by a newer HeliosDB",
    )
    .detail(format!(
        "schema heliosdb is at version {current}, this engine knows {newest}"
    ))
    .hint("upgrade HeliosDB")
    .field("required", current)
    .field("found", newest))
}
