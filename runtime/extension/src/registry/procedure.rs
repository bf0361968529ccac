//! A procedure's definition and its versions.

use std::collections::BTreeMap;
use std::fmt;
use std::sync::{Arc, OnceLock};

use serde::{Deserialize, Serialize};

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::rights::RightSet;
use crate::state::DatabaseState;
use crate::value::{LogicalType, Value};
use crate::wasm::{CompiledModule, InstancePool, Limits, ModuleHash, compile_module};

/// What a procedure promises about its result, in SQL's words.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Serialize, Deserialize)]
#[serde(rename_all = "UPPERCASE")]
pub enum Volatility {
    /// Depends on its arguments alone.
    Immutable,
    /// Depends on its arguments and the statement's snapshot.
    Stable,
    /// May differ at every call, or does something.
    Volatile,
}

impl Volatility {
    pub fn name(self) -> &'static str {
        match self {
            Self::Immutable => "IMMUTABLE",
            Self::Stable => "STABLE",
            Self::Volatile => "VOLATILE",
        }
    }

    pub fn parse(text: &str) -> Option<Self> {
        [Self::Immutable, Self::Stable, Self::Volatile]
            .into_iter()
            .find(|volatility| volatility.name() == text)
    }
}

impl fmt::Display for Volatility {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        formatter.write_str(self.name())
    }
}

/// A declared parameter. `default` is SQL text.
#[derive(Clone, Debug, PartialEq, Eq, Serialize, Deserialize)]
pub struct Parameter {
    pub name: String,
    #[serde(rename = "type")]
    pub type_name: String,
    #[serde(default)]
    pub default: Option<String>,
}

/// A procedure with all its versions.
#[derive(Clone, Debug)]
pub struct Procedure {
    pub id: String,
    /// The attached database whose registry holds it.
    pub database: String,
    pub schema: String,
    pub name: String,
    pub parameters: Vec<Parameter>,
    pub returns: LogicalType,
    pub returns_name: String,
    pub volatility: Volatility,
    pub called_on_null_input: bool,
    pub on_error_null: bool,
    pub strict_visibility: bool,
    pub limits: Limits,
    pub comment: Option<String>,
    pub active_version: i32,
    pub versions: BTreeMap<i32, Arc<ProcedureVersion>>,
}

/// One version: which module, which export, which rights.
#[derive(Debug)]
pub struct ProcedureVersion {
    pub number: i32,
    pub module_hash: ModuleHash,
    pub entry: String,
    pub capabilities: Option<Vec<String>>,
    pub rights: Arc<RightSet>,
    pub compiled: OnceLock<Arc<CompiledModule>>,
    /// Its warm guests.
    pub pool: Arc<InstancePool>,
}

impl fmt::Debug for CompiledModule {
    fn fmt(&self, formatter: &mut fmt::Formatter<'_>) -> fmt::Result {
        write!(formatter, "CompiledModule({})", self.hash)
    }
}

impl Procedure {
    /// The version asked for, or the active one.
    pub fn version(&self, requested: Option<i32>) -> EngineResult<Arc<ProcedureVersion>> {
        let number = requested.unwrap_or(self.active_version);
        self.versions.get(&number).cloned().ok_or_else(|| {
            let known: Vec<String> = self.versions.keys().map(i32::to_string).collect();
            EngineError::new(
                ErrorCode::UndefinedObject,
                format!("procedure {} has no version {number}", self.name),
            )
            .hint(format!(
                "versions: {}; an argument after those of the parameters chooses the version",
                known.join(", ")
            ))
        })
    }

    /// The same definition with the compiled modules another reading of it already has.
    pub fn reusing(&self, known: &Procedure) -> Procedure {
        let mut merged = self.clone();
        for (number, version) in &mut merged.versions {
            if let Some(other) = known.versions.get(number)
                && other.module_hash == version.module_hash
                && other.entry == version.entry
                && other.capabilities == version.capabilities
            {
                *version = Arc::clone(other);
            }
        }
        merged
    }

    /// `name(parameter TYPE, …) RETURNS type`, for people.
    pub fn signature(&self) -> String {
        let parameters: Vec<String> = self
            .parameters
            .iter()
            .map(|parameter| format!("{} {}", parameter.name, parameter.type_name))
            .collect();
        format!(
            "{}({}) RETURNS {}",
            self.name,
            parameters.join(", "),
            self.returns_name
        )
    }
}

impl ProcedureVersion {
    /// The compiled module, made at the first use of the version in this process.
    pub fn compile(
        &self,
        state: &DatabaseState,
        procedure: &Procedure,
    ) -> EngineResult<Arc<CompiledModule>> {
        if let Some(compiled) = self.compiled.get() {
            return Ok(Arc::clone(compiled));
        }
        let bytes = match state.registry.staged_module(&self.module_hash) {
            Some(bytes) => bytes,
            None => self.read_module(state, procedure)?,
        };
        if ModuleHash::of(&bytes) != self.module_hash {
            return Err(EngineError::new(
                ErrorCode::DataCorrupted,
                format!(
                    "the stored module of procedure {} was changed",
                    procedure.name
                ),
            )
            .detail(format!("expected SHA-256 {}", self.module_hash)));
        }
        let compiled = compile_module(&bytes)?;
        Ok(Arc::clone(self.compiled.get_or_init(|| compiled)))
    }

    fn read_module(&self, state: &DatabaseState, procedure: &Procedure) -> EngineResult<Arc<[u8]>> {
        let sql = format!(
            "SELECT bytes FROM {}.heliosdb.modules WHERE hash = ?",
            quote_identifier(&procedure.database)
        );
        let rows = state
            .connect()?
            .query_with(&sql, &[Value::Varchar(self.module_hash.to_string())])?;
        match rows
            .rows
            .into_iter()
            .next()
            .and_then(|row| row.into_iter().next())
        {
            Some(Value::Blob(bytes)) => Ok(bytes.into()),
            _ => Err(EngineError::new(
                ErrorCode::DataCorrupted,
                format!("the module of procedure {} is missing", procedure.name),
            )
            .detail(format!("SHA-256 {}", self.module_hash))),
        }
    }
}

/// A name as SQL writes it, always quoted.
pub fn quote_identifier(name: &str) -> String {
    format!("\"{}\"", name.replace('"', "\"\""))
}

/// A text as SQL writes it.
pub fn quote_literal(text: &str) -> String {
    format!("'{}'", text.replace('\'', "''"))
}
