import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, rm, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { z } from 'zod';
import { plan as planSchema } from '#planner';
import { answer, confirmation } from '../answer/answer.ts';
import type { PendingStore, PendingWrite } from './confirmations.ts';
import { CONFIRMATION_MS_MAX } from './confirmations.ts';

const pending = z.object({
  question: z.string(),
  plan: planSchema,
  confirmation,
  plannedBy: answer.shape.plannedBy,
  fingerprint: z.string(),
  holder: z.string(),
  run: z.string().nullable(),
  database: z.string(),
  expires: z.string(),
});

/**
 * Keeps what waits between two commands: a file for each, readable by its owner only, under a hash
 * of its token. Taking one renames it, which only one of several takers can.
 */
export class FilePendings implements PendingStore {
  readonly #folder: string;

  constructor(directory: string) {
    this.#folder = join(directory, 'confirmations');
  }

  async keep(token: string, kept: PendingWrite): Promise<void> {
    await mkdir(this.#folder, { recursive: true, mode: 0o700 });
    await this.#removeOld();
    await writeFile(this.#file(token), JSON.stringify(kept), { mode: 0o600 });
  }

  async look(token: string): Promise<PendingWrite | null> {
    return await read(this.#file(token));
  }

  async take(token: string): Promise<PendingWrite | null> {
    const taken = `${this.#file(token)}.${process.pid}`;
    try {
      await rename(this.#file(token), taken);
    } catch {
      return null;
    }
    const kept = await read(taken);
    await rm(taken, { force: true });
    return kept;
  }

  #file(token: string): string {
    return join(this.#folder, `${createHash('sha256').update(token).digest('hex')}.json`);
  }

  async #removeOld(): Promise<void> {
    for (const name of await readdir(this.#folder)) {
      const file = join(this.#folder, name);
      const changedAt = (await stat(file).catch(() => null))?.mtimeMs ?? 0;
      if (changedAt < Date.now() - CONFIRMATION_MS_MAX) await rm(file, { force: true });
    }
  }
}

async function read(file: string): Promise<PendingWrite | null> {
  try {
    return pending.parse(JSON.parse(await readFile(file, 'utf8')));
  } catch {
    return null;
  }
}
