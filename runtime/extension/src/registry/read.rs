//! Reading the registry's tables.

use std::collections::{BTreeMap, HashMap};
use std::sync::{Arc, OnceLock};

use super::Broken;
use super::procedure::{Procedure, ProcedureVersion, Volatility, quote_identifier};
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::rights::RightSet;
use crate::value::{LogicalType, Value};
use crate::wasm::{InstancePool, ModuleHash};

/// An attached database that holds a registry.
pub struct Installed {
    pub database: String,
    /// The tables it has; an older registry has fewer.
    tables: String,
}

impl Installed {
    pub fn has_table(&self, name: &str) -> bool {
        self.tables.split(' ').any(|table| table == name)
    }
}

/// The attached databases that hold a registry.
pub fn databases_with_registry(connection: &Connection) -> EngineResult<Vec<Installed>> {
    // One look at all of them: DuckDB describes every table there is each time it is asked.
    let rows = connection.query(
        "SELECT database_name, string_agg(table_name, ' ') FROM duckdb_tables() \
         WHERE schema_name = 'heliosdb' GROUP BY database_name ORDER BY database_name",
    )?;
    let mut found = Vec::new();
    for row in rows.rows {
        let mut row = Row(row.into_iter());
        let (database, tables) = (row.text()?, row.text()?);
        found.push(Installed { database, tables });
    }
    found.retain(|installed| installed.has_table("procedure_versions"));
    Ok(found)
}

/// What one database's registry holds.
pub struct Found {
    pub procedures: Vec<Procedure>,
    pub broken: Vec<Broken>,
}

/// Reads one database's registry. A row that cannot be read concerns its own procedure only.
pub fn registry(connection: &Connection, database: &str) -> EngineResult<Found> {
    let qualifier = quote_identifier(database);
    let mut versions = versions(connection, database, &qualifier)?;
    let rows = connection.query(&format!(
        "SELECT id, schema_name, name, parameters, returns, volatility, is_called_on_null, \
         on_error, is_visibility_strict, options, comment, active_version \
         FROM {qualifier}.heliosdb.procedures ORDER BY schema_name, name, id"
    ))?;
    let mut found = Found {
        procedures: Vec::with_capacity(rows.rows.len()),
        broken: Vec::new(),
    };
    for row in rows.rows {
        let mut row = Row(row.into_iter());
        let (id, schema, name) = (row.text()?, row.text()?, row.text()?);
        let outcome = versions
            .remove(&id)
            .unwrap_or_else(|| Ok(Versions::new()))
            .and_then(|versions| {
                let place = (id.as_str(), schema.as_str(), name.as_str());
                procedure(connection, database, place, row, versions)
            });
        match outcome {
            Ok(procedure) => found.procedures.push(procedure),
            Err(error) => found.broken.push(Broken {
                database: database.to_owned(),
                id,
                schema,
                name,
                error,
            }),
        }
    }
    Ok(found)
}

/// A procedure from the rest of its row.
fn procedure(
    connection: &Connection,
    database: &str,
    (id, schema, name): (&str, &str, &str),
    mut row: Row,
    versions: Versions,
) -> EngineResult<Procedure> {
    let parameters = parse_json(name, &row.text()?)?;
    let returns_name = row.text()?;
    let volatility = row.text()?;
    let called_on_null_input = row.boolean();
    let on_error_null = row.text()? == "NULL";
    let strict_visibility = row.boolean();
    let limits = parse_json(name, &row.text()?)?;
    let comment = row.optional_text();
    let active_version = row.integer();
    if !versions.contains_key(&active_version) {
        return Err(corrupted(
            name,
            &format!("version {active_version} is missing"),
        ));
    }
    Ok(Procedure {
        returns: resolve_type(connection, &returns_name)?,
        volatility: Volatility::parse(&volatility)
            .ok_or_else(|| corrupted(name, &format!("volatility {volatility}")))?,
        versions,
        id: id.to_owned(),
        database: database.to_owned(),
        schema: schema.to_owned(),
        name: name.to_owned(),
        parameters,
        returns_name,
        called_on_null_input,
        on_error_null,
        strict_visibility,
        limits,
        comment,
        active_version,
    })
}

