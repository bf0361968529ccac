//! Foreseeing queries: what a procedure will ask for a row, learned from the rows it has answered.
//!
//! Most procedures build their queries from their arguments (`WHERE id = {customer_id}`) or from
//! what an earlier query gave them. Once a few rows have shown which, the queries of the rows to come
//! are known before they run. A guess that is wrong costs time and never changes an answer: what a
//! row asks is looked up by its own text, and run when it is not there.

use std::collections::HashMap;
use std::sync::Arc;

use parking_lot::Mutex;

use super::rule::{Rule, Rules, Source, answer_rows};
use super::template::{Template, as_argument};
use crate::value::Value;
use crate::wasm::QueryRequest;

/// Rows that run before the others, to learn from; after each failure twice as many.
const LEARNING_ROWS: usize = 16;

/// Queries of one template that must agree before a rule is believed.
const OCCURRENCES_MIN: usize = 4;

/// Times a procedure's rules may turn out wrong in one execution before it is left alone.
const FAILURES_MAX: u32 = 3;

/// One call as it went.
pub struct Observation {
    pub arguments: Vec<Value>,
    /// Its queries in their order, those that succeeded.
    pub queries: Vec<Observed>,
}

pub struct Observed {
    pub request: QueryRequest,
    pub answer: Arc<[u8]>,
}

/// What is foreseen of one procedure version in one execution.
#[derive(Default)]
pub struct Foresight(Mutex<State>);

#[derive(Default)]
struct State {
    rules: Option<Rules>,
    failures: u32,
}

impl Foresight {
    pub fn rules(&self) -> Option<Rules> {
        self.0.lock().rules.clone()
    }

    /// How many rows should be observed to learn from them; `None` where that would be in vain.
    pub fn learning_rows(&self) -> Option<usize> {
        let state = self.0.lock();
        let wants_to_learn = state.rules.is_none() && state.failures < FAILURES_MAX;
        wants_to_learn.then(|| LEARNING_ROWS << state.failures)
    }

    /// Learns from calls. Where none asked anything that `goes_together` with others, there is
    /// nothing to foresee and no reason to look further.
    pub fn learn(&self, observations: &[Observation], goes_together: impl Fn(&str) -> bool) {
        let rules = learn(observations);
        let queries = observations.iter().flat_map(|observed| &observed.queries);
        let could_be_foreseen = queries
            .filter_map(|query| Template::of(&query.request.sql, &query.request.parameters))
            .any(|template| goes_together(&template.key));
        let mut state = self.0.lock();
        if rules.is_empty() && could_be_foreseen {
            state.failures += 1;
        } else {
            state.rules = Some(rules.into());
        }
    }

    /// Forgets rules that turned out wrong.
    pub fn forget(&self) {
        let mut state = self.0.lock();
        state.rules = None;
        state.failures += 1;
    }
}

/// One query that was seen, and the call that asked it.
struct Occurrence<'o> {
    observation: usize,
    request: &'o QueryRequest,
    literals: Vec<Value>,
}

