//! CREATE ROLE, DROP ROLE, GRANT and REVOKE, which only the owner may run.

use serde::Deserialize;

use super::Planner;
use super::statement::{DdlPlan, ExistingProcedure, Statement};
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::quote_literal;
use crate::registry::roles::{EVERY, Privilege, fold};
use crate::rights::RightSet;
use crate::value::Value;

/// Names that would read as something else than a role.
const RESERVED: [&str; 3] = ["owner", "public", "none"];

#[derive(Deserialize)]
pub(in crate::registry) struct CreateRole {
    #[serde(default)]
    pub(super) database: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) if_not_exists: bool,
}

#[derive(Deserialize)]
pub(in crate::registry) struct DropRole {
    #[serde(default)]
    pub(super) database: Option<String>,
    pub(super) name: String,
    #[serde(default)]
    pub(super) if_exists: bool,
}

/// GRANT, or REVOKE with the same parts.
#[derive(Deserialize)]
pub(in crate::registry) struct Grant {
    #[serde(default)]
    pub(super) database: Option<String>,
    pub(super) privileges: Vec<String>,
    pub(super) object: GrantObject,
    pub(super) roles: Vec<String>,
}

#[derive(Deserialize)]
#[serde(tag = "kind", rename_all = "snake_case")]
pub(in crate::registry) enum GrantObject {
    /// Whatever needs no object: CREATE PROCEDURE.
    None,
    Procedure {
        schema: Option<String>,
        name: String,
        parameter_types: Option<Vec<String>>,
    },
    AllProcedures,
    /// A table or view, perhaps qualified, as capabilities name it.
    Table {
        name: String,
    },
    AllTables,
}

impl Grant {
    /// The procedure it is about.
    pub(super) fn procedure(&self) -> Option<&str> {
        match &self.object {
            GrantObject::Procedure { name, .. } => Some(name),
            _ => None,
        }
    }
}

