import type { DuckDBConnection, DuckDBPreparedStatement } from '@duckdb/node-api';
import { BIGINT, DuckDBPendingResultState } from '@duckdb/node-api';

/** Steps after which stopping is given up; one is enough unless a thread took the work. */
const STEPS_MAX = 10_000;

/**
 * Stops the guests of a session's statement and what they query. DuckDB's own interrupt does not
 * reach them: nothing in its extension interface tells of it.
 *
 * Works without a thread of the pool, because it may be the guests that keep all of them busy, and
 * without waiting, so that it can never hit a later statement of the session.
 */
export class GuestStopper {
  readonly #client: DuckDBConnection;
  readonly #statement: DuckDBPreparedStatement;

  private constructor(client: DuckDBConnection, statement: DuckDBPreparedStatement) {
    this.#client = client;
    this.#statement = statement;
  }

  /** Takes over the connection; null, and the connection closed, where no engine is loaded. */
  static async open(client: DuckDBConnection): Promise<GuestStopper | null> {
    try {
      return new GuestStopper(client, await client.prepare('SELECT heliosdb_cancel($1::BIGINT)'));
    } catch {
      client.closeSync();
      return null;
    }
  }

  /** Asks for the stop; it comes within two ticks of the engine's clock. */
  stop(connectionId: bigint): void {
    this.#statement.bind([connectionId], [BIGINT]);
    const pending = this.#statement.start();
    for (let step = 0; step < STEPS_MAX; step += 1) {
      if (pending.runTask() === DuckDBPendingResultState.RESULT_READY) return;
    }
  }

  close(): void {
    this.#statement.destroySync();
    this.#client.closeSync();
  }
}
