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
  return open(path, { access_mode: 'READ_ONLY', enable_external_access: 'false' });
}

/** A database in memory, made by a script of statements that each end a line. */
export async function openScript(script: string): Promise<PlainConnection> {
  const connection = await open(':memory:', { enable_external_access: 'false' });
  for (const statement of script.split(/;\s*\n/)) {
    if (statement.replace(/^--.*$/gm, '').trim() !== '') await connection.query(statement);
  }
  return connection;
}

async function open(path: string, options: Record<string, string>): Promise<PlainConnection> {
  // Which of equal rows comes first is up to DuckDB's threads; one thread always chooses the same.
  const instance = await DuckDBInstance.create(path, { ...options, threads: '1' });
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
