/**
 * Learns the planner's confidence weights from questions with known answers and writes
 * planner/score/weights.ts. Prints what the weights are worth on databases they did not see:
 * every database is judged by weights learned from the others.
 * Usage: node bench/nl/learn-weights.ts --folder DIR [--precision 0.865] [--dry-run | --check]
 *
 * What is learned depends on the questions and on the parser, never on the weights that are there:
 * the weights for words come from the reading that words put first, those for rows from the
 * reading that these new weights choose. So a second run writes the same file, and --check fails
 * where the committed file is another one, which happens when the parser reads something
 * differently than when the weights were learned.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { featureNames, judgeByRows, probeFeatures } from '#planner';
import type { KnownQuestion } from './known-questions.ts';
import { openQuestions, ownQuestions } from './known-questions.ts';
import type { Model, Outcome } from './logistic.ts';
import { fit, predict, rounded } from './logistic.ts';

const { values } = parseArgs({
  options: {
    folder: { type: 'string', default: process.env.NL_EVAL_DIR ?? '' },
    precision: { type: 'string', default: '0.865' },
    'dry-run': { type: 'boolean', default: false },
    check: { type: 'boolean', default: false },
  },
});
if (values.folder === '') {
  process.stderr.write('name the evaluation folder with --folder or NL_EVAL_DIR\n');
  process.exit(2);
}

const PROJECT = join(import.meta.dirname, '..', '..');
const WEIGHTS = join(PROJECT, 'planner/score/weights.ts');

interface Example extends Outcome {
  readonly database: string;
  readonly isOwn: boolean;
}

interface Learned {
  readonly model: Model;
  readonly threshold: number;
}

const questions = [
  ...(await openQuestions(values.folder)),
  ...(await ownQuestions(join(PROJECT, 'test/plans/everyday'))),
];
const answerable = questions.filter(({ isAnswerable, isOwn }) => isAnswerable && !isOwn).length;

const words = learn('words alone', firstReadings(questions));
const rows = learn('words and rows', chosenReadings(questions, words.model));
const text = printWeights({ words, rows });
if (values.check) {
  const isSame = readFileSync(WEIGHTS, 'utf8') === text;
  process.stdout.write(
    isSame ? 'the weights are what is learned\n' : 'other weights are learned\n',
  );
  process.exitCode = isSame ? 0 : 1;
} else if (!values['dry-run']) {
  writeFileSync(WEIGHTS, text);
}

/** The reading of each question that its words put first. */
function firstReadings(known: readonly KnownQuestion[]): Example[] {
  return known.flatMap(({ database, isOwn, readings }) => {
    const first = readings.find(({ probed }) => probed !== null);
    if (first === undefined) return [];
    const features = { ...first.features, ...probeFeatures(null, []) };
    return [{ database, isOwn, features, isCorrect: first.isCorrect }];
  });
}

/** The reading of each question that is chosen by its rows, where words are judged by a model. */
function chosenReadings(known: readonly KnownQuestion[], model: Model): Example[] {
  return known.flatMap(({ database, isOwn, readings }) => {
    const [chosen] = judgeByRows(
      readings.map((reading) => ({ ...reading, confidence: predict(model, reading.features) })),
      readings.map(({ probed }) => probed),
    );
    if (chosen === undefined || chosen.probed === null) return [];
    return [{ database, isOwn, features: chosen.features, isCorrect: chosen.isCorrect }];
  });
}

/** Weights from all databases; what is printed comes from those that leave out the judged one. */
function learn(title: string, examples: readonly Example[]): Learned {
  const judged = [...Map.groupBy(examples, ({ database }) => database)].flatMap(
    ([database, own]) => {
      const model = fit(examples.filter((example) => example.database !== database));
      return own.map((example) => ({ ...example, confidence: predict(model, example.features) }));
    },
  );
  const open = judged.filter(({ isOwn }) => !isOwn);
  report(title, open);
  const threshold = thresholdFor(open, Number(values.precision));
  const kept = open.filter(({ confidence }) => confidence >= threshold);
  const right = kept.filter(({ isCorrect }) => isCorrect).length;
  const share = (count: number) => (count / answerable).toFixed(3);
  process.stdout.write(
    `threshold ${threshold}: strict ${share(right)}, answered ${share(kept.length)} of ${answerable}\n`,
  );
  return { model: rounded(fit(examples)), threshold };
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

function printWeights(learned: Readonly<Record<'words' | 'rows', Learned>>): string {
  const sets = (['words', 'rows'] as const).map((evidence) => {
    const { model, threshold } = learned[evidence];
    const names = featureNames.filter((name) => model.weights[name] !== 0);
    const lines = names.map((name) => `      ${name}: ${model.weights[name]},`);
    return `  ${evidence}: {
    bias: ${model.bias},
    threshold: ${threshold},
    features: {
${lines.join('\n')}
    },
  },`;
  });
  return `import type { Evidence, Weights } from './confidence.ts';

/** Learned by \`bench/nl/learn-weights.ts\`; rewritten by it, not by hand. */
export const weights: Readonly<Record<Evidence, Weights>> = {
${sets.join('\n')}
};
`;
}
