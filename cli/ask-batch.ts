import { resolve } from 'node:path';
import { createInterface } from 'node:readline';
import type { Answer } from '#agent';
import { ask, toAnswerError } from '#agent';
import { HeliosError } from '#core';
import type { CatalogSnapshot } from '#planner';
import { readCatalog } from '#storage';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT } from './exit-code.ts';
import type { OpenedDatabase } from './open-database.ts';
import { openForQuestions } from './open-database.ts';
import type { Arguments } from './usage/command.ts';
import { parseInstant } from './usage/parse-instant.ts';
import { write } from './write.ts';

interface BatchRequest {
  readonly id: string | number | null;
  readonly question: string;
  readonly file: string | null;
  readonly asOf: string | null;
}

const ROWS_MAX = 1_000_000;
const TIMEOUT_MS = 30_000;
/** Open databases kept at a time; the one unused for longest is closed. */
const OPEN_MAX = 4;

/**
 * Answers JSON Lines: one request a line in, one answer a line out, in the same order. A line that
 * cannot be read or answered gets an answer with status `error`; nothing stops the batch.
 */
export async function answerBatch(args: Arguments, console: Console): Promise<ExitCode> {
  await using databases = new DatabaseCache(console);
  const lines = createInterface({ input: console.in, crlfDelay: Number.POSITIVE_INFINITY });
  // The interface must not keep waiting for input that nobody will read.
  console.signal.addEventListener('abort', () => lines.close(), { once: true });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = await answerLine(line, { args, console, databases });
    await write(console.out, `${JSON.stringify(answer)}\n`);
    if (console.signal.aborted) break;
  }
  return console.signal.aborted ? EXIT.cancelled : EXIT.ok;
}

interface BatchContext {
  readonly args: Arguments;
  readonly console: Console;
  readonly databases: DatabaseCache;
}

async function answerLine(line: string, context: BatchContext): Promise<object> {
  let id: BatchRequest['id'] = null;
  try {
    const value: unknown = JSON.parse(line);
    id = readId(value);
    const request = readRequest(value, id, context.args);
    const { opened, catalog } = await context.databases.open(request.file);
    const answer = await ask({
      question: request.question,
      database: opened.database,
      catalog,
      now: request.asOf ?? opened.now,
      signal: context.console.signal,
      limits: { rowsMax: ROWS_MAX, timeoutMs: TIMEOUT_MS },
    });
    return batchAnswer(id, answer);
  } catch (error) {
    const { sqlstate, message, detail } = toAnswerError(
      error instanceof SyntaxError ? malformed(error.message) : error,
    );
    return {
      id,
      status: 'error',
      answer: null,
      columns: null,
      rows: null,
      sql: null,
      error: { sqlstate, message, detail },
    };
  }
}

function batchAnswer(id: BatchRequest['id'], answer: Answer): object {
  const isOk = answer.status === 'ok';
  return {
    id,
    status: answer.status === 'failed' ? 'error' : answer.status,
    answer: answer.answer,
    columns: isOk ? answer.columns.map(({ name }) => name) : null,
    rows: isOk ? answer.rows : null,
    sql: answer.sql,
    error: answer.error,
  };
}

function malformed(detail: string): Error {
  return new HeliosError('invalid_usage', { message: 'the request line is malformed', detail });
}

function readId(value: unknown): BatchRequest['id'] {
  const id = isRecord(value) ? value.id : null;
  return typeof id === 'string' || typeof id === 'number' ? id : null;
}

function readRequest(value: unknown, id: BatchRequest['id'], args: Arguments): BatchRequest {
  if (!isRecord(value)) throw malformed('it is not a JSON object');
  const text = (name: string): string | null => {
    const member = value[name];
    if (member === undefined || member === null) return null;
    if (typeof member !== 'string') throw malformed(`"${name}" is not a text`);
    return member;
  };
  const question = text('question');
  if (question === null) throw malformed('"question" is missing');
  const asOf = text('as_of') ?? args.text('as-of') ?? null;
  return {
    id,
    question,
    file: text('db_path') ?? args.text('db') ?? null,
    asOf: asOf === null ? null : parseInstant(asOf),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}

interface CachedDatabase {
  readonly opened: OpenedDatabase;
  readonly catalog: CatalogSnapshot;
}

/** Databases opened read-only, with their snapshots: read-only files do not change under a batch. */
class DatabaseCache implements AsyncDisposable {
  readonly #console: Console;
  readonly #entries = new Map<string, CachedDatabase>();

  constructor(console: Console) {
    this.#console = console;
  }

  async open(file: string | null): Promise<CachedDatabase> {
    const key = file === null ? '' : resolve(file);
    const cached = this.#entries.get(key);
    if (cached !== undefined) {
      // Map order is the order of use.
      this.#entries.delete(key);
      this.#entries.set(key, cached);
      return cached;
    }
    const opened = await openForQuestions(this.#console, file);
    try {
      const catalog = await opened.database.withConnection((connection) => readCatalog(connection));
      const entry = { opened, catalog };
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
