import { spawnSync } from 'node:child_process';
import { globSync, mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { basename, join } from 'node:path';
import { compareRows, parseQuestions } from '#agent';
import type { ProbedRows, RankedReading } from '#planner';
import { readRequest } from '#planner';
import { readCatalog } from '#storage';
import type { PlainConnection } from './plain-connection.ts';
import { openReadOnly, openScript, probe } from './plain-connection.ts';

/** Readings of one question that are run, as the planner has them run. */
const PROBES_MAX = 3;

/** A question whose answer is known, with its readings and what they returned. */
export interface KnownQuestion {
  readonly id: string;
  readonly database: string;
  readonly isAnswerable: boolean;
  /** Whether it is of the project's own questions rather than of the evaluation's. */
  readonly isOwn: boolean;
  /** Best first; the order depends on no weight. */
  readonly readings: readonly Run[];
}

/** A reading with its first rows; null where it fails. */
export interface Run extends RankedReading {
  readonly probed: ProbedRows | null;
  /** Whether its rows are the right ones. */
  readonly isCorrect: boolean;
}

interface Line {
  readonly id: string;
  readonly db: string;
  readonly question: string;
  readonly as_of?: string;
}

/** The questions of the evaluation folder; its own evaluator says which answers are right. */
export async function openQuestions(folder: string): Promise<KnownQuestion[]> {
  const read = (name: string) =>
    readFileSync(join(folder, name), 'utf8')
      .trim()
      .split('\n')
      .map((line) => JSON.parse(line) as Line);
  const answerable = read('questions.jsonl');
  const lines = [...answerable, ...read('unanswerable.jsonl')];
  const questions: KnownQuestion[] = [];
  const answers = Array.from({ length: PROBES_MAX }, (): string[] => []);
  for (const [database, asked] of Map.groupBy(lines, ({ db }) => db)) {
    const connection = await openReadOnly(join(folder, 'dbs', `${database}.duckdb`));
    const catalog = await readCatalog(connection);
    for (const { id, question, as_of: asOf } of asked) {
      const now = `${asOf ?? '2026-06-15'}T12:00:00Z`;
      const readings = await run(connection, { request: question, catalog, now });
      for (const [rank, reading] of readings.entries()) {
        const rows = await rowsOf(connection, reading);
        if (rows !== null) answers[rank]?.push(JSON.stringify({ id, status: 'ok', rows }));
      }
      const isAnswerable = answerable.some((line) => line.id === id);
      questions.push({ id, database, isAnswerable, isOwn: false, readings });
    }
    connection.close();
  }
  const right = answers.map((lines) => evaluate(folder, lines));
  return questions.map((question) => ({
    ...question,
    readings: question.readings.map((reading, rank) => ({
      ...reading,
      isCorrect: right[rank]?.has(question.id) ?? false,
    })),
  }));
}

/** The project's own everyday questions: a script and a file of questions for each database. */
export async function ownQuestions(folder: string): Promise<KnownQuestion[]> {
  const questions: KnownQuestion[] = [];
  for (const file of globSync('*.jsonl', { cwd: folder }).sort()) {
    const name = basename(file, '.jsonl');
    const connection = await openScript(readFileSync(join(folder, `${name}.sql`), 'utf8'));
    const catalog = await readCatalog(connection);
    const asked = parseQuestions(readFileSync(join(folder, file), 'utf8'), file);
    for (const { id, question, gold } of asked) {
      const now = '2026-06-15T12:00:00Z';
      const readings = await run(connection, { request: question, catalog, now });
      const [byHand] = gold?.sql ?? [];
      const expected = byHand === undefined ? null : (await connection.query(byHand)).rows;
      const judged: Run[] = [];
      for (const reading of readings) {
        const rows = await rowsOf(connection, reading);
        judged.push({ ...reading, isCorrect: isSame(expected, rows) });
      }
      const isAnswerable = gold !== null;
      const own = { id: `${name}:${id}`, database: `own ${name}`, isAnswerable, isOwn: true };
      questions.push({ ...own, readings: judged });
    }
    connection.close();
  }
  return questions;
}

/** The first readings with their rows; none where a word is unknown, which is always refused. */
async function run(
  connection: PlainConnection,
  input: Parameters<typeof readRequest>[0],
): Promise<Run[]> {
  const { readings, unknownWords } = readRequest(input);
  if (unknownWords.length > 0) return [];
  const first = readings.slice(0, PROBES_MAX);
  const probed = await probe(
    connection,
    first.map(({ sql }) => sql),
  );
  return first.map((reading, rank) => ({
    ...reading,
    probed: probed[rank] ?? null,
    isCorrect: false,
  }));
}

async function rowsOf(connection: PlainConnection, { sql, probed }: Run) {
  return probed === null ? null : (await connection.query(sql)).rows;
}

type Rows = readonly (readonly unknown[])[] | null;

function isSame(expected: Rows, given: Rows): boolean {
  if (expected === null || given === null) return false;
  const [right, answered] = [expected, given] as Parameters<typeof compareRows>[0][];
  return right !== undefined && answered !== undefined
    ? compareRows(right, answered, { isOrdered: false }).isStrict
    : false;
}

/** The ids of the answers that the evaluator counts as strictly right. */
function evaluate(folder: string, answers: readonly string[]): ReadonlySet<string> {
  const scratch = mkdtempSync(join(tmpdir(), 'nl-learn-'));
  try {
    const predictions = join(scratch, 'answers.jsonl');
    const report = join(scratch, 'report.json');
    writeFileSync(predictions, answers.join('\n'));
    const evaluator = join(folder, 'eval.py');
    const run = spawnSync(
      'python3',
      [evaluator, '--pred', predictions, '--set', 'all', '--out', report],
      { encoding: 'utf8', maxBuffer: 1 << 28 },
    );
    if (run.status !== 0) throw new Error(run.stderr);
    const { items } = JSON.parse(readFileSync(report, 'utf8')) as {
      items: { id: string; strict: boolean }[];
    };
    return new Set(items.filter(({ strict }) => strict).map(({ id }) => id));
  } finally {
    rmSync(scratch, { recursive: true });
  }
}
