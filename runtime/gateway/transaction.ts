/** Whether a session is inside a transaction, asked of DuckDB itself. */
import { HeliosError } from '#core';
import type { GatewayConnection } from './engine-port.ts';

/** `failed` waits for ROLLBACK: DuckDB refuses every other statement. */
export type TransactionState = 'none' | 'open' | 'failed';

/**
 * Reads the state from DuckDB, so that it is right whatever statements ran before and whichever
 * of them failed: outside a transaction each statement gets a transaction number of its own.
 */
export async function transactionState(connection: GatewayConnection): Promise<TransactionState> {
  try {
    const first = await connection.query('SELECT txid_current()', []);
    const second = await connection.query('SELECT txid_current()', []);
    return first.rows[0]?.[0] === second.rows[0]?.[0] ? 'open' : 'none';
  } catch (error) {
    if (HeliosError.isInstance(error, 'in_failed_sql_transaction')) return 'failed';
    throw error;
  }
}

/**
 * Makes an open transaction fail, so that what it did can only be rolled back. DuckDB has no
 * savepoints; a statement that did half of its work must not be committed by what follows it.
 */
export async function failTransaction(connection: GatewayConnection): Promise<void> {
  // DuckDB answers a nested BEGIN with an error and marks the transaction as failed.
  await connection.run('BEGIN TRANSACTION').then(
    () => connection.run('ROLLBACK'),
    () => undefined,
  );
}
