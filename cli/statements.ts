import { interruptible } from '#agent';
import type { SqlValue } from '#core';
import { Gateway } from '#runtime';
import type { Connection, ResultColumn } from '#storage';

/** What one statement of a script gave. */
export interface StatementOutcome {
  /** Empty for a statement that returns no rows. */
  readonly columns: readonly ResultColumn[];
  readonly rows: readonly (readonly SqlValue[])[];
  /** Rows returned, or rows changed. */
  readonly rowCount: number;
  /** What the engine has to say about a definition. */
  readonly notices: readonly string[];
}

export interface RunStatementsOptions {
  /** What relative `file://` paths are relative to. */
  readonly baseDirectory: string;
  readonly signal: AbortSignal;
}

/** Runs a script statement by statement; the first error ends it, an abort interrupts it. */
export async function* runStatements(
  connection: Connection,
  script: string,
  { baseDirectory, signal }: RunStatementsOptions,
): AsyncGenerator<StatementOutcome> {
  const gateway = new Gateway(connection, { baseDirectory, allowFiles: true });
  const results = gateway.execute(script)[Symbol.asyncIterator]();
  for (;;) {
    const next = await interruptible(connection, signal, () => results.next());
    if (next.done === true) return;
    yield next.value;
  }
}
