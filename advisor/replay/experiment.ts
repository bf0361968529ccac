/** What a replay runs: the same work on a copy without and on a copy with the change. */
import type { Measurement } from './verdict.ts';

/** Statements that are timed together. */
export interface Load {
  readonly name: string;
  readonly role: Measurement['role'];
  readonly baseline: readonly string[];
  readonly candidate: readonly string[];
}

/** A change made concrete, ready to be tried. */
export interface Experiment {
  /** Run on the candidate's copy only; what applying the finding would run. */
  readonly apply: readonly string[];
  readonly revert: readonly string[];
  /** `faster` must be measured; for `same`, equal results at equal speed are enough. */
  readonly goal: 'faster' | 'same';
  readonly loads: readonly Load[];
  readonly warnings: readonly string[];
  readonly callers: { readonly before: string; readonly after: string } | null;
}