impl Planner<'_> {
    pub(super) fn create_role(&self, create: &CreateRole) -> EngineResult<DdlPlan> {
        let name = fold(&create.name);
        if name.is_empty() || name.len() > 128 || RESERVED.contains(&name.as_str()) {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                format!("{name} cannot be the name of a role"),
            )
            .hint("names have 1 to 128 bytes; owner, public and none mean something else")
            .field("name", name));
        }
        let (notices, statements) = match (self.has_role(&name)?, create.if_not_exists) {
            (true, true) => (
                vec![format!("role {name} exists already, skipped")],
                Vec::new(),
            ),
            (true, false) => {
                return Err(EngineError::new(
                    ErrorCode::DuplicateObject,
                    format!("role {name} exists already"),
                ));
            }
            (false, _) => (
                Vec::new(),
                vec![format!(
                    "INSERT INTO {} (name) VALUES ({})",
                    self.table("roles"),
                    quote_literal(&name)
                )],
            ),
        };
        Ok(DdlPlan {
            notices,
            statements,
            ..DdlPlan::default()
        })
    }

    pub(super) fn drop_role(&self, drop: &DropRole) -> EngineResult<DdlPlan> {
        let name = fold(&drop.name);
        if !self.has_role(&name)? {
            if drop.if_exists {
                return Ok(DdlPlan {
                    notices: vec![format!("role {name} does not exist, skipped")],
                    ..DdlPlan::default()
                });
            }
            return Err(missing_role(&name));
        }
        let text = quote_literal(&name);
        let mut statements = vec![
            format!("DELETE FROM {} WHERE role = {text}", self.table("grants")),
            format!("DELETE FROM {} WHERE name = {text}", self.table("roles")),
        ];
        if self.has_table("row_filters")? {
            let table = self.table("row_filters");
            statements.push(format!("DELETE FROM {table} WHERE role = {text}"));
        }
        Ok(DdlPlan {
            statements,
            ..DdlPlan::default()
        })
    }

    /// Roles and grants are the owner's business.
    pub(super) fn check_owner(&self, statement: &Statement) -> EngineResult<()> {
        let is_about_roles = matches!(
            statement,
            Statement::CreateRole(_)
                | Statement::DropRole(_)
                | Statement::Grant(_)
                | Statement::Revoke(_)
                | Statement::CreateRowFilter(_)
                | Statement::DropRowFilter(_)
        );
        match &self.role {
            Some(role) if is_about_roles => Err(EngineError::new(
                ErrorCode::InsufficientPrivilege,
                format!("role {} may not define roles or grants", role.name),
            )
            .hint("only the owner of the database may")),
            _ => Ok(()),
        }
    }

    /// Refuses a role that may not change this procedure.
    pub(super) fn check_alter(&self, existing: &ExistingProcedure) -> EngineResult<()> {
        match &self.role {
            None => Ok(()),
            Some(role) => role.check_id(
                Privilege::Alter,
                &existing.id,
                &existing.name,
                &self.database,
            ),
        }
    }

    /// Who creates a procedure may call and change it.
    pub(super) fn grant_to_creator(&self, plan: &mut DdlPlan, id: &str) {
        if let Some(role) = &self.role {
            for privilege in ["EXECUTE", "ALTER"] {
                plan.statements
                    .push(self.grant_row(&role.name, privilege, id, false));
            }
        }
    }

    /// Plans a GRANT; `is_revoking` makes it a REVOKE of the same.
    pub(super) fn grant(&self, grant: &Grant, is_revoking: bool) -> EngineResult<DdlPlan> {
        let objects = self.objects(grant)?;
        let mut plan = DdlPlan::default();
        for role in &grant.roles {
            let role = fold(role);
            if !self.has_role(&role)? {
                return Err(missing_role(&role));
            }
            for privilege in &grant.privileges {
                for object in &objects {
                    plan.statements
                        .push(self.grant_row(&role, privilege, object, is_revoking));
                }
            }
        }
        Ok(plan)
    }

    fn grant_row(&self, role: &str, privilege: &str, object: &str, is_revoking: bool) -> String {
        let table = self.table("grants");
        let [role, privilege, quoted] = [role, privilege, object].map(quote_literal);
        if !is_revoking {
            return format!(
                "INSERT INTO {table} (role, privilege, object) \
                 VALUES ({role}, {privilege}, {quoted}) ON CONFLICT DO NOTHING"
            );
        }
        // REVOKE … ON ALL takes back what was granted one by one too.
        let which = if object == EVERY {
            String::new()
        } else {
            format!(" AND object = {quoted}")
        };
        format!("DELETE FROM {table} WHERE role = {role} AND privilege = {privilege}{which}")
    }

    /// What the grants are stored for, after checking that the privileges fit.
    fn objects(&self, grant: &Grant) -> EngineResult<Vec<String>> {
        let (allowed, objects): (&[&str], Vec<String>) = match &grant.object {
            GrantObject::None => (&["CREATE PROCEDURE"], vec![EVERY.to_owned()]),
            GrantObject::AllProcedures => (&["EXECUTE", "ALTER"], vec![EVERY.to_owned()]),
            GrantObject::AllTables => (&["SELECT", "WRITE"], vec![EVERY.to_owned()]),
            GrantObject::Table { name } => {
                // Says what is wrong with a name that no capability could have.
                RightSet::parse(Some(&[format!("read:{name}")]), &self.database)?;
                (&["SELECT", "WRITE"], vec![name.clone()])
            }
            GrantObject::Procedure {
                schema,
                name,
                parameter_types,
            } => (
                &["EXECUTE", "ALTER"],
                self.granted_procedures(
                    schema.as_deref().unwrap_or("main"),
                    name,
                    parameter_types.as_deref(),
                )?,
            ),
        };
        for privilege in &grant.privileges {
            if !allowed.contains(&privilege.as_str()) {
                return Err(EngineError::new(
                    ErrorCode::InvalidParameterValue,
                    format!("{privilege} cannot be granted on that"),
                )
                .hint(format!("it takes {}", allowed.join(" or "))));
            }
        }
        Ok(objects)
    }

    /// The ids of a name's overloads, or of the one with these types.
    fn granted_procedures(
        &self,
        schema: &str,
        name: &str,
        parameter_types: Option<&[String]>,
    ) -> EngineResult<Vec<String>> {
        let found: Vec<&ExistingProcedure> = match parameter_types {
            Some(types) => self.find(schema, name, Some(types))?.into_iter().collect(),
            None => self.overloads(schema, name),
        };
        if found.is_empty() {
            self.missing(name, false)?;
        }
        Ok(found.iter().map(|one| one.id.clone()).collect())
    }

    pub(super) fn has_role(&self, name: &str) -> EngineResult<bool> {
        if !self.has_table("roles")? {
            return Ok(false);
        }
        let rows = self.connection.query_with(
            &format!("SELECT 1 FROM {} WHERE name = ?", self.table("roles")),
            &[Value::Varchar(name.to_owned())],
        )?;
        Ok(!rows.rows.is_empty())
    }

    /// Whether the registry is young enough to have a table.
    pub(super) fn has_table(&self, table: &str) -> EngineResult<bool> {
        let rows = self.connection.query_with(
            "SELECT 1 FROM duckdb_tables() WHERE database_name = ? AND schema_name = 'heliosdb' \
             AND table_name = ?",
            &[
                Value::Varchar(self.database.clone()),
                Value::Varchar(table.to_owned()),
            ],
        )?;
        Ok(!rows.rows.is_empty())
    }
}

pub(super) fn missing_role(name: &str) -> EngineError {
    EngineError::new(
        ErrorCode::UndefinedObject,
        format!("role {name} does not exist"),
    )
    .hint(format!("CREATE ROLE {name} makes it"))
}
