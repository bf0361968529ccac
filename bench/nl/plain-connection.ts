import { DuckDBInstance } from '@duckdb/node-api';
import type { ProbedRows } from '#planner';
import { probeRowsMax } from '#planner';

/** A read-only DuckDB connection without the engine: evaluation databases need no procedures. */
export interface PlainConnection {
  query(sql: string): Promise<{ columns: string[]; rows: unknown[][] }>;
  close(): void;
}

/** Opens a database file read-only, with file and network access of SQL switched off. */
export async function openReadOnly(path: string): Promise<PlainConnection> {
  const instance = await DuckDBInstance.create(path, {
    access_mode: 'READ_ONLY',
    enable_external_access: 'false',
  });
  const connection = await instance.connect();
  return {
    async query(sql) {
      const result = await connection.runAndReadAll(sql);
      return { columns: result.columnNames(), rows: result.getRowsJson() as unknown[][] };
    },
    close() {
      connection.closeSync();
      instance.closeSync();
    },
  };
}

/** The first rows of each statement, null where one fails, as the agent looks at them. */
export async function probe(
  connection: PlainConnection,
  statements: readonly string[],
): Promise<(ProbedRows | null)[]> {
  const probed: (ProbedRows | null)[] = [];
  for (const sql of statements) {
    const limited = `SELECT * FROM (${sql}) AS reading LIMIT ${probeRowsMax + 1}`;
    probed.push(
      await connection.query(limited).then(
        ({ rows }) => rows as ProbedRows,
        () => null,
      ),
    );
  }
  return probed;
}
