//! Which procedures still have their macro: one can be dropped behind the registry's back.

use std::collections::HashMap;

use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::value::Value;

/// The bodies of the macros that call procedures, by database.
pub struct Faces(HashMap<String, String>);

/// Reads the committed macros of every database.
pub fn faces(connection: &Connection) -> EngineResult<Faces> {
    let rows = connection.query(
        "SELECT database_name, string_agg(macro_definition, chr(10)) FROM duckdb_functions() \
         WHERE function_type = 'macro' AND macro_definition LIKE '%heliosdb_%' GROUP BY 1",
    )?;
    let bodies = rows.rows.into_iter().filter_map(|row| {
        let [Value::Varchar(database), Value::Varchar(bodies)] = row.as_slice() else {
            return None;
        };
        Some((database.clone(), bodies.clone()))
    });
    Ok(Faces(bodies.collect()))
}

impl Faces {
    /// Why a procedure cannot be called, if no macro leads to it.
    pub fn problem(&self, database: &str, id: &str) -> Option<&'static str> {
        let is_there = self
            .0
            .get(database)
            .is_some_and(|bodies| bodies.contains(id));
        (!is_there).then_some(
            "its macro was dropped; CREATE OR REPLACE PROCEDURE brings it back, \
             DROP PROCEDURE removes the rest",
        )
    }
}
