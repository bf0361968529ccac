//! Roles: what a connection may do that a door opened for somebody other than the owner.
//!
//! A connection without a role is the owner's, and may do everything. Procedures run with their
//! definer's rights: a role needs EXECUTE on what its own statement calls, not on what that calls.

use std::collections::{HashMap, HashSet};
use std::sync::Arc;

use super::procedure::{Procedure, quote_identifier};
use super::read::Installed;
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::rights::{RightSet, Rights, RowFilter, TableName};
use crate::value::Value;

/// In the place of an object: every one of its kind.
pub(super) const EVERY: &str = "*";

/// What a role may do with procedures.
#[derive(Clone, Copy, Debug, PartialEq, Eq, Hash)]
pub enum Privilege {
    Execute,
    Alter,
}

impl Privilege {
    fn name(self) -> &'static str {
        match self {
            Self::Execute => "EXECUTE",
            Self::Alter => "ALTER",
        }
    }

    fn verb(self) -> &'static str {
        match self {
            Self::Execute => "call",
            Self::Alter => "change",
        }
    }
}

/// Everything that was granted to one role, in every attached database.
#[derive(Debug, Default)]
pub struct Role {
    pub name: String,
    /// By the procedure's id.
    procedures: HashSet<(Privilege, String)>,
    /// The databases in which the privilege holds for every procedure.
    every_procedure: HashSet<(Privilege, String)>,
    /// The databases in which it may create procedures.
    creates_in: HashSet<String>,
    /// What its own statements may read and write.
    pub tables: Arc<RightSet>,
    /// Which rows of some relations it sees.
    pub row_filters: Arc<[RowFilter]>,
}

impl Role {
    /// What its own statements may do.
    pub fn rights(&self) -> Rights {
        Rights::of(Arc::clone(&self.tables), None).within(&self.row_filters)
    }

    /// Refuses what the role was not granted on a procedure.
    pub fn check(&self, privilege: Privilege, procedure: &Procedure) -> EngineResult<()> {
        self.check_id(
            privilege,
            &procedure.id,
            &procedure.name,
            &procedure.database,
        )
    }

    pub(super) fn check_id(
        &self,
        privilege: Privilege,
        id: &str,
        name: &str,
        database: &str,
    ) -> EngineResult<()> {
        let holds = self
            .every_procedure
            .contains(&(privilege, database.to_owned()))
            || self.procedures.contains(&(privilege, id.to_owned()));
        if holds {
            return Ok(());
        }
        Err(EngineError::new(
            ErrorCode::InsufficientPrivilege,
            format!(
                "role {} may not {} procedure {name}",
                self.name,
                privilege.verb()
            ),
        )
        .hint(format!(
            "the owner grants it: GRANT {} ON PROCEDURE {name} TO {}",
            privilege.name(),
            self.name
        ))
        .field("procedure", name)
        .field("capability", privilege.name()))
    }

    /// Refuses a definition whose capabilities reach further than the role itself: a procedure
    /// would otherwise be a way around the role's own limits.
    pub(super) fn check_create(
        &self,
        name: &str,
        capabilities: &RightSet,
        database: &str,
    ) -> EngineResult<()> {
        if !self.creates_in.contains(database) {
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("role {} may not create procedures", self.name),
            )
            .hint(format!(
                "the owner grants it: GRANT CREATE PROCEDURE TO {}",
                self.name
            ))
            .field("capability", "CREATE PROCEDURE"));
        }
        self.check_capabilities(name, capabilities)
    }

    pub(super) fn check_capabilities(
        &self,
        name: &str,
        capabilities: &RightSet,
    ) -> EngineResult<()> {
        let filtered = self
            .row_filters
            .iter()
            .map(|filter| &filter.relation)
            .find(|relation| capabilities.reaches(relation));
        if let Some(relation) = filtered {
            let table = relation.short();
            return Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!(
                    "role {} may not give {table} to procedure {name}",
                    self.name
                ),
            )
            .detail(format!("the role sees only some rows of {table}"))
            .hint("write CAPABILITIES (…) with tables the role sees all rows of")
            .field("procedure", name));
        }
        match capabilities.beyond(&self.tables) {
            None => Ok(()),
            Some(capability) => Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!(
                    "role {} may not give {capability} to procedure {name}",
                    self.name
                ),
            )
            .detail("a role can only pass on what it holds itself")
            .hint("write CAPABILITIES (…) with tables the role may use, or ask the owner")
            .field("capability", capability.to_string())),
        }
    }
}

