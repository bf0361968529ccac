//! Rights as written and as held.

use std::sync::Arc;

use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;

/// The schema that holds the registry; no right reaches it.
const OWN_SCHEMA: &str = "heliosdb";

/// What one procedure version was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightSet {
    read: Vec<TablePattern>,
    write: Vec<TablePattern>,
    ddl: Vec<TablePattern>,
    network: Vec<String>,
    filesystem: Vec<String>,
    has_crypto: bool,
}

/// The rights of a running procedure: its own and those of every procedure that stands above it.
/// All of them must allow an action.
#[derive(Clone, Debug)]
pub struct Rights(Arc<[Arc<RightSet>]>);

/// `table`, `schema.table` or `database.schema.table`; `*` stands for any one name. Kept in lower
/// case, as DuckDB compares names.
#[derive(Clone, Debug, PartialEq, Eq)]
struct TablePattern {
    database: String,
    schema: String,
    table: String,
}

impl RightSet {
    /// Parses a capability list. Unqualified names mean schema `main` of the procedure's own
    /// database. `None`, an absent clause, means reading any table of that database and nothing
    /// else.
    pub fn parse(capabilities: Option<&[String]>, database: &str) -> EngineResult<Self> {
        let Some(capabilities) = capabilities else {
            let every = TablePattern {
                database: database.to_lowercase(),
                schema: "*".to_owned(),
                table: "*".to_owned(),
            };
            return Ok(Self {
                read: vec![every],
                ..Self::default()
            });
        };
        let mut rights = Self::default();
        for capability in capabilities {
            rights.add(capability.trim(), database)?;
        }
        Ok(rights)
    }

    fn add(&mut self, capability: &str, database: &str) -> EngineResult<()> {
        if capability == "crypto" {
            self.has_crypto = true;
            return Ok(());
        }
        let (kind, object) = capability.split_once(':').unwrap_or((capability, ""));
        if object.is_empty() {
            return Err(unknown(capability));
        }
        match kind {
            "read" => self.read.push(TablePattern::parse(object, database)?),
            "write" => self.write.push(TablePattern::parse(object, database)?),
            "ddl" => self.ddl.push(TablePattern::parse(object, database)?),
            "network" => self.network.push(object.to_lowercase()),
            "filesystem" => self.filesystem.push(object.to_owned()),
            _ => return Err(unknown(capability)),
        }
        Ok(())
    }

    /// Whether a table, named as the bound plan names it (`database.schema.table`), may be read.
    fn can_read(&self, qualified: &str) -> bool {
        self.read.iter().any(|pattern| pattern.matches(qualified))
    }
}

impl Rights {
    pub fn of(own: Arc<RightSet>, above: Option<&Rights>) -> Self {
        match above {
            None => Self(Arc::new([own])),
            Some(above) => Self(above.0.iter().cloned().chain([own]).collect()),
        }
    }

    pub fn can_read(&self, qualified: &str) -> bool {
        self.0.iter().all(|rights| rights.can_read(qualified))
    }
}

impl TablePattern {
    fn parse(text: &str, database: &str) -> EngineResult<Self> {
        let mut parts = split_name(text)?;
        let table = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        let named_database = parts.pop();
        if !parts.is_empty() || table.is_empty() {
            return Err(unknown(text));
        }
        Ok(Self {
            // `read:*` means the whole database, not only its main schema.
            schema: schema.unwrap_or_else(|| if table == "*" { "*" } else { "main" }.to_owned()),
            database: named_database.unwrap_or_else(|| database.to_lowercase()),
            table,
        })
    }

    fn matches(&self, qualified: &str) -> bool {
        let qualified = qualified.to_lowercase();
        let Some(rest) = after(&qualified, &self.database) else {
            return false;
        };
        if rest.starts_with("heliosdb.") || rest == OWN_SCHEMA {
            return false;
        }
        let Some(table) = after(rest, &self.schema) else {
            return false;
        };
        self.table == "*" || self.table == table
    }
}

/// What follows `name.` in a dotted text, `*` standing for any first name.
fn after<'a>(text: &'a str, name: &str) -> Option<&'a str> {
    if name == "*" {
        return text.split_once('.').map(|(_, rest)| rest);
    }
    text.strip_prefix(name)?.strip_prefix('.')
}

/// Splits a dotted name; double quotes protect dots, names are folded to lower case.
fn split_name(text: &str) -> EngineResult<Vec<String>> {
    let mut parts = vec![String::new()];
    let mut is_quoted = false;
    let mut characters = text.chars().peekable();
    while let Some(character) = characters.next() {
        match character {
            '"' if is_quoted && characters.peek() == Some(&'"') => {
                characters.next();
                parts.last_mut().expect("never empty").push('"');
            }
            '"' => is_quoted = !is_quoted,
            '.' if !is_quoted => parts.push(String::new()),
            other => parts
                .last_mut()
                .expect("never empty")
                .extend(other.to_lowercase()),
        }
    }
    if is_quoted || parts.iter().any(String::is_empty) {
        return Err(unknown(text));
    }
    Ok(parts)
}

fn unknown(capability: &str) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("`{capability}` is not a capability"),
    )
    .hint(
        "read:<table>, write:<table>, ddl:<table>, network:<domain>, filesystem:<path> or crypto; \
         a table may be qualified, * stands for every table",
    )
}

#[cfg(test)]
mod tests {
    use super::*;

    fn rights(capabilities: &[&str]) -> RightSet {
        let capabilities: Vec<String> =
            capabilities.iter().map(|text| (*text).to_owned()).collect();
        RightSet::parse(Some(&capabilities), "shop").unwrap()
    }

    #[test]
    fn an_unqualified_name_means_the_main_schema_of_the_procedures_database() {
        let held = rights(&["read:Customers"]);
        assert!(held.can_read("shop.main.customers"));
        assert!(!held.can_read("shop.private.customers"));
        assert!(!held.can_read("other.main.customers"));
        assert!(!held.can_read("shop.main.customers2"));
    }

    #[test]
    fn the_star_reaches_every_table_but_the_registry() {
        let held = RightSet::parse(None, "shop").unwrap();
        assert!(held.can_read("shop.main.customers"));
        assert!(held.can_read("shop.private.t"));
        assert!(!held.can_read("shop.heliosdb.modules"));
        assert!(!held.can_read("other.main.customers"));
        assert!(!rights(&["read:heliosdb.modules"]).can_read("shop.heliosdb.modules"));
    }

    #[test]
    fn an_empty_list_grants_nothing() {
        assert!(!rights(&[]).can_read("shop.main.customers"));
    }

    #[test]
    fn nested_procedures_hold_only_what_both_hold() {
        let outer = Rights::of(Arc::new(rights(&["read:a", "read:b"])), None);
        let inner = Rights::of(Arc::new(rights(&["read:b", "read:c"])), Some(&outer));
        assert!(inner.can_read("shop.main.b"));
        assert!(!inner.can_read("shop.main.a"));
        assert!(!inner.can_read("shop.main.c"));
    }

    #[test]
    fn nonsense_is_refused() {
        for text in ["", "read", "read:", "exec:x", "read:a.b.c.d", "read:\"a"] {
            assert!(
                RightSet::parse(Some(&[text.to_owned()]), "shop").is_err(),
                "{text}"
            );
        }
    }
}
