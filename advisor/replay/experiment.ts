/** What a replay runs: the same work on a copy without and on a copy with the change. */
import type { SqlSession } from '#storage';
import type { Facts, ProcedureFact } from '../facts/facts.ts';
import type { Finding, WorkMetric } from '../findings/finding.ts';
import type { Measurement } from './verdict.ts';

/** Two copies of the database, without and with the change. */
export interface Copies {
  readonly baseline: SqlSession;
  readonly candidate: SqlSession;
}

/** Statements that are timed together. */
export interface Load {
  readonly name: string;
  readonly role: Measurement['role'];
  readonly baseline: readonly string[];
  readonly candidate: readonly string[];
  /** What decides; processor time unless the work waits for the disk. */
  readonly clock?: Measurement['clock'];
  /** False for work that does something else the second time, such as an insert of a key. */
  readonly isRepeatable?: boolean;
  /** Rows that may differ, as texts; none by default. */
  readonly tolerates?: (baseline: string, candidate: string) => boolean;
}

/** A change made concrete, ready to be tried. */
export interface Experiment {
  /** Run on the candidate's copy only; what applying the finding would run. */
  readonly apply: readonly string[];
  readonly revert: readonly string[];
  /** What the change is for, as its finding says. */
  readonly goal: 'faster' | 'same' | 'less';
  readonly metric: WorkMetric | null;
  readonly loads: readonly Load[];
  readonly warnings: readonly string[];
  readonly callers: { readonly before: string; readonly after: string } | null;
}

/** A changed procedure that somebody gives to be tried: a module, or a version that is registered. */
export type CandidateSource =
  | {
      readonly kind: 'module';
      /** WebAssembly, binary or text. */
      readonly bytes: Uint8Array;
      /** The export to call; null for the one that is named like the procedure, or the only one. */
      readonly entry: string | null;
      /** Rights of the new version; null keeps those of the old one. */
      readonly capabilities: readonly string[] | null;
    }
  | { readonly kind: 'version'; readonly version: number };

export interface BuildOptions {
  readonly copies: Copies;
  readonly facts: Facts;
  readonly procedure: ProcedureFact;
  readonly finding: Finding;
  readonly candidate: CandidateSource | null;
  /** Calls of a statement that takes many. */
  readonly callsMax: number;
  /** Processor time that such a statement should take at most. */
  readonly runMsMax: number;
  readonly cpuMs: () => number;
}

/** The experiment, or why there is none. */
export type BuildOutcome = Experiment | string;
