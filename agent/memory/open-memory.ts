import type { Clock } from '#core';
import { systemClock } from '#core';
import type { VerifiedQuestion } from '#planner';
import { questionKey } from '#planner';
import type { SqlDatabase } from '#storage';
import type { Conversation, ConversationTurn } from '../conversation/conversation.ts';
import { DatabaseMemory, hasMemoryTables } from './database-memory.ts';
import { FileMemory, memoryFile } from './file-memory.ts';
import type { Memory } from './memory.ts';

export interface OpenMemoryOptions {
  readonly database: SqlDatabase;
  /** Where memory lies for databases that are not written to; null keeps it in the process. */
  readonly directory: string | null;
  readonly clock?: Clock;
}

/**
 * The memory of an open database: in the database where it may be written and has the tables,
 * else beside it. What either place holds is remembered.
 */
export async function openMemory(options: OpenMemoryOptions): Promise<Memory> {
  const { database, directory, clock = systemClock } = options;
  const isInProcess = directory === null || database.path === ':memory:';
  const file = new FileMemory(isInProcess ? null : memoryFile(directory, database.path), clock);
  if (!(await hasMemoryTables(database))) return file;
  const inside = new DatabaseMemory(database, clock);
  return database.isReadOnly
    ? new LayeredMemory({ writes: file, reads: inside })
    : new LayeredMemory({ writes: inside, reads: file });
}

/** Two memories as one: entries are added to the one that may be written. */
class LayeredMemory implements Memory {
  readonly #writes: Memory;
  readonly #reads: Memory;

  constructor({ writes, reads }: { readonly writes: Memory; readonly reads: Memory }) {
    this.#writes = writes;
    this.#reads = reads;
  }

  get place(): string {
    return this.#writes.place;
  }

  async conversations(): Promise<readonly Conversation[]> {
    const own = await this.#writes.conversations();
    const other = await this.#reads.conversations();
    const known = new Set(own.map(({ id }) => id));
    return [...own, ...other.filter(({ id }) => !known.has(id))];
  }

  async turns(id: string): Promise<readonly ConversationTurn[]> {
    return [...(await this.#reads.turns(id)), ...(await this.#writes.turns(id))];
  }

  addTurn(id: string, turn: ConversationTurn): Promise<void> {
    return this.#writes.addTurn(id, turn);
  }

  async verified(): Promise<readonly VerifiedQuestion[]> {
    const own = await this.#writes.verified();
    const known = new Set(own.map(({ question }) => questionKey(question)));
    const other = await this.#reads.verified();
    return [...other.filter(({ question }) => !known.has(questionKey(question))), ...own];
  }

  remember(pair: VerifiedQuestion): Promise<void> {
    return this.#writes.remember(pair);
  }

  async forget(question: string): Promise<boolean> {
    return await this.#writes.forget(question);
  }
}
