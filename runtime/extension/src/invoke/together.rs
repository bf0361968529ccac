//! Rows whose queries are answered together.
//!
//! The first rows run on fibers and wait for each other at their queries. When what they asked
//! shows how the queries of the other rows will look, those are answered ahead and the rows run one
//! after another, each finding its answers in memory; otherwise they run on fibers too.

use std::ops::Range;
use std::sync::Arc;
use std::time::Instant;

use hashbrown::HashTable;

use super::chunk::Chunk;
use super::gathered::Gathered;
use super::wave::Waves;
use crate::batch::{KeyedAnswers, Observation, Rule, Rules, answer_rows};
use crate::duckdb::InvokeInfo;
use crate::error::EngineResult;
use crate::execution::KnownAnswer;
use crate::registry::Volatility;
use crate::value::Value;
use crate::value::read::VectorReader;
use crate::wasm::HostImport;

/// Rows below which a chunk's queries are not worth collecting.
const COLLECTED_ROWS_MIN: usize = 4;

/// Queries answered by one statement at most: answers are held until their rows have run.
const STATEMENT_QUERIES_MAX: usize = 2048;

/// Queries foreseen for one chunk at most.
const FORESEEN_MAX: usize = 1 << 15;

/// The share of foreseen queries that must be asked, for their rules to be kept.
const CAME_TRUE_SHARE: u64 = 4;

/// The arguments of a call that has to be made, for every row with the same ones.
pub type Task = Vec<Value>;

/// What a rule's queries gave, by task; kept for the rules that need its rows.
struct RuleAnswers(Vec<Vec<Arc<[u8]>>>);

