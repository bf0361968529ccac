//! Procedures as the engine knows them: read from schema `heliosdb`, or staged by DDL that has not
//! committed yet.

mod ddl;
mod migrate;
mod procedure;
mod read;

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::RwLock;

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::state::DatabaseState;
use crate::wasm::ModuleHash;

pub use ddl::plan_ddl;
pub use migrate::migrate;
pub use procedure::{Procedure, ProcedureVersion, Volatility, quote_identifier, quote_literal};

/// Staged definitions and modules kept; older ones are forgotten. They only matter between a DDL
/// statement and the commit of its transaction.
const STAGED_MAX: usize = 256;

#[derive(Default)]
pub struct Registry {
    contents: RwLock<Contents>,
}

#[derive(Default)]
struct Contents {
    committed: HashMap<String, Arc<Procedure>>,
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
        self.find(id).ok_or_else(|| {
            EngineError::new(
                ErrorCode::UndefinedFunction,
                "the procedure does not exist any more",
            )
            .detail(format!("procedure id {id}"))
            .hint("its name is still in the catalog: drop the macro, or create the procedure again")
        })
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

    /// Every committed procedure, ordered by schema and name.
    pub fn all(&self, state: &DatabaseState) -> EngineResult<Vec<Arc<Procedure>>> {
        if !self.contents.read().is_loaded {
            self.refresh(state)?;
        }
        let mut procedures: Vec<_> = self.contents.read().committed.values().cloned().collect();
        procedures.sort_by(|left, right| {
            (&left.schema, &left.name, &left.id).cmp(&(&right.schema, &right.name, &right.id))
        });
        Ok(procedures)
    }

    /// Reads the committed registry of every attached database. Versions that did not change keep
    /// their compiled modules; running statements keep what they pinned.
    pub fn refresh(&self, state: &DatabaseState) -> EngineResult<()> {
        let connection = state.connect()?;
        let mut committed = HashMap::new();
        for database in read::databases_with_registry(&connection)? {
            for procedure in read::procedures(&connection, &database)? {
                committed.insert(procedure.id.clone(), procedure);
            }
        }
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
        contents.is_loaded = true;
        Ok(())
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
