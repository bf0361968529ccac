/**
 * Learns the planner's confidence weights from questions with known answers and writes
 * planner/score/weights.ts. Prints what the weights are worth on databases they did not see:
 * every database is judged by weights learned from the others.
 * Usage: node bench/nl/learn-weights.ts --folder DIR [--precision 0.855] [--dry-run]
 */
import { spawnSync } from 'node:child_process';
import { mkdtempSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import type { CatalogSnapshot, FeatureName, Features } from '#planner';
import { featureNames, judgeByRows, probeFeatures, readRequest } from '#planner';
import { readCatalog } from '#storage';
import type { PlainConnection } from './plain-connection.ts';
import { openReadOnly, probe } from './plain-connection.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: process.env.NL_EVAL_DIR ?? '' },
    precision: { type: 'string', default: '0.855' },
    'dry-run': { type: 'boolean', default: false },
  },
});

/** Readings of one question that are run, as the planner has them run. */
const PROBES_MAX = 3;
const RIDGE = 0.02;
const STEPS = 600;

/** Ids of the questions that have an answer. */
const answerable = new Set<string>();

interface Question {
  readonly id: string;
  readonly db: string;
  readonly question: string;
  readonly as_of?: string;
}

interface Example {
  readonly id: string;
  readonly db: string;
  readonly features: Features;
  isCorrect: boolean;
}

const scratch = mkdtempSync(join(tmpdir(), 'nl-learn-'));
try {
  const examples = await collect();
  const learned = {
    words: learn('words alone', examples.map(withoutProbes)),
    rows: learn('words and rows', examples),
  };
  if (!values['dry-run']) writeWeights(learned);
} finally {
  rmSync(scratch, { recursive: true });
}

interface Learned {
  readonly model: Model;
  readonly threshold: number;
}

/** Weights from all databases; what is printed comes from those that leave out the judged one. */
function learn(title: string, examples: readonly Example[]): Learned {
  const folds = [...new Set(examples.map(({ db }) => db))].sort();
  const heldOut = folds.flatMap((db) => {
    const model = fit(examples.filter((example) => example.db !== db));
    return examples
      .filter((example) => example.db === db)
      .map((example) => ({ ...example, confidence: predict(model, example.features) }));
  });
  report(title, heldOut);
  const threshold = thresholdFor(heldOut, Number(values.precision));
  const kept = heldOut.filter(({ confidence }) => confidence >= threshold);
  const right = kept.filter(({ isCorrect }) => isCorrect).length;
  const share = (count: number) => (count / answerable.size).toFixed(3);
  process.stdout.write(
    `threshold ${threshold}: strict ${share(right)}, answered ${share(kept.length)} of ${answerable.size}\n`,
  );
  return { model: fit(examples), threshold };
}

function withoutProbes(example: Example): Example {
  return { ...example, features: { ...example.features, ...probeFeatures(null, []) } };
}

/** The first reading of every question that runs, with what its rows and its rivals' rows show. */
async function collect(): Promise<Example[]> {
  const lines = (name: string) =>
    readFileSync(join(values.folder, name), 'utf8').trim().split('\n');
  const questions = lines('questions.jsonl').map((line) => JSON.parse(line) as Question);
  const unanswerable = lines('unanswerable.jsonl').map((line) => JSON.parse(line) as Question);
  for (const { id } of questions) answerable.add(id);
  const examples: Example[] = [];
  const answers: string[] = [];
  const opened = new Map<string, { connection: PlainConnection; catalog: CatalogSnapshot }>();
  for (const question of [...questions, ...unanswerable]) {
    const { connection, catalog } = opened.get(question.db) ?? (await open(question.db, opened));
    const { readings, unknownWords } = readRequest({
      request: question.question,
      catalog,
      now: `${question.as_of ?? '2026-06-15'}T12:00:00Z`,
    });
    if (unknownWords.length > 0) continue;
    const candidates = readings.slice(0, PROBES_MAX);
    const probed = await probe(
      connection,
      candidates.map(({ sql }) => sql),
    );
    const [reading] = judgeByRows(candidates, probed);
    if (reading === undefined) continue;
    const { id, db } = question;
    const { features } = reading;
    examples.push({ id, db, features, isCorrect: false });
    const { rows } = await connection.query(reading.sql);
    answers.push(JSON.stringify({ id, status: 'ok', rows }));
  }
  const correct = judge(answers);
  for (const example of examples) example.isCorrect = correct.has(example.id);
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

function report(title: string, judged: readonly Judged[]): void {
  const correct = judged.filter(({ isCorrect }) => isCorrect).length;
  process.stdout.write(`${title}: ${correct} of ${judged.length} right\n`);
  for (const floor of [0, 0.3, 0.4, 0.5, 0.55, 0.6, 0.65, 0.7, 0.75, 0.8]) {
    const kept = judged.filter(({ confidence }) => confidence >= floor);
    const right = kept.filter(({ isCorrect }) => isCorrect).length;
    process.stdout.write(
      `  at ${floor}: ${kept.length} answered, ${right} right, precision ${(right / kept.length).toFixed(2)}\n`,
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

function writeWeights(learned: Readonly<Record<'words' | 'rows', Learned>>): void {
  const sets = (['words', 'rows'] as const).map((evidence) => {
    const { model, threshold } = learned[evidence];
    const names = featureNames.filter((name) => Math.abs(model.weights[name]) >= 0.005);
    const rows = names.map((name) => `      ${name}: ${Number(model.weights[name].toFixed(2))},`);
    return `  ${evidence}: {
    bias: ${Number(model.bias.toFixed(2))},
    threshold: ${threshold},
    features: {
${rows.join('\n')}
    },
  },`;
  });
  writeFileSync(
    join(import.meta.dirname, '..', '..', 'planner', 'score', 'weights.ts'),
    `import type { Evidence, Weights } from './confidence.ts';

/** Learned by \`bench/nl/learn-weights.ts\`; rewritten by it, not by hand. */
export const weights: Readonly<Record<Evidence, Weights>> = {
${sets.join('\n')}
};
`,
  );
}
