import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';

/** Replies kept on disk; the oldest go first. */
const FILES_MAX = 500;

/** A reply as it is kept. */
export interface CachedReply {
  readonly text: string;
}

/**
 * Replies by what was asked, in memory and in a folder. The same question on the same schema is
 * answered by the same reply, at no cost. A folder that cannot be used is no error.
 */
export class ReplyCache {
  readonly #memory = new Map<string, CachedReply>();
  readonly #directory: string | null;

  constructor(directory: string | null) {
    this.#directory = directory;
  }

  async get(key: string): Promise<CachedReply | null> {
    const known = this.#memory.get(key);
    if (known !== undefined || this.#directory === null) return known ?? null;
    try {
      const value: unknown = JSON.parse(await readFile(this.#file(this.#directory, key), 'utf8'));
      if (typeof value !== 'object' || value === null || !('text' in value)) return null;
      const reply = { text: String(value.text) };
      this.#memory.set(key, reply);
      return reply;
    } catch {
      return null;
    }
  }

  async put(key: string, reply: CachedReply): Promise<void> {
    this.#memory.set(key, reply);
    const directory = this.#directory;
    if (directory === null) return;
    const file = this.#file(directory, key);
    const draft = `${file}.${process.pid}`;
    try {
      await mkdir(directory, { recursive: true });
      // A reply may quote the database: for its owner's eyes only.
      await writeFile(draft, JSON.stringify(reply), { mode: 0o600 });
      await rename(draft, file);
      await this.#evict(directory);
    } catch {}
  }

  async #evict(directory: string): Promise<void> {
    const names = (await readdir(directory)).filter((name) => name.endsWith('.json'));
    if (names.length <= FILES_MAX) return;
    const stamped = await Promise.all(
      names.map(async (name) => ({ name, at: (await stat(join(directory, name))).mtimeMs })),
    );
    stamped.sort((a, b) => a.at - b.at);
    for (const { name } of stamped.slice(0, names.length - FILES_MAX)) {
      await rm(join(directory, name), { force: true });
    }
  }

  #file(directory: string, key: string): string {
    return join(directory, `${key}.json`);
  }
}

/** The key of a reply: everything that it depends on. */
export function replyKey(parts: readonly unknown[]): string {
  return createHash('sha256').update(JSON.stringify(parts)).digest('hex').slice(0, 40);
}
