import type { Answer, Memory, RunListener } from '#agent';
import { ask, openMemory, openModel, readCachedCatalog } from '#agent';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { OpenConversation } from '../conversation.ts';
import { keepTurn, openConversation } from '../conversation.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import type { OpenedDatabase } from '../open-database.ts';
import { databaseFile, openForQuestions, stateDirectory } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { printPlan } from '../render/plan.ts';
import { showRunProgress } from '../render/run-progress.ts';
import { applySemanticsOf } from '../semantics.ts';
import { ServiceClient } from '../service-client.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { parseInstant } from '../usage/parse-instant.ts';
import { write } from '../write.ts';

const KEPT_ROWS = 10_000;

export const run: Run = async (args, console) => {
  if (args.isSet('batch')) return await runBatch(args, console);
  const request = readRequest(args);
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const memory = await openMemory({
    database: opened.database,
    directory: stateDirectory(console),
  });
  const conversation = await openConversation(memory, {
    id: args.text('conversation') ?? null,
    isContinued: args.isSet('continue'),
  });
  const isQuiet = args.isSet('no-progress') || request.isPlanOnly;
  const progress = isQuiet ? null : showRunProgress(console);
  try {
    const onEvent = progress?.listen ?? (() => undefined);
    const surroundings = { args, console, onEvent, memory, conversation };
    const answer = await answerWith(opened, request, surroundings);
    progress?.end();
    await render(answer, { args, console, shownRows: request.shownRows });
    await keepTurn(memory, conversation.id, { answer, console });
    return exitCodeFor(answer, console);
  } finally {
    progress?.end();
  }
};

interface AskSurroundings {
  readonly args: Arguments;
  readonly console: Console;
  readonly onEvent: RunListener;
  readonly memory: Memory;
  readonly conversation: OpenConversation;
}

/** Options that only the asker's own process knows to follow. */
const OWN_OPTIONS = ['model', 'semantics'];

/** Asks the service that owns the database, so that everybody sees the run, or asks it here. */
async function answerWith(
  { database, now, path, service }: OpenedDatabase,
  request: AskRequest,
  { args, console, onEvent, memory, conversation }: AskSurroundings,
): Promise<Answer> {
  const { signal } = console;
  if (service !== null && !OWN_OPTIONS.some((name) => args.isSet(name))) {
    const question = {
      question: request.question,
      conversation: conversation.id,
      plan_only: request.isPlanOnly,
      rows_max: Math.min(request.rowsMax, KEPT_ROWS),
      ...(request.instant === null ? {} : { as_of: request.instant }),
    };
    return await new ServiceClient(service).ask(question, { signal, onEvent });
  }
  const directory = stateDirectory(console);
  const { environment } = console;
  const model = await openModel({ environment, name: args.text('model') ?? null, directory });
  return await ask({
    question: request.question,
    database,
    catalog: async (aborted) => {
      const read = await readCachedCatalog({ database, directory, signal: aborted });
      return await applySemanticsOf(read, { args, path });
    },
    now: request.instant ?? now,
    model,
    verified: await memory.verified(),
    conversation: conversation.turns,
    signal,
    isPlanOnly: request.isPlanOnly,
    limits: { rowsMax: request.rowsMax },
    onEvent,
  });
}

interface AskRequest {
  readonly question: string;
  readonly isPlanOnly: boolean;
  readonly instant: string | null;
  readonly rowsMax: number;
  readonly shownRows: number;
}

function readRequest(args: Arguments): AskRequest {
  const question = args.positionals.join(' ').trim();
  if (question === '') {
    throw usageError(
      'the question is missing',
      'heliosdb ask "How many customers are there per loyalty tier?"',
    );
  }
  const asOf = args.text('as-of');
  const limit = parseCount(args, 'limit', { fallback: 0, minimum: 1 });
  return {
    question,
    isPlanOnly: args.isSet('explain') || args.isSet('sql'),
    instant: asOf === undefined ? null : parseInstant(asOf),
    // A table shows fewer rows than are read, so that it can say how many more there are.
    rowsMax: args.isSet('json') && limit > 0 ? limit : Math.max(KEPT_ROWS, limit),
    shownRows: limit || SHOWN_ROWS,
  };
}

interface RenderOptions {
  readonly args: Arguments;
  readonly console: Console;
  readonly shownRows: number;
}

async function render(answer: Answer, options: RenderOptions): Promise<void> {
  const { args, console, shownRows } = options;
  const palette = paletteFor(console.out, console.environment);
  if (args.isSet('json')) {
    const indentation = console.out.isTTY === true ? 2 : undefined;
    await write(console.out, `${JSON.stringify(answer, null, indentation)}\n`);
  } else if (answer.status === 'ok' && args.isSet('sql')) {
    await write(console.out, `${answer.sql ?? ''};\n`);
  } else if (answer.status === 'ok' && args.isSet('explain') && answer.plan !== null) {
    await write(console.out, printPlan(answer.plan, palette));
  } else {
    await printAnswer(answer, { console, shownRows, isCharted: args.isSet('chart') });
  }
}

function exitCodeFor(answer: Answer, console: Console): ExitCode {
  switch (answer.status) {
    case 'ok':
      return EXIT.ok;
    case 'clarify':
      return EXIT.clarify;
    case 'refused':
      return EXIT.refused;
    case 'failed':
      return answer.error === null ? EXIT.failed : exitCodeOf(answer.error, console.signal.aborted);
  }
}

async function runBatch(args: Arguments, console: Console): Promise<ExitCode> {
  if (args.positionals.length > 0) {
    throw usageError('--batch takes its questions from standard input');
  }
  const { answerBatch } = await import('../ask-batch.ts');
  return await answerBatch(args, console);
}
