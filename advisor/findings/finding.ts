/** What a rule reports, and what the advisor makes of it. */
import { z } from 'zod';

/** How much a finding matters: `warning` is what a build may be failed for. */
export const severity = z.enum(['info', 'warning', 'error']);
export type Severity = z.infer<typeof severity>;

/** Numbers and short texts that the finding rests on. */
export const evidence = z.record(z.string(), z.union([z.number(), z.string(), z.boolean()]));
export type Evidence = z.infer<typeof evidence>;

/** Work that the engine counts, of which a change may make less. */
export const workMetric = z.enum([
  'guestCalls',
  'queries',
  'queryStatements',
  'queryRows',
  'queryErrors',
  'bytesIn',
  'errors',
  'logLines',
  'peakMemoryBytes',
]);
export type WorkMetric = z.infer<typeof workMetric>;

/**
 * What a change is for. `faster` must be measured; for `same`, equal results at equal speed are
 * enough; for `less`, so much less of `metric` at equal speed.
 */
const purpose = {
  goal: z.enum(['faster', 'same', 'less']),
  /** What there is to be less of; null for the other goals. */
  metric: workMetric.nullable(),
};

/**
 * A change that can be tried on a copy.
 * - `script`: statements, and those that take them back.
 * - `one-statement`: callers ask for many rows in one statement instead of one statement a row.
 * - `redeclare`: the procedure is declared again with what it really is; null keeps what it has.
 * - `call-instead`: callers use another function that gives the same.
 * - `lookup-rates`: the procedure is an argument times, plus or just a value of the looked-up row.
 * - `single-query`: the procedure is its only query and a test or an aggregate of its rows.
 * - `loop-join`: the procedure is an aggregate over the join of its two queries.
 * - `materialise`: the results of a nested query, for every key, are kept in a table.
 * - `source`: the author changes the procedure; it is tried with a module that somebody gives.
 * `lookup-rates`, `single-query` and `loop-join` are hypotheses: the replay finds the formula, or
 * refuses.
 */
export const change = z.discriminatedUnion('kind', [
  z.strictObject({
    kind: z.literal('script'),
    apply: z.array(z.string()),
    revert: z.array(z.string()),
    ...purpose,
    /** Whether many calls are put into a statement, because the change is about what a row costs. */
    isTogether: z.boolean(),
    /** A table whose rows are rewritten to learn what the change costs writers; null for none. */
    upkeepTable: z.string().nullable(),
    /** Columns that are searched by equality beside the procedure, as others would. */
    probe: z.strictObject({ table: z.string(), column: z.string() }).nullable(),
  }),
  z.strictObject({ kind: z.literal('one-statement') }),
  z.strictObject({
    kind: z.literal('redeclare'),
    volatility: z.enum(['IMMUTABLE', 'STABLE']).nullable(),
    capabilities: z.array(z.string()).nullable(),
  }),
  z.strictObject({
    kind: z.literal('call-instead'),
    name: z.string(),
    goal: z.enum(['faster', 'same']),
  }),
  z.strictObject({ kind: z.literal('lookup-rates'), shape: z.string() }),
  z.strictObject({ kind: z.literal('single-query'), shape: z.string() }),
  z.strictObject({ kind: z.literal('loop-join'), outer: z.string(), inner: z.string() }),
  z.strictObject({ kind: z.literal('materialise'), shape: z.string() }),
  z.strictObject({ kind: z.literal('source'), ...purpose }),
]);
export type Change = z.infer<typeof change>;

/** What a rule says; the advisor adds who said it about what. */
export const findingDraft = z.strictObject({
  /** What the finding is about within its procedure, such as a query or a column; part of its id. */
  subject: z.string(),
  severity,
  what: z.string(),
  why: z.string(),
  whatToDo: z.string(),
  evidence,
  /** How sure the rule is that the change helps, before anything was measured; 0 to 1. */
  confidence: z.number().min(0).max(1),
  /** Share of the procedure's time that the change is expected to save; 0 for what saves none. */
  expectedShare: z.number().min(0).max(1),
  change: change.nullable(),
});
export type FindingDraft = z.infer<typeof findingDraft>;

export const finding = findingDraft.extend({
  /** The same in every run for the same rule, procedure and subject: `P007-3f9a1c02`. */
  id: z.string(),
  /** `performance/query-loop`. */
  rule: z.string(),
  procedure: z.string(),
  procedureId: z.string(),
  procedureVersion: z.number(),
  /** Milliseconds an hour that the change is expected to save. */
  expectedMsPerHour: z.number().nonnegative(),
});
export type Finding = z.infer<typeof finding>;
