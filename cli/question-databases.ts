import { resolve } from 'node:path';
import { openMemory } from '#agent';
import type { CatalogSnapshot, VerifiedQuestion } from '#planner';
import { readCatalog } from '#storage';
import type { Console } from './console.ts';
import type { OpenedDatabase } from './open-database.ts';
import { openForQuestions, stateDirectory } from './open-database.ts';
import { applySemanticsOf } from './semantics.ts';
import type { Arguments } from './usage/command.ts';

/** Open databases kept at a time; the one unused for longest is closed. */
const OPEN_MAX = 4;

export interface QuestionDatabase {
  readonly opened: OpenedDatabase;
  readonly catalog: CatalogSnapshot;
  /** Questions whose SQL a person has verified. */
  readonly verified: readonly VerifiedQuestion[];
}

/**
 * Databases that many questions are about, opened read-only, with their snapshots and semantic
 * models: read-only files do not change while they are asked about.
 */
export class QuestionDatabases implements AsyncDisposable {
  readonly #args: Arguments;
  readonly #console: Console;
  readonly #entries = new Map<string, QuestionDatabase>();

  constructor(args: Arguments, console: Console) {
    this.#args = args;
    this.#console = console;
  }

  /** The database of a file; null means the bundled shop. */
  async open(file: string | null): Promise<QuestionDatabase> {
    const key = file === null ? '' : resolve(file);
    const known = this.#entries.get(key);
    if (known !== undefined) {
      // Map order is the order of use.
      this.#entries.delete(key);
      this.#entries.set(key, known);
      return known;
    }
    const opened = await openForQuestions(this.#console, file);
    try {
      const read = await opened.database.withConnection((connection) => readCatalog(connection));
      const catalog = await applySemanticsOf(read, { args: this.#args, path: opened.path });
      const { database } = opened;
      const memory = await openMemory({ database, directory: stateDirectory(this.#console) });
      const entry = { opened, catalog, verified: await memory.verified() };
      this.#entries.set(key, entry);
      await this.#evict();
      return entry;
    } catch (error) {
      await opened.database.close();
      throw error;
    }
  }

  async #evict(): Promise<void> {
    for (const [key, { opened }] of this.#entries) {
      if (this.#entries.size <= OPEN_MAX) return;
      this.#entries.delete(key);
      await opened.database.close();
    }
  }

  async [Symbol.asyncDispose](): Promise<void> {
    for (const { opened } of this.#entries.values()) await opened.database.close();
    this.#entries.clear();
  }
}
