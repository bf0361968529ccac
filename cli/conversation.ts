import type { Answer, ConversationTurn, Memory } from '#agent';
import { turnOf } from '#agent';
import { HeliosError } from '#core';
import type { Console } from './console.ts';
import type { OpenedDatabase } from './open-database.ts';
import { openForQuestions, openForStatements } from './open-database.ts';

/** A conversation that is going on. */
export interface OpenConversation {
  readonly id: string;
  readonly turns: readonly ConversationTurn[];
}

/** Opens the conversation of an id, the latest one, or a new one. */
export async function openConversation(
  memory: Memory,
  { id, isContinued }: { readonly id: string | null; readonly isContinued: boolean },
): Promise<OpenConversation> {
  if (id === null && !isContinued) return { id: newId(), turns: [] };
  const known = await memory.conversations();
  if (id === null) {
    const [latest] = known;
    return latest === undefined
      ? { id: newId(), turns: [] }
      : { id: latest.id, turns: await memory.turns(latest.id) };
  }
  const turns = await memory.turns(id);
  if (turns.length > 0) return { id, turns };
  const ids = known.slice(0, 5).map((conversation) => conversation.id);
  throw new HeliosError('undefined_object', {
    message: `no conversation ${id.slice(0, 80)}`,
    hint: ids.length === 0 ? '--continue starts one' : `the latest are ${ids.join(', ')}`,
  });
}

/** Adds an answer to a conversation. A memory that cannot be written is said, and no failure. */
export async function keepTurn(
  memory: Memory,
  id: string,
  { answer, console }: { readonly answer: Answer; readonly console: Console },
): Promise<void> {
  try {
    await memory.addTurn(id, turnOf(answer));
  } catch (error) {
    const reason = error instanceof Error ? error.message : String(error);
    console.err.write(`the conversation could not be kept: ${reason}\n`);
  }
}

/**
 * Opens a database to be asked and to remember in: for writing where it is a HeliosDB database that
 * nobody else has open, else as for questions.
 */
export async function openForMemory(
  console: Console,
  file: string | null,
): Promise<OpenedDatabase> {
  const reading = await openForQuestions(console, file);
  const { hasMemoryTables } = await import('#agent');
  let isOurs = false;
  try {
    isOurs = await hasMemoryTables(reading.database);
  } catch (error) {
    await reading.database.close();
    throw error;
  }
  if (!isOurs) return reading;
  await reading.database.close();
  try {
    return await openForStatements(console, file);
  } catch (error) {
    const isTaken = HeliosError.isInstance(error, 'database_in_use');
    if (!isTaken && !HeliosError.isInstance(error, 'io_error')) throw error;
    return await openForQuestions(console, file);
  }
}

function newId(): string {
  return `c-${crypto.randomUUID().slice(0, 8)}`;
}
