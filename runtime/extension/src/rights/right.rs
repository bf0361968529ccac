//! Rights as written and as held.

use std::sync::Arc;

use super::folder::Folder;
use super::need::{HTTPS_PORT, Need};
use super::row_filter::RowFilter;
use super::table_name::{TableName, quote_where_needed, split_name};
use crate::error::{EngineError, EngineResult, one_line};
use crate::generated::errors::ErrorCode;

/// The schema that holds the registry; no right reaches it.
const OWN_SCHEMA: &str = "heliosdb";

/// What one procedure version was granted.
#[derive(Clone, Debug, Default, PartialEq, Eq)]
pub struct RightSet {
    read: Vec<TablePattern>,
    write: Vec<TablePattern>,
    ddl: Vec<TablePattern>,
    pub(super) network: Vec<Host>,
    pub(super) folders: Vec<Folder>,
    pub(super) has_crypto: bool,
}

/// A host that may be asked over HTTPS.
#[derive(Clone, Debug, PartialEq, Eq)]
pub(super) struct Host {
    pub(super) host: String,
    pub(super) port: u16,
}

/// The rights of a running procedure: its own and those of every procedure that stands above it.
/// All of them must allow an action.
#[derive(Clone, Debug)]
pub struct Rights {
    sets: Arc<[Arc<RightSet>]>,
    /// Which rows of some relations the role that called sees: nothing reads those whole.
    filters: Arc<[RowFilter]>,
}

/// What is done to a table or view.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum Access {
    Read,
    Write,
    Ddl,
}

impl Access {
    /// The capability's first word.
    pub fn name(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write",
            Self::Ddl => "ddl",
        }
    }

    /// As a sentence needs it: *may not read t*.
    pub fn verb(self) -> &'static str {
        match self {
            Self::Read => "read",
            Self::Write => "write to",
            Self::Ddl => "define",
        }
    }
}

/// `table`, `schema.table` or `database.schema.table`; `*` stands for any one name.
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
                database: database.to_ascii_lowercase(),
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

    /// Adds one capability; unqualified names as [`RightSet::parse`] reads them.
    pub fn add(&mut self, capability: &str, database: &str) -> EngineResult<()> {
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
            "network" => self.network.push(Host::parse(object)?),
            "filesystem" => self.folders.push(Folder::parse(object)?),
            _ => return Err(unknown(capability)),
        }
        Ok(())
    }

    pub fn allows(&self, access: Access, name: &TableName) -> bool {
        let patterns = match access {
            Access::Read => &self.read,
            Access::Write => &self.write,
            Access::Ddl => &self.ddl,
        };
        patterns.iter().any(|pattern| pattern.matches(name))
    }

    /// Whether a relation can be touched in any way.
    pub fn reaches(&self, name: &TableName) -> bool {
        [Access::Read, Access::Write, Access::Ddl]
            .into_iter()
            .any(|access| self.allows(access, name))
    }

    /// Whether a view is granted by its own name, and with it whatever it reads. `*` grants
    /// tables, not what the views among them reach elsewhere.
    pub fn names_view(&self, view: &TableName) -> bool {
        self.read
            .iter()
            .any(|pattern| pattern.table != "*" && pattern.matches(view))
    }

    /// A capability that reaches beyond what `other` holds, if there is one.
    pub fn beyond(&self, other: &RightSet) -> Option<String> {
        let tables = [
            (Access::Read, &self.read, &other.read),
            (Access::Write, &self.write, &other.write),
            (Access::Ddl, &self.ddl, &other.ddl),
        ];
        for (access, patterns, held) in tables {
            let beyond = patterns
                .iter()
                .find(|pattern| !held.iter().any(|one| one.covers(pattern)));
            if let Some(pattern) = beyond {
                return Some(format!("{}:{pattern}", access.name()));
            }
        }
        let network = self
            .network
            .iter()
            .map(|Host { host, port }| Need::Network { host, port: *port });
        let folders = self
            .folders
            .iter()
            .map(|Folder { path, writes }| Need::Folder {
                path,
                writes: *writes,
            });
        network
            .chain(folders)
            .chain(self.has_crypto.then_some(Need::Crypto))
            .find(|need| !need.is_met_by(other))
            .map(|need| need.capability())
    }

    /// The folders whose files the procedure may use.
    pub fn folders(&self) -> &[Folder] {
        &self.folders
    }

    /// Whether any capability lets the procedure change something in the database.
    pub fn changes_data(&self) -> bool {
        !self.write.is_empty() || !self.ddl.is_empty()
    }
}

