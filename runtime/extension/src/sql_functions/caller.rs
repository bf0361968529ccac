//! Who calls one of the engine's own functions.

use std::ops::Deref;
use std::sync::Arc;

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::Role;
use crate::state::DatabaseState;

/// Functions that a role may call; what they then allow depends on its grants. All others are the
/// owner's, those added later too.
const FOR_ROLES: [&str; 11] = [
    "heliosdb_version",
    "heliosdb_current_role",
    "heliosdb_effective_limits",
    "heliosdb_definition_defaults",
    "heliosdb_migrate",
    "heliosdb_plan_ddl",
    "heliosdb_staged_module",
    "heliosdb_refresh",
    "heliosdb_create_procedure",
    "heliosdb_alter_procedure",
    "heliosdb_drop_procedure",
];

/// The database's state together with the connection that asks.
pub struct Caller {
    state: Arc<DatabaseState>,
    connection_id: u64,
}

impl Caller {
    pub(super) fn new(state: &Arc<DatabaseState>, connection_id: u64) -> Self {
        Self {
            state: Arc::clone(state),
            connection_id,
        }
    }

    pub(super) fn connection_id(&self) -> u64 {
        self.connection_id
    }

    /// The role of the connection; none means the owner.
    pub(super) fn role(&self) -> EngineResult<Option<Arc<Role>>> {
        self.state.role(self.connection_id)
    }

    pub(super) fn check_may_use(&self, function: &str) -> EngineResult<()> {
        match self.state.role_name(self.connection_id) {
            Some(role) if !FOR_ROLES.contains(&function) => Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("role {role} may not call {function}()"),
            )
            .hint("only the owner of the database may")),
            _ => Ok(()),
        }
    }
}

impl Deref for Caller {
    type Target = Arc<DatabaseState>;

    fn deref(&self) -> &Self::Target {
        &self.state
    }
}
