import type { Connection } from '#storage';

/**
 * Runs work on a connection that an aborted signal interrupts. The signal is asked again after
 * the work: an interrupt that came too late to stop it still ends the run.
 */
export async function interruptible<T>(
  connection: Connection,
  signal: AbortSignal,
  work: () => Promise<T>,
): Promise<T> {
  signal.throwIfAborted();
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
    signal.throwIfAborted();
    return result;
  } finally {
    signal.removeEventListener('abort', onAbort);
    clearInterval(repeat);
  }
}
