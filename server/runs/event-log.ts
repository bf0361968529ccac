/** An event of a run, as it goes over the wire. */
export interface LoggedEvent {
  /** Counts from 1 within its run. */
  readonly id: number;
  readonly type: string;
  /** JSON. */
  readonly data: string;
}

/**
 * The events of one run, in order, for any number of readers. A reader keeps its own place, so that
 * a slow one costs no memory and none can miss an event.
 */
export class EventLog {
  readonly #events: LoggedEvent[] = [];
  #wakers: (() => void)[] = [];
  #isComplete = false;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  append(type: string, data: string): void {
    this.#events.push({ id: this.#events.length + 1, type, data });
    this.#wake();
  }

  /** Says that nothing more comes. */
  complete(): void {
    this.#isComplete = true;
    this.#wake();
  }

  /** The events after the one with this id; all of them for 0. */
  after(id: number): readonly LoggedEvent[] {
    return this.#events.slice(id);
  }

  /** Resolves when there is something new, or when the signal is aborted. */
  changed(signal: AbortSignal): Promise<void> {
    return new Promise((resolve) => {
      if (signal.aborted) {
        resolve();
        return;
      }
      const settle = (): void => {
        signal.removeEventListener('abort', settle);
        this.#wakers = this.#wakers.filter((waker) => waker !== settle);
        resolve();
      };
      signal.addEventListener('abort', settle, { once: true });
      this.#wakers.push(settle);
    });
  }

  #wake(): void {
    const wakers = this.#wakers;
    this.#wakers = [];
    for (const wake of wakers) wake();
  }
}