impl Rights {
    pub fn of(own: Arc<RightSet>, above: Option<&Rights>) -> Self {
        match above {
            None => Self {
                sets: Arc::new([own]),
                filters: Arc::default(),
            },
            Some(above) => Self {
                sets: above.sets.iter().cloned().chain([own]).collect(),
                filters: Arc::clone(&above.filters),
            },
        }
    }

    /// The same rights where only some rows of these relations may be seen, whatever was granted.
    pub fn within(self, filters: &Arc<[RowFilter]>) -> Self {
        Self {
            filters: Arc::clone(filters),
            ..self
        }
    }

    pub fn is_filtered(&self, relation: &TableName) -> bool {
        self.filters
            .iter()
            .any(|filter| filter.relation == *relation)
    }

    /// The row filters that hold.
    pub fn filters(&self) -> &[RowFilter] {
        &self.filters
    }

    /// The set of each procedure, the outermost first.
    pub fn sets(&self) -> impl Iterator<Item = &RightSet> {
        self.sets.iter().map(Arc::as_ref)
    }
}

impl TablePattern {
    fn parse(text: &str, database: &str) -> EngineResult<Self> {
        let mut parts = split_name(text).ok_or_else(|| unknown(text))?;
        let table = parts.pop().unwrap_or_default();
        let schema = parts.pop();
        let named_database = parts.pop();
        if !parts.is_empty() || table.is_empty() {
            return Err(unknown(text));
        }
        Ok(Self {
            // `read:*` means the whole database, not only its main schema.
            schema: schema.unwrap_or_else(|| if table == "*" { "*" } else { "main" }.to_owned()),
            database: named_database.unwrap_or_else(|| database.to_ascii_lowercase()),
            table,
        })
    }

    /// Whether everything that `other` matches is matched.
    fn covers(&self, other: &TablePattern) -> bool {
        let covers = |pattern: &str, part: &str| pattern == "*" || pattern == part;
        covers(&self.database, &other.database)
            && covers(&self.schema, &other.schema)
            && covers(&self.table, &other.table)
    }

    fn matches(&self, name: &TableName) -> bool {
        let covers = |pattern: &str, part: &str| pattern == "*" || pattern == part;
        name.schema != OWN_SCHEMA
            && covers(&self.database, &name.database)
            && covers(&self.schema, &name.schema)
            && covers(&self.table, &name.table)
    }
}

impl std::fmt::Display for TablePattern {
    fn fmt(&self, formatter: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        let part = |text: &str| match text {
            "*" => text.to_owned(),
            name => quote_where_needed(name),
        };
        write!(
            formatter,
            "{}.{}.{}",
            part(&self.database),
            part(&self.schema),
            part(&self.table)
        )
    }
}

impl Host {
    /// A name, not an address: what a certificate can be issued for. A port may follow.
    fn parse(text: &str) -> EngineResult<Self> {
        let (host, port) = match text.rsplit_once(':') {
            None => (text, HTTPS_PORT),
            Some((host, port)) => match port.parse() {
                Ok(port) if port > 0 => (host, port),
                _ => return Err(not_a_host(text)),
            },
        };
        let is_label = |label: &str| {
            let allowed = |byte: u8| byte.is_ascii_alphanumeric() || matches!(byte, b'-' | b'_');
            (1..=63).contains(&label.len()) && label.bytes().all(allowed)
        };
        let is_address = host
            .rsplit('.')
            .next()
            .is_some_and(|last| last.bytes().all(|byte| byte.is_ascii_digit()));
        if host.len() > 253 || is_address || !host.split('.').all(is_label) {
            return Err(not_a_host(text));
        }
        Ok(Self {
            host: host.to_ascii_lowercase(),
            port,
        })
    }
}

