/** The states of a finding and what leads from one to the next. Pure. */
import { z } from 'zod';
import type { ProcedureFact } from '../facts/facts.ts';
import { verdict } from '../replay/verdict.ts';
import { finding } from './finding.ts';

export const findingState = z.enum([
  'proposed',
  'replaying',
  'verified',
  'refuted',
  'inconclusive',
  'not_replayable',
  'applied',
  'watching',
  'kept',
  'reverted',
  'dismissed',
]);
export type FindingState = z.infer<typeof findingState>;

/** A procedure's figures over all its versions, to be compared with later ones. */
const watched = z.strictObject({ callCount: z.number(), wallMs: z.number() });
export type Watched = z.infer<typeof watched>;

export const storedFinding = z.strictObject({
  finding,
  state: findingState,
  reason: z.string().nullable(),
  verdict: verdict.nullable(),
  change: z.strictObject({ apply: z.array(z.string()), revert: z.array(z.string()) }).nullable(),
  baseline: watched.nullable(),
});
export type StoredFinding = z.infer<typeof storedFinding>;

const NEXT: Readonly<Record<FindingState, readonly FindingState[]>> = {
  proposed: ['replaying', 'applied', 'dismissed'],
  replaying: ['verified', 'refuted', 'inconclusive', 'not_replayable', 'replaying', 'dismissed'],
  verified: ['replaying', 'applied', 'dismissed'],
  refuted: ['replaying', 'dismissed'],
  inconclusive: ['replaying', 'applied', 'dismissed'],
  not_replayable: ['replaying', 'applied', 'dismissed'],
  applied: ['watching', 'kept', 'reverted'],
  watching: ['kept', 'reverted'],
  kept: ['reverted'],
  reverted: ['replaying', 'applied', 'dismissed'],
  dismissed: ['proposed'],
};

/** Whether a finding in one state may come into another. */
export function mayBecome(from: FindingState, to: FindingState): boolean {
  return NEXT[from].includes(to);
}

/** States in which nobody has decided and something may be to do. */
export function isOpen(state: FindingState): boolean {
  return ['proposed', 'replaying', 'verified', 'inconclusive', 'not_replayable'].includes(state);
}

export function watchedOf(procedure: ProcedureFact): Watched {
  return {
    callCount: procedure.versions.reduce((sum, { callCount }) => sum + callCount, 0),
    wallMs: procedure.versions.reduce((sum, { wallMs }) => sum + wallMs, 0),
  };
}

/** Calls after an applied change from which on it is judged. */
const WATCHED_CALLS_MIN = 50;

/** What became of an applied change: kept when calls got faster, watched on until that is known. */
export function watch(
  baseline: Watched,
  procedure: ProcedureFact,
): { readonly state: 'watching' | 'kept'; readonly reason: string } {
  const now = watchedOf(procedure);
  const calls = now.callCount - baseline.callCount;
  if (calls < WATCHED_CALLS_MIN || baseline.callCount === 0) {
    return { state: 'watching', reason: `${Math.max(0, calls)} calls since it was applied` };
  }
  const before = baseline.wallMs / baseline.callCount;
  const after = (now.wallMs - baseline.wallMs) / calls;
  const text = `${(before * 1000).toFixed(0)} µs a call before, ${(after * 1000).toFixed(0)} µs in ${calls} calls since`;
  if (after < before * 0.95) return { state: 'kept', reason: text };
  return { state: 'watching', reason: `${text}: no faster, so it may be taken back` };
}
