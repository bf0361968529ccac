import type { DuckDBConnection } from '@duckdb/node-api';
import type { ThreadGate } from './thread-gate.ts';

/** Log lines are at most this much lost when the process is killed; counts a few seconds. */
const INTERVAL_MS = 500;

/**
 * Named in full, DuckDB finds the functions without a transaction on the database; one would show
 * to a running statement as somebody else's. The first writes what has waited long enough.
 */
const FLUSH_DUE = 'SELECT system.main.heliosdb_flush_due()';
const FLUSH = 'SELECT system.main.heliosdb_flush()';

/**
 * Lets the engine write what its procedures did, while the database is open and once more at its
 * end. The engine keeps what it could not write and tries again the next time; a database without
 * the engine is left alone.
 */
export class Flusher {
  readonly #connection: DuckDBConnection;
  readonly #gate: ThreadGate;
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #isMissing = false;

  /** Owns the connection. */
  constructor(connection: DuckDBConnection, gate: ThreadGate) {
    this.#connection = connection;
    this.#gate = gate;
    this.#timer = setInterval(() => void this.#flush(FLUSH_DUE), INTERVAL_MS);
    // Waiting for more to write is no reason to go on living.
    this.#timer.unref();
  }

  /** Writes the rest and closes the connection. */
  async close(): Promise<void> {
    clearInterval(this.#timer);
    await this.#running;
    await this.#flush(FLUSH);
    this.#connection.closeSync();
  }

  #flush(sql: string): Promise<void> {
    this.#running ??= this.#run(sql).finally(() => {
      this.#running = null;
    });
    return this.#running;
  }

  async #run(sql: string): Promise<void> {
    if (this.#isMissing) return;
    try {
      await this.#gate.run(sql, () => this.#connection.run(sql));
    } catch (error) {
      // Nobody asked for it, so nobody is told: observing must not fail what is observed.
      this.#isMissing = String(error).includes('heliosdb_flush_due does not exist');
      if (this.#isMissing) clearInterval(this.#timer);
    }
  }
}
