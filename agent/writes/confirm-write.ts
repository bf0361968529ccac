import type { Clock } from '#core';
import { HeliosError, systemClock } from '#core';
import type { CatalogSnapshot } from '#planner';
import type { SqlDatabase } from '#storage';
import { readCatalog } from '#storage';
import type { Answer, AnswerError, Confirmation } from '../answer/answer.ts';
import { toAnswerError } from '../answer/answer-error.ts';
import { toJsonRows } from '../answer/json-rows.ts';
import type { RunListener } from '../events.ts';
import { cancelReason, interruptible } from '../execute/interruptible.ts';
import { DEFAULT_RUN_LIMITS } from '../limits.ts';
import type { PendingWrite } from './confirmations.ts';
import { printCount } from './propose-write.ts';
import type { WrittenResult } from './run-write.ts';
import { runWrite, writeTaskOf } from './run-write.ts';

export interface ConfirmWriteOptions {
  /** As `Confirmations` gave it out. */
  readonly pending: PendingWrite;
  readonly database: SqlDatabase;
  /** A snapshot as the asker may see it. */
  readonly catalog?: (signal: AbortSignal) => Promise<CatalogSnapshot>;
  /** Told the statement before it runs; throws what forbids it. */
  readonly judge?: (sql: string) => Promise<void>;
  readonly signal?: AbortSignal;
  readonly onEvent?: RunListener;
  readonly clock?: Clock;
}

/**
 * Makes a change that was shown and confirmed, or nothing of it. Never throws for what goes wrong
 * with it: that becomes the answer's status and error.
 */
export async function confirmWrite(options: ConfirmWriteOptions): Promise<Answer> {
  const { pending, database, judge, clock = systemClock } = options;
  const onEvent = options.onEvent ?? (() => {});
  const given = options.signal ?? new AbortController().signal;
  const signal = AbortSignal.any([given, AbortSignal.timeout(DEFAULT_RUN_LIMITS.timeoutMs)]);
  const task = writeTaskOf(pending);
  const startedAt = clock.elapsedMs();
  const elapsed = () => clock.elapsedMs() - startedAt;
  onEvent({ type: 'task-start', task: task.id, title: task.title });
  let answer: Answer;
  try {
    await judge?.(task.sql);
    const read = () =>
      database.withConnection((connection) =>
        interruptible({ connection, database }, signal, () => readCatalog(connection)),
      );
    const catalog = await (options.catalog?.(signal) ?? read());
    const result = await runWrite({ pending, catalog, database, signal });
    const rowCount = pending.confirmation.rowCount ?? result.rows.length;
    onEvent({ type: 'task-end', task: task.id, rowCount, durationMs: elapsed() });
    answer = doneAnswer(pending, result, elapsed());
  } catch (thrown) {
    const cause =
      signal.aborted && HeliosError.isInstance(thrown, 'query_canceled')
        ? cancelReason(signal)
        : thrown;
    const error = toAnswerError(cause);
    onEvent({ type: 'task-error', task: task.id, error });
    answer = failedAnswer(pending, error, elapsed());
  }
  onEvent({ type: 'answer', answer });
  return answer;
}

/** The answer to a change that a person gave up. */
export function declinedAnswer(pending: PendingWrite): Answer {
  return endedAnswer(pending, {
    status: 'confirm',
    answer: 'It was declined: nothing was written.',
    state: 'declined',
    durationMs: 0,
  });
}

function doneAnswer(pending: PendingWrite, result: WrittenResult, durationMs: number): Answer {
  const { columns, rows } = result;
  const { confirmation } = pending;
  return {
    ...endedAnswer(pending, {
      status: 'ok',
      answer: doneSentence(confirmation),
      state: 'done',
      durationMs,
    }),
    columns: [...columns],
    rows: toJsonRows(columns, rows),
    rowCount: confirmation.rowCount ?? rows.length,
  };
}

function failedAnswer(pending: PendingWrite, error: AnswerError, durationMs: number): Answer {
  const kept = pending.confirmation.operation === 'call' ? '' : ' Nothing was written.';
  const answer = `The change failed: ${error.message}.${kept}`;
  return {
    ...endedAnswer(pending, { status: 'failed', answer, state: 'failed', durationMs }),
    error,
  };
}

interface Ending extends Pick<Answer, 'status' | 'answer'> {
  readonly state: Confirmation['state'];
  readonly durationMs: number;
}

function endedAnswer(
  { question, plan, plannedBy, confirmation }: PendingWrite,
  { status, answer, state, durationMs }: Ending,
): Answer {
  return {
    status,
    question,
    answer,
    columns: [],
    rows: [],
    rowCount: null,
    isTruncated: false,
    sql: confirmation.sql,
    plan,
    plannedBy,
    assumptions: plan.assumptions,
    grounding: plan.grounding,
    chart: null,
    clarification: null,
    confirmation: { ...confirmation, state, token: null, expires: null },
    refusal: null,
    error: null,
    timings: { catalogMs: 0, planMs: 0, runMs: durationMs, totalMs: durationMs, tasks: [] },
  };
}

const DONE = { update: 'changed', delete: 'deleted', insert: 'added' } as const;

/** What was done, in one sentence. */
function doneSentence({ operation, target, rowCount }: Confirmation): string {
  if (operation === 'call') return `${target} was called.`;
  const rows = printCount(rowCount ?? 0, 'row');
  return `${rows} of ${target} ${rowCount === 1 ? 'was' : 'were'} ${DONE[operation]}.`;
}

/** What would be done, in one sentence. */
export function proposalSentence({ operation, target, rowCount }: Confirmation): string {
  if (operation === 'call')
    return `This would call ${target}, which writes. Nothing has been written.`;
  const count = printCount(rowCount ?? 0, 'row');
  const verb = { update: 'change', delete: 'delete', insert: 'add' }[operation];
  const place = operation === 'insert' ? 'to' : 'of';
  return `This would ${verb} ${count} ${place} ${target}. Nothing has been written.`;
}
