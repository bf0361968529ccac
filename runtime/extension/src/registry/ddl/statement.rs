//! The statement as the gateway parsed it, and what it is planned into.

use serde::{Deserialize, Serialize};

use crate::registry::procedure::{Parameter, Volatility};

/// The statement as the gateway parsed it.
#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum Statement {
    CreateProcedure(Box<CreateProcedure>),
    AlterProcedure(AlterProcedure),
    DropProcedure(DropProcedure),
}

#[derive(Deserialize)]
pub(super) struct CreateProcedure {
    #[serde(default)]
    pub(super) or_replace: bool,
    #[serde(default)]
    pub(super) if_not_exists: bool,
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
    pub(super) options: serde_json::Map<String, serde_json::Value>,
}

#[derive(Deserialize)]
pub(super) struct AlterProcedure {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) if_exists: bool,
    pub(super) action: AlterAction,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(super) enum AlterAction {
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
        options: serde_json::Map<String, serde_json::Value>,
    },
    SetComment {
        comment: Option<String>,
    },
}

#[derive(Deserialize)]
pub(super) struct DropProcedure {
    pub(super) schema: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) if_exists: bool,
}

/// The registry row of an existing procedure, as the client's transaction sees it.
#[derive(Deserialize)]
pub(super) struct ExistingProcedure {
    pub(super) id: String,
    pub(super) schema_name: String,
    pub(super) name: String,
    pub(super) parameters: Vec<Parameter>,
    pub(super) returns: String,
    pub(super) volatility: Volatility,
    pub(super) is_called_on_null: bool,
    pub(super) active_version: i32,
    pub(super) options: serde_json::Map<String, serde_json::Value>,
}

/// What the client has to do.
#[derive(Default, Serialize)]
pub(super) struct DdlPlan {
    /// Run in order in one transaction.
    pub(super) statements: Vec<String>,
    pub(super) procedures: Vec<String>,
    pub(super) notices: Vec<String>,
    /// A function was registered that transactions already open cannot see.
    pub(super) needs_new_transaction: bool,
}
