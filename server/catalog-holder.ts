import { interruptible, loadSemantics, openMemory } from '#agent';
import type { CatalogSnapshot, VerifiedQuestion } from '#planner';
import { applySemantics } from '#planner';
import type { Database, SqlSession } from '#storage';
import { readCatalog } from '#storage';

const READS = /^(\s|--[^\n]*(\n|$)|\/\*[\s\S]*?\*\/|\()*(select|from|values|table|explain)\b/i;

/** Begins or ends a transaction and does nothing else. */
const TRANSACTION = /^\s*(begin(\s+transaction)?|commit|rollback)\s*;?\s*$/i;

/** Adds to a conversation, which no snapshot has: every question from the command line does. */
const REMEMBERS = /^\s*insert into heliosdb\.(conversations|conversation_turns) select\b[^;]*$/i;

/** What questions are planned with. */
export interface Knowledge {
  readonly catalog: CatalogSnapshot;
  /** Questions whose SQL a person has verified. */
  readonly verified: readonly VerifiedQuestion[];
}

export interface CatalogHolderOptions {
  readonly database: Database;
  /** The file of the semantic model, read with every snapshot; null is none. */
  readonly semanticsFile: string | null;
  /** Where the command line remembers what it does not keep in the database. */
  readonly stateDirectory: string;
  readonly stopping: AbortSignal;
}

/**
 * The snapshot that questions are planned with. The service is the only one that can change the
 * database, so a snapshot holds until something was written through it.
 */
export class CatalogHolder {
  readonly #options: CatalogHolderOptions;
  #reading: Promise<Knowledge> | null = null;
  /** Whether there are procedures that write: a SELECT that calls one is no mere reading. */
  #hasWriters = false;

  constructor(options: CatalogHolderOptions) {
    this.#options = options;
  }

  /** What is known now; callers at the same time share one reading. */
  get(): Promise<Knowledge> {
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
    if (!this.#options.database.isReadOnly) this.#reading = null;
  }

  /** Says that this statement was run: what only reads leaves the snapshot as it is. */
  noteStatement(sql: string): void {
    if (!READS.test(sql) || this.#hasWriters) this.invalidate();
  }

  /** Takes note of a session's statements: what it has written counts again when it commits. */
  followSession(): (sql: string) => void {
    let hasWritten = false;
    return (sql) => {
      if (TRANSACTION.test(sql)) {
        if (hasWritten) this.invalidate();
        hasWritten = false;
      } else if (!REMEMBERS.test(sql) || this.#hasWriters) {
        hasWritten ||= !READS.test(sql) || this.#hasWriters;
        this.noteStatement(sql);
      }
    };
  }

  async #read(): Promise<Knowledge> {
    const { database, semanticsFile, stateDirectory, stopping } = this.#options;
    const snapshot = await database.withConnection((connection) =>
      interruptible({ connection, database }, stopping, async () => {
        this.#hasWriters = await hasWriters(connection);
        return await readCatalog(connection);
      }),
    );
    const memory = await openMemory({ database, directory: stateDirectory });
    return {
      catalog:
        semanticsFile === null
          ? snapshot
          : applySemantics(snapshot, await loadSemantics(semanticsFile, snapshot)),
      verified: await memory.verified(),
    };
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
