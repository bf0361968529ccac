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
  #lastId = 0;
  #isComplete = false;
  #characterCount = 0;

  get isComplete(): boolean {
    return this.#isComplete;
  }

  /** The length of all events' data. */
  get characterCount(): number {
    return this.#characterCount;
  }

  append(type: string, data: string): void {
    this.#lastId += 1;
    this.#events.push({ id: this.#lastId, type, data });
    this.#characterCount += data.length;
    this.#wake();
  }

  /** Leaves out an event that was told once and is not told again; the ids after it stay. */
  skip(): void {
    this.#lastId += 1;
  }

  /** Says that nothing more comes. */
  complete(): void {
    this.#isComplete = true;
    this.#wake();
  }

  /** Says that more comes after all. */
  reopen(): void {
    this.#isComplete = false;
  }

  /** The events after the one with this id; all of them for 0. */
  after(id: number): readonly LoggedEvent[] {
    // Without gaps an event stands at its id less one; with gaps it stands before that.
    let start = Math.min(id, this.#events.length);
    while (start > 0 && (this.#events[start - 1]?.id ?? 0) > id) start -= 1;
    return this.#events.slice(start);
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
