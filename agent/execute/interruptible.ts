import { HeliosError } from '#core';
import type { Connection } from '#storage';

/**
 * Runs work on a connection that an aborted signal interrupts. The signal is asked again after
 * the work: an interrupt that came too late to stop it still ends the run. Fails with 57014, or
 * with the signal's reason where that is one of our errors.
 */
export async function interruptible<T>(
  connection: Connection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  throwIfAborted(signal);
  let repeat: NodeJS.Timeout | undefined;
  const onAbort = () => {
    connection.interrupt();
    // DuckDB forgets an interrupt when the next statement starts, and a statement may be on its way
    // to the thread that runs it: keep asking until the work settles.
    repeat = setInterval(() => connection.interrupt(), 5);
  };
  signal.addEventListener('abort', onAbort, { once: true });
  try {
    const result = await work();
    throwIfAborted(signal);
    return result;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(repeat);
  }
}

function throwIfAborted(signal: AbortSignal): void {
  if (signal.aborted) throw cancelReason(signal);
}

/** Why a signal was aborted, as one of our errors: 57014 unless its reason says more. */
export function cancelReason(signal: AbortSignal): HeliosError {
  if (HeliosError.isInstance(signal.reason)) return signal.reason;
  return new HeliosError('query_canceled', { detail: 'cancelled on request' });
}
