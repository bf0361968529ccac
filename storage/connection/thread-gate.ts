/** A statement that changes how many threads DuckDB has. */
const CHANGES_THREADS =
  /\b(?:set|reset|pragma)\b[^;]*\b(?:threads|worker_threads|external_threads)\b/i;

/**
 * Keeps statements that change DuckDB's threads apart from all others of the process.
 *
 * DuckDB ends its threads while it holds a lock, and waits for what they are doing. Every query takes
 * that lock when it ends: one that a procedure asked on such a thread would wait for ever, and
 * everything with it. So such a statement waits until nothing else runs, and others wait for it. What
 * begins while it still waits goes first: a long statement must not hold up everybody.
 */
export class ThreadGate {
  #runningCount = 0;
  #isChanging = false;
  #waiting: (() => void)[] = [];

  /** Runs a statement's work when it may. */
  async run<T>(sql: string, work: () => Promise<T>): Promise<T> {
    const changesThreads = CHANGES_THREADS.test(sql);
    while (this.#isChanging || (changesThreads && this.#runningCount > 0)) {
      await new Promise<void>((resolve) => this.#waiting.push(resolve));
    }
    if (changesThreads) this.#isChanging = true;
    this.#runningCount += 1;
    try {
      return await work();
    } finally {
      this.#runningCount -= 1;
      if (changesThreads) this.#isChanging = false;
      if (this.#runningCount === 0) this.#wake();
    }
  }

  #wake(): void {
    const waiting = this.#waiting;
    this.#waiting = [];
    for (const resume of waiting) resume();
  }
}
