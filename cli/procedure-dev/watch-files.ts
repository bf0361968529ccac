/** Waits for files to change, and says which did when they have come to rest. */

import type { FSWatcher } from 'node:fs';
import { watch } from 'node:fs';
import { join } from 'node:path';

/** An editor's save is several events; a compiler should see the last of them. */
const SETTLE_MS = 80;

/** What compilers and editors write while nobody edits a source. */
const IGNORED =
  /(^|[\\/])(\.|node_modules([\\/]|$)|target([\\/]|$)|__pycache__([\\/]|$))|(\.lock|\.wasm|\.duckdb|\.wal|\.tmp|~|\.sw.)$/;

/** Watches folders, with what lies below them, until it is disposed of. */
export class FileWatcher implements Disposable {
  readonly #watchers: readonly FSWatcher[];
  readonly #changed = new Set<string>();
  #timer: NodeJS.Timeout | null = null;
  #wake: (() => void) | null = null;

  constructor(folders: readonly string[]) {
    this.#watchers = folders.map((folder) =>
      watch(folder, { recursive: true }, (_event, name) => {
        if (name === null || IGNORED.test(name)) return;
        this.#changed.add(join(folder, name));
        this.#rest();
      }),
    );
    for (const watcher of this.#watchers) {
      // A folder that was deleted is noticed by the next compilation.
      watcher.on('error', () => this.#rest());
    }
  }

  /** The paths that changed since the last call, at least one; none when `signal` aborts. */
  async next(signal: AbortSignal): Promise<ReadonlySet<string>> {
    while (!signal.aborted && (this.#changed.size === 0 || this.#timer !== null)) {
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
        signal.addEventListener('abort', () => resolve(), { once: true });
      });
    }
    const changed = new Set(this.#changed);
    this.#changed.clear();
    return changed;
  }

  [Symbol.dispose](): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    for (const watcher of this.#watchers) watcher.close();
  }

  #rest(): void {
    if (this.#timer !== null) clearTimeout(this.#timer);
    this.#timer = setTimeout(() => {
      this.#timer = null;
      this.#wake?.();
    }, SETTLE_MS);
  }
}
