import type { CatalogTable } from '#planner';
import type { CatalogConnection } from './connection.ts';
import { queryJson, quoteName } from './connection.ts';
import type { KeyCandidate } from './key-candidates.ts';

/** Rows of a referring table that are looked at. */
const SAMPLED_ROWS_MAX = 100_000;
/** Distinct values of a referring column that are tested. */
const SAMPLE_VALUES_MAX = 2_000;

/** Share of each candidate's distinct values that exist in the referenced column. */
export async function testContainment(
  connection: CatalogConnection,
  candidates: readonly KeyCandidate[],
): Promise<readonly number[]> {
  const known = candidates.map(knownContainment);
  const open = candidates.filter((_, index) => known[index] === null);
  const queried = open.length === 0 ? [] : await queryContainment(connection, open);
  let next = 0;
  return known.map((share) => share ?? queried[next++] ?? 0);
}

/** The share where the snapshot holds every value of both columns; null elsewhere. */
function knownContainment({ from, to }: KeyCandidate): number | null {
  const source = from.table.columns.find(({ name }) => name === from.column);
  const target = to.table.columns.find(({ name }) => name === to.column);
  if (source === undefined || target === undefined) return null;
  if (!source.valuesAreComplete || !target.valuesAreComplete) return null;
  if (source.type !== target.type || source.values.length === 0) return null;
  const targets = new Set(target.values);
  return source.values.filter((value) => targets.has(value)).length / source.values.length;
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
