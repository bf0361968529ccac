//! What a procedure's SQL face is made of, for one procedure or several of one name.

use super::procedure::{Parameter, Procedure, Volatility};
use crate::duckdb::Connection;
use crate::error::{EngineError, EngineResult};
use crate::generated::errors::ErrorCode;
use crate::registry::read;
use crate::value::LogicalType;
use crate::wasm::ModuleHash;

/// One overload: everything its macro or its internal function depends on.
#[derive(Clone, Debug, PartialEq, Eq)]
pub struct Signature {
    pub id: String,
    pub parameters: Vec<Parameter>,
    pub returns: LogicalType,
    pub volatility: Volatility,
}

impl Signature {
    /// The types of the parameters, as DuckDB prints them.
    pub fn types(&self) -> Vec<&str> {
        self.parameters
            .iter()
            .map(|parameter| parameter.type_name.as_str())
            .collect()
    }

    /// `name(TYPE, …)`, for people.
    pub fn describe(&self, name: &str) -> String {
        format!("{name}({})", self.types().join(", "))
    }

    /// Fewest arguments a call may give.
    pub fn required_count(&self) -> usize {
        self.parameters
            .iter()
            .take_while(|parameter| parameter.default.is_none())
            .count()
    }

    /// The types of the parameters, resolved.
    pub fn logical_types(&self, connection: &Connection) -> EngineResult<Vec<LogicalType>> {
        self.parameters
            .iter()
            .map(|parameter| read::resolve_type(connection, &parameter.type_name))
            .collect()
    }
}

impl From<&Procedure> for Signature {
    fn from(procedure: &Procedure) -> Self {
        Self {
            id: procedure.id.clone(),
            parameters: procedure.parameters.clone(),
            returns: procedure.returns.clone(),
            volatility: procedure.volatility,
        }
    }
}

/// Whether a name's macro hands its arguments to a set of functions instead of casting them: for
/// several overloads, and for types that a macro cannot name in a cast. DuckDB casts nothing to a
/// UNION while a macro is created and its parameters have no type yet, and before 2.0 it does not
/// store a cast to a type that holds an ENUM.
pub fn needs_set(overloads: &[Signature]) -> bool {
    let cannot_cast = |signature: &Signature| {
        signature.types().iter().any(|type_name| {
            type_name.contains("UNION(")
                || type_name.find("ENUM(").is_some_and(|position| position > 0)
                || type_name.starts_with("ENUM(") && type_name.ends_with(']')
        })
    };
    overloads.len() > 1 || overloads.iter().any(cannot_cast)
}

/// The overloads behind one set of functions, in an order that does not depend on how they were read.
#[derive(Clone, Debug)]
pub struct OverloadSet {
    overloads: Vec<Signature>,
    parameter_names: Vec<String>,
}

impl OverloadSet {
    /// # Errors
    /// 42P13 when two of them could be meant by the same types of arguments.
    pub fn new(name: &str, mut overloads: Vec<Signature>) -> EngineResult<Self> {
        overloads.sort_by(|left, right| left.id.cmp(&right.id));
        for (index, left) in overloads.iter().enumerate() {
            for right in &overloads[index + 1..] {
                if let Some(types) = shared_call(left, right) {
                    return Err(EngineError::new(
                        ErrorCode::InvalidFunctionDefinition,
                        format!("a call {name}({}) would be ambiguous", types.join(", ")),
                    )
                    .detail(format!(
                        "{} and {} both take these arguments",
                        left.describe(name),
                        right.describe(name)
                    ))
                    .hint("leave a default out, or drop one of them first"));
                }
            }
        }
        let parameter_names = common_names(&overloads);
        Ok(Self {
            overloads,
            parameter_names,
        })
    }

    pub fn overloads(&self) -> &[Signature] {
        &self.overloads
    }

    /// The names of the macro's parameters: what the overloads call them, where they agree.
    pub fn parameter_names(&self) -> &[String] {
        &self.parameter_names
    }

    /// Whether every overload's own parameter names can be used in a call.
    pub fn keeps_names(&self) -> bool {
        self.overloads.iter().all(|overload| {
            overload
                .parameters
                .iter()
                .zip(&self.parameter_names)
                .all(|(parameter, name)| parameter.name.eq_ignore_ascii_case(name))
        })
    }

