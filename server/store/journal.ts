import { HeliosError, quoteIdentifier } from '#core';
import type { Database } from '#storage';

/** What a killed service loses at most. */
const FLUSH_MS = 200;
/** Rows that wait for a database that cannot be written; beyond, the oldest go. */
const WAITING_MAX = 20_000;

export type JournalRow = Readonly<Record<string, string | number | boolean | null>>;

export interface JournalOptions {
  /** Owned by somebody else; schema heliosdb must be there. */
  readonly database: Database;
  /** Told when rows could not be written, and will be tried again. */
  readonly onError: (error: unknown) => void;
}

/**
 * Adds rows to tables of schema heliosdb behind the backs of those who wait for answers: many at a
 * time, in one transaction, a moment later.
 */
export class Journal {
  readonly #options: JournalOptions;
  readonly #timer: NodeJS.Timeout;
  #waiting = new Map<string, JournalRow[]>();
  #flushing: Promise<void> | null = null;

  constructor(options: JournalOptions) {
    this.#options = options;
    this.#timer = setInterval(() => void this.flush(), FLUSH_MS);
    this.#timer.unref();
  }

  add(table: string, row: JournalRow): void {
    const rows = this.#waiting.get(table) ?? [];
    rows.push(row);
    if (rows.length > WAITING_MAX) rows.shift();
    this.#waiting.set(table, rows);
  }

  /** Writes what waits at this moment. Resolves also when that failed: then it waits on. */
  async flush(): Promise<void> {
    // What came after the running flush had begun needs one of its own.
    await this.#flushing;
    this.#flushing ??= this.#write().finally(() => {
      this.#flushing = null;
    });
    await this.#flushing;
  }

  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.flush();
  }

  async #write(): Promise<void> {
    if (this.#waiting.size === 0) return;
    const taken = this.#waiting;
    this.#waiting = new Map();
    try {
      await this.#options.database.withConnection((connection) =>
        connection.transaction(async () => {
          for (const [table, rows] of taken) {
            await connection.query(insertion(table, rows[0] ?? {}), [JSON.stringify(rows)]);
          }
        }),
      );
    } catch (error) {
      for (const [table, rows] of taken) {
        const later = this.#waiting.get(table) ?? [];
        this.#waiting.set(table, [...rows, ...later].slice(-WAITING_MAX));
      }
      if (!HeliosError.isInstance(error, 'connection_does_not_exist')) this.#options.onError(error);
    }
  }
}

/** One statement for any number of rows, given as a JSON list; columns take texts by their types. */
function insertion(table: string, row: JournalRow): string {
  const names = Object.keys(row);
  const structure = JSON.stringify([Object.fromEntries(names.map((name) => [name, 'VARCHAR']))]);
  const columns = names.map(quoteIdentifier).join(', ');
  return `INSERT INTO heliosdb.${quoteIdentifier(table)} (${columns})
    SELECT ${names.map((name) => `row.${quoteIdentifier(name)}`).join(', ')}
    FROM (SELECT unnest(from_json($1, '${structure}')) AS row)`;
}
