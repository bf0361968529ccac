import { HeliosError } from '#core';
import type { SqlDatabase, SqlSession } from '#storage';

/** A session and the database it belongs to. */
export interface Session {
  readonly connection: SqlSession;
  readonly database: SqlDatabase;
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
  let repeat: NodeJS.Timeout | null = null;
  const onAbort = () => {
    // Work is several statements: a wish that comes between two of them would be lost.
    repeat = setInterval(() => session.connection.interrupt(), REPEAT_MS);
    session.connection.interrupt();
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
    signal.removeEventListener('abort', onAbort);
    if (repeat !== null) clearInterval(repeat);
  }
}

/** Why a signal was aborted, as one of our errors: 57014 unless its reason says more. */
export function cancelReason(signal: AbortSignal): HeliosError {
  if (HeliosError.isInstance(signal.reason)) return signal.reason;
  return new HeliosError('query_canceled', { detail: 'cancelled on request' });
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelReason(signal);
}
