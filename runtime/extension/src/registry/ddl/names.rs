//! Whether a procedure may have its name, and whether a name has its macro.

use std::rc::Rc;

use super::Planner;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::procedure::{quote_identifier, quote_literal};
use crate::value::Value;

/// Where DuckDB and its extensions keep functions that can be called without their schema.
const BUILT_IN_SCHEMAS: [&str; 2] = ["main", "pg_catalog"];

/// A function or macro that has a certain name.
pub(super) struct NamedFunction {
    is_internal: bool,
    kind: String,
    database: String,
    schema: String,
    /// A macro that leads to the engine.
    is_face: bool,
}

impl Planner<'_> {
    /// The functions of a name. DuckDB describes every function there is for that, which takes
    /// longer than the rest of planning a statement together: at most once, and only when
    /// [`Planner::is_known`] leaves a question. PRAGMAs are no functions that a name could hide.
    fn functions_named(&self, name: &str) -> EngineResult<Rc<[NamedFunction]>> {
        if let Some((known, functions)) = &*self.functions.borrow()
            && known == name
        {
            return Ok(Rc::clone(functions));
        }
        let rows = self.connection.query(&format!(
            "SELECT internal, function_type, database_name, schema_name, \
             coalesce(macro_definition LIKE '%heliosdb_%', false) \
             FROM duckdb_functions() WHERE lower(function_name) = lower({}) \
             AND function_type <> 'pragma'",
            quote_literal(name)
        ))?;
        let functions: Rc<[NamedFunction]> = rows
            .rows
            .into_iter()
            .filter_map(|row| match <[Value; 5]>::try_from(row) {
                Ok(
                    [
                        Value::Boolean(is_internal),
                        Value::Varchar(kind),
                        Value::Varchar(database),
                        Value::Varchar(schema),
                        Value::Boolean(is_face),
                    ],
                ) => Some(NamedFunction {
                    is_internal,
                    kind,
                    database,
                    schema: schema.to_lowercase(),
                    is_face,
                }),
                _ => None,
            })
            .collect();
        *self.functions.borrow_mut() = Some((name.to_owned(), Rc::clone(&functions)));
        Ok(functions)
    }

    /// Whether a function or macro, of values or of tables, may have this name in a schema.
    ///
    /// DuckDB looks a name up when it binds a statement about it, which costs a fraction of
    /// listing functions. Only its plain answer that there is no such entry counts; anything else
    /// says yes, and the list decides.
    fn is_known(&self, database: &str, schema: &str, name: &str) -> bool {
        let qualified = [database, schema, name].map(quote_identifier).join(".");
        ["MACRO", "MACRO TABLE"].iter().any(|kind| {
            // Bound and thrown away: the comment is never written.
            let bound = self
                .connection
                .prepare(&format!("COMMENT ON {kind} {qualified} IS NULL"));
            !matches!(
                bound.map_err(|error| error.code),
                Err(ErrorCode::UndefinedFunction | ErrorCode::UndefinedTable)
            )
        })
    }

    /// A procedure must not shadow a built-in function or an existing macro. Macros of procedures
    /// do not count: the client's transaction may have dropped them, which is not visible here.
    pub(super) fn check_name(
        &self,
        schema: &str,
        name: &str,
        has_procedures: bool,
    ) -> EngineResult<()> {
        if name.is_empty() || name.len() > 128 {
            return Err(EngineError::new(
                ErrorCode::InvalidFunctionDefinition,
                "a procedure's name has 1 to 128 bytes",
            ));
        }
        if name.to_lowercase().starts_with("heliosdb_") {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                format!("names beginning with heliosdb_ are the engine's: {name}"),
            )
            .field("name", name));
        }
        let is_free = |database: &str, schema: &str| !self.is_known(database, schema, name);
        if BUILT_IN_SCHEMAS
            .iter()
            .all(|built_in| is_free("system", built_in))
            && (has_procedures || is_free(&self.database, schema))
        {
            return Ok(());
        }
        let functions = self.functions_named(name)?;
        if let Some(found) = functions.iter().find(|function| function.is_internal) {
            return Err(EngineError::new(
                ErrorCode::ReservedName,
                format!("{name} is the name of a built-in {} function", found.kind),
            )
            .hint("a procedure of that name would hide it; choose another name")
            .field("name", name));
        }
        let taken = functions
            .iter()
            .find(|function| self.is_in(function, schema) && !function.is_face);
        match taken {
            Some(found) if !has_procedures => Err(EngineError::new(
                ErrorCode::DuplicateFunction,
                format!("{name} is the name of an existing {}", found.kind),
            )
            .hint("drop it first, or choose another name")),
            _ => Ok(()),
        }
    }

    fn is_in(&self, function: &NamedFunction, schema: &str) -> bool {
        function.database == self.database && function.schema == schema.to_lowercase()
    }

    pub(super) fn has_macro(&self, schema: &str, name: &str) -> EngineResult<bool> {
        // Bound and thrown away, as above. Nothing but a macro can be commented on like this.
        let comment = self.comment_on_macro(schema, name, None);
        if self.connection.prepare(&comment).is_ok() {
            return Ok(true);
        }
        let functions = self.functions_named(name)?;
        Ok(functions
            .iter()
            .any(|function| function.kind == "macro" && self.is_in(function, schema)))
    }
}
