import type { Answer } from '#agent';
import { ask, openModel, readCachedCatalog } from '#agent';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT, exitCodeOf } from '../exit-code.ts';
import { databaseFile, openForQuestions, stateDirectory } from '../open-database.ts';
import { printAnswer, SHOWN_ROWS } from '../print-answer.ts';
import { printPlan } from '../render/plan.ts';
import { showRunProgress } from '../render/run-progress.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { parseCount, usageError } from '../usage/parse-arguments.ts';
import { parseInstant } from '../usage/parse-instant.ts';
import { write } from '../write.ts';

const KEPT_ROWS = 10_000;

export const run: Run = async (args, console) => {
  if (args.isSet('batch')) return await runBatch(args, console);
  const request = readRequest(args);
  const model = await openModel({
    environment: console.environment,
    name: args.text('model') ?? null,
    directory: stateDirectory(console),
  });
  await using opened = await openForQuestions(console, databaseFile(args, console));
  const directory = stateDirectory(console);
  const isQuiet = args.isSet('no-progress') || request.isPlanOnly;
  const progress = isQuiet ? null : showRunProgress(console);
  try {
    const answer = await ask({
      question: request.question,
      database: opened.database,
      catalog: (signal) => readCachedCatalog({ database: opened.database, directory, signal }),
      now: request.instant ?? opened.now,
      model,
      signal: console.signal,
      isPlanOnly: request.isPlanOnly,
      limits: { rowsMax: request.rowsMax },
      ...(progress === null ? {} : { onEvent: progress.listen }),
    });
    progress?.end();
    await render(answer, { args, console, shownRows: request.shownRows });
    return exitCodeFor(answer, console);
  } finally {
    progress?.end();
  }
};

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
