/** The answer to a request, as every door hands it out. Absent parts are null, never missing. */
import { z } from 'zod';
import { plan, planColumn } from '#planner';
import { chart } from './chart.ts';

const answerColumn = z.strictObject({
  name: z.string(),
  /** DuckDB's spelling, for example `DECIMAL(18,2)`. */
  type: z.string(),
});

export const answerError = z.strictObject({
  sqlstate: z.string().regex(/^[0-9A-Z]{5}$/),
  name: z.string(),
  message: z.string(),
  detail: z.string().nullable(),
  hint: z.string().nullable(),
  /** Values for programs, such as a procedure's own `code` and `stack`; answers kept from before have none. */
  fields: z
    .record(
      z.string(),
      z.union([z.string(), z.number(), z.boolean(), z.null(), z.array(z.string()).readonly()]),
    )
    .default({}),
  /** The task that failed, or null when no task is to blame. */
  task: z.string().nullable(),
});

const taskTiming = z.strictObject({
  task: z.string(),
  rowCount: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
});

/**
 * `confirm` shows a change and waits for a person, `clarify` asks back, `refused` is not understood
 * or not allowed, `failed` broke while running.
 */
export const answerStatus = z.enum(['ok', 'confirm', 'clarify', 'refused', 'failed']);

const changedRow = z.array(z.json()).nullable();

/** A change of data that was asked for: what it is, what it would do, and what became of it. */
export const confirmation = z.strictObject({
  /** `open` waits for a person; of the others only `done` has written anything. */
  state: z.enum(['open', 'done', 'declined', 'failed']),
  /** Confirms just what is shown here, once; null where nobody can any more. */
  token: z.string().nullable(),
  expires: z.iso.datetime().nullable(),
  operation: z.enum(['update', 'delete', 'insert', 'call']),
  /** The table, or the procedure that is called. */
  target: z.string(),
  /** The statement that runs, to the letter. */
  sql: z.string(),
  /** It has no condition: every row of the table is meant. */
  isUnconditional: z.boolean(),
  /** Rows that it changes; null for a procedure, whose doing cannot be known before. */
  rowCount: z.number().int().nonnegative().nullable(),
  columns: z.array(answerColumn),
  /** The first of those rows, as they are and as they would be. */
  rows: z.array(z.strictObject({ before: changedRow, after: changedRow })),
  warnings: z.array(z.string()),
});

export const answer = z.strictObject({
  status: answerStatus,
  question: z.string(),
  /** One sentence for people, whatever the status. */
  answer: z.string(),
  columns: z.array(answerColumn),
  rows: z.array(z.array(z.json())),
  /** Rows of the result; at least this many when `isTruncated`; null when nothing ran. */
  rowCount: z.number().int().nonnegative().nullable(),
  isTruncated: z.boolean(),
  /** The whole run as one statement that gives the same rows. */
  sql: z.string().nullable(),
  plan: plan.nullable(),
  /** Who planned it: the offline parser, a language model, a person; null when nothing was planned. */
  plannedBy: z
    .strictObject({
      kind: z.enum(['offline', 'model', 'verified', 'given']),
      model: z.string().nullable(),
    })
    .nullable(),
  assumptions: z.array(z.string()),
  grounding: z.array(z.strictObject({ text: z.string(), meaning: z.string() })),
  /** A Vega-Lite specification that helps to read the rows, or null. */
  chart: chart.nullable(),
  clarification: z
    .strictObject({
      question: z.string(),
      options: z.array(
        z.strictObject({ label: z.string(), sql: z.string(), columns: z.array(planColumn) }),
      ),
    })
    .nullable(),
  /** Set for a change, also when it has been made. */
  confirmation: confirmation.nullable(),
  refusal: z
    .strictObject({
      reason: z.string(),
      unknownWords: z.array(z.string()),
      suggestions: z.array(z.string()),
    })
    .nullable(),
  error: answerError.nullable(),
  timings: z.strictObject({
    catalogMs: z.number().nonnegative(),
    planMs: z.number().nonnegative(),
    runMs: z.number().nonnegative(),
    totalMs: z.number().nonnegative(),
    tasks: z.array(taskTiming),
  }),
});

export type Confirmation = z.infer<typeof confirmation>;
export type Answer = z.infer<typeof answer>;
export type AnswerColumn = z.infer<typeof answerColumn>;
export type AnswerError = z.infer<typeof answerError>;
export type JsonValue = Answer['rows'][number][number];
export type TaskTiming = z.infer<typeof taskTiming>;
