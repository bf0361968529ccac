//! Answering the queries of many calls at once.
//!
//! Rows of a chunk run on fibers until each waits for a query. Queries of one template (the same
//! text but for literals that are compared with something) become one statement over a table of
//! their literals; whatever does not fit is run one by one, with the same answers.

mod prepared;
mod request_table;
mod shape_plan;
mod template;

use std::collections::HashMap;
use std::sync::Arc;
use std::time::{Duration, Instant};

use crate::invoke::ProcedureCall;
use crate::wasm::{Answered, QueryRequest};

pub use prepared::{BatchAnswer, PreparedBatch};
pub use request_table::{RequestBatches, register_request_table};
pub use shape_plan::ShapePlans;
pub use template::Template;

/// Requests of one template below which running them one by one is as cheap.
const BATCHED_REQUESTS_MIN: usize = 4;

/// Answers every request, in order.
pub fn answer_all(call: &ProcedureCall, requests: &[QueryRequest]) -> Vec<Answered> {
    let mut answers: Vec<Option<Answered>> = requests.iter().map(|_| None).collect();
    let mut groups: HashMap<String, Vec<(usize, Template)>> = HashMap::new();
    for (position, request) in requests.iter().enumerate() {
        if let Some(template) = Template::of(&request.sql, &request.parameters) {
            let group = groups.entry(template.key.clone()).or_default();
            group.push((position, template));
        }
    }
    for group in groups.into_values() {
        if group.len() >= BATCHED_REQUESTS_MIN {
            answer_group(call, requests, &group, &mut answers);
        }
    }
    answers
        .into_iter()
        .zip(requests)
        .map(|(answer, request)| {
            answer.unwrap_or_else(|| {
                let started = Instant::now();
                let outcome = call.run_query(request);
                Answered {
                    outcome,
                    query_time: started.elapsed(),
                }
            })
        })
        .collect()
}

/// Answers the requests of one template with one statement, where that is possible. Requests it
/// leaves without an answer are run one by one, which also finds each one's own error.
fn answer_group(
    call: &ProcedureCall,
    requests: &[QueryRequest],
    group: &[(usize, Template)],
    answers: &mut [Option<Answered>],
) {
    // Identical requests share one row of the statement.
    let mut distinct: HashMap<Vec<u8>, usize> = HashMap::new();
    let mut rows: Vec<&Template> = Vec::new();
    let mut row_of_request = Vec::with_capacity(group.len());
    for (_, template) in group {
        let row = *distinct.entry(template.argument_key()).or_insert_with(|| {
            rows.push(template);
            rows.len() - 1
        });
        row_of_request.push(row);
    }
    if rows.len() < BATCHED_REQUESTS_MIN {
        return;
    }
    let started = Instant::now();
    let members = || group.iter().map(|(position, _)| &requests[*position]);
    let time_left = members()
        .map(|request| request.time_left)
        .min()
        .unwrap_or(Duration::ZERO);
    let Some(found) = call.run_batch(&requests[group[0].0], &rows, time_left) else {
        return;
    };
    let query_time = started.elapsed() / u32::try_from(group.len()).unwrap_or(u32::MAX);
    for ((position, _), row) in group.iter().zip(row_of_request) {
        let (request, Some(rows)) = (&requests[*position], &found[row]) else {
            continue;
        };
        call.remember(request, &rows.bytes);
        call.count_batched(request, query_time, rows.row_count);
        answers[*position] = Some(Answered {
            outcome: Ok(Arc::clone(&rows.bytes)),
            query_time,
        });
    }
}
