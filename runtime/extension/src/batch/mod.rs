//! Answering the queries of many calls at once.
//!
//! Queries of one template (the same text but for literals that are compared with something) become
//! one statement over a table of their literals; whatever does not fit is run one by one, with the
//! same answers. Where the queries of rows that have not run yet can be foreseen, they are answered
//! before they are asked; the others are collected from rows that wait on fibers.

mod cost;
mod foresight;
mod key_index;
mod key_list;
mod keyed;
mod keyed_answers;
mod keyed_plan;
mod keyed_query;
mod keyed_rows;
mod keyed_sink;
mod number_index;
mod prepared;
mod request_table;
mod row_image;
mod rule;
mod shape_plan;
mod template;
mod text_index;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::execution::KnownAnswer;
use crate::invoke::ProcedureCall;
use crate::value::Value;
use crate::wasm::{Answered, QueryRequest};

pub use foresight::{Foresight, Observation, Observed};
pub use keyed_answers::KeyedAnswers;
pub use keyed_plan::KeyedPlan;
pub use keyed_rows::KeyedRows;
pub use keyed_sink::{KeyedSink, KeyedSinks, register_keyed_rows};
pub use prepared::{BatchAnswer, PreparedBatch};
pub use request_table::{RegisteredBatch, RequestBatches, register_request_table};
pub use rule::{KeyedQueries, Rule, Rules, answer_rows};
pub use shape_plan::ShapePlans;
pub use template::Template;
use template::argument_key;

/// Answers every request, in order. So many rows are still to come that may ask for others.
pub fn answer_all(
    call: &ProcedureCall,
    requests: &[QueryRequest],
    rows_to_come: usize,
) -> Vec<Answered> {
    let mut answers: Vec<Option<Answered>> = requests.iter().map(|_| None).collect();
    let mut groups: HashMap<String, Vec<(usize, Template)>> = HashMap::new();
    for (position, request) in requests.iter().enumerate() {
        if let Some(template) = Template::of(&request.sql, &request.parameters) {
            let group = groups.entry(template.key.clone()).or_default();
            group.push((position, template));
        }
    }
    for group in groups.into_values() {
        answer_group(call, requests, &group, rows_to_come, &mut answers);
    }
    answers
        .into_iter()
        .zip(requests)
        .map(|(answer, request)| answer.unwrap_or_else(|| answer_one(call, request)))
        .collect()
}

fn answer_one(call: &ProcedureCall, request: &QueryRequest) -> Answered {
    let started = Instant::now();
    let outcome = call.run_query(request);
    Answered {
        outcome,
        query_time: started.elapsed(),
    }
}

/// Answers the requests of one template with one statement, where that is possible and pays.
/// Requests it leaves without an answer are run one by one, which also finds each one's own error.
fn answer_group(
    call: &ProcedureCall,
    requests: &[QueryRequest],
    group: &[(usize, Template)],
    rows_to_come: usize,
    answers: &mut [Option<Answered>],
) {
    // Identical requests share one row of the statement.
    let mut distinct: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut rows: Vec<&[Value]> = Vec::new();
    let mut row_of_request = Vec::with_capacity(group.len());
    for (_, template) in group {
        let row = *distinct
            .entry(argument_key(&template.arguments))
            .or_insert_with(|| {
                rows.push(&template.arguments);
                rows.len() - 1
            });
        row_of_request.push(row);
    }
    let (first, template) = &group[0];
    let cost = call.execution.shape_plans.cost(&template.key);
    if cost.needs_single() && rows.len() > 1 {
        let answered = answer_one(call, &requests[*first]);
        cost.note_single(answered.query_time);
        answers[*first] = Some(answered);
    }
    if let Some(time_max) = cost.keyed_pays_at_once(rows_to_come) {
        answer_by_key(call, requests, group, (&rows, time_max), answers);
    }
    if !cost.pays(rows.len())
        || group
            .iter()
            .all(|(position, _)| answers[*position].is_some())
    {
        return;
    }
    let members = || group.iter().map(|(position, _)| &requests[*position]);
    let time_left = members()
        .map(|request| request.time_left)
        .min()
        .unwrap_or(Duration::ZERO);
    let started = Instant::now();
    let Some(found) = call.run_batch(&requests[*first], template, &rows, time_left) else {
        return;
    };
    let query_time = started.elapsed() / u32::try_from(group.len()).unwrap_or(u32::MAX);
    for ((position, _), row) in group.iter().zip(row_of_request) {
        let (request, Some(rows)) = (&requests[*position], &found[row]) else {
            continue;
        };
        if answers[*position].is_some() {
            continue;
        }
        call.remember(request, KnownAnswer::asked(Arc::clone(&rows.bytes)));
        call.count_batched(
            &request.sql,
            &request.parameters,
            query_time,
            rows.row_count,
        );
        answers[*position] = Some(Answered {
            outcome: Ok(Arc::clone(&rows.bytes)),
            query_time,
        });
    }
}

/// Reads the answers to the requests of one template, whose literals these are, for every key there
/// is, where they differ in one. Rules for such queries find them in the execution.
fn answer_by_key(
    call: &ProcedureCall,
    requests: &[QueryRequest],
    group: &[(usize, Template)],
    (literals, time_max): (&[&[Value]], Duration),
    answers: &mut [Option<Answered>],
) {
    let (first, template) = &group[0];
    let queries = KeyedQueries::of_literals(&requests[*first], template, literals);
    let keyed = call.execution.shape_plans.keyed(&template.key);
    let Some(queries) = queries.filter(|_| keyed.take()) else {
        return;
    };
    let started = Instant::now();
    let read = call.read_keyed(&queries, time_max);
    let query_time = started.elapsed() / u32::try_from(group.len()).unwrap_or(u32::MAX);
    if let Some(read) = &read {
        for (position, _) in group {
            let request = &requests[*position];
            if answers[*position].is_none()
                && let Some(bytes) = call.recall_keyed(read, request)
            {
                answers[*position] = Some(Answered {
                    outcome: Ok(bytes),
                    query_time,
                });
            }
        }
    }
    keyed.settle(read);
}
