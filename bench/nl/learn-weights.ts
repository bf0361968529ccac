/**
 * Learns the planner's confidence weights from questions with known answers and writes
 * planner/score/weights.ts. Prints what the weights are worth on databases they did not see:
 * every database is judged by weights learned from the others.
 * Usage: node bench/nl/learn-weights.ts --folder DIR [--precision 0.86] [--dry-run]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CatalogSnapshot, FeatureName, Features } from '#planner';
import { featureNames, readRequest } from '#planner';
import { readCatalog } from '#storage';
import type { PlainConnection } from './plain-connection.ts';
import { openReadOnly } from './plain-connection.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: process.env.NL_EVAL_DIR ?? '' },
    precision: { type: 'string', default: '0.86' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Readings of one question that take part in learning. */
const READINGS_MAX = 3;
const RIDGE = 0.02;
const STEPS = 600;

interface Question {
  readonly id: string;
  readonly db: string;
  readonly question: string;
  readonly as_of?: string;
}

interface Example {
  readonly id: string;
  readonly db: string;
  readonly rank: number;
  readonly features: Features;
  isCorrect: boolean;
}

const scratch = mkdtempSync(join(tmpdir(), 'nl-learn-'));
try {
  const examples = await collect();
  const folds = [...new Set(examples.map(({ db }) => db))].sort();
  const heldOut = folds.flatMap((db) => {
    const model = fit(examples.filter((example) => example.db !== db));
    return examples
      .filter((example) => example.db === db)
      .map((example) => ({ ...example, confidence: predict(model, example.features) }));
  });
  const wanted = Number(values.precision);
  const first = heldOut.filter(({ rank }) => rank === 0);
  const best = bestOf(heldOut);
  report('first reading', first);
  report('most confident reading', best);
  const threshold = thresholdFor(best, wanted);
  const model = fit(examples);
  process.stdout.write(`threshold for precision ${wanted}: ${threshold}\n`);
  if (!values['dry-run']) writeWeights(model, threshold);
} finally {
  rmSync(scratch, { recursive: true });
}

async function collect(): Promise<Example[]> {
  const lines = (name: string) =>
    readFileSync(join(values.folder, name), 'utf8').trim().split('\n');
  const questions = lines('questions.jsonl').map((line) => JSON.parse(line) as Question);
  const unanswerable = lines('unanswerable.jsonl').map((line) => JSON.parse(line) as Question);
  const examples: Example[] = [];
  const answers: string[][] = Array.from({ length: READINGS_MAX }, () => []);
  const opened = new Map<string, { connection: PlainConnection; catalog: CatalogSnapshot }>();
  for (const question of [...questions, ...unanswerable]) {
    const { connection, catalog } = opened.get(question.db) ?? (await open(question.db, opened));
    const { readings, unknownWords } = readRequest({
      request: question.question,
      catalog,
      now: `${question.as_of ?? '2026-06-15'}T12:00:00Z`,
    });
    if (unknownWords.length > 0) continue;
    for (const [rank, reading] of readings.slice(0, READINGS_MAX).entries()) {
      const rows = await connection.query(reading.sql).then(
        (result) => result.rows,
        () => null,
      );
      if (rows === null) continue;
      const { id, db } = question;
      examples.push({ id, db, rank, features: reading.features, isCorrect: false });
      answers[rank]?.push(JSON.stringify({ id, status: 'ok', rows }));
    }
  }
  for (const [rank, list] of answers.entries()) {
    const correct = judge(list);
    for (const example of examples) {
      if (example.rank === rank) example.isCorrect = correct.has(example.id);
    }
  }
  return examples;
}

async function open(
  db: string,
  opened: Map<string, { connection: PlainConnection; catalog: CatalogSnapshot }>,
) {
  const connection = await openReadOnly(join(values.folder, 'dbs', `${db}.duckdb`));
  const entry = { connection, catalog: await readCatalog(connection) };
  opened.set(db, entry);
  return entry;
}

/** The ids that the evaluator counts as strictly right. */
function judge(answers: readonly string[]): ReadonlySet<string> {
  const predictions = join(scratch, 'answers.jsonl');
  const reportPath = join(scratch, 'report.json');
  writeFileSync(predictions, answers.join('\n'));
  const run = spawnSync(
    'python3',
    [join(values.folder, 'eval.py'), '--pred', predictions, '--set', 'all', '--out', reportPath],
    { encoding: 'utf8', maxBuffer: 1 << 28 },
  );
  if (run.status !== 0) throw new Error(run.stderr);
  const { items } = JSON.parse(readFileSync(reportPath, 'utf8')) as {
    items: { id: string; strict: boolean }[];
  };
  return new Set(items.filter(({ strict }) => strict).map(({ id }) => id));
}

