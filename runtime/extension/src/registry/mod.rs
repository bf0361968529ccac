//! Procedures as the engine knows them: read from schema `heliosdb`, or staged by DDL that has not
//! committed yet.

mod client;
mod ddl;
mod faces;
mod migrate;
mod parameter_text;
mod procedure;
mod read;
mod roles;
mod signature;

use std::collections::{BTreeMap, HashMap};
use std::sync::Arc;

use parking_lot::RwLock;

use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::invoke;
use crate::state::DatabaseState;
use crate::wasm::ModuleHash;

pub use client::{alter, capability_list, create, drop, effective_limits};
pub use ddl::{definition_defaults, plan_ddl};
pub use faces::faces;
pub use migrate::migrate;
pub use procedure::{Procedure, ProcedureVersion, Volatility, quote_identifier, quote_literal};
pub use roles::{Privilege, Role};
pub use signature::{OverloadSet, Signature, needs_set};

/// Staged definitions and modules kept; older ones are forgotten. They only matter between a DDL
/// statement and the commit of its transaction.
const STAGED_MAX: usize = 256;

/// A procedure whose rows cannot be read.
#[derive(Clone, Debug)]
pub struct Broken {
    pub id: String,
    pub database: String,
    pub schema: String,
    pub name: String,
    pub error: EngineError,
}

#[derive(Default)]
pub struct Registry {
    contents: RwLock<Contents>,
}

#[derive(Default)]
struct Contents {
    committed: HashMap<String, Arc<Procedure>>,
    /// Procedures whose rows cannot be read, and why.
    broken: BTreeMap<String, Broken>,
    /// Databases whose registry cannot be read at all, and why.
    unreadable: Vec<EngineError>,
    roles: roles::Roles,
    staged: Vec<Arc<Procedure>>,
    staged_modules: Vec<(ModuleHash, Arc<[u8]>)>,
    is_loaded: bool,
}

impl Registry {
    /// Finds a procedure by id, reading the database again when it is unknown: it may have been
    /// attached or created since.
    pub fn get(&self, state: &DatabaseState, id: &str) -> EngineResult<Arc<Procedure>> {
        if let Some(found) = self.find(id) {
            return Ok(found);
        }
        self.refresh(state)?;
        if let Some(found) = self.find(id) {
            return Ok(found);
        }
        let contents = self.contents.read();
        if let Some(broken) = contents.broken.get(id) {
            return Err(broken.error.clone());
        }
        // It may well be in a registry that cannot be read.
        if let Some(error) = contents.unreadable.first() {
            return Err(error.clone());
        }
        Err(EngineError::new(
            ErrorCode::UndefinedFunction,
            "the procedure does not exist any more",
        )
        .detail(format!("procedure id {id}"))
        .hint("its name is still in the catalog: drop the macro, or create the procedure again"))
    }

    fn find(&self, id: &str) -> Option<Arc<Procedure>> {
        let contents = self.contents.read();
        let staged = || {
            contents
                .staged
                .iter()
                .rev()
                .find(|procedure| procedure.id == id)
        };
        contents.committed.get(id).or_else(staged).cloned()
    }

    /// A role by name, as it was committed.
    ///
    /// # Errors
    /// When there is no such role, which then may do nothing at all.
    pub fn role(&self, state: &DatabaseState, name: &str) -> EngineResult<Arc<Role>> {
        let name = roles::fold(name);
        let find = || self.contents.read().roles.get(&name).cloned();
        if let Some(found) = find() {
            return Ok(found);
        }
        self.refresh(state)?;
        find().ok_or_else(|| {
            EngineError::new(
                ErrorCode::UndefinedObject,
                format!("role {name} does not exist"),
            )
            .hint(format!("the owner makes it: CREATE ROLE {name}"))
        })
    }

    /// Warm guests of all procedures.
    pub fn idle_count(&self) -> usize {
        let contents = self.contents.read();
        let versions = |procedure: &Arc<Procedure>| -> usize {
            procedure
                .versions
                .values()
                .map(|version| version.pool.idle_count())
                .sum()
        };
        let staged = contents
            .staged
            .iter()
            .filter(|procedure| !contents.committed.contains_key(&procedure.id));
        contents
            .committed
            .values()
            .chain(staged)
            .map(versions)
            .sum()
    }

    /// Whether any procedure has this name, whatever its schema.
    pub fn has_name(&self, name: &str) -> bool {
        let contents = self.contents.read();
        contents
            .committed
            .values()
            .any(|procedure| procedure.name.eq_ignore_ascii_case(name))
    }

    /// Every committed procedure, ordered by schema and name.
    ///
    /// # Errors
    /// When a database's registry cannot be read at all; it may hold any procedure.
    pub fn all(&self, state: &DatabaseState) -> EngineResult<Vec<Arc<Procedure>>> {
        let is_current = {
            let contents = self.contents.read();
            contents.is_loaded && contents.unreadable.is_empty()
        };
        if !is_current {
            self.refresh(state)?;
        }
        let contents = self.contents.read();
        if let Some(error) = contents.unreadable.first() {
            return Err(error.clone());
        }
        let mut procedures: Vec<_> = contents.committed.values().cloned().collect();
        procedures.sort_by(|left, right| {
            (&left.schema, &left.name, &left.id).cmp(&(&right.schema, &right.name, &right.id))
        });
        Ok(procedures)
    }

