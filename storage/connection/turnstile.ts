/** Lets a bounded number in at a time; the others wait in the order they came. */
export class Turnstile {
  readonly #waiting: (() => void)[] = [];
  #freeCount: number;

  constructor(count: number) {
    this.#freeCount = count;
  }

  /** Resolves when there is room. Every `enter` needs its `leave`. */
  async enter(): Promise<void> {
    if (this.#freeCount > 0) {
      this.#freeCount -= 1;
      return;
    }
    await new Promise<void>((resolve) => this.#waiting.push(resolve));
  }

  /** Makes room for the next one. */
  leave(): void {
    const next = this.#waiting.shift();
    if (next) next();
    else this.#freeCount += 1;
  }
}
