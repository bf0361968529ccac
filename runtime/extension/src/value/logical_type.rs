//! The type of a value, as a tree of our own that outlives DuckDB's handles.

use std::collections::HashMap;
use std::fmt;
use std::sync::Arc;

use super::error::Result;
use super::logical_type_parse;

pub use super::logical_type_ffi::{OwnedLogicalType, learn_variant};

/// A SQL type. `Display` gives DuckDB's spelling, [`LogicalType::parse`] reads it back.
#[derive(Clone, Debug, PartialEq, Eq, Hash)]
pub enum LogicalType {
    /// The type of a bare NULL.
    SqlNull,
    Boolean,
    TinyInt,
    SmallInt,
    Integer,
    BigInt,
    HugeInt,
    UTinyInt,
    USmallInt,
    UInteger,
    UBigInt,
    UHugeInt,
    Float,
    Double,
    Decimal {
        width: u8,
        scale: u8,
    },
    Varchar,
    /// VARCHAR that holds a JSON text.
    Json,
    Blob,
    Bit,
    Date,
    Time,
    TimeNs,
    TimeTz,
    TimestampS,
    TimestampMs,
    Timestamp,
    TimestampNs,
    TimestampTz,
    Interval,
    Uuid,
    BigNum,
    Geometry,
    /// Any value with its own type.
    Variant,
    Enum(Arc<EnumLabels>),
    List(Box<LogicalType>),
    Array(Box<LogicalType>, u64),
    Struct(Vec<(String, LogicalType)>),
    Map(Box<LogicalType>, Box<LogicalType>),
    Union(Vec<(String, LogicalType)>),
}

/// The labels of an ENUM in their order, shared by all clones of its type.
#[derive(Debug)]
pub struct EnumLabels {
    labels: Vec<String>,
    positions: HashMap<String, u32>,
}

impl EnumLabels {
    /// Labels in their order; of equal labels the first counts.
    pub fn new(labels: Vec<String>) -> Arc<Self> {
        let mut positions = HashMap::with_capacity(labels.len());
        for (position, label) in labels.iter().enumerate() {
            positions.entry(label.clone()).or_insert(position as u32);
        }
        Arc::new(EnumLabels { labels, positions })
    }

    /// All labels.
    pub fn labels(&self) -> &[String] {
        &self.labels
    }

    /// The label stored as `position`.
    pub fn label(&self, position: usize) -> Option<&str> {
        self.labels.get(position).map(String::as_str)
    }

    /// How a label is stored.
    pub fn position(&self, label: &str) -> Option<u32> {
        self.positions.get(label).copied()
    }
}

impl PartialEq for EnumLabels {
    fn eq(&self, other: &Self) -> bool {
        self.labels == other.labels
    }
}

impl Eq for EnumLabels {}

impl std::hash::Hash for EnumLabels {
    fn hash<H: std::hash::Hasher>(&self, state: &mut H) {
        self.labels.hash(state);
    }
}

/// What `DECIMAL` without numbers means.
pub const DECIMAL_DEFAULT: LogicalType = LogicalType::Decimal {
    width: 18,
    scale: 3,
};

impl LogicalType {
    /// Reads a type as SQL spells it, aliases included; `VARCHAR(n)` drops its length as DuckDB does.
    ///
    /// # Errors
    /// 42601 for wrong syntax, 42704 for an unknown name, 22023 for wrong numbers or names, 54000 for
    /// nesting beyond [`DEPTH_MAX`](super::DEPTH_MAX); all with the byte offset into `text`.
    pub fn parse(text: &str) -> Result<LogicalType> {
        logical_type_parse::parse(text)
    }

    /// Whether the type holds other types.
    pub fn is_nested(&self) -> bool {
        use LogicalType::{Array, List, Map, Struct, Union};
        matches!(self, List(_) | Array(..) | Struct(_) | Map(..) | Union(_))
    }

