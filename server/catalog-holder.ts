import { interruptible } from '#agent';
import type { CatalogSnapshot } from '#planner';
import type { Database } from '#storage';
import { readCatalog } from '#storage';

/**
 * The snapshot that questions are planned with. The service is the only one that can change the
 * database, so a snapshot holds until something was written through it.
 */
export class CatalogHolder {
  readonly #database: Database;
  readonly #stopping: AbortSignal;
  #reading: Promise<CatalogSnapshot> | null = null;

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

  #read(): Promise<CatalogSnapshot> {
    const database = this.#database;
    return database.withConnection((connection) =>
      interruptible({ connection, database }, this.#stopping, () => readCatalog(connection)),
    );
  }
}
