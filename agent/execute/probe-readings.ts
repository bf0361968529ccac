import { HeliosError } from '#core';
import type { CatalogSnapshot, ProbedRows } from '#planner';
import { probeRowsMax } from '#planner';
import type { SqlDatabase, SqlSession } from '#storage';
import { guardStatement } from './guard.ts';
import { interruptible } from './interruptible.ts';

export interface ProbeOptions {
  readonly statements: readonly string[];
  readonly catalog: CatalogSnapshot;
  readonly database: SqlDatabase;
  readonly signal: AbortSignal;
}

/** The first rows of each statement, null where it fails; the limit is on rows, never on time. */
export async function probeReadings(
  options: ProbeOptions,
): Promise<readonly (ProbedRows | null)[]> {
  const { statements, database, signal } = options;
  if (statements.length === 0) return [];
  return await database.withConnection((connection) =>
    interruptible({ connection, database }, signal, async () => {
      const probed: (ProbedRows | null)[] = [];
      for (const sql of statements) probed.push(await probe(connection, sql, options));
      return probed;
    }),
  );
}

async function probe(
  connection: SqlSession,
  sql: string,
  { catalog, signal }: ProbeOptions,
): Promise<ProbedRows | null> {
  try {
    const allowed = await guardStatement(connection, { sql, catalog, relations: [] });
    const limited = `SELECT * FROM (${allowed}) AS reading LIMIT ${probeRowsMax + 1}`;
    return (await connection.query(limited)).rows;
  } catch (error) {
    if (signal.aborted || HeliosError.isInstance(error, 'query_canceled')) throw error;
    return null;
  }
}