    /// The procedures whose rows cannot be read.
    pub fn broken(&self) -> Vec<Broken> {
        self.contents.read().broken.values().cloned().collect()
    }

    /// The names of what is committed, as far as it can be read.
    fn names(&self) -> Vec<String> {
        let mut names: Vec<String> = self
            .contents
            .read()
            .committed
            .values()
            .map(|procedure| procedure.name.clone())
            .collect();
        names.sort();
        names.dedup();
        names
    }

    /// Reads the committed registry of every attached database. Versions that did not change keep
    /// their compiled modules; running statements keep what they pinned. What cannot be read is
    /// kept as an error for whoever uses it.
    pub fn refresh(&self, state: &DatabaseState) -> EngineResult<()> {
        let connection = state.connect()?;
        let mut committed = HashMap::new();
        let mut broken = BTreeMap::new();
        let mut unreadable = Vec::new();
        let mut roles = roles::RolesBuilder::default();
        for installed in read::databases_with_registry(&connection)? {
            let database = &installed.database;
            let found = migrate::check_version(&connection, database)
                .and_then(|()| read::registry(&connection, database));
            match found {
                Ok(found) => {
                    for procedure in found.procedures {
                        committed.insert(procedure.id.clone(), procedure);
                    }
                    broken.extend(found.broken.into_iter().map(|one| (one.id.clone(), one)));
                    roles.read(&connection, &installed)?;
                }
                Err(error) => {
                    unreadable.push(error.hint(format!("in the registry of database {database}")));
                }
            }
        }
        self.replace_contents(committed, broken, unreadable);
        self.contents.write().roles = roles.finish();
        self.register_functions(state, &connection);
        Ok(())
    }

    fn replace_contents(
        &self,
        mut committed: HashMap<String, Procedure>,
        broken: BTreeMap<String, Broken>,
        unreadable: Vec<EngineError>,
    ) {
        let mut contents = self.contents.write();
        for (id, procedure) in &mut committed {
            let known = contents
                .committed
                .get(id)
                .or_else(|| contents.staged.iter().rev().find(|staged| staged.id == *id));
            if let Some(known) = known {
                *procedure = procedure.reusing(known);
            }
        }
        // What is committed needs no staging, and what was dropped must not live on in it.
        let contents = &mut *contents;
        contents.staged.retain(|staged| {
            !committed.contains_key(&staged.id) && !contents.committed.contains_key(&staged.id)
        });
        contents.committed = committed
            .into_iter()
            .map(|(id, found)| (id, Arc::new(found)))
            .collect();
        contents.broken = broken;
        contents.unreadable = unreadable;
        contents.is_loaded = true;
    }

    /// Registers the functions that macros in the database call: those of other result types than
    /// every database has, and those of overloads. One that cannot be registered fails the
    /// statement that needs it, which names it; the others work.
    fn register_functions(&self, state: &DatabaseState, connection: &Connection) {
        let procedures: Vec<Arc<Procedure>> =
            self.contents.read().committed.values().cloned().collect();
        let mut by_name: HashMap<_, Vec<&Procedure>> = HashMap::new();
        for procedure in &procedures {
            let _ = invoke::ensure_return_type(state, connection, &procedure.returns);
            by_name
                .entry((
                    procedure.database.as_str(),
                    procedure.schema.to_lowercase(),
                    procedure.name.to_lowercase(),
                ))
                .or_default()
                .push(procedure);
        }
        for overloads in by_name.into_values() {
            let signatures: Vec<_> = overloads.iter().map(|one| Signature::from(*one)).collect();
            if !needs_set(&signatures) {
                continue;
            }
            let name = &overloads[0].name;
            let _ = OverloadSet::new(name, signatures)
                .and_then(|set| invoke::ensure_overloads(state, connection, name, &set));
        }
    }

    /// Makes a definition callable before its transaction commits.
    fn stage(&self, procedure: Arc<Procedure>) {
        let mut contents = self.contents.write();
        if contents.staged.len() >= STAGED_MAX {
            contents.staged.remove(0);
        }
        contents.staged.push(procedure);
    }

    fn stage_module(&self, hash: ModuleHash, bytes: Arc<[u8]>) {
        let mut contents = self.contents.write();
        if contents
            .staged_modules
            .iter()
            .any(|(known, _)| *known == hash)
        {
            return;
        }
        if contents.staged_modules.len() >= STAGED_MAX {
            contents.staged_modules.remove(0);
        }
        contents.staged_modules.push((hash, bytes));
    }

    /// The bytes of a module that was staged and may not be in the database yet.
    pub fn staged_module(&self, hash: &ModuleHash) -> Option<Arc<[u8]>> {
        let contents = self.contents.read();
        contents
            .staged_modules
            .iter()
            .find(|(known, _)| known == hash)
            .map(|(_, bytes)| Arc::clone(bytes))
    }
}