    /// The ids of all overloads, as the macro's text names them.
    pub fn label(&self) -> String {
        let ids: Vec<&str> = self.overloads.iter().map(|one| one.id.as_str()).collect();
        ids.join(",")
    }

    /// The internal function's name, different whenever anything of the overloads differs.
    pub fn function_name(&self, name: &str) -> String {
        let mut text = String::new();
        for overload in &self.overloads {
            let parameters = serde_json::to_string(&overload.parameters).unwrap_or_default();
            text.push_str(&format!(
                "{}\n{parameters}\n{}\n{}\n",
                overload.id, overload.returns, overload.volatility
            ));
        }
        let readable: String = name
            .to_ascii_lowercase()
            .chars()
            .filter(|character| character.is_ascii_alphanumeric() || *character == '_')
            .take(40)
            .collect();
        let hash = ModuleHash::of(text.as_bytes()).to_string();
        format!("heliosdb_overloads_{readable}_{}", &hash[..16])
    }
}

/// The types of a call that either could answer, when there is one.
fn shared_call<'a>(left: &'a Signature, right: &Signature) -> Option<Vec<&'a str>> {
    let (left_types, right_types) = (left.types(), right.types());
    let fewest = left.required_count().max(right.required_count());
    let most = left_types.len().min(right_types.len());
    (fewest..=most)
        .find(|count| left_types[..*count] == right_types[..*count])
        .map(|count| left_types[..count].to_vec())
}

fn common_names(overloads: &[Signature]) -> Vec<String> {
    let count = overloads
        .iter()
        .map(|overload| overload.parameters.len())
        .max()
        .unwrap_or(0);
    let mut names: Vec<String> = Vec::with_capacity(count);
    for position in 0..count {
        let mut given = overloads
            .iter()
            .filter_map(|overload| overload.parameters.get(position))
            .map(|parameter| parameter.name.as_str());
        let first = given.next().unwrap_or_default();
        let mut name = if given.all(|other| other.eq_ignore_ascii_case(first)) {
            first.to_owned()
        } else {
            format!("argument_{}", position + 1)
        };
        while names.iter().any(|known| known.eq_ignore_ascii_case(&name)) {
            name.push('_');
        }
        names.push(name);
    }
    names
}

#[cfg(test)]
mod tests {
    use super::*;

    fn signature(id: &str, parameters: &[(&str, &str, Option<&str>)]) -> Signature {
        Signature {
            id: id.to_owned(),
            parameters: parameters
                .iter()
                .map(|(name, type_name, default)| Parameter {
                    name: (*name).to_owned(),
                    type_name: (*type_name).to_owned(),
                    default: default.map(str::to_owned),
                })
                .collect(),
            returns: LogicalType::BigInt,
            volatility: Volatility::Immutable,
        }
    }

    #[test]
    fn a_default_that_another_overload_answers_is_refused() {
        let one = signature("1", &[("a", "BIGINT", None)]);
        let two = signature("2", &[("a", "BIGINT", None), ("b", "BIGINT", Some("1"))]);
        assert!(OverloadSet::new("f", vec![one.clone(), two]).is_err());
        let two = signature("2", &[("a", "VARCHAR", None), ("b", "BIGINT", Some("1"))]);
        assert!(OverloadSet::new("f", vec![one, two]).is_ok());
    }

    #[test]
    fn names_stay_where_the_overloads_agree() {
        let one = signature("1", &[("a", "BIGINT", None), ("x", "BIGINT", None)]);
        let two = signature("2", &[("A", "VARCHAR", None), ("y", "BIGINT", None)]);
        let set = OverloadSet::new("f", vec![one, two]).unwrap();
        assert_eq!(set.parameter_names(), ["a", "argument_2"]);
        assert!(!set.keeps_names());
    }

    #[test]
    fn the_functions_name_depends_on_the_overloads_alone() {
        let one = signature("1", &[("a", "BIGINT", None)]);
        let two = signature("2", &[("a", "VARCHAR", None)]);
        let forth = OverloadSet::new("Größe", vec![one.clone(), two.clone()]).unwrap();
        let back = OverloadSet::new("Größe", vec![two, one]).unwrap();
        assert_eq!(forth.function_name("Größe"), back.function_name("Größe"));
        assert!(
            forth
                .function_name("Größe")
                .starts_with("heliosdb_overloads_gre_")
        );
    }
}
