/** Counts what the engine did for a load: figures that no clock disturbs. */
import { quoteIdentifier, toText } from '#core';
import type { SqlSession } from '#storage';
import type { Facts, ProcedureFact } from '../facts/facts.ts';
import { tableOf } from '../facts/facts.ts';
import { numberOf, readRows } from '../facts/rows.ts';
import type { WorkMetric } from '../findings/finding.ts';
import { printPath } from '../rules/rule.ts';
import type { Copies, Load } from './experiment.ts';
import type { Work, Writes } from './verdict.ts';

type Counters = Readonly<Record<WorkMetric, number>>;

/** Runs a load once on both copies and returns what each of them did, as far as it differs. */
export async function countWork(
  { baseline, candidate }: Copies,
  load: Load,
  procedure: string,
): Promise<Work[]> {
  const [before, after] = [
    await counted(baseline, load.baseline, procedure),
    await counted(candidate, load.candidate, procedure),
  ];
  return (Object.keys(before) as WorkMetric[]).flatMap((metric) =>
    before[metric] === after[metric]
      ? []
      : [{ metric, baseline: before[metric], candidate: after[metric] }],
  );
}

async function counted(
  connection: SqlSession,
  statements: readonly string[],
  procedure: string,
): Promise<Counters> {
  const before = await read(connection, procedure);
  // What fails is counted too.
  for (const sql of statements) await connection.query(sql).catch(() => undefined);
  const after = await read(connection, procedure);
  const entries = Object.entries(after).map(([metric, value]) => [
    metric,
    // A peak is no sum: what counts is how high it is.
    metric === 'peakMemoryBytes' ? value : value - before[metric as WorkMetric],
  ]);
  return Object.fromEntries(entries);
}

/** Figures so far. Of log lines only the newest are kept, so that their numbers count and not they. */
async function read(connection: SqlSession, procedure: string): Promise<Counters> {
  const [row] = await readRows(
    connection,
    `SELECT sum(m.calls - m.columnar_rows) AS guest_calls, sum(m.queries) AS queries,
       sum(m.queries - m.query_memo_hits - m.batched_queries + m.batches) AS query_statements,
       sum(m.query_rows) AS query_rows, sum(m.bytes_in) AS bytes_in,
       sum(m.errors) AS errors,
       max(m.peak_memory_bytes) FILTER (m.version = p.active_version) AS peak_memory_bytes,
       (SELECT sum(errors) FROM heliosdb_query_shapes() WHERE procedure = $1) AS query_errors,
       (SELECT max(sequence) FROM heliosdb_logs()) AS log_lines
     FROM heliosdb_metrics() m LEFT JOIN heliosdb.procedures p ON p.id = m.procedure_id
     WHERE m.procedure = $1`,
    [procedure],
  );
  return {
    guestCalls: numberOf(row?.guest_calls),
    queries: numberOf(row?.queries),
    queryStatements: numberOf(row?.query_statements),
    queryRows: numberOf(row?.query_rows),
    queryErrors: numberOf(row?.query_errors),
    bytesIn: numberOf(row?.bytes_in),
    errors: numberOf(row?.errors),
    logLines: numberOf(row?.log_lines),
    peakMemoryBytes: numberOf(row?.peak_memory_bytes),
  };
}

/** Compares the tables that a procedure may write, after both copies made the same calls. */
export async function compareWrites(
  copies: Copies,
  { tables }: Pick<Facts, 'tables'>,
  { capabilities }: Pick<ProcedureFact, 'capabilities'>,
): Promise<Writes[]> {
  const names = (capabilities ?? []).flatMap((right) => /^write:(.+)$/.exec(right)?.[1] ?? []);
  const compared: Writes[] = [];
  for (const name of names) {
    const table = tableOf({ tables }, name);
    const path = table === null ? printPath(name) : printPath(table.schema, table.name);
    const before = await contentOf(copies.baseline, path);
    const after = await contentOf(copies.candidate, path);
    // A right may be for a pattern, or for a table that is gone.
    if (before === null || after === null) continue;
    compared.push({
      table: path,
      baselineRows: before.rowCount,
      candidateRows: after.rowCount,
      areEqual: before.rowCount === after.rowCount && before.digest === after.digest,
    });
  }
  return compared;
}

/** Rows and a sum of their hashes, without the times at which they were written. */
async function contentOf(
  connection: SqlSession,
  path: string,
): Promise<{ readonly rowCount: number; readonly digest: string } | null> {
  try {
    const { columns } = await connection.query(`SELECT * FROM ${path} LIMIT 0`);
    const kept = columns.filter(({ type }) => !/^(TIME|TIMESTAMP)/.test(type));
    const names = kept.map(({ name }) => quoteIdentifier(name)).join(', ');
    const { rows } = await connection.query(
      `SELECT count(*), sum(hash(${names === '' ? '0' : names})) FROM ${path}`,
    );
    return { rowCount: Number(rows[0]?.[0]), digest: toText(rows[0]?.[1] ?? null) ?? '' };
  } catch {
    return null;
  }
}