/// The roles of every attached database, by name.
pub(super) type Roles = HashMap<String, Arc<Role>>;

/// What is granted in one database, as it is read.
#[derive(Default)]
pub(super) struct RolesBuilder {
    roles: HashMap<String, Role>,
    tables: HashMap<String, Vec<(String, String, String)>>,
    row_filters: HashMap<String, Vec<RowFilter>>,
}

impl RolesBuilder {
    /// Adds a database's roles; one whose registry is older than roles has none.
    pub(super) fn read(
        &mut self,
        connection: &Connection,
        installed: &Installed,
    ) -> EngineResult<()> {
        if !installed.has_table("grants") {
            return Ok(());
        }
        let database = installed.database.as_str();
        let qualifier = quote_identifier(database);
        let rows = connection.query(&format!(
            "SELECT r.name, g.privilege, g.object FROM {qualifier}.heliosdb.roles r \
             LEFT JOIN {qualifier}.heliosdb.grants g ON g.role = r.name"
        ))?;
        for row in rows.rows {
            let [Value::Varchar(name), rest @ ..] = row.as_slice() else {
                continue;
            };
            let role = self.roles.entry(name.clone()).or_insert_with(|| Role {
                name: name.clone(),
                ..Role::default()
            });
            if let [Value::Varchar(privilege), Value::Varchar(object)] = rest {
                let grant = (database, privilege.as_str(), object.as_str());
                if let Some(capability) = role.grant(grant) {
                    self.tables.entry(name.clone()).or_default().push((
                        capability.to_owned(),
                        object.clone(),
                        database.to_owned(),
                    ));
                }
            }
        }
        if installed.has_table("row_filters") {
            self.read_row_filters(connection, database)?;
        }
        Ok(())
    }

    fn read_row_filters(&mut self, connection: &Connection, database: &str) -> EngineResult<()> {
        let rows = connection.query(&format!(
            "SELECT role, schema_name, relation_name, condition \
             FROM {}.heliosdb.row_filters ORDER BY ALL",
            quote_identifier(database)
        ))?;
        for row in rows.rows {
            let [
                Value::Varchar(role),
                Value::Varchar(schema),
                Value::Varchar(relation),
                Value::Varchar(condition),
            ] = row.as_slice()
            else {
                continue;
            };
            let filters = self.row_filters.entry(role.clone()).or_default();
            filters.push(RowFilter {
                relation: TableName::new(database, schema, relation),
                condition: condition.clone(),
            });
        }
        Ok(())
    }

    pub(super) fn finish(self) -> Roles {
        let Self {
            roles,
            mut tables,
            mut row_filters,
        } = self;
        roles
            .into_iter()
            .map(|(name, mut role)| {
                let mut rights = RightSet::default();
                for (kind, object, database) in tables.remove(&name).unwrap_or_default() {
                    // A damaged row grants nothing.
                    let _ = rights.add(&format!("{kind}:{object}"), &database);
                }
                role.tables = Arc::new(rights);
                role.row_filters = row_filters.remove(&name).unwrap_or_default().into();
                (name, Arc::new(role))
            })
            .collect()
    }
}

impl Role {
    /// Takes a grant in; answers with the capability that one on tables corresponds to.
    fn grant(&mut self, grant: (&str, &str, &str)) -> Option<&'static str> {
        let (database, privilege, object) = grant;
        let privilege = match privilege {
            "EXECUTE" => Privilege::Execute,
            "ALTER" => Privilege::Alter,
            "SELECT" => return Some("read"),
            "WRITE" => return Some("write"),
            _ => {
                self.creates_in.insert(database.to_owned());
                return None;
            }
        };
        if object == EVERY {
            self.every_procedure
                .insert((privilege, database.to_owned()));
        } else {
            self.procedures.insert((privilege, object.to_owned()));
        }
        None
    }
}

/// A role's name as it is stored and compared.
pub(super) fn fold(name: &str) -> String {
    name.to_ascii_lowercase()
}
