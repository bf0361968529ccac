//! Whether and how the queries of one template can be answered by one statement.

use std::collections::HashMap;
use std::sync::{Arc, LazyLock, OnceLock};

use parking_lot::Mutex;
use serde_json::Value as Json;

use super::cost::Cost;
use super::key_list::KeyList;
use super::keyed::Keyed;
use super::request_table::argument_column;
use super::template::{Template, literal_text};
use crate::duckdb::Connection;
use crate::error::EngineResult;
use crate::registry::quote_literal;
use crate::value::{LogicalType, Value};

/// What one execution found out about its templates.
#[derive(Default)]
pub struct ShapePlans {
    plans: Mutex<HashMap<String, Option<Arc<ShapePlan>>>>,
    costs: Mutex<HashMap<String, Arc<Cost>>>,
    keyed: Mutex<HashMap<String, Arc<Keyed>>>,
}

/// How a template's queries are answered together.
#[derive(Debug)]
pub struct ShapePlan {
    /// What DuckDB compares each literal as.
    pub argument_types: Vec<LogicalType>,
    /// The set-based statement without its batch id: text before and after it.
    sql: (String, String),
    pub rows: RowsPerRequest,
    /// Where keys can be named in the text behind the batch id.
    key_list: OnceLock<Option<KeyList>>,
}

/// What one request's answer looks like.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub enum RowsPerRequest {
    /// An aggregate without GROUP BY: exactly one row.
    One,
    /// Rows of one table in its order; the first column behind the request number is the row id.
    InRowOrder,
    /// Rows in the order that the query asks for; behind the request number stand a row's place
    /// and its rank, which differ where the query leaves the order open.
    Ordered,
}

impl RowsPerRequest {
    /// Columns before the query's own.
    pub fn leading_columns(self) -> usize {
        match self {
            Self::One => 1,
            Self::InRowOrder => 2,
            Self::Ordered => 3,
        }
    }
}

impl ShapePlan {
    /// The statement over a batch, or the one of [`ShapePlan::sql_of_keys`].
    pub fn sql(&self, batch_id: i64, of_keys: Option<&str>) -> String {
        let after = of_keys.unwrap_or(&self.sql.1);
        format!("{}{batch_id}{after}", self.sql.0)
    }

    /// The statement for these requests alone with their keys in it, where DuckDB may find them by
    /// an index: its text behind the batch id, and what wants to know how long it took.
    pub fn sql_of_keys(
        &self,
        connection: &Connection,
        template: &Template,
        requests: &[&[Value]],
    ) -> Option<(String, &KeyList)> {
        let key_list = self.key_list.get_or_init(|| {
            // As above: what goes wrong here goes without.
            KeyList::new(connection, template, &self.sql.1, request_column).unwrap_or(None)
        });
        let key_list = key_list.as_ref()?;
        let sql = key_list.statement(&self.sql.1, requests, &self.argument_types)?;
        Some((sql, key_list))
    }
}

impl ShapePlans {
    /// The plan of a template, found out at its first use. `None` means one by one.
    pub fn get(&self, connection: &Connection, template: &Template) -> Option<Arc<ShapePlan>> {
        if let Some(known) = self.plans.lock().get(&template.key) {
            return known.clone();
        }
        // Finding out never fails a statement: what goes wrong here goes one by one.
        let plan = plan(connection, template).unwrap_or(None).map(Arc::new);
        self.plans.lock().insert(template.key.clone(), plan.clone());
        plan
    }

    /// Gives a template up, after its statement failed.
    pub fn give_up(&self, key: &str) {
        self.plans.lock().insert(key.to_owned(), None);
    }

    /// Whether a template was found to go one by one.
    pub fn is_given_up(&self, key: &str) -> bool {
        matches!(self.plans.lock().get(key), Some(None))
    }

    /// What the queries of a template were seen to take.
    pub fn cost(&self, key: &str) -> Arc<Cost> {
        let mut costs = self.costs.lock();
        match costs.get(key) {
            Some(known) => Arc::clone(known),
            None => Arc::clone(costs.entry(key.to_owned()).or_default()),
        }
    }

    /// The answers to a template's queries that were read before any rule was known.
    pub fn keyed(&self, key: &str) -> Arc<Keyed> {
        Arc::clone(self.keyed.lock().entry(key.to_owned()).or_default())
    }
}

