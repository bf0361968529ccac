import { createHash } from 'node:crypto';
import type { CatalogSnapshot, Plan } from '#planner';
import type { SqlDatabase } from '#storage';
import { compositeSql } from '../answer/composite-sql.ts';
import { toJsonRows } from '../answer/json-rows.ts';
import { executePlan } from '../execute/execute-plan.ts';
import { DEFAULT_RUN_LIMITS } from '../limits.ts';

export interface ChooseOptions {
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
  /** A plan made in another way; where candidates are even, the one it agrees with wins. */
  readonly witness: Plan | null;
}

/** A limit of rows and never of time: the choice must not depend on the machine. */
const TRIAL_ROWS_MAX = 500;

interface Trial {
  /** Equal for equal rows, whatever the columns are called; null when it failed. */
  readonly signature: string | null;
  readonly rowCount: number;
}

/**
 * Orders plans by what they return under a small limit of rows: results that most of them share,
 * then the witness's result, then results with rows, then the order given.
 */
export async function chooseByRunning(
  plans: readonly Plan[],
  options: ChooseOptions,
): Promise<readonly Plan[]> {
  const distinct = new Map<string, { readonly plan: Plan; votes: number }>();
  for (const plan of plans) {
    const same = distinct.get(compositeSql(plan));
    if (same === undefined) distinct.set(compositeSql(plan), { plan, votes: 1 });
    else same.votes += 1;
  }
  if (distinct.size <= 1) return plans.slice(0, 1);
  const witness = options.witness === null ? null : await tryPlan(options.witness, options);
  const tried: { readonly plan: Plan; readonly votes: number; readonly trial: Trial }[] = [];
  for (const { plan, votes } of distinct.values()) {
    tried.push({ plan, votes, trial: await tryPlan(plan, options) });
  }
  const votesFor = (signature: string | null): number =>
    signature === null
      ? -1
      : tried
          .filter(({ trial }) => trial.signature === signature)
          .reduce((sum, { votes }) => sum + votes, 0);
  const ranked = tried.map(({ plan, trial: { signature, rowCount } }) => ({
    plan,
    rank:
      votesFor(signature) * 4 +
      (signature !== null && signature === witness?.signature ? 2 : 0) +
      (rowCount > 0 ? 1 : 0),
  }));
  // Sorting is stable: what is even keeps its order.
  return ranked.sort((a, b) => b.rank - a.rank).map(({ plan }) => plan);
}

async function tryPlan(plan: Plan, options: ChooseOptions): Promise<Trial> {
  try {
    const { columns, rows, rowCount } = await executePlan({
      plan,
      catalog: options.catalog,
      database: options.database,
      signal: options.signal,
      limits: { ...DEFAULT_RUN_LIMITS, rowsMax: TRIAL_ROWS_MAX },
      onEvent: () => {},
    });
    const lines = toJsonRows(columns, rows).map((row) => JSON.stringify(row));
    const signature = createHash('sha256').update(lines.sort().join('\n')).digest('hex');
    return { signature, rowCount };
  } catch (error) {
    if (options.signal.aborted) throw error;
    return { signature: null, rowCount: 0 };
  }
}
