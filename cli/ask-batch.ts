import { createInterface } from 'node:readline';
import type { Answer, LanguageModel } from '#agent';
import { ask, openModel, toAnswerError } from '#agent';
import { HeliosError } from '#core';
import type { Console } from './console.ts';
import type { ExitCode } from './exit-code.ts';
import { EXIT } from './exit-code.ts';
import { databaseFile, stateDirectory } from './open-database.ts';
import { QuestionDatabases } from './question-databases.ts';
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

/**
 * Answers JSON Lines, as `ask` does, but that each line stands alone: no conversation is continued
 * or kept, so that the same lines give the same answers in any order. It never writes. One request a line in, one answer a line out, in the same order. A line that
 * cannot be read or answered gets an answer with status `error`; nothing stops the batch.
 */
export async function answerBatch(args: Arguments, console: Console): Promise<ExitCode> {
  const { environment } = console;
  const directory = stateDirectory(console);
  const model = await openModel({ environment, name: args.text('model') ?? null, directory });
  await using databases = new QuestionDatabases(args, console);
  const lines = createInterface({ input: console.in, crlfDelay: Number.POSITIVE_INFINITY });
  // The interface must not keep waiting for input that nobody will read.
  console.signal.addEventListener('abort', () => lines.close(), { once: true });
  for await (const line of lines) {
    if (line.trim() === '') continue;
    const answer = await answerLine(line, { args, console, databases, model });
    await write(console.out, `${JSON.stringify(answer)}\n`);
    if (console.signal.aborted) break;
  }
  return console.signal.aborted ? EXIT.cancelled : EXIT.ok;
}

interface BatchContext {
  readonly args: Arguments;
  readonly console: Console;
  readonly databases: QuestionDatabases;
  readonly model: LanguageModel | null;
}

async function answerLine(line: string, context: BatchContext): Promise<object> {
  let id: BatchRequest['id'] = null;
  try {
    const value: unknown = JSON.parse(line);
    id = readId(value);
    const request = readRequest(value, id, context);
    const { opened, catalog, verified } = await context.databases.open(request.file);
    const answer = await ask({
      question: request.question,
      database: opened.database,
      catalog,
      now: request.asOf ?? opened.now,
      model: context.model,
      verified,
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

function readRequest(
  value: unknown,
  id: BatchRequest['id'],
  { args, console }: Pick<BatchContext, 'args' | 'console'>,
): BatchRequest {
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
    file: text('db_path') ?? databaseFile(args, console),
    asOf: asOf === null ? null : parseInstant(asOf),
  };
}

function isRecord(value: unknown): value is Readonly<Record<string, unknown>> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