fn plan(connection: &Connection, template: &Template) -> EngineResult<Option<ShapePlan>> {
    let is_select = template.pieces[0]
        .trim_start()
        .get(..6)
        .is_some_and(|word| word.eq_ignore_ascii_case("select"));
    // Without an equality every request would be compared with every row of the table.
    if !is_select || !template.has_equality {
        return Ok(None);
    }
    let example = template.fill(|position| any_literal(&template.arguments[position]));
    let Some(rows) = classify(connection, &example)? else {
        return Ok(None);
    };
    let probe = connection.prepare(&template.fill(|position| format!("${}", position + 1)))?;
    let mut argument_types = Vec::with_capacity(template.arguments.len());
    for (position, argument) in template.arguments.iter().enumerate() {
        let compared = probe.parameter_type(position)?;
        if !compares_like_a_column(argument, &compared) {
            return Ok(None);
        }
        argument_types.push(compared);
    }
    let mut query = template.fill(request_column);
    let start = query.len() - query.trim_start().len() + "select".len();
    match rows {
        RowsPerRequest::One => {}
        RowsPerRequest::InRowOrder => query.insert_str(start, " rowid AS heliosdb_ordinal,"),
        RowsPerRequest::Ordered => {
            let Some((body, terms)) = split_order(&query) else {
                return Ok(None);
            };
            query = format!(
                "{} row_number() OVER heliosdb_w AS heliosdb_ordinal, \
                 rank() OVER heliosdb_w AS heliosdb_rank,{} WINDOW heliosdb_w AS (ORDER BY {terms})",
                &body[..start],
                &body[start..],
            );
        }
    }
    let plan = ShapePlan {
        argument_types,
        sql: (
            "SELECT heliosdb_q.i, heliosdb_r.* FROM heliosdb_requests(".to_owned(),
            format!(") heliosdb_q, LATERAL ({query}) heliosdb_r"),
        ),
        rows,
        key_list: OnceLock::new(),
    };
    Ok(Some(plan))
}

/// A literal of a request, in the statement for many.
fn request_column(position: usize) -> String {
    format!("heliosdb_q.{}", argument_column(position))
}

/// A literal adapts to what it is compared with; a column of the same type behaves alike only
/// where no cast of the other side comes in.
fn compares_like_a_column(argument: &Value, compared: &LogicalType) -> bool {
    use LogicalType::{BigInt, HugeInt, Integer, SmallInt, TinyInt, Varchar};
    match argument {
        Value::Integer(_) | Value::BigInt(_) => {
            matches!(compared, TinyInt | SmallInt | Integer | BigInt | HugeInt)
        }
        Value::Varchar(_) => *compared == Varchar,
        _ => false,
    }
}

/// A literal of the same kind, the same for every query of a template.
fn any_literal(argument: &Value) -> String {
    match argument {
        Value::Integer(_) => literal_text(&Value::Integer(1)),
        Value::BigInt(_) => literal_text(&Value::BigInt(i64::MAX)),
        Value::Varchar(_) => literal_text(&Value::Varchar("x".to_owned())),
        other => literal_text(other),
    }
}

/// Queries whose parsed form is kept, all of them at most.
const PARSED_MAX: usize = 256;

/// What the parser made of texts. It looks at nothing but the text, so that this holds for every
/// database and for as long as the process lives.
static PARSED: LazyLock<Mutex<HashMap<String, Option<Arc<Json>>>>> = LazyLock::new(Mutex::default);

/// The parsed query; `None` for what is not exactly one SELECT.
pub(super) fn parse(connection: &Connection, query: &str) -> EngineResult<Option<Arc<Json>>> {
    if let Some(known) = PARSED.lock().get(query) {
        return Ok(known.clone());
    }
    let text = connection
        .query_text(&format!(
            "SELECT json_serialize_sql({})",
            quote_literal(query)
        ))?
        .unwrap_or_default();
    let tree = serde_json::from_str::<Json>(&text).unwrap_or_default();
    let statements = tree["statements"].as_array().map_or(&[][..], Vec::as_slice);
    let statement = match statements {
        [statement] => Some(Arc::new(statement.clone())),
        _ => None,
    };
    let mut parsed = PARSED.lock();
    if parsed.len() >= PARSED_MAX {
        parsed.clear();
    }
    parsed.insert(query.to_owned(), statement.clone());
    Ok(statement)
}