/// Finds what the observed queries are made of. Queries that follow no rule are left out.
fn learn(observations: &[Observation]) -> Vec<Rule> {
    let mut position_of_key: HashMap<String, usize> = HashMap::new();
    let mut groups: Vec<(Template, Vec<Occurrence<'_>>)> = Vec::new();
    for (observation, observed) in observations.iter().enumerate() {
        for query in &observed.queries {
            let request = &query.request;
            let Some(template) = Template::of(&request.sql, &request.parameters) else {
                continue;
            };
            let occurrence = Occurrence {
                observation,
                request,
                literals: template.arguments.clone(),
            };
            let position = *position_of_key
                .entry(template.key.clone())
                .or_insert_with(|| {
                    groups.push((template, Vec::new()));
                    groups.len() - 1
                });
            groups[position].1.push(occurrence);
        }
    }
    let mut rules: Vec<Rule> = Vec::new();
    for (template, occurrences) in groups {
        if occurrences.len() >= OCCURRENCES_MIN
            && let Some(rule) = find_rule(template, &occurrences, observations, &rules)
        {
            rules.push(rule);
        }
    }
    rules
}

fn find_rule(
    template: Template,
    occurrences: &[Occurrence<'_>],
    observations: &[Observation],
    earlier: &[Rule],
) -> Option<Rule> {
    let known: Vec<Option<Source>> = (0..template.arguments.len())
        .map(|position| fixed_source(position, occurrences, observations))
        .collect();
    let finish = |sources: Vec<Source>, rows_of: Option<usize>| {
        let example = occurrences[0].request.clone();
        Rule::new(example, template.clone(), sources, rows_of)
    };
    if let Some(sources) = known.iter().cloned().collect::<Option<Vec<_>>>() {
        let rule = finish(sources, None);
        let holds = occurrences.iter().all(|occurrence| {
            let arguments = &observations[occurrence.observation].arguments;
            rule.literals(arguments, &[])
                .is_some_and(|literals| rule.makes(&literals, occurrence.request))
        });
        return holds.then_some(rule);
    }
    for (index, source) in earlier.iter().enumerate() {
        let rows: Vec<Vec<Vec<Value>>> = observations
            .iter()
            .map(|observation| rows_of_template(observation, &source.template.key))
            .collect();
        let sources: Option<Vec<Source>> = known
            .iter()
            .enumerate()
            .map(|(position, known)| match known {
                Some(source) => Some(source.clone()),
                None => column_source(position, occurrences, &rows),
            })
            .collect();
        let Some(sources) = sources else { continue };
        let rule = finish(sources, Some(index));
        let holds = occurrences.iter().all(|occurrence| {
            let arguments = &observations[occurrence.observation].arguments;
            rows[occurrence.observation].iter().any(|row| {
                rule.literals(arguments, row)
                    .is_some_and(|literals| rule.makes(&literals, occurrence.request))
            })
        });
        if holds {
            return Some(rule);
        }
    }
    None
}

/// The parameter that a literal always equals, or the literal itself when it never differs.
fn fixed_source(
    position: usize,
    occurrences: &[Occurrence<'_>],
    observations: &[Observation],
) -> Option<Source> {
    let equals = |occurrence: &Occurrence<'_>, parameter: usize| {
        let argument = observations[occurrence.observation]
            .arguments
            .get(parameter);
        argument.and_then(as_argument).as_ref() == Some(&occurrence.literals[position])
    };
    let parameter_count = observations.first()?.arguments.len();
    let parameter = (0..parameter_count).find(|parameter| {
        occurrences
            .iter()
            .all(|occurrence| equals(occurrence, *parameter))
    });
    let first = &occurrences[0].literals[position];
    parameter.map(Source::Parameter).or_else(|| {
        occurrences
            .iter()
            .all(|occurrence| occurrence.literals[position] == *first)
            .then(|| Source::Constant(first.clone()))
    })
}

/// The column of the earlier answer in which a literal always stands.
fn column_source(
    position: usize,
    occurrences: &[Occurrence<'_>],
    rows: &[Vec<Vec<Value>>],
) -> Option<Source> {
    let width = rows.iter().flatten().map(Vec::len).max()?;
    let stands_in = |occurrence: &Occurrence<'_>, column: usize| {
        rows[occurrence.observation].iter().any(|row| {
            row.get(column).and_then(as_argument).as_ref() == Some(&occurrence.literals[position])
        })
    };
    (0..width)
        .find(|column| {
            occurrences
                .iter()
                .all(|occurrence| stands_in(occurrence, *column))
        })
        .map(Source::Column)
}

/// The rows that a call got from its queries of one template.
fn rows_of_template(observation: &Observation, key: &str) -> Vec<Vec<Value>> {
    observation
        .queries
        .iter()
        .filter(|query| {
            Template::of(&query.request.sql, &query.request.parameters)
                .is_some_and(|template| template.key == key)
        })
        .flat_map(|query| answer_rows(&query.answer, query.request.format))
        .collect()
}

#[cfg(test)]
mod tests {
    use super::*;
    use crate::execution::QueryMemo;
    use crate::value::Format;
    use std::time::Duration;

    fn query(sql: String, parameters: &[Value], answer: &str) -> Observed {
        Observed {
            request: QueryRequest {
                sql,
                parameters: parameters.to_vec(),
                format: Format::Json,
                time_left: Duration::MAX,
            },
            answer: Arc::from(answer.as_bytes()),
        }
    }

    fn key_of(rule: &Rule, literals: &[Value]) -> Vec<u8> {
        let mut key = Vec::new();
        rule.write_key(literals, &mut key).unwrap();
        key
    }

    fn rows(json: &str) -> String {
        format!("{{\"columns\":[],\"rows\":{json}}}")
    }

    #[test]
    fn a_lookup_by_argument_is_foreseen() {
        let observations: Vec<Observation> = (0..8i64)
            .map(|n| Observation {
                arguments: vec![Value::Double(1.5), Value::BigInt(n * 10)],
                queries: vec![query(
                    format!("SELECT tier FROM customers WHERE id = {}", n * 10),
                    &[],
                    &rows("[]"),
                )],
            })
            .collect();
        let rules = learn(&observations);
        assert_eq!(rules.len(), 1);
        let literals = rules[0]
            .literals(&[Value::Double(0.0), Value::BigInt(77)], &[])
            .unwrap();
        assert_eq!(
            key_of(&rules[0], &literals),
            QueryMemo::key(
                "SELECT tier FROM customers WHERE id = 77",
                &[],
                Format::Json
            )
            .unwrap()
        );
        let too_large = [Value::Null, Value::BigInt(1 << 40)];
        assert!(
            rules[0].literals(&too_large, &[]).is_none(),
            "another template"
        );
        assert!(
            rules[0]
                .literals(&[Value::Null, Value::Null], &[])
                .is_none()
        );
    }

    #[test]
    fn a_lookup_by_a_column_of_an_earlier_answer_is_foreseen() {
        let observations: Vec<Observation> = (1..6i64)
            .map(|n| Observation {
                arguments: vec![Value::Varchar(format!("o{n}"))],
                queries: vec![
                    query(
                        format!("SELECT q, product FROM items WHERE order_id = 'o{n}'"),
                        &[],
                        &rows(&format!("[[1,{n}],[1,{}]]", n + 100)),
                    ),
                    query(
                        "SELECT stock FROM inventory WHERE product = ? AND region = 'eu'".into(),
                        &[Value::BigInt(n)],
                        &rows("[[5]]"),
                    ),
                    query(
                        "SELECT stock FROM inventory WHERE product = ? AND region = 'eu'".into(),
                        &[Value::BigInt(n + 100)],
                        &rows("[[5]]"),
                    ),
                ],
            })
            .collect();
        let rules = learn(&observations);
        assert_eq!(rules.len(), 2);
        assert_eq!(rules[1].rows_of, Some(0));
        let row = [Value::BigInt(3), Value::BigInt(9)];
        let literals = rules[1]
            .literals(&[Value::Varchar("o9".into())], &row)
            .unwrap();
        assert_eq!(
            key_of(&rules[1], &literals),
            QueryMemo::key(
                "SELECT stock FROM inventory WHERE product = ? AND region = 'eu'",
                &[Value::Integer(9)],
                Format::Json
            )
            .unwrap()
        );
    }

    #[test]
    fn what_follows_no_rule_is_not_foreseen() {
        let observations: Vec<Observation> = (0..8i64)
            .map(|n| Observation {
                arguments: vec![Value::BigInt(n)],
                queries: vec![query(
                    format!("SELECT 1 FROM t WHERE id = {}", n * n + 7),
                    &[],
                    &rows("[]"),
                )],
            })
            .collect();
        assert!(learn(&observations).is_empty());
        let foresight = Foresight::default();
        for failures in 0..FAILURES_MAX {
            assert_eq!(foresight.learning_rows(), Some(LEARNING_ROWS << failures));
            foresight.learn(&observations, |_| true);
        }
        assert_eq!(foresight.learning_rows(), None);
        assert!(foresight.rules().is_none());
    }

    #[test]
    fn where_nothing_goes_together_there_is_nothing_to_foresee() {
        let quiet: Vec<Observation> = (0..8i64)
            .map(|n| Observation {
                arguments: vec![Value::BigInt(n)],
                queries: Vec::new(),
            })
            .collect();
        let foresight = Foresight::default();
        foresight.learn(&quiet, |_| true);
        assert!(foresight.rules().is_some_and(|rules| rules.is_empty()));
        foresight.forget();
        assert!(foresight.learning_rows().is_some());
    }

    #[test]
    fn a_text_written_in_another_way_is_not_foreseen() {
        let observations: Vec<Observation> = (1..8i64)
            .map(|n| Observation {
                arguments: vec![Value::BigInt(n)],
                queries: vec![query(
                    format!("SELECT 1 FROM t WHERE id = 0{n}"),
                    &[],
                    &rows("[]"),
                )],
            })
            .collect();
        assert!(learn(&observations).is_empty());
    }
}