type Versions = BTreeMap<i32, Arc<ProcedureVersion>>;

/// The versions of every procedure, or why one of them cannot be read.
fn versions(
    connection: &Connection,
    database: &str,
    qualifier: &str,
) -> EngineResult<HashMap<String, EngineResult<Versions>>> {
    let rows = connection.query(&format!(
        "SELECT procedure_id, version, module_hash, entry, capabilities \
         FROM {qualifier}.heliosdb.procedure_versions"
    ))?;
    let mut found: HashMap<String, EngineResult<Versions>> = HashMap::new();
    for row in rows.rows {
        let mut row = Row(row.into_iter());
        let id = row.text()?;
        let known = found
            .entry(id.clone())
            .or_insert_with(|| Ok(Versions::new()));
        let Ok(versions) = known else {
            continue;
        };
        match version(database, &id, row) {
            Ok(version) => {
                versions.insert(version.number, Arc::new(version));
            }
            Err(error) => *known = Err(error),
        }
    }
    Ok(found)
}

fn version(database: &str, id: &str, mut row: Row) -> EngineResult<ProcedureVersion> {
    let number = row.integer();
    let hash = row.text()?;
    let entry = row.text()?;
    let capabilities: Option<Vec<String>> = row
        .optional_text()
        .map(|text| parse_json(id, &text))
        .transpose()?;
    Ok(ProcedureVersion {
        number,
        module_hash: ModuleHash::parse(&hash).ok_or_else(|| corrupted(id, "module hash"))?,
        entry,
        rights: Arc::new(RightSet::parse(capabilities.as_deref(), database)?),
        capabilities,
        compiled: OnceLock::new(),
        pool: InstancePool::new(),
    })
}

/// A type by its SQL text, as DuckDB itself understands it; user-defined types included.
pub fn resolve_type(connection: &Connection, text: &str) -> EngineResult<LogicalType> {
    if let Ok(known) = LogicalType::parse(text) {
        return Ok(known);
    }
    let statement = connection
        .prepare(&format!("SELECT CAST(NULL AS {text})"))
        .map_err(|error| {
            EngineError::new(
                ErrorCode::UndefinedObject,
                format!("type {text} does not exist"),
            )
            .detail(error.message)
        })?;
    let mut resolved = None;
    statement.for_each_chunk(&[], |columns, _, _| {
        if let [(_, logical_type)] = columns {
            resolved = Some(logical_type.clone());
        }
        Ok(())
    })?;
    resolved.ok_or_else(|| {
        EngineError::new(
            ErrorCode::UndefinedObject,
            format!("type {text} does not exist"),
        )
    })
}

fn parse_json<T: serde::de::DeserializeOwned>(name: &str, text: &str) -> EngineResult<T> {
    serde_json::from_str(text).map_err(|error| corrupted(name, &error.to_string()))
}

fn corrupted(name: &str, what: &str) -> EngineError {
    EngineError::new(
        ErrorCode::DataCorrupted,
        format!("the registry's entry of procedure {name} cannot be read"),
    )
    .detail(what)
}

/// A row's values, read one after another.
struct Row(std::vec::IntoIter<Value>);

impl Row {
    fn text(&mut self) -> EngineResult<String> {
        self.optional_text()
            .ok_or_else(|| corrupted("?", "NULL where a text belongs"))
    }

    fn optional_text(&mut self) -> Option<String> {
        match self.0.next() {
            Some(Value::Varchar(text)) => Some(text),
            _ => None,
        }
    }

    fn boolean(&mut self) -> bool {
        matches!(self.0.next(), Some(Value::Boolean(true)))
    }

    fn integer(&mut self) -> i32 {
        match self.0.next() {
            Some(Value::Integer(number)) => number,
            _ => 0,
        }
    }
}