/// Reads the parsed query: only forms whose answers are the same row by row and in order when
/// they are computed for many requests at once.
fn classify(connection: &Connection, example: &str) -> EngineResult<Option<RowsPerRequest>> {
    let Some(statement) = parse(connection, example)? else {
        return Ok(None);
    };
    let node = &statement["node"];
    let is_empty = |value: &Json| match value {
        Json::Null => true,
        Json::Array(items) => items.is_empty(),
        Json::Object(fields) => fields.values().all(|field| match field {
            Json::Array(items) => items.is_empty(),
            other => other.is_null(),
        }),
        _ => false,
    };
    let order = match node["modifiers"].as_array().map_or(&[][..], Vec::as_slice) {
        [] => None,
        [order] if order["type"] == "ORDER_MODIFIER" => Some(&order["orders"]),
        _ => return Ok(None),
    };
    let is_plain = node["type"] == "SELECT_NODE"
        && is_empty(&node["cte_map"])
        && is_empty(&node["group_expressions"])
        && is_empty(&node["group_sets"])
        && node["having"].is_null()
        && node["qualify"].is_null()
        && node["sample"].is_null();
    if !is_plain || !has_equality(&node["where_clause"]) {
        return Ok(None);
    }
    let mut functions = Vec::new();
    let mut has_odd_part = false;
    visit(&node["select_list"], &mut functions, &mut has_odd_part);
    let in_select = functions.len();
    visit(&node["where_clause"], &mut functions, &mut has_odd_part);
    visit(&node["from_table"], &mut functions, &mut has_odd_part);
    let orders_columns = order.is_none_or(|order| orders_by_columns(order, &node["select_list"]));
    if has_odd_part || !orders_columns {
        return Ok(None);
    }
    let Some(aggregates) = aggregate_flags(connection, &functions)? else {
        return Ok(None);
    };
    let from = &node["from_table"];
    let joins_tables = matches!(from["type"].as_str(), Some("BASE_TABLE" | "JOIN"));
    let is_aggregate = aggregates[..in_select].contains(&true);
    let is_table = from["type"] == "BASE_TABLE" && from["sample"].is_null();
    Ok(match order {
        None if is_aggregate => joins_tables.then_some(RowsPerRequest::One),
        None => is_table.then_some(RowsPerRequest::InRowOrder),
        Some(_) if is_aggregate => None,
        Some(_) => joins_tables.then_some(RowsPerRequest::Ordered),
    })
}

/// Whether every term of an ORDER BY is a column of a table: a window's order knows neither the
/// numbers nor the names of result columns.
fn orders_by_columns(orders: &Json, select_list: &Json) -> bool {
    let list = |value: &Json| value.as_array().cloned().unwrap_or_default();
    let is_renamed = |name: &Json| {
        let name = name.as_str().unwrap_or_default();
        list(select_list).iter().any(|item| {
            item["alias"]
                .as_str()
                .unwrap_or_default()
                .eq_ignore_ascii_case(name)
        })
    };
    list(orders).iter().all(|order| {
        let term = &order["expression"];
        let names = list(&term["column_names"]);
        term["class"] == "COLUMN_REF" && names.last().is_some_and(|name| !is_renamed(name))
    })
}

/// Cuts a query before its only ORDER BY outside parentheses; gives what stands before and its
/// terms. The text has no comments: templates have none.
pub(super) fn split_order(query: &str) -> Option<(&str, &str)> {
    let bytes = query.as_bytes();
    let (mut depth, mut quote, mut found) = (0i32, None, None);
    for (position, byte) in bytes.iter().enumerate() {
        match (quote, byte) {
            (Some(open), close) if open == *close => quote = None,
            (Some(_), _) => {}
            (None, b'\'' | b'"') => quote = Some(*byte),
            (None, b'(') => depth += 1,
            (None, b')') => depth -= 1,
            (None, b'o' | b'O') if depth == 0 => {
                let Some(end) = order_by_end(query, position) else {
                    continue;
                };
                if found.replace((position, end)).is_some() {
                    return None;
                }
            }
            _ => {}
        }
    }
    let (start, end) = found?;
    let terms = query[end..].trim_end().trim_end_matches(';');
    Some((&query[..start], terms))
}

