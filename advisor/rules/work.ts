/** Where a procedure's time goes, without what starting instances and waiting for a processor take. */
import type { VersionFact } from '../facts/facts.ts';

/**
 * Time that starting an instance takes at most: making it, and touching its memory for the first
 * time. It is done for every cold start, and once a statement by an instance that was made ahead.
 */
const START_MS = 3;

/** Starts that the guest's time holds. */
export function startCount({ callCount, coldStartCount, statementCount }: VersionFact): number {
  return Math.min(callCount, coldStartCount + statementCount);
}

/** Processor time of the guest's own work. */
export function guestMs(figures: VersionFact): number {
  return Math.max(0, figures.guestCpuMs - startCount(figures) * START_MS);
}

/** What share of the work so many milliseconds of it are. */
export function workShare(figures: VersionFact, milliseconds: number): number {
  const work = guestMs(figures) + figures.queryMs + figures.marshallingMs;
  return Math.min(1, milliseconds / Math.max(work, 1e-9));
}