fn not_a_host(text: &str) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("`{}` is not the name of a host", one_line(text)),
    )
    .hint("network:api.example.com, or network:api.example.com:8443 for another port than 443")
}

fn unknown(capability: &str) -> EngineError {
    EngineError::new(
        ErrorCode::InvalidParameterValue,
        format!("`{capability}` is not a capability"),
    )
    .hint(
        "read:<table>, write:<table>, ddl:<table>, network:<domain>, filesystem:<path>, \
         filesystem:read:<path> or crypto; a table may be qualified, * stands for every table",
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

    fn reads(held: &RightSet, name: &str) -> bool {
        match split_name(name).unwrap().as_slice() {
            [database, schema, table] => {
                held.allows(Access::Read, &TableName::new(database, schema, table))
            }
            _ => panic!("{name}"),
        }
    }

    #[test]
    fn an_unqualified_name_means_the_main_schema_of_the_procedures_database() {
        let held = rights(&["read:Customers"]);
        assert!(reads(&held, "shop.main.customers"));
        assert!(!reads(&held, "shop.private.customers"));
        assert!(!reads(&held, "other.main.customers"));
        assert!(!reads(&held, "shop.main.customers2"));
    }

    #[test]
    fn the_star_reaches_every_table_but_the_registry() {
        let held = RightSet::parse(None, "shop").unwrap();
        assert!(reads(&held, "shop.main.customers"));
        assert!(reads(&held, "shop.private.t"));
        assert!(!reads(&held, "shop.heliosdb.modules"));
        assert!(!reads(&held, "other.main.customers"));
        assert!(!reads(
            &rights(&["read:heliosdb.modules"]),
            "shop.heliosdb.modules"
        ));
    }

    #[test]
    fn an_empty_list_grants_nothing() {
        assert!(!reads(&rights(&[]), "shop.main.customers"));
    }

    #[test]
    fn nested_procedures_hold_only_what_both_hold() {
        let outer = Rights::of(Arc::new(rights(&["read:a", "read:b"])), None);
        let inner = Rights::of(Arc::new(rights(&["read:b", "read:c"])), Some(&outer));
        let reads = |name: &str| {
            let table = TableName::new("shop", "main", name);
            inner.sets().all(|held| held.allows(Access::Read, &table))
        };
        assert!(reads("b") && !reads("a") && !reads("c"));
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

    #[test]
    fn a_dot_inside_a_name_is_not_a_separator() {
        let held = rights(&["read:\"x.y\""]);
        assert!(reads(&held, "shop.main.\"x.y\""));
        assert!(!reads(&held, "shop.\"main.x\".y"));
        assert_eq!(
            TableName::new("shop", "main.x", "y").to_string(),
            "shop.\"main.x\".y"
        );
    }

    #[test]
    fn only_ascii_letters_are_folded() {
        assert!(reads(&rights(&["read:\u{e9}"]), "shop.main.\"\u{e9}\""));
        assert!(!reads(&rights(&["read:\u{e9}"]), "shop.main.\"\u{c9}\""));
        assert!(!reads(
            &rights(&["read:kunden"]),
            "shop.main.\"\u{212a}unden\""
        ));
    }

    #[test]
    fn what_reaches_beyond_another_set_is_named() {
        let held = rights(&["read:customers", "read:orders", "write:audit"]);
        assert_eq!(rights(&["read:orders"]).beyond(&held), None);
        assert_eq!(rights(&["read:audit"]).beyond(&rights(&["read:*"])), None);
        for (wanted, beyond) in [
            ("read:audit", "read:shop.main.audit"),
            ("read:*", "read:shop.*.*"),
            ("write:orders", "write:shop.main.orders"),
            ("ddl:orders", "ddl:shop.main.orders"),
            ("network:example.org", "network:example.org"),
            ("crypto", "crypto"),
        ] {
            assert_eq!(rights(&[wanted]).beyond(&held).as_deref(), Some(beyond));
        }
    }

    #[test]
    fn a_star_does_not_name_a_view() {
        let view = TableName::new("shop", "main", "v");
        assert!(rights(&["read:v"]).names_view(&view));
        assert!(!rights(&["read:*"]).names_view(&view));
    }
}
