/** What a replay found out. */
import { z } from 'zod';

const interval = z.strictObject({ median: z.number(), low: z.number(), high: z.number() });

export const outcome = z.enum(['verified', 'refuted', 'inconclusive', 'not_replayable']);
export type Outcome = z.infer<typeof outcome>;

/** One thing that was timed with and without the change. */
export const measurement = z.strictObject({
  name: z.string(),
  /** `main` decides; `related` and `probe` may not get slower; `upkeep` is what writers pay. */
  role: z.enum(['main', 'related', 'probe', 'upkeep']),
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

export const verdict = z.strictObject({
  outcome,
  /** One sentence with the numbers that decided. */
  reason: z.string(),
  measurements: z.array(measurement),
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
    control: null,
    sizeBytes: null,
    warnings: [],
    apply: [],
    revert: [],
    callers: null,
    callCount: 0,
  };
}
