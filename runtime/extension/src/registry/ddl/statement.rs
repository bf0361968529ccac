//! A definition as a client states it, what is there already, and what it is planned into.

use serde::{Deserialize, Deserializer, Serialize};

use super::roles::{CreateRole, DropRole, Grant};
use super::row_filters::{CreateRowFilter, DropRowFilter};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{Parameter, Volatility};
use crate::registry::signature::Signature;
use crate::value::LogicalType;

/// Named limits and settings.
pub(in crate::registry) type Options = serde_json::Map<String, serde_json::Value>;

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::registry) enum Statement {
    CreateProcedure(Box<CreateProcedure>),
    AlterProcedure(AlterProcedure),
    DropProcedure(DropProcedure),
    CreateRole(CreateRole),
    DropRole(DropRole),
    Grant(Grant),
    Revoke(Grant),
    CreateRowFilter(CreateRowFilter),
    DropRowFilter(DropRowFilter),
}

impl Statement {
    /// The attached database it is about; none means the one that was opened.
    pub(in crate::registry) fn database(&self) -> Option<&str> {
        match self {
            Self::CreateProcedure(create) => create.database.as_deref(),
            Self::AlterProcedure(alter) => alter.database.as_deref(),
            Self::DropProcedure(drop) => drop.database.as_deref(),
            Self::CreateRole(create) => create.database.as_deref(),
            Self::DropRole(drop) => drop.database.as_deref(),
            Self::Grant(grant) | Self::Revoke(grant) => grant.database.as_deref(),
            Self::CreateRowFilter(create) => create.database.as_deref(),
            Self::DropRowFilter(drop) => drop.database.as_deref(),
        }
    }

    /// The procedure it is about, whose rows the plan needs; empty when there is none.
    pub(in crate::registry) fn name(&self) -> &str {
        match self {
            Self::CreateProcedure(create) => &create.name,
            Self::AlterProcedure(alter) => &alter.name,
            Self::DropProcedure(drop) => &drop.name,
            Self::Grant(grant) | Self::Revoke(grant) => grant.procedure().unwrap_or_default(),
            Self::CreateRole(_)
            | Self::DropRole(_)
            | Self::CreateRowFilter(_)
            | Self::DropRowFilter(_) => "",
        }
    }
}

#[derive(Deserialize)]
pub(in crate::registry) struct CreateProcedure {
    #[serde(default)]
    pub(super) or_replace: bool,
    #[serde(default)]
    pub(super) if_not_exists: bool,
    #[serde(default)]
    pub(super) database: Option<String>,
    #[serde(default)]
    pub(super) schema: Option<String>,
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) returns: String,
    #[serde(default)]
    pub(super) capabilities: Option<Vec<String>>,
    #[serde(default)]
    pub(super) volatility: Option<Volatility>,
    #[serde(default)]
    pub(super) null_call: Option<String>,
    #[serde(default)]
    pub(super) entry: Option<String>,
    #[serde(default)]
    pub(super) on_error: Option<String>,
    #[serde(default)]
    pub(super) strict_visibility: bool,
    #[serde(default)]
    pub(super) comment: Option<String>,
    #[serde(default)]
    pub(super) options: Options,
}

#[derive(Deserialize)]
pub(in crate::registry) struct AlterProcedure {
    #[serde(default)]
    pub(super) database: Option<String>,
    #[serde(default)]
    pub(super) schema: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parameter_types: Option<Vec<String>>,
    #[serde(default)]
    pub(super) if_exists: bool,
    pub(super) action: AlterAction,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::registry) enum AlterAction {
    AddVersion {
        version: Option<i32>,
        #[serde(default)]
        capabilities: Option<Vec<String>>,
        #[serde(default)]
        entry: Option<String>,
    },
    UseVersion {
        version: i32,
    },
    Rename {
        name: String,
    },
    Set {
        options: Options,
    },
    SetComment {
        comment: Option<String>,
    },
}

#[derive(Deserialize)]
pub(in crate::registry) struct DropProcedure {
    #[serde(default)]
    pub(super) database: Option<String>,
    #[serde(default)]
    pub(super) schema: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) parameter_types: Option<Vec<String>>,
    #[serde(default)]
    pub(super) if_exists: bool,
    #[serde(default)]
    pub(super) cascade: bool,
}

/// The registry row of an existing procedure, as the client's transaction sees it.
#[derive(Clone, Deserialize)]
pub(in crate::registry) struct ExistingProcedure {
    pub(super) id: String,
    pub(super) schema_name: String,
    pub(super) name: String,
    /// Empty when they cannot be read: what is damaged can still be dropped.
    #[serde(deserialize_with = "readable")]
    pub(super) parameters: Vec<Parameter>,
    pub(super) parameter_count: usize,
    pub(super) returns: String,
    pub(super) volatility: Volatility,
    pub(super) active_version: i32,
    pub(super) options: Options,
    #[serde(default)]
    pub(super) comment: Option<String>,
    #[serde(default)]
    pub(super) versions: Vec<ExistingVersion>,
}

#[derive(Clone, Deserialize)]
pub(in crate::registry) struct ExistingVersion {
    pub(super) version: i32,
    pub(super) module_hash: String,
    pub(super) entry: String,
    #[serde(default)]
    pub(super) capabilities: Option<Vec<String>>,
}

fn readable<'de, D: Deserializer<'de>>(deserializer: D) -> Result<Vec<Parameter>, D::Error> {
    let value = serde_json::Value::deserialize(deserializer)?;
    Ok(serde_json::from_value(value).unwrap_or_default())
}

impl ExistingProcedure {
    /// Refuses to build on a row that cannot be read.
    pub(super) fn check_readable(&self) -> EngineResult<()> {
        if self.parameters.len() == self.parameter_count {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::DataCorrupted,
            format!("the parameters of procedure {} cannot be read", self.name),
        )
        .hint("DROP PROCEDURE removes what is left of it"))
    }

    pub(super) fn signature(&self, returns: LogicalType) -> Signature {
        Signature {
            id: self.id.clone(),
            parameters: self.parameters.clone(),
            returns,
            volatility: self.volatility,
        }
    }

    pub(super) fn types(&self) -> Vec<&str> {
        self.parameters
            .iter()
            .map(|parameter| parameter.type_name.as_str())
            .collect()
    }

    /// `name(TYPE, …)`, for people.
    pub(super) fn describe(&self) -> String {
        format!("{}({})", self.name, self.types().join(", "))
    }

    pub(super) fn find_version(&self, number: i32) -> Option<&ExistingVersion> {
        self.versions
            .iter()
            .find(|version| version.version == number)
    }

    pub(super) fn active(&self) -> Option<&ExistingVersion> {
        self.find_version(self.active_version)
    }

    pub(super) fn newest_version(&self) -> i32 {
        self.versions
            .iter()
            .map(|version| version.version)
            .max()
            .unwrap_or(0)
    }
}

/// What the client has to do.
#[derive(Default, Serialize)]
pub(in crate::registry) struct DdlPlan {
    /// Run in order in one transaction.
    pub(in crate::registry) statements: Vec<String>,
    pub(super) procedures: Vec<String>,
    pub(in crate::registry) notices: Vec<String>,
    /// A function was registered that transactions already open cannot see.
    pub(super) needs_new_transaction: bool,
}
