import { interruptible } from '#agent';
import type { CatalogSnapshot } from '#planner';
import type { Database, SqlSession } from '#storage';
import { readCatalog } from '#storage';

const READS = /^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/|\()*(select|from|values|table|explain)\b/i;

/**
 * The snapshot that questions are planned with. The service is the only one that can change the
 * database, so a snapshot holds until something was written through it.
 */
export class CatalogHolder {
  readonly #database: Database;
  readonly #stopping: AbortSignal;
  #reading: Promise<CatalogSnapshot> | null = null;
  /** Whether there are procedures that write: a SELECT that calls one is no mere reading. */
  #hasWriters = false;

  constructor(database: Database, stopping: AbortSignal) {
    this.#database = database;
    this.#stopping = stopping;
  }

  /** The current snapshot; callers at the same time share one reading. */
  get(): Promise<CatalogSnapshot> {
    if (this.#reading !== null) return this.#reading;
    const reading = this.#read();
    this.#reading = reading;
    reading.catch(() => {
      if (this.#reading === reading) this.#reading = null;
    });
    return reading;
  }

  /** Says that something may have been written. */
  invalidate(): void {
    if (!this.#database.isReadOnly) this.#reading = null;
  }

  /** Says that this statement was run: what only reads leaves the snapshot as it is. */
  noteStatement(sql: string): void {
    if (!READS.test(sql) || this.#hasWriters) this.invalidate();
  }

  #read(): Promise<CatalogSnapshot> {
    const database = this.#database;
    return database.withConnection((connection) =>
      interruptible({ connection, database }, this.#stopping, async () => {
        this.#hasWriters = await hasWriters(connection);
        return await readCatalog(connection);
      }),
    );
  }
}

async function hasWriters(connection: SqlSession): Promise<boolean> {
  try {
    const { rows } = await connection.query(`
      SELECT count(*) FROM heliosdb.procedure_versions
      WHERE capabilities::VARCHAR LIKE '%write:%' OR capabilities::VARCHAR LIKE '%ddl:%'`);
    return Number(rows[0]?.[0]) > 0;
  } catch {
    // A database without a registry has no procedures.
    return false;
  }
}
