import type { Answer } from '#agent';
import { openAsker } from '../asker.ts';
import { decideChange } from '../confirm-change.ts';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import { keepTurn, openConversation } from '../conversation.ts';
import type { ExitCode } from '../exit-code.ts';
import { answerExitCode, EXIT } from '../exit-code.ts';
import { databaseFile, openForQuestions } from '../open-database.ts';
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
  const file = databaseFile(args, console);
  const opened = await openForQuestions(console, file);
  await using asker = await openAsker({ opened, file, args, console }).catch(async (error) => {
    await opened.database.close();
    throw error;
  });
  const conversation = await openConversation(asker.memory, {
    id: args.text('conversation') ?? null,
    isContinued: args.isSet('continue'),
  });
  const isQuiet = args.isSet('no-progress') || request.isPlanOnly;
  const progress = isQuiet ? null : showRunProgress(console);
  const onEvent = progress?.listen ?? (() => undefined);
  const { signal } = console;
  const rendering = { args, console, shownRows: request.shownRows };
  try {
    const shown = await asker.ask({ ...request, conversation }, { signal, onEvent });
    progress?.end();
    const isMade = shown.status === 'confirm' && request.isConfirmed;
    // A program gets one object: what was made has in it what was shown.
    if (!args.isSet('json') || !isMade) await render(shown, rendering);
    await keepTurn(asker.memory, conversation.id, { answer: shown, console });
    if (shown.status !== 'confirm') return answerExitCode(shown, signal.aborted);
    const made = await decideChange(shown, {
      asker,
      console,
      isConfirmed: request.isConfirmed,
      isInteractive: console.in.isTTY === true && console.err.isTTY === true && !args.isSet('json'),
      hint: (token) =>
        `To make it: heliosdb confirm ${token}${file === null ? '' : ` --db ${quoteArgument(file)}`}`,
      signal,
      onEvent: () => undefined,
    });
    if (made === null) return signal.aborted ? EXIT.cancelled : EXIT.unconfirmed;
    await render(made, rendering);
    return answerExitCode(made, signal.aborted);
  } finally {
    progress?.end();
  }
};

/** A path as a shell takes it. */
function quoteArgument(path: string): string {
  return /^[\w./~-]+$/.test(path) ? path : `'${path.replaceAll("'", "'\\''")}'`;
}

interface AskRequest {
  readonly question: string;
  readonly isPlanOnly: boolean;
  readonly instant: string | null;
  readonly rowsMax: number;
  readonly shownRows: number;
  /** A change is made without being asked about, once it has been shown. */
  readonly isConfirmed: boolean;
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
    isConfirmed: args.isSet('yes'),
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

async function runBatch(args: Arguments, console: Console): Promise<ExitCode> {
  if (args.positionals.length > 0) {
    throw usageError('--batch takes its questions from standard input');
  }
  if (args.isSet('yes')) throw usageError('--batch never writes, so there is nothing to confirm');
  const { answerBatch } = await import('../ask-batch.ts');
  return await answerBatch(args, console);
}
