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
  /** The task that failed, or null when no task is to blame. */
  task: z.string().nullable(),
});

const taskTiming = z.strictObject({
  task: z.string(),
  rowCount: z.number().int().nonnegative(),
  durationMs: z.number().nonnegative(),
});

export const answer = z.strictObject({
  /** `clarify` asks back, `refused` is not understood or not allowed, `failed` broke while running. */
  status: z.enum(['ok', 'clarify', 'refused', 'failed']),
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

export type Answer = z.infer<typeof answer>;
export type AnswerColumn = z.infer<typeof answerColumn>;
export type AnswerError = z.infer<typeof answerError>;
export type JsonValue = Answer['rows'][number][number];
export type TaskTiming = z.infer<typeof taskTiming>;
