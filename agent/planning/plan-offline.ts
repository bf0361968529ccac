import type { CatalogSnapshot, PlanOutcome } from '#planner';
import { prepareRequest } from '#planner';
import type { SqlDatabase } from '#storage';
import { probeReadings } from '../execute/probe-readings.ts';

export interface PlanOfflineOptions {
  readonly question: string;
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  /** What "today" is, as an ISO instant. */
  readonly now: string;
  readonly signal?: AbortSignal;
}

/**
 * Plans a question: reads it, runs its likeliest readings under a limit of rows, and decides by the
 * words and by what came back. The same question over the same data gives the same outcome.
 */
export async function planOffline(options: PlanOfflineOptions): Promise<PlanOutcome> {
  const { question, catalog, database, now, signal = new AbortController().signal } = options;
  const { probes, decide } = prepareRequest({ request: question, catalog, now });
  return decide(await probeReadings({ statements: probes, catalog, database, signal }));
}
