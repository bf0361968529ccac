import { createHash } from 'node:crypto';
import { mkdir, readFile, rename, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { z } from 'zod';
import type { Clock } from '#core';
import type { VerifiedQuestion } from '#planner';
import { plan as planSchema, questionKey } from '#planner';
import { answerStatus } from '../answer/answer.ts';
import type { Conversation, ConversationTurn } from '../conversation/conversation.ts';
import type { Memory } from './memory.ts';

const CONVERSATIONS_MAX = 50;
const TURNS_MAX = 50;
const VERIFIED_MAX = 10_000;

const turn = z.object({
  question: z.string(),
  status: answerStatus,
  answer: z.string(),
  sql: z.string().nullable(),
  plan: planSchema.nullable().catch(null),
});

const content = z.object({
  conversations: z.array(
    z.object({
      id: z.string(),
      startedAt: z.string(),
      // Checked when they are read: every question opens the memory, few continue a conversation.
      turns: z.array(z.unknown()),
    }),
  ),
  verified: z.array(z.object({ question: z.string(), sql: z.string() })),
});

type Content = z.infer<typeof content>;

/** The file that keeps what is remembered of a database that is not written to. */
export function memoryFile(directory: string, databasePath: string): string {
  const hash = createHash('sha256').update(databasePath).digest('hex').slice(0, 16);
  return join(directory, `memory-${hash}.json`);
}

/** Memory in a file beside the database, or in the process alone where there is no file. */
export class FileMemory implements Memory {
  readonly place: string;
  readonly #file: string | null;
  readonly #clock: Clock;
  #content: Content = { conversations: [], verified: [] };
  #isRead = false;

  constructor(file: string | null, clock: Clock) {
    this.#file = file;
    this.#clock = clock;
    this.place = file ?? 'this process';
  }

  async conversations(): Promise<readonly Conversation[]> {
    const { conversations } = await this.#read();
    return conversations
      .map(({ id, startedAt, turns }) => ({
        id,
        startedAt,
        title: turn.safeParse(turns[0]).data?.question ?? '',
        turnCount: turns.length,
      }))
      .reverse();
  }

  async turns(id: string): Promise<readonly ConversationTurn[]> {
    const { conversations } = await this.#read();
    const known = conversations.find((conversation) => conversation.id === id);
    // A turn that is damaged is none.
    return (known?.turns ?? []).flatMap((kept) => turn.safeParse(kept).data ?? []);
  }

  async addTurn(id: string, added: ConversationTurn): Promise<void> {
    await this.#change((current) => {
      const known = current.conversations.find((conversation) => conversation.id === id);
      const startedAt = known?.startedAt ?? this.#clock.now().toISOString();
      const turns = [...(known?.turns ?? []), added].slice(-TURNS_MAX);
      const others = current.conversations.filter((conversation) => conversation !== known);
      // The conversation that was spoken in last is the last one.
      const conversations = [...others, { id, startedAt, turns }].slice(-CONVERSATIONS_MAX);
      return { ...current, conversations };
    });
  }

  async verified(): Promise<readonly VerifiedQuestion[]> {
    return (await this.#read()).verified;
  }

  async remember(pair: VerifiedQuestion): Promise<void> {
    await this.#change((current) => ({
      ...current,
      verified: [...without(current.verified, pair.question), pair].slice(-VERIFIED_MAX),
    }));
  }

  async forget(question: string): Promise<boolean> {
    const { verified } = await this.#read();
    const kept = without(verified, question);
    if (kept.length === verified.length) return false;
    await this.#change((current) => ({ ...current, verified: kept }));
    return true;
  }

  async #read(): Promise<Content> {
    if (this.#file === null || this.#isRead) return this.#content;
    try {
      this.#content = content.parse(JSON.parse(await readFile(this.#file, 'utf8')));
    } catch {
      // A memory that is missing or damaged is an empty one.
    }
    this.#isRead = true;
    return this.#content;
  }

  async #change(change: (current: Content) => Content): Promise<void> {
    // Read anew: another process may have added to it.
    this.#isRead = false;
    this.#content = change(await this.#read());
    if (this.#file === null) return;
    this.#isRead = true;
    await mkdir(dirname(this.#file), { recursive: true });
    const draft = `${this.#file}.${process.pid}`;
    // It quotes the database: for its owner's eyes only.
    await writeFile(draft, JSON.stringify(this.#content), { mode: 0o600 });
    await rename(draft, this.#file);
  }
}

function without(
  pairs: readonly VerifiedQuestion[],
  question: string,
): { question: string; sql: string }[] {
  const key = questionKey(question);
  return pairs.filter((pair) => questionKey(pair.question) !== key);
}
