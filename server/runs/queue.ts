import { HeliosError } from '#core';

export interface QueueLimits {
  /** Runs that work at the same time. */
  readonly runningMax: number;
  /** Runs that wait; one more is refused. */
  readonly waitingMax: number;
}

/** Lets a bounded number of runs work and a bounded number wait, in the order they came. */
export class RunQueue {
  readonly #limits: QueueLimits;
  readonly #waiting: (() => void)[] = [];
  #runningCount = 0;

  constructor(limits: QueueLimits) {
    this.#limits = limits;
  }

  get runningCount(): number {
    return this.#runningCount;
  }

  get waitingCount(): number {
    return this.#waiting.length;
  }

  /** Throws 53300 when no further run may wait. */
  assertRoom(): void {
    const { waitingMax } = this.#limits;
    if (this.#waiting.length < waitingMax) return;
    throw new HeliosError('too_many_requests', {
      message: 'too many questions are waiting',
      detail: `${this.#waiting.length} wait, the limit is ${waitingMax}`,
      hint: 'ask again in a few seconds',
      fields: { limit: 'waiting runs', current: waitingMax },
    });
  }

  /** Does the work when its turn comes; at once when the signal is aborted, which it must look at. */
  async run<T>(signal: AbortSignal, work: () => Promise<T>): Promise<T> {
    const hasTurn = await this.#enter(signal);
    try {
      return await work();
    } finally {
      if (hasTurn) this.#leave();
    }
  }

  async #enter(signal: AbortSignal): Promise<boolean> {
    if (signal.aborted) return false;
    if (this.#runningCount < this.#limits.runningMax) {
      this.#runningCount += 1;
      return true;
    }
    return await new Promise<boolean>((resolve) => {
      const onAbort = (): void => {
        const index = this.#waiting.indexOf(start);
        if (index >= 0) this.#waiting.splice(index, 1);
        resolve(false);
      };
      const start = (): void => {
        signal.removeEventListener('abort', onAbort);
        resolve(true);
      };
      signal.addEventListener('abort', onAbort, { once: true });
      this.#waiting.push(start);
    });
  }

  #leave(): void {
    const next = this.#waiting.shift();
    // A turn goes straight to the next one, so that no newcomer overtakes.
    if (next === undefined) this.#runningCount -= 1;
    else next();
  }
}
