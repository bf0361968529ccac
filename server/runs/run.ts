/** A run as the API shows it. Absent parts are null, never missing. */
import { z } from 'zod';
import type { RunEvent } from '#agent';
import { answerErrorSchema, answerSchema, answerStatus } from '#agent';

const parts = answerSchema.shape;

export const runTask = z.strictObject({
  id: z.string(),
  title: z.string(),
  kind: z.enum(['query', 'call', 'aggregate', 'sql', 'write']),
  dependsOn: z.array(z.string()),
  state: z.enum(['waiting', 'running', 'done', 'failed', 'canceled']),
  rows: z.number().int().nonnegative().nullable(),
  ms: z.number().nonnegative().nullable(),
  /** Between 0 and 1 while running, where DuckDB gives an estimate. */
  fraction: z.number().min(0).max(1).nullable(),
  error: answerErrorSchema.nullable(),
});

export const feedback = z.strictObject({
  rating: z.union([z.literal(1), z.literal(-1)]),
  comment: z.string().nullable(),
});

export const runStatus = z.enum(['running', ...answerStatus.options, 'canceled']);

export const run = z.strictObject({
  id: z.string(),
  question: z.string(),
  conversation: z.string().nullable(),
  /** Who asked. */
  identity: z.string(),
  status: runStatus,
  isPlanOnly: z.boolean(),
  plan: parts.plan,
  /** Who made the plan; null until there is one. */
  plannedBy: parts.plannedBy,
  tasks: z.array(runTask),
  answer: z.string().nullable(),
  columns: parts.columns,
  rows: parts.rows,
  rowCount: parts.rowCount,
  isTruncated: parts.isTruncated,
  sql: parts.sql,
  chart: parts.chart,
  assumptions: parts.assumptions,
  grounding: parts.grounding,
  clarification: parts.clarification,
  confirmation: parts.confirmation,
  refusal: parts.refusal,
  error: parts.error,
  timings: parts.timings.nullable(),
  started: z.iso.datetime(),
  finished: z.iso.datetime().nullable(),
  feedback: feedback.nullable(),
});

/** A run in a list: what it was about and how it went, without plan and rows. */
export const runSummary = run.pick({
  id: true,
  question: true,
  conversation: true,
  identity: true,
  status: true,
  isPlanOnly: true,
  answer: true,
  rowCount: true,
  started: true,
  finished: true,
  feedback: true,
});

export type Run = z.infer<typeof run>;
export type RunTask = z.infer<typeof runTask>;
export type RunSummary = z.infer<typeof runSummary>;
export type Feedback = z.infer<typeof feedback>;

/** A run that has just been asked for. */
export function newRun(
  given: Pick<Run, 'id' | 'question' | 'conversation' | 'identity' | 'isPlanOnly' | 'started'>,
): Run {
  return {
    ...given,
    status: 'running',
    plan: null,
    plannedBy: null,
    tasks: [],
    answer: null,
    columns: [],
    rows: [],
    rowCount: null,
    isTruncated: false,
    sql: null,
    chart: null,
    assumptions: [],
    grounding: [],
    clarification: null,
    confirmation: null,
    refusal: null,
    error: null,
    timings: null,
    finished: null,
    feedback: null,
  };
}

/** The run after one more event. */
export function applyEvent(run: Run, event: RunEvent, at: string): Run {
  switch (event.type) {
    case 'plan-ready':
      // A second reading of the question starts over with tasks of its own.
      return { ...run, plan: event.plan, tasks: event.plan.tasks.map(waitingTask) };
    case 'task-start':
      return withTask(run, event.task, { state: 'running' });
    case 'task-progress':
      return withTask(run, event.task, { fraction: event.fraction });
    case 'task-end':
      return withTask(run, event.task, {
        state: 'done',
        rows: event.rowCount,
        ms: event.durationMs,
        fraction: null,
      });
    case 'task-error': {
      const state = event.error.sqlstate === CANCELED ? 'canceled' : 'failed';
      return withTask(run, event.task, { state, error: event.error, fraction: null });
    }
    // Live only: what a model says on its way to a plan is shown, not kept.
    case 'model-start':
    case 'model-delta':
    case 'model-end':
    case 'model-error':
      return run;
    case 'answer': {
      const { status, question: _, ...answer } = event.answer;
      const isCanceled =
        (status === 'failed' && answer.error?.sqlstate === CANCELED) ||
        answer.confirmation?.state === 'declined';
      return { ...run, ...answer, status: isCanceled ? 'canceled' : status, finished: at };
    }
    default:
      return event satisfies never;
  }
}

const CANCELED = '57014';

function waitingTask(task: NonNullable<Run['plan']>['tasks'][number]): RunTask {
  const { id, title, kind, dependsOn } = task;
  const nothing = { rows: null, ms: null, fraction: null, error: null };
  return { id, title, kind, dependsOn, state: 'waiting', ...nothing };
}

function withTask(run: Run, id: string, change: Partial<RunTask>): Run {
  return {
    ...run,
    tasks: run.tasks.map((task) => (task.id === id ? { ...task, ...change } : task)),
  };
}