interface Model {
  readonly bias: number;
  readonly weights: Readonly<Record<FeatureName, number>>;
}

/** Logistic regression by plain gradient descent on standardized features; deterministic. */
function fit(examples: readonly Example[]): Model {
  const mean = {} as Record<FeatureName, number>;
  const spread = {} as Record<FeatureName, number>;
  for (const name of featureNames) {
    const column = examples.map(({ features }) => features[name]);
    const average = column.reduce((sum, value) => sum + value, 0) / column.length;
    const variance = column.reduce((sum, value) => sum + (value - average) ** 2, 0) / column.length;
    mean[name] = average;
    spread[name] = Math.sqrt(variance) || 1;
  }
  const rows = examples.map(({ features, isCorrect }) => ({
    x: featureNames.map((name) => (features[name] - mean[name]) / spread[name]),
    y: isCorrect ? 1 : 0,
  }));
  const w = new Float64Array(featureNames.length);
  let bias = 0;
  for (let step = 0; step < STEPS; step++) {
    const gradient = new Float64Array(w.length);
    let biasGradient = 0;
    for (const { x, y } of rows) {
      let sum = bias;
      for (let i = 0; i < w.length; i++) sum += (w[i] ?? 0) * (x[i] ?? 0);
      const error = 1 / (1 + Math.exp(-sum)) - y;
      biasGradient += error;
      for (let i = 0; i < w.length; i++) gradient[i] = (gradient[i] ?? 0) + error * (x[i] ?? 0);
    }
    bias -= (0.8 * biasGradient) / rows.length;
    for (let i = 0; i < w.length; i++) {
      w[i] = (w[i] ?? 0) - 0.8 * ((gradient[i] ?? 0) / rows.length + RIDGE * (w[i] ?? 0));
    }
  }
  const weights = {} as Record<FeatureName, number>;
  featureNames.forEach((name, i) => {
    weights[name] = (w[i] ?? 0) / spread[name];
    bias -= weights[name] * mean[name];
  });
  return { bias, weights };
}

function predict({ bias, weights }: Model, features: Features): number {
  const sum = featureNames.reduce((total, name) => total + weights[name] * features[name], bias);
  return 1 / (1 + Math.exp(-sum));
}

interface Judged extends Example {
  readonly confidence: number;
}

function bestOf(judged: readonly Judged[]): Judged[] {
  const best = new Map<string, Judged>();
  for (const item of judged) {
    const known = best.get(item.id);
    if (known === undefined || item.confidence > known.confidence + 1e-9) best.set(item.id, item);
  }
  return [...best.values()];
}

function report(title: string, judged: readonly Judged[]): void {
  const correct = judged.filter(({ isCorrect }) => isCorrect).length;
  process.stdout.write(`${title}: ${correct} of ${judged.length} right\n`);
  for (const floor of [0, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8]) {
    const kept = judged.filter(({ confidence }) => confidence >= floor);
    const right = kept.filter(({ isCorrect }) => isCorrect).length;
    process.stdout.write(
      `  at ${floor}: ${kept.length} answered, ${right} right, precision ${(right / kept.length).toFixed(3)}\n`,
    );
  }
}

/** The lowest threshold whose answers reach the wanted precision on unseen databases. */
function thresholdFor(judged: readonly Judged[], precision: number): number {
  for (let floor = 0; floor < 0.95; floor += 0.01) {
    const kept = judged.filter(({ confidence }) => confidence >= floor);
    const right = kept.filter(({ isCorrect }) => isCorrect).length;
    if (right / kept.length >= precision) return Math.round(floor * 100) / 100;
  }
  return 0.95;
}

function writeWeights(model: Model, threshold: number): void {
  const rows = featureNames.map((name) => `    ${name}: ${model.weights[name].toFixed(3)},`);
  writeFileSync(
    join(import.meta.dirname, '..', '..', 'planner', 'score', 'weights.ts'),
    `import type { Weights } from './confidence.ts';

/** Learned by \`bench/nl/learn-weights.ts\`; rewritten by it, not by hand. */
export const weights: Weights = {
  bias: ${model.bias.toFixed(3)},
  threshold: ${threshold},
  features: {
${rows.join('\n')}
  },
};
`,
  );
}
