//! The macro that is a procedure's SQL face.

use super::statement::ExistingProcedure;
use crate::invoke;
use crate::registry::procedure::{Procedure, quote_identifier, quote_literal};

pub(super) fn create_macro(procedure: &Procedure) -> String {
    format!("CREATE MACRO {}", macro_definition(procedure))
}

pub(super) fn create_or_replace_macro(procedure: &Procedure) -> String {
    format!("CREATE OR REPLACE MACRO {}", macro_definition(procedure))
}

/// The SQL face of a procedure: casts to the declared types, then the internal function.
pub(super) fn macro_definition(procedure: &Procedure) -> String {
    let mut names: Vec<String> = Vec::new();
    let mut arguments = vec![quote_literal(&procedure.id), "\"version\"".to_owned()];
    for parameter in &procedure.parameters {
        let name = quote_identifier(&parameter.name);
        arguments.push(format!("CAST({name} AS {})", parameter.type_name));
        names.push(match &parameter.default {
            Some(default) => format!("{name} := {default}"),
            None => name,
        });
    }
    names.push("\"version\" := NULL".to_owned());
    format!(
        "{}.{}({}) AS {}({})",
        quote_identifier(&procedure.schema),
        quote_identifier(&procedure.name),
        names.join(", "),
        invoke::function_name(&procedure.returns, procedure.volatility),
        arguments.join(", ")
    )
}

pub(super) fn drop_macro(existing: &ExistingProcedure) -> String {
    format!(
        "DROP MACRO {}.{}",
        quote_identifier(&existing.schema_name),
        quote_identifier(&existing.name)
    )
}

pub(super) fn comment_on_macro(schema: &str, name: &str, comment: Option<&str>) -> String {
    format!(
        "COMMENT ON MACRO {}.{} IS {}",
        quote_identifier(schema),
        quote_identifier(name),
        comment.map_or("NULL".to_owned(), quote_literal)
    )
}
