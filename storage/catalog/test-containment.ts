import type { CatalogColumn, CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import { queryJson, quoteName } from './connection.ts';
import type { KeyCandidate } from './key-candidates.ts';

/** Rows of a referring table that are looked at. */
const SAMPLED_ROWS_MAX = 100_000;
/** Distinct values of a referring column that are tested. */
const SAMPLE_VALUES_MAX = 2_000;

/** Keys of at most this many rows are fetched where the snapshot has values to compare them with. */
const FETCHED_ROWS_MAX = 20_000;
/** Pairs of one statement: what a statement costs to bind grows faster than its length. */
const STATEMENT_TESTS_MAX = 120;

/**
 * Share of each candidate's distinct values that exist in the referenced column. At most
 * `testsMax` candidates are looked up in the database, the first ones; of the rest only those
 * that the snapshot settles count.
 */
export async function testContainment(
  connection: CatalogConnection,
  candidates: readonly KeyCandidate[],
  testsMax: number,
): Promise<readonly number[]> {
  const keys = new Map<CatalogColumn, ReadonlySet<string>>();
  const known: (number | null)[] = [];
  for (const candidate of candidates) {
    await fetchKeys(connection, candidate, { keys, keysMax: testsMax });
    known.push(knownContainment(candidate, keys));
  }
  const open = candidates.filter((_, index) => known[index] === null).slice(0, testsMax);
  const queried: number[] = [];
  for (let start = 0; start < open.length; start += STATEMENT_TESTS_MAX) {
    const tested = open.slice(start, start + STATEMENT_TESTS_MAX);
    queried.push(...(await queryContainment(connection, tested)));
  }
  let next = 0;
  return known.map((share) => share ?? queried[next++] ?? 0);
}

interface FetchedKeys {
  readonly keys: Map<CatalogColumn, ReadonlySet<string>>;
  readonly keysMax: number;
}

/** Fetches a small key that the snapshot has only in part; many columns of a wide database refer to it. */
async function fetchKeys(
  connection: CatalogConnection,
  { from, to }: KeyCandidate,
  { keys, keysMax }: FetchedKeys,
): Promise<void> {
  const [source, target] = [columnOf(from), columnOf(to)];
  if (source === undefined || target === undefined || keys.has(target)) return;
  // Counted columns are tested by the database, which has all of their values.
  const isSampled = source.distinctCount === null && source.values.length > 0;
  const isSmall = to.table.rowCount <= FETCHED_ROWS_MAX && keys.size < keysMax;
  if (!isSampled || !isSmall || target.valuesAreComplete) return;
  const { rows } = await connection.query(
    `SELECT DISTINCT ${quoteName(to.column)}::VARCHAR FROM ${tableOf(to.table)}`,
  );
  keys.set(target, new Set(rows.map(([value]) => String(value))));
}

/** The share where enough of both columns is in memory; null elsewhere. */
function knownContainment(
  { from, to }: KeyCandidate,
  keys: Map<CatalogColumn, ReadonlySet<string>>,
): number | null {
  const [source, target] = [columnOf(from), columnOf(to)];
  if (source === undefined || target === undefined) return null;
  if (source.type !== target.type || source.values.length === 0) return null;
  if (!source.valuesAreComplete && source.distinctCount !== null) return null;
  const targets = keys.get(target) ?? (target.valuesAreComplete ? new Set(target.values) : null);
  if (targets === null) return null;
  keys.set(target, targets);
  return source.values.filter((value) => targets.has(value)).length / source.values.length;
}

function columnOf({ table, column }: KeyCandidate['from']): CatalogColumn | undefined {
  return table.columns.find(({ name }) => name === column);
}

/** Values of each referring column are read once, however many keys they are tested against. */
async function queryContainment(
  connection: CatalogConnection,
  candidates: readonly KeyCandidate[],
): Promise<readonly number[]> {
  const samples = new Map<string, string>();
  const tests = candidates.map(({ from, to }) => {
    const sample = sampleOf(from);
    const name = samples.get(sample) ?? `sample_${samples.size}`;
    samples.set(sample, name);
    // A semi-join lets the database put the small side, the sample, into memory.
    return `(SELECT count(*) FROM ${name} SEMI JOIN
        (SELECT ${quoteName(to.column)} AS k FROM ${tableOf(to.table)}) ON v = k)
      / (SELECT count(*) FROM ${name})`;
  });
  const definitions = [...samples].map(([sql, name]) => `${name} AS MATERIALIZED (${sql})`);
  const [shares = []] = await queryJson<(number | null)[]>(
    connection,
    `WITH ${definitions.join(',\n')} SELECT to_json([${tests.join(',\n')}])`,
  );
  return shares.map((share) => share ?? 0);
}

/** Ordering by hash gives a sample that is spread out and the same on every run. */
function sampleOf({ table, column }: KeyCandidate['from']): string {
  const name = quoteName(column);
  return `SELECT v FROM (
      SELECT DISTINCT v FROM (
        SELECT ${name} AS v FROM ${tableOf(table)} WHERE ${name} IS NOT NULL LIMIT ${SAMPLED_ROWS_MAX}
      )
    ) ORDER BY hash(v), v LIMIT ${SAMPLE_VALUES_MAX}`;
}

function tableOf(table: CatalogTable): string {
  return `${quoteName(table.schema)}.${quoteName(table.name)}`;
}