    /// A name made of `a-z`, `0-9` and `_`, different for different types: the plain name for
    /// scalars, a kind and a hash of the spelling for the others.
    pub fn mangle(&self) -> String {
        match self {
            LogicalType::Decimal { width, scale } => format!("decimal_{width}_{scale}"),
            LogicalType::SqlNull => "null".to_owned(),
            LogicalType::TimeTz => "timetz".to_owned(),
            LogicalType::TimestampTz => "timestamptz".to_owned(),
            LogicalType::Enum(_) => self.mangle_hashed("enum"),
            LogicalType::List(_) => self.mangle_hashed("list"),
            LogicalType::Array(..) => self.mangle_hashed("array"),
            LogicalType::Struct(_) => self.mangle_hashed("struct"),
            LogicalType::Map(..) => self.mangle_hashed("map"),
            LogicalType::Union(_) => self.mangle_hashed("union"),
            scalar => scalar.scalar_name().to_ascii_lowercase(),
        }
    }

    fn mangle_hashed(&self, kind: &str) -> String {
        // FNV-1a with 128 bits: the same in every process and version, since names are stored, and
        // wide enough that nobody builds two types with one name.
        const PRIME: u128 = 0x0000_0000_0100_0000_0000_0000_0000_013b;
        let seed = 0x6c62_272e_07bb_0142_62b8_2175_6295_c58d_u128;
        let hash = self.to_string().bytes().fold(seed, |hash, byte| {
            (hash ^ u128::from(byte)).wrapping_mul(PRIME)
        });
        format!("{kind}_{hash:032x}")
    }

    fn scalar_name(&self) -> &'static str {
        match self {
            LogicalType::SqlNull => "\"NULL\"",
            LogicalType::Boolean => "BOOLEAN",
            LogicalType::TinyInt => "TINYINT",
            LogicalType::SmallInt => "SMALLINT",
            LogicalType::Integer => "INTEGER",
            LogicalType::BigInt => "BIGINT",
            LogicalType::HugeInt => "HUGEINT",
            LogicalType::UTinyInt => "UTINYINT",
            LogicalType::USmallInt => "USMALLINT",
            LogicalType::UInteger => "UINTEGER",
            LogicalType::UBigInt => "UBIGINT",
            LogicalType::UHugeInt => "UHUGEINT",
            LogicalType::Float => "FLOAT",
            LogicalType::Double => "DOUBLE",
            LogicalType::Varchar => "VARCHAR",
            LogicalType::Json => "JSON",
            LogicalType::Blob => "BLOB",
            LogicalType::Bit => "BIT",
            LogicalType::Date => "DATE",
            LogicalType::Time => "TIME",
            LogicalType::TimeNs => "TIME_NS",
            LogicalType::TimeTz => "TIME WITH TIME ZONE",
            LogicalType::TimestampS => "TIMESTAMP_S",
            LogicalType::TimestampMs => "TIMESTAMP_MS",
            LogicalType::Timestamp => "TIMESTAMP",
            LogicalType::TimestampNs => "TIMESTAMP_NS",
            LogicalType::TimestampTz => "TIMESTAMP WITH TIME ZONE",
            LogicalType::Interval => "INTERVAL",
            LogicalType::Uuid => "UUID",
            LogicalType::BigNum => "BIGNUM",
            LogicalType::Geometry => "GEOMETRY",
            LogicalType::Variant => "VARIANT",
            LogicalType::Decimal { .. } => "DECIMAL",
            LogicalType::Enum(_) => "ENUM",
            LogicalType::List(_) => "LIST",
            LogicalType::Array(..) => "ARRAY",
            LogicalType::Struct(_) => "STRUCT",
            LogicalType::Map(..) => "MAP",
            LogicalType::Union(_) => "UNION",
        }
    }
}

impl fmt::Display for LogicalType {
    fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
        match self {
            LogicalType::Decimal { width, scale } => write!(f, "DECIMAL({width},{scale})"),
            LogicalType::Enum(labels) => {
                f.write_str("ENUM(")?;
                for (position, label) in labels.labels().iter().enumerate() {
                    let separator = if position == 0 { "" } else { ", " };
                    write!(f, "{separator}'{}'", label.replace('\'', "''"))?;
                }
                f.write_str(")")
            }
            LogicalType::List(element) => write!(f, "{element}[]"),
            LogicalType::Array(element, size) => write!(f, "{element}[{size}]"),
            LogicalType::Struct(fields) => write_members(f, "STRUCT", fields),
            LogicalType::Union(members) => write_members(f, "UNION", members),
            LogicalType::Map(key, value) => write!(f, "MAP({key}, {value})"),
            scalar => f.write_str(scalar.scalar_name()),
        }
    }
}

