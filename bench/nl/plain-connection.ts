import { DuckDBInstance } from '@duckdb/node-api';

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
