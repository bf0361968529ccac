import { setTimeout as sleep } from 'node:timers/promises';
import { HeliosError } from '#core';
import type { Connection, Database } from '#storage';

/** A session and the database it belongs to. */
export interface Session {
  readonly connection: Connection;
  readonly database: Database;
}

const REPEAT_MS = 5;

/**
 * Runs work on a connection that an aborted signal interrupts. The signal is asked again after
 * the work: an interrupt that came too late to stop it still ends the run. Fails with 57014, or
 * with the signal's reason where that is one of our errors.
 */
export async function interruptible<T>(
  session: Session,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  let isSettled = false;
  let stopping: Promise<void> = Promise.resolve();
  const onAbort = () => {
    stopping = stop(session, () => isSettled);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work();
    throwIfAborted(signal);
    return result;
  } catch (error) {
    // DuckDB's and the engine's own words for the same thing say less than the reason does.
    throw signal.aborted && HeliosError.isInstance(error, 'query_canceled')
      ? cancelReason(signal)
      : error;
  } finally {
    isSettled = true;
    signal.removeEventListener('abort', onAbort);
    await stopping;
  }
}

/** Why a signal was aborted, as one of our errors: 57014 unless its reason says more. */
export function cancelReason(signal: AbortSignal): HeliosError {
  if (HeliosError.isInstance(signal.reason)) return signal.reason;
  return new HeliosError('query_canceled', { detail: 'cancelled on request' });
}

/**
 * Keeps asking until the work settles: DuckDB forgets an interrupt when the next statement starts,
 * and a statement may be on its way to the thread that runs it. A guest does not see DuckDB's
 * interrupts at all, so the engine is asked as well, where there is one.
 */
async function stop({ connection, database }: Session, isSettled: () => boolean): Promise<void> {
  let hasEngine = true;
  while (!isSettled()) {
    connection.interrupt();
    if (hasEngine) {
      hasEngine = await database
        .withConnection((other) => other.run('SELECT heliosdb_cancel($1::BIGINT)', [connection.id]))
        .then(
          () => true,
          () => false,
        );
    }
    if (!isSettled()) await sleep(REPEAT_MS);
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelReason(signal);
}
