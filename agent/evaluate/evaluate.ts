import { HeliosError } from '#core';
import type { CatalogSnapshot, VerifiedQuestion } from '#planner';
import { questionKey } from '#planner';
import type { SqlDatabase } from '#storage';
import type { Answer, JsonValue } from '../answer/answer.ts';
import { ask } from '../ask.ts';
import type { LanguageModel } from '../model/port.ts';
import { compareRows } from './compare-rows.ts';
import type { EvaluationQuestion } from './questions.ts';

/** A database that questions are asked about. */
export interface EvaluatedDatabase {
  readonly database: SqlDatabase;
  readonly catalog: CatalogSnapshot;
  readonly now: string;
}

export interface EvaluateOptions {
  readonly questions: readonly EvaluationQuestion[];
  /** Opens the database of a question; null is the one the command is about. */
  readonly open: (file: string | null) => Promise<EvaluatedDatabase>;
  readonly model: LanguageModel | null;
  /** Examples for the model; the pair of the question that is asked is left out. */
  readonly verified: readonly VerifiedQuestion[];
  readonly signal: AbortSignal;
  readonly onResult?: (result: QuestionResult, index: number) => void;
}

/** How one question went. */
export interface QuestionResult {
  readonly id: string;
  readonly question: string;
  readonly features: readonly string[];
  readonly isAnswerable: boolean;
  readonly status: Answer['status'];
  readonly plannedBy: string | null;
  readonly isStrict: boolean;
  readonly isLenient: boolean;
  /** Wall-clock time of planning and running, without reading the catalog. */
  readonly ms: number;
  readonly sql: string | null;
  /** Why it failed or was refused; null for an answer. */
  readonly reason: string | null;
}

const ROWS_MAX = 100_000;

/** Asks every question and compares what comes back with what is right. */
export async function evaluate(options: EvaluateOptions): Promise<readonly QuestionResult[]> {
  const results: QuestionResult[] = [];
  for (const [index, question] of options.questions.entries()) {
    options.signal.throwIfAborted();
    const result = await evaluateOne(question, options);
    results.push(result);
    options.onResult?.(result, index);
  }
  return results;
}

async function evaluateOne(
  item: EvaluationQuestion,
  { open, model, verified, signal }: EvaluateOptions,
): Promise<QuestionResult> {
  const { database, catalog, now } = await open(item.database);
  const at = item.asOf ?? now;
  const gold = await readGold(item, { database, catalog, now: at });
  const key = questionKey(item.question);
  const answer = await ask({
    question: item.question,
    database,
    catalog,
    now: at,
    model,
    // Its own verified SQL would be no test of anything.
    verified: verified.filter((pair) => questionKey(pair.question) !== key),
    signal,
    limits: { rowsMax: ROWS_MAX },
  });
  const isOk = answer.status === 'ok';
  const compared = gold.map(({ rows, isOrdered }) => compareRows(rows, answer.rows, { isOrdered }));
  const { plannedBy, status, timings } = answer;
  return {
    id: item.id,
    question: item.question,
    features: item.features,
    isAnswerable: item.gold !== null,
    status,
    plannedBy: plannedBy === null ? null : (plannedBy.model ?? plannedBy.kind),
    isStrict: isOk && compared.some(({ isStrict }) => isStrict),
    isLenient: isOk && compared.some(({ isLenient }) => isLenient),
    ms: timings.planMs + timings.runMs,
    sql: answer.sql,
    reason: isOk ? null : answer.answer,
  };
}

interface Gold {
  readonly rows: readonly (readonly JsonValue[])[];
  readonly isOrdered: boolean;
}

async function readGold(
  { id, gold, question }: EvaluationQuestion,
  { database, catalog, now }: EvaluatedDatabase,
): Promise<readonly Gold[]> {
  if (gold === null) return [];
  if (gold.rows !== null) return [{ rows: gold.rows, isOrdered: false }];
  const read: Gold[] = [];
  for (const sql of gold.sql) {
    const answer = await ask({
      question,
      database,
      catalog,
      now,
      limits: { rowsMax: ROWS_MAX },
      plan: {
        request: question,
        tasks: [{ kind: 'query', id: 'task1', title: question, dependsOn: [], sql, columns: [] }],
        answer: { kind: 'answer', from: 'task1', shape: 'table', template: null },
        assumptions: [],
        grounding: [],
      },
    });
    if (answer.status !== 'ok') {
      throw new HeliosError('invalid_usage', {
        message: `the SQL of question ${id} does not run`,
        detail: [answer.error?.message, answer.error?.detail].filter((part) => part).join('; '),
        hint: sql.slice(0, 300),
      });
    }
    read.push({ rows: answer.rows, isOrdered: isOrdered(sql) });
  }
  return read;
}

/** Whether the outermost statement orders its rows. */
function isOrdered(sql: string): boolean {
  let depth = 0;
  let plain = '';
  for (const character of sql.replace(/'(?:[^']|'')*'/g, "''")) {
    if (character === '(') depth += 1;
    else if (character === ')') depth -= 1;
    else if (depth === 0) plain += character;
  }
  return /\border\s+by\b/i.test(plain);
}
