import type { StatementResult } from '#runtime';
import { Gateway } from '#runtime';
import type { Session } from '../execute/interruptible.ts';
import { interruptible } from '../execute/interruptible.ts';
import type { RowBound } from './bounded-connection.ts';
import { BoundedConnection } from './bounded-connection.ts';

export interface RunnerOptions extends RowBound {
  /** What relative `file://` paths in scripts are relative to. */
  readonly baseDirectory: string;
  /** Whether scripts may name files at all. Default true. */
  readonly allowsFiles?: boolean;
  /** Whether CALL can mean nothing but a procedure, as for a role. Default false. */
  readonly callsOnlyProcedures?: boolean;
}

/**
 * Runs scripts on one session. One runner for the session's whole life: a transaction that defines
 * procedures may begin in one script and end in another.
 */
export class StatementRunner {
  readonly #session: Session;
  readonly #gateway: Gateway;

  constructor(session: Session, options: RunnerOptions) {
    const { baseDirectory, allowsFiles = true, callsOnlyProcedures = false, ...bound } = options;
    this.#session = session;
    const bounded = new BoundedConnection(session.connection, bound);
    this.#gateway = new Gateway(bounded, {
      baseDirectory,
      allowFiles: allowsFiles,
      callsOnlyProcedures,
    });
  }

  /** Runs a script statement by statement; the first error ends it, an abort interrupts it. */
  async *run(script: string, signal: AbortSignal): AsyncGenerator<StatementResult> {
    const results = this.#gateway.execute(script);
    for (;;) {
      const next = await interruptible(this.#session, signal, () => results.next());
      if (next.done === true) return;
      yield next.value;
    }
  }
}