impl Chunk<'_> {
    /// Whether rows may be interleaved: nothing but reading may happen in them.
    pub(super) fn collects_queries(&self, row_count: usize) -> bool {
        let module = self.pinned().version.compiled.get();
        row_count >= COLLECTED_ROWS_MIN
            && self.pinned().procedure.volatility == Volatility::Stable
            && self.pinned().procedure.limits.batch_queries
            && !self.pinned().changes_data()
            && !self.state.is_guard_off()
            && module.is_some_and(|module| {
                module.imports.contains(&HostImport::Query)
                    && !module.imports.contains(&HostImport::Transaction)
            })
    }

    /// Runs the rows so that their queries can be answered together.
    pub(super) fn run_together(
        &mut self,
        readers: &[VectorReader<'_>],
        row_count: usize,
        info: &InvokeInfo,
    ) -> EngineResult<()> {
        self.is_timed_by_call = false;
        let gathered = self.gather(readers, 0..row_count);
        let results = self.compute(&gathered)?;
        self.write_gathered(&gathered, &results, info)
    }

    /// The results of the calls in their order. The first call that fails, in that order, decides
    /// the error, and no later call's log lines are written: as if they had run one by one.
    fn compute(&mut self, gathered: &Gathered<'_>) -> EngineResult<Vec<Value>> {
        let foresight = Arc::clone(&self.pinned().foresight);
        let count = gathered.calls.len();
        let mut results = Vec::with_capacity(count);
        while results.len() < count {
            let rest = results.len()..count;
            if let Some(rules) = foresight.rules() {
                let unforeseen_before = self.call.unforeseen();
                let came_true_before = self.call.came_true();
                let foreseen = match rules.iter().all(|rule| rule.keyed.answers().is_some()) {
                    true => 0,
                    false => self.answer_ahead(&rules, &gathered.all_arguments(rest)?),
                };
                let is_wrong = self.run_ahead(&rules, gathered, &mut results, unforeseen_before)?;
                let came_true = self.call.came_true() - came_true_before;
                if is_wrong || foreseen / CAME_TRUE_SHARE > came_true {
                    foresight.forget();
                }
            } else if let Some(learning_rows) = foresight.learning_rows() {
                let last = count.min(rest.start + learning_rows);
                let tasks = gathered.all_arguments(rest.start..last)?;
                let mut observations = Vec::with_capacity(tasks.len());
                let waves = Waves::observing(self, &mut observations, rest.end - last);
                results.extend(waves.run(tasks)?);
                self.learn(&observations);
            } else {
                results.extend(Waves::new(self).run(gathered.all_arguments(rest)?)?);
            }
        }
        Ok(results)
    }

    fn learn(&self, observations: &[Observation]) {
        if observations.len() >= COLLECTED_ROWS_MIN {
            let plans = &self.execution().shape_plans;
            let goes_together = |key: &str| !plans.is_given_up(key);
            let foresight = &self.pinned().foresight;
            foresight.learn(observations, goes_together);
            for rule in foresight.rules().iter().flat_map(|rules| rules.iter()) {
                let read = plans.keyed(&rule.template.key);
                if let Some(answers) = read.outcome()
                    && rule.keyed.take()
                {
                    let queries = rule.keyed_queries();
                    let fits = |answers: &&Arc<KeyedAnswers>| {
                        queries.is_some_and(|queries| answers.answers(&queries))
                    };
                    rule.keyed.settle(answers.filter(fits).cloned());
                }
            }
        }
    }

    /// Answers the queries that the rules foresee and says how many there were. Those whose answers
    /// were read for every key need nothing more.
    fn answer_ahead(&self, rules: &Rules, tasks: &[Task]) -> u64 {
        let mut foreseen = 0;
        let mut known: Vec<Option<RuleAnswers>> = Vec::with_capacity(rules.len());
        for (index, rule) in rules.iter().enumerate() {
            let needs =
                |later: &Rule| later.rows_of == Some(index) && later.keyed.answers().is_none();
            let is_source = rules.iter().any(needs);
            if let Some(keyed) = rule.keyed.answers() {
                known.push(is_source.then(|| keyed_answers(rule, keyed, &known, tasks)));
                continue;
            }
            let mut wanted = Wanted::default();
            let mut of_task: Vec<Vec<usize>> = Vec::new();
            for (task, arguments) in tasks.iter().enumerate() {
                let mut positions = Vec::new();
                for_each_row(rule, &known, task, |row| {
                    positions.extend(wanted.add(self, rule, arguments, row));
                });
                if is_source {
                    of_task.push(positions);
                }
            }
            if self.read_keyed(rule, wanted.unknown().count()) {
                let keyed = rule.keyed.answers();
                let answers = |keyed| keyed_answers(rule, keyed, &known, tasks);
                known.push(keyed.filter(|_| is_source).map(|keyed| answers(keyed)));
                continue;
            }
            foreseen += wanted.fetch(self, rule);
            known.push(is_source.then(|| wanted.answers_of(&of_task)));
        }
        foreseen
    }

    /// Reads the answers to a rule's queries for every key, where that pays with so many to be
    /// answered next. True when they are there.
    fn read_keyed(&self, rule: &Rule, count: usize) -> bool {
        let cost = self.execution().shape_plans.cost(&rule.template.key);
        let Some(time_max) = cost.keyed_pays(count) else {
            return false;
        };
        let Some(queries) = rule.keyed_queries().filter(|_| rule.keyed.take()) else {
            return false;
        };
        rule.keyed.settle(self.call.read_keyed(&queries, time_max));
        cost.note_keyed();
        rule.keyed.answers().is_some()
    }
}

/// The answers to a rule's queries, for the rules that need their rows.
fn keyed_answers(
    rule: &Rule,
    keyed: &KeyedAnswers,
    known: &[Option<RuleAnswers>],
    tasks: &[Task],
) -> RuleAnswers {
    let mut literals = Vec::new();
    let answers = tasks.iter().enumerate().map(|(task, arguments)| {
        let mut answers = Vec::new();
        for_each_row(rule, known, task, |row| {
            literals.clear();
            if rule.add_literals(arguments, row, &mut literals) {
                answers.extend(keyed.answer(&literals).map(Arc::from));
            }
        });
        answers
    });
    RuleAnswers(answers.collect())
}

/// Visits the rows that a rule needs for one task: none but an empty one where it needs no earlier
/// answer.
fn for_each_row(
    rule: &Rule,
    known: &[Option<RuleAnswers>],
    task: usize,
    mut visit: impl FnMut(&[Value]),
) {
    let Some(source) = rule.rows_of else {
        return visit(&[]);
    };
    if let Some(Some(RuleAnswers(answers))) = known.get(source) {
        let rows = answers[task].iter();
        rows.flat_map(|answer| answer_rows(answer, rule.example.format))
            .for_each(|row| visit(&row));
    }
}

