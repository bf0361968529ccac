import type { Clock } from '#core';

/** Takes one line of text at a time about what is being prepared. */
export type ProgressPrinter = (text: string) => void;

const LINE_INTERVAL_MS = 3000;
const SILENCE_MS_MAX = 10_000;

/** Turns cargo's own output into a line every few seconds. */
export class BuildProgress {
  readonly #print: ProgressPrinter;
  readonly #clock: Clock;
  readonly #startMs: number;
  #lastLineMs: number;
  #printed = '';
  #state = 'engine: starting cargo';

  constructor(print: ProgressPrinter, clock: Clock) {
    this.#print = print;
    this.#clock = clock;
    this.#startMs = clock.elapsedMs();
    this.#lastLineMs = this.#startMs;
  }

  /** Reads a piece of what cargo wrote to its standard error, where it draws its progress bar. */
  read(text: string): void {
    // "Building [====>   ] 45/230: name, name(build)…", redrawn after a carriage return.
    const bar = [...text.matchAll(/(\d+)\/(\d+)(?:: ?([^\r\n]*))?/g)].at(-1);
    if (bar) {
      const names = (bar[3] ?? '').replace(/\.{3}.*$/, '').trim();
      const doing = names === '' ? '' : ` (${names.split(', ').slice(0, 2).join(', ')})`;
      this.#state = `engine: ${bar[1]} of ${bar[2]} crates compiled${doing}`;
    } else if (/Downloading|Downloaded|Updating/.test(text)) {
      this.#state = 'engine: fetching crates';
    }
    if (this.#state !== this.#printed) this.#say(LINE_INTERVAL_MS);
  }

  /** Called every now and then: cargo is silent while one large crate compiles, and people wonder. */
  tick(): void {
    this.#say(SILENCE_MS_MAX);
  }

  /** Says how long it took. */
  end(text: string): void {
    this.#print(`${text} after ${this.#elapsed()}`);
  }

  #say(intervalMs: number): void {
    const now = this.#clock.elapsedMs();
    if (now - this.#lastLineMs < intervalMs) return;
    this.#printed = this.#state;
    this.#lastLineMs = now;
    this.#print(`${this.#state}, ${this.#elapsed()}`);
  }

  #elapsed(): string {
    const seconds = Math.round((this.#clock.elapsedMs() - this.#startMs) / 1000);
    if (seconds < 60) return `${seconds} s`;
    return `${Math.floor(seconds / 60)} min ${seconds % 60} s`;
  }
}