/// The end of `ORDER BY` when it stands here as two words.
fn order_by_end(query: &str, position: usize) -> Option<usize> {
    let is_word = |byte: u8| byte.is_ascii_alphanumeric() || byte == b'_' || byte >= 0x80;
    let bytes = query.as_bytes();
    if position > 0 && is_word(bytes[position - 1]) {
        return None;
    }
    let word = bytes.get(position..position + 5)?;
    let blanks = bytes[position + 5..]
        .iter()
        .take_while(|byte| byte.is_ascii_whitespace())
        .count();
    let second = position + 5 + blanks;
    let end = second + 2;
    let is_by = blanks > 0
        && word.eq_ignore_ascii_case(b"order")
        && bytes.get(second..end)?.eq_ignore_ascii_case(b"by")
        && bytes.get(end).is_none_or(|byte| !is_word(*byte));
    is_by.then_some(end)
}

/// Whether a condition demands that something equals a constant.
fn has_equality(condition: &Json) -> bool {
    match condition["type"].as_str() {
        Some("CONJUNCTION_AND") => condition["children"]
            .as_array()
            .is_some_and(|children| children.iter().any(has_equality)),
        Some("COMPARE_EQUAL") => ["left", "right"]
            .iter()
            .any(|side| condition[side]["class"] == "CONSTANT"),
        _ => false,
    }
}

/// Collects function names; notes parts that this reading does not cover.
fn visit(node: &Json, functions: &mut Vec<String>, has_odd_part: &mut bool) {
    match node {
        Json::Array(items) => items
            .iter()
            .for_each(|item| visit(item, functions, has_odd_part)),
        Json::Object(fields) => {
            if matches!(
                fields.get("class").and_then(Json::as_str),
                Some("WINDOW" | "SUBQUERY" | "PARAMETER" | "LAMBDA")
            ) {
                *has_odd_part = true;
            }
            if fields.get("distinct").and_then(Json::as_bool) == Some(true)
                || fields.get("filter").is_some_and(|filter| !filter.is_null())
            {
                *has_odd_part = true;
            }
            if let Some(name) = fields.get("function_name").and_then(Json::as_str) {
                functions.push(name.to_lowercase());
            }
            fields
                .values()
                .for_each(|value| visit(value, functions, has_odd_part));
        }
        _ => {}
    }
}

/// Aggregates whose result does not depend on the order of their rows.
const ORDER_FREE_AGGREGATES: [&str; 9] = [
    "count",
    "count_star",
    "min",
    "max",
    "sum",
    "avg",
    "bool_and",
    "bool_or",
    "count_if",
];

/// Which of the functions aggregate; `None` when one is not built in (it may be a procedure) or
/// aggregates in an order.
fn aggregate_flags(connection: &Connection, names: &[String]) -> EngineResult<Option<Vec<bool>>> {
    let mut flags = Vec::with_capacity(names.len());
    for name in names {
        let kinds = connection
            .query_text(&format!(
                "SELECT string_agg(DISTINCT CASE WHEN internal THEN function_type ELSE 'foreign' END, ',') \
                 FROM duckdb_functions() WHERE lower(function_name) = {}",
                quote_literal(name)
            ))?
            .unwrap_or_default();
        match kinds.as_str() {
            "scalar" => flags.push(false),
            "aggregate" if ORDER_FREE_AGGREGATES.contains(&name.as_str()) => flags.push(true),
            _ => return Ok(None),
        }
    }
    Ok(Some(flags))
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_order_of_a_query_is_cut_off() {
        assert_eq!(
            split_order("SELECT a, 'order by' FROM t ORDER\n  BY a DESC, b ;"),
            Some(("SELECT a, 'order by' FROM t ", " a DESC, b "))
        );
        assert_eq!(split_order("SELECT order_by FROM orders"), None);
        assert_eq!(
            split_order("SELECT (SELECT 1 ORDER BY 1) FROM t order by \"order by\""),
            Some(("SELECT (SELECT 1 ORDER BY 1) FROM t ", " \"order by\""))
        );
        assert_eq!(split_order("SELECT 1 ORDER BY a ORDER BY b"), None);
    }
}
