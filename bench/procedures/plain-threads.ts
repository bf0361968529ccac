/**
 * What two threads gain on this machine at this moment, without a database: a machine that shares
 * its cores with others does not always give two.
 */
import { once } from 'node:events';
import { Worker } from 'node:worker_threads';

/** Calls that the threads of a run share, and how long each is. */
export interface Spin {
  readonly remaining: Int32Array<SharedArrayBuffer>;
  readonly rounds: number;
}

/** About 5 ms of CPU. */
const ROUNDS = 3_000_000;
const CALLS = 40;

/** Threads that share nothing but a count. */
export class PlainThreads {
  readonly #workers = [1, 2].map(() => new Worker(new URL('./spin.ts', import.meta.url)));

  /** Makes calls of so many rounds on so many threads. */
  async run(threads: number, { calls, rounds }: { calls: number; rounds: number }): Promise<void> {
    const remaining = new Int32Array(new SharedArrayBuffer(4));
    remaining[0] = calls;
    const spin: Spin = { remaining, rounds };
    await Promise.all(
      this.#workers.slice(0, threads).map((worker) => {
        const end = once(worker, 'message');
        worker.postMessage(spin);
        return end;
      }),
    );
  }

  /** How many times as fast two threads are as one. */
  async gain(): Promise<number> {
    const times: number[] = [];
    for (const threads of [1, 2]) {
      const started = process.hrtime.bigint();
      await this.run(threads, { calls: CALLS, rounds: ROUNDS });
      times.push(Number(process.hrtime.bigint() - started));
    }
    return (times[0] ?? Number.NaN) / (times[1] ?? Number.NaN);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await Promise.all(this.#workers.map((worker) => worker.terminate()));
  }
}

/** What two plain threads gained in several moments, in words. */
export function describeGains(gains: readonly number[]): string {
  const sorted = gains.toSorted((left, right) => left - right);
  const [low, middle, high] = [0, 0.5, 1].map((share) =>
    sorted[Math.round(share * (sorted.length - 1))]?.toFixed(2),
  );
  return `two plain threads gained ${middle} × at these moments (${low} – ${high})`;
}