/// The different queries of one rule.
#[derive(Default)]
struct Wanted {
    /// Queries by their keys.
    positions: HashTable<usize>,
    queries: Vec<WantedQuery>,
    /// The queries' literals, as many each as the rule's template has.
    literals: Vec<Value>,
    /// The keys of the execution's memo, one behind the other.
    keys: Vec<u8>,
}

struct WantedQuery {
    hash: u64,
    key: Range<usize>,
    answer: Option<Arc<[u8]>>,
}

impl Wanted {
    /// The position of the query that the rule makes; `None` where it makes none, or no more are
    /// foreseen.
    fn add(
        &mut self,
        chunk: &Chunk<'_>,
        rule: &Rule,
        arguments: &[Value],
        row: &[Value],
    ) -> Option<usize> {
        let (start, literals_start) = (self.keys.len(), self.literals.len());
        let is_made = rule.add_literals(arguments, row, &mut self.literals)
            && rule
                .write_key(&self.literals[literals_start..], &mut self.keys)
                .is_ok();
        if !is_made {
            self.literals.truncate(literals_start);
            self.keys.truncate(start);
            return None;
        }
        let memo = &chunk.execution().queries;
        let (known, key) = (&self.keys, &self.keys[start..]);
        let hash = memo.hash(key);
        let is_same = |position: &usize| known[self.queries[*position].key.clone()] == *key;
        let found = self.positions.find(hash, is_same).copied();
        if found.is_some() || self.queries.len() >= FORESEEN_MAX {
            self.literals.truncate(literals_start);
            self.keys.truncate(start);
            return found;
        }
        let answer = memo.find(hash, key, |known| Arc::clone(&known.bytes));
        let hash_of = |position: &usize| self.queries[*position].hash;
        self.positions
            .insert_unique(hash, self.queries.len(), hash_of);
        self.queries.push(WantedQuery {
            hash,
            key: start..self.keys.len(),
            answer,
        });
        Some(self.queries.len() - 1)
    }

    /// The positions of the queries whose answers are not known.
    fn unknown(&self) -> impl Iterator<Item = usize> {
        let positions = 0..self.queries.len();
        positions.filter(|position| self.queries[*position].answer.is_none())
    }

    /// Answers what is not known yet, where that pays, and says how many queries that were.
    fn fetch(&mut self, chunk: &Chunk<'_>, rule: &Rule) -> u64 {
        let call = chunk.call;
        let cost = call.execution.shape_plans.cost(&rule.template.key);
        let unknown: Vec<usize> = self.unknown().collect();
        let width = rule.template.arguments.len();
        let mut fetched = 0;
        for positions in unknown.chunks(STATEMENT_QUERIES_MAX) {
            if !cost.pays(positions.len()) {
                break;
            }
            let rows: Vec<&[Value]> = positions
                .iter()
                .map(|position| &self.literals[position * width..][..width])
                .collect();
            let started = Instant::now();
            let time_left = chunk.query_time_max();
            let Some(found) = call.run_batch(&rule.example, &rule.template, &rows, time_left)
            else {
                break;
            };
            let share = started.elapsed() / u32::try_from(positions.len()).unwrap_or(u32::MAX);
            for (position, found) in positions.iter().zip(found) {
                let Some(found) = found else { continue };
                let query = &mut self.queries[*position];
                query.answer = Some(Arc::clone(&found.bytes));
                let answer = KnownAnswer::foreseen(found.bytes, found.row_count, share);
                let key = &self.keys[query.key.clone()];
                chunk.execution().queries.insert(query.hash, key, answer);
                fetched += 1;
            }
        }
        fetched
    }

    fn answers_of(&self, of_task: &[Vec<usize>]) -> RuleAnswers {
        let answers = of_task.iter().map(|positions| {
            positions
                .iter()
                .filter_map(|position| self.queries[*position].answer.clone())
                .collect()
        });
        RuleAnswers(answers.collect())
    }
}
