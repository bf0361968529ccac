/** What a replay found out. */
import { z } from 'zod';
import { workMetric } from '../findings/finding.ts';

const interval = z.strictObject({ median: z.number(), low: z.number(), high: z.number() });

export const outcome = z.enum(['verified', 'refuted', 'inconclusive', 'not_replayable']);
export type Outcome = z.infer<typeof outcome>;

/** One thing that was timed with and without the change. */
export const measurement = z.strictObject({
  name: z.string(),
  /** `main` decides; `related` and `probe` may not get slower; `upkeep` is what writers pay. */
  role: z.enum(['main', 'related', 'probe', 'upkeep']),
  /** What decided: processor time, which others disturb less, or the wall's where work waits. */
  clock: z.enum(['processor', 'wall']).default('processor'),
  /** Processor time, the median of all turns. */
  baselineMs: z.number(),
  candidateMs: z.number(),
  baselineWallMs: z.number(),
  candidateWallMs: z.number(),
  /** Processor time of baseline over candidate: above 1 the change makes it faster. */
  factor: interval,
  judgement: z.enum(['faster', 'slower', 'same', 'unclear']),
  rowCount: z.number(),
  areResultsEqual: z.boolean(),
});
export type Measurement = z.infer<typeof measurement>;

/** Work of one run that the engine counted, where the change makes more or less of it. */
export const work = z.strictObject({
  metric: workMetric,
  baseline: z.number(),
  candidate: z.number(),
});
export type Work = z.infer<typeof work>;

/** A table that the calls wrote to, after both copies did the same. */
export const writes = z.strictObject({
  table: z.string(),
  baselineRows: z.number(),
  candidateRows: z.number(),
  areEqual: z.boolean(),
});
export type Writes = z.infer<typeof writes>;

export const verdict = z.strictObject({
  outcome,
  /** One sentence with the numbers that decided. */
  reason: z.string(),
  measurements: z.array(measurement),
  work: z.array(work).default([]),
  writes: z.array(writes).default([]),
  /** Two equal copies against each other: what noise looks like on this machine. */
  control: interval.nullable(),
  /** Growth of the database file, in bytes; negative when it shrank. */
  sizeBytes: z.number().nullable(),
  /** What to bear in mind: a sample, log lines that are no longer written, … */
  warnings: z.array(z.string()),
  /** Statements that make the change, and those that take it back; empty when it is not ours to make. */
  apply: z.array(z.string()),
  revert: z.array(z.string()),
  /** How callers write it with the change; null when they change nothing. */
  callers: z.strictObject({ before: z.string(), after: z.string() }).nullable(),
  callCount: z.number(),
});
export type Verdict = z.infer<typeof verdict>;

/** The verdict on what cannot be tried. */
export function notReplayable(reason: string): Verdict {
  return {
    outcome: 'not_replayable',
    reason,
    measurements: [],
    work: [],
    writes: [],
    control: null,
    sizeBytes: null,
    warnings: [],
    apply: [],
    revert: [],
    callers: null,
    callCount: 0,
  };
}