fn write_members(
    f: &mut fmt::Formatter<'_>,
    name: &str,
    members: &[(String, LogicalType)],
) -> fmt::Result {
    write!(f, "{name}(")?;
    for (position, (member, member_type)) in members.iter().enumerate() {
        let separator = if position == 0 { "" } else { ", " };
        if member.is_empty() {
            write!(f, "{separator}{member_type}")?;
        } else if is_plain_identifier(member) {
            write!(f, "{separator}{member} {member_type}")?;
        } else {
            write!(
                f,
                "{separator}\"{}\" {member_type}",
                member.replace('"', "\"\"")
            )?;
        }
    }
    f.write_str(")")
}

/// Keywords that cannot name a field without quotes in DuckDB's grammar.
const QUOTED_KEYWORDS: &[&str] = &[
    "all",
    "analyse",
    "analyze",
    "and",
    "anti",
    "any",
    "array",
    "as",
    "asc",
    "asof",
    "asymmetric",
    "at",
    "authorization",
    "binary",
    "both",
    "by",
    "case",
    "cast",
    "check",
    "collate",
    "collation",
    "column",
    "concurrently",
    "constraint",
    "create",
    "cross",
    "default",
    "deferrable",
    "desc",
    "describe",
    "distinct",
    "do",
    "else",
    "end",
    "except",
    "false",
    "fetch",
    "for",
    "foreign",
    "freeze",
    "from",
    "full",
    "glob",
    "group",
    "having",
    "ilike",
    "in",
    "initially",
    "inner",
    "intersect",
    "into",
    "is",
    "isnull",
    "join",
    "lambda",
    "lateral",
    "leading",
    "left",
    "like",
    "limit",
    "natural",
    "not",
    "notnull",
    "null",
    "offset",
    "on",
    "only",
    "or",
    "order",
    "outer",
    "overlaps",
    "pivot",
    "pivot_longer",
    "pivot_wider",
    "placing",
    "positional",
    "primary",
    "qualify",
    "references",
    "returning",
    "right",
    "select",
    "semi",
    "show",
    "similar",
    "some",
    "summarize",
    "symmetric",
    "table",
    "tablesample",
    "then",
    "to",
    "trailing",
    "true",
    "union",
    "unique",
    "unpack",
    "unpivot",
    "using",
    "variadic",
    "verbose",
    "when",
    "where",
    "window",
    "with",
];

fn is_plain_identifier(name: &str) -> bool {
    let mut bytes = name.bytes();
    bytes
        .next()
        .is_some_and(|first| first.is_ascii_alphabetic() || first == b'_')
        && bytes.all(|byte| byte.is_ascii_alphanumeric() || byte == b'_')
        && QUOTED_KEYWORDS
            .binary_search(&name.to_ascii_lowercase().as_str())
            .is_err()
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn mangled_names_are_identifiers() {
        for (text, name) in [
            ("BIGINT", "bigint"),
            ("DECIMAL", "decimal_18_3"),
            ("TIMESTAMP WITH TIME ZONE", "timestamptz"),
            ("JSON", "json"),
            ("TIMESTAMP_NS", "timestamp_ns"),
        ] {
            assert_eq!(LogicalType::parse(text).unwrap().mangle(), name);
        }
        let list = LogicalType::parse("INTEGER[]").unwrap().mangle();
        assert!(list.starts_with("list_") && list.len() == 37, "{list}");
        assert_ne!(list, LogicalType::parse("BIGINT[]").unwrap().mangle());
    }

    #[test]
    fn keywords_are_sorted_for_the_binary_search() {
        assert!(QUOTED_KEYWORDS.is_sorted());
    }

    #[test]
    fn types_print_as_duckdb_prints_them() {
        for text in [
            "DECIMAL(18,3)",
            "INTEGER[][3]",
            "STRUCT(a INTEGER, \"b c\" VARCHAR, \"select\" BIGINT, \"x\"\"y\" DATE)",
            "STRUCT(\"at\" TIMESTAMP, \"left\" BIGINT)",
            "MAP(VARCHAR, STRUCT(a INTEGER)[])",
            "UNION(num INTEGER, str VARCHAR)",
            "ENUM('a', 'it''s')",
            "TIMESTAMP WITH TIME ZONE",
            "TIME WITH TIME ZONE",
        ] {
            assert_eq!(LogicalType::parse(text).unwrap().to_string(), text);
        }
    }
}
