import { readFile, writeFile } from 'node:fs/promises';
import type { EvaluationFigures, EvaluationQuestion, EvaluationReport } from '#agent';
import {
  compareReports,
  evaluate,
  evaluationReport,
  openMemory,
  openModel,
  readQuestions,
  reportOn,
} from '#agent';
import type { Console } from '../console.ts';
import { paletteFor } from '../console.ts';
import type { ExitCode } from '../exit-code.ts';
import { EXIT } from '../exit-code.ts';
import { databaseFile, stateDirectory } from '../open-database.ts';
import { QuestionDatabases } from '../question-databases.ts';
import { escapeControls } from '../render/cells.ts';
import { printDuration } from '../render/run-progress.ts';
import type { Arguments, Run } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';
import { parseInstant } from '../usage/parse-instant.ts';
import { write } from '../write.ts';

/** `heliosdb eval`: asks questions whose answers are known and reports how it went. */
export const run: Run = async (args, console) => {
  const thresholds = readThresholds(args);
  const earlier = await readEarlier(args.text('compare'));
  await using databases = new QuestionDatabases(args, console);
  const [file] = args.positionals;
  const own = databaseFile(args, console);
  const { opened } = await databases.open(own);
  const { database } = opened;
  const asOf = args.text('as-of');
  const instant = asOf === undefined ? null : parseInstant(asOf);
  const memory = await openMemory({ database, directory: stateDirectory(console) });
  const verified = await memory.verified();
  const questions = file === undefined ? ownQuestions(verified) : await readQuestions(file);
  if (questions.length === 0) {
    throw usageError(
      'there is nothing to evaluate',
      'name a file, or save questions with heliosdb remember',
    );
  }
  const model = await openModel({
    environment: console.environment,
    name: args.text('model') ?? null,
    directory: args.isSet('no-cache') ? null : stateDirectory(console),
  });
  const isLive = console.err.isTTY === true;
  const results = await evaluate({
    questions,
    open: async (name) => {
      const { opened: asked, catalog } = await databases.open(name ?? own);
      return { database: asked.database, catalog, now: instant ?? asked.now };
    },
    model,
    verified,
    signal: console.signal,
    onResult: (_, index) => {
      if (isLive) console.err.write(`\r${index + 1} of ${questions.length}`);
    },
  });
  if (isLive) console.err.write('\r\u001b[2K');
  const report = reportOn(results);
  const out = args.text('out');
  if (out !== undefined) await writeFile(out, `${JSON.stringify(report)}\n`);
  await print(report, earlier, { args, console });
  return exitCodeOf(report, { earlier, thresholds, args });
};

/** The remembered pairs, as a test of themselves. */
function ownQuestions(
  verified: readonly { readonly question: string; readonly sql: string }[],
): readonly EvaluationQuestion[] {
  return verified.map(({ question, sql }, index) => ({
    id: String(index + 1),
    question,
    gold: { sql: [sql], rows: null },
    database: null,
    asOf: null,
    features: [],
  }));
}

const THRESHOLDS = ['strict', 'lenient', 'precision'] as const;
type Thresholds = Readonly<Record<(typeof THRESHOLDS)[number], number | null>>;

function readThresholds(args: Arguments): Thresholds {
  return Object.fromEntries(
    THRESHOLDS.map((name) => {
      const text = args.text(`min-${name}`);
      if (text === undefined) return [name, null];
      const value = /^(0(\.\d+)?|1(\.0+)?)$/.test(text) ? Number(text) : Number.NaN;
      if (Number.isNaN(value))
        throw usageError(`--min-${name} needs a share from 0 to 1, not "${text}"`);
      return [name, value];
    }),
  ) as Thresholds;
}

async function readEarlier(path: string | undefined): Promise<EvaluationReport | null> {
  if (path === undefined) return null;
  const text = await readFile(path, 'utf8').catch(() => {
    throw usageError(`no report ${path}`, 'heliosdb eval FILE --out REPORT writes one');
  });
  let value: unknown = null;
  try {
    value = JSON.parse(text);
  } catch {
    // Not JSON is not a report either; said below.
  }
  const parsed = evaluationReport.safeParse(value);
  if (!parsed.success) throw usageError(`${path} is no report of heliosdb eval`);
  return parsed.data;
}

async function print(
  report: EvaluationReport,
  earlier: EvaluationReport | null,
  { args, console }: { readonly args: Arguments; readonly console: Console },
): Promise<void> {
  const comparison = earlier === null ? null : compareReports(earlier, report);
  if (args.isSet('json')) {
    await write(console.out, `${JSON.stringify({ ...report, comparison })}\n`);
    return;
  }
  const { overall, unanswerable, latencyMs, byFeature } = report;
  const lines = [printFigures('all', overall)];
  for (const [feature, figures] of Object.entries(byFeature))
    lines.push(printFigures(feature, figures));
  if (unanswerable.count > 0) {
    lines.push(
      `${unanswerable.count} without an answer: ${percent(unanswerable.refused)} refused or asked back`,
    );
  }
  if (latencyMs.p50 !== null && latencyMs.p95 !== null) {
    lines.push(`latency p50 ${printDuration(latencyMs.p50)}, p95 ${printDuration(latencyMs.p95)}`);
  }
  if (comparison !== null) {
    lines.push(
      `against the earlier report: ${comparison.mended.length} mended, ${comparison.broken.length} broken`,
    );
    for (const id of comparison.broken) lines.push(`  broken ${id}`);
    for (const id of comparison.mended) lines.push(`  mended ${id}`);
    if (comparison.unmatched.length > 0)
      lines.push(`  ${comparison.unmatched.length} in one report only`);
  }
  await write(console.out, `${lines.map(escapeControls).join('\n')}\n`);
  if (!args.isSet('verbose')) return;
  const palette = paletteFor(console.err, console.environment);
  for (const { id, question, status, isStrict, reason, sql, isAnswerable } of report.questions) {
    const isRight = isAnswerable ? isStrict : status === 'refused' || status === 'clarify';
    if (isRight) continue;
    const why = status === 'ok' ? `wrong: ${sql ?? ''}` : `${status}: ${reason ?? ''}`;
    await write(
      console.err,
      `${palette.red(id)} ${escapeControls(question)}\n  ${escapeControls(why)}\n`,
    );
  }
}

function printFigures(name: string, figures: EvaluationFigures): string {
  const { count, strict, lenient, precision, abstained, failed } = figures;
  const shares = [
    `strict ${percent(strict)}`,
    `lenient ${percent(lenient)}`,
    `precision ${percent(precision)}`,
    `abstained ${percent(abstained)}`,
    `failed ${percent(failed)}`,
  ];
  return `${name}: ${count} ${count === 1 ? 'question' : 'questions'}, ${shares.join(', ')}`;
}

function percent(share: number | null): string {
  return share === null ? '–' : `${(100 * share).toFixed(1)} %`;
}

function exitCodeOf(
  report: EvaluationReport,
  context: {
    readonly earlier: EvaluationReport | null;
    readonly thresholds: Thresholds;
    readonly args: Arguments;
  },
): ExitCode {
  const { earlier, thresholds, args } = context;
  const isBelow = THRESHOLDS.some((name) => {
    const [minimum, value] = [thresholds[name], report.overall[name]];
    // Without an answer there is nothing imprecise, but nothing to be content with either.
    return minimum !== null && (value ?? 0) < minimum;
  });
  const hasBroken =
    args.isSet('no-regressions') &&
    earlier !== null &&
    compareReports(earlier, report).broken.length > 0;
  return isBelow || hasBroken ? EXIT.failed : EXIT.ok;
}
