/**
 * Finds SQL that gives a procedure's results: candidates from a small grammar are all evaluated
 * over many calls on a copy, and one that agrees on every call is taken.
 */
import type { SqlSession } from '#storage';
import type { CallTable } from './calls.ts';

/** An expression over the columns of the relation it is tried on. */
export interface Candidate {
  readonly label: string;
  readonly sql: string;
}

export type Synthesis =
  | { readonly kind: 'found'; readonly candidate: Candidate; readonly callCount: number }
  | { readonly kind: 'none'; readonly reason: string };

/** How many candidates one statement evaluates. */
const CANDIDATES_AT_ONCE = 40;

/** Share of a double by which its sum may differ when the terms are added in another order. */
const DIGITS_TOLERANCE = 1e-12;

/**
 * The first candidate that equals column `result` in every row of the relation. A result that is
 * the same in every row proves nothing, and then none is taken.
 */
export async function synthesize(
  connection: SqlSession,
  relation: string,
  candidates: readonly Candidate[],
): Promise<Synthesis> {
  const { rows } = await connection.query(
    `SELECT count(*), count(DISTINCT result) + (count(*) FILTER (result IS NULL) > 0)::INTEGER
     FROM ${relation}`,
  );
  const [callCount, distinctCount] = (rows[0] ?? []).map(Number);
  if (callCount === undefined || callCount === 0)
    return { kind: 'none', reason: 'no call succeeds' };
  if (distinctCount === undefined || distinctCount < 2) {
    return { kind: 'none', reason: `all ${callCount} calls give the same result` };
  }
  let best = { label: '', agreeing: 0 };
  for (let from = 0; from < candidates.length; from += CANDIDATES_AT_ONCE) {
    const group = candidates.slice(from, from + CANDIDATES_AT_ONCE);
    const counts = await agreements(connection, relation, group);
    for (const [index, candidate] of group.entries()) {
      const agreeing = counts[index] ?? 0;
      if (agreeing === callCount) return { kind: 'found', candidate, callCount };
      if (agreeing > best.agreeing) best = { label: candidate.label, agreeing };
    }
  }
  const nearest = best.agreeing > 0 ? `; nearest is ${best.label}, right in ${best.agreeing}` : '';
  return {
    kind: 'none',
    reason: `no formula gives the results of all ${callCount} calls${nearest}`,
  };
}

/** Whether two doubles, as texts, differ by no more than the order of a sum's terms may make. */
export function differInLastDigits(baseline: string, candidate: string): boolean {
  const [one, other] = [Number(baseline), Number(candidate)];
  return Math.abs(one - other) <= DIGITS_TOLERANCE * Math.abs(one);
}

/**
 * Equal, or doubles that differ in their last digits only: a sum depends on the order of its terms,
 * which a guest's loop and DuckDB's threads do not share.
 */
function isSameAsResult(sql: string): string {
  const difference = `abs((${sql})::DOUBLE - result::DOUBLE)`;
  const size = 'greatest(abs(result::DOUBLE), 1e-300)';
  return `(${sql}) IS NOT DISTINCT FROM result OR
    (typeof(result) IN ('DOUBLE', 'FLOAT') AND coalesce(${difference} <= ${DIGITS_TOLERANCE} * ${size}, false))`;
}

/** In how many rows each candidate is right; 0 for one that does not even run. */
async function agreements(
  connection: SqlSession,
  relation: string,
  candidates: readonly Candidate[],
): Promise<number[]> {
  const count = ({ sql }: Candidate): string => `count(*) FILTER (${isSameAsResult(sql)})`;
  const run = async (group: readonly Candidate[]): Promise<number[]> => {
    const { rows } = await connection.query(
      `SELECT ${group.map(count).join(', ')} FROM ${relation}`,
    );
    return (rows[0] ?? []).map(Number);
  };
  try {
    return await run(candidates);
  } catch {
    // One of them does not fit the types; each by itself, then.
    const counts: number[] = [];
    for (const candidate of candidates) {
      counts.push((await run([candidate]).catch(() => [0]))[0] ?? 0);
    }
    return counts;
  }
}

/** Writes the calls with their results into a table, leaving out calls that fail; returns its name. */
export async function createResultTable(
  connection: SqlSession,
  calls: CallTable,
  called: string,
): Promise<{ readonly name: string; readonly failedCount: number }> {
  const name = `heliosdb_replay.results`;
  const select = (filter: string): string =>
    `SELECT *, ${called}(${calls.columns.join(', ')}) AS result FROM ${calls.name} ${filter}`;
  try {
    await connection.run(`CREATE OR REPLACE TABLE ${name} AS ${select('')}`);
    return { name, failedCount: 0 };
  } catch {
    await connection.run(`CREATE OR REPLACE TABLE ${name} AS ${select('LIMIT 0')}`);
  }
  let failedCount = 0;
  const { rows } = await connection.query(`SELECT ordinal FROM ${calls.name} ORDER BY ordinal`);
  for (const [ordinal] of rows.slice(0, 200)) {
    try {
      await connection.run(`INSERT INTO ${name} ${select(`WHERE ordinal = ${ordinal}`)}`);
    } catch {
      failedCount += 1;
    }
  }
  return { name, failedCount };
}
