/**
 * Runs the natural-language evaluation and appends one line to bench/results/nl-trend.jsonl.
 * Usage: node bench/nl/record-trend.ts [--set core|all|unanswerable] [--folder DIR] [--dry-run]
 * The evaluation folder, which holds eval.py, comes from --folder or NL_EVAL_DIR; its data are
 * never copied here, only the totals.
 */
import { execFileSync, spawnSync } from 'node:child_process';
import { appendFileSync, mkdtempSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';

const { values } = parseArgs({
  options: {
    set: { type: 'string', default: 'core' },
    folder: { type: 'string', default: process.env.NL_EVAL_DIR ?? '' },
    'dry-run': { type: 'boolean', default: false },
    keep: { type: 'string' },
  },
});
if (values.folder === '') {
  process.stderr.write('name the evaluation folder with --folder or NL_EVAL_DIR\n');
  process.exit(2);
}

const project = join(import.meta.dirname, '..', '..');
const scratch = mkdtempSync(join(tmpdir(), 'nl-eval-'));
const reportPath = values.keep ?? join(scratch, 'report.json');
const timesPath = join(scratch, 'times.jsonl');
const batch = `NL_TIMES=${timesPath} ${process.execPath} ${join(project, 'bench/nl/answer-batch.ts')}`;
const run = spawnSync(
  'python3',
  [join(values.folder, 'eval.py'), '--batch-cmd', batch, '--set', values.set, '--out', reportPath],
  { encoding: 'utf8', maxBuffer: 1 << 28 },
);
if (run.status !== 0) {
  process.stderr.write(run.stderr);
  process.exit(1);
}

const written = JSON.parse(readFileSync(reportPath, 'utf8'));
const times = readFileSync(timesPath, 'utf8').trim().split('\n').map(Number);
times.sort((a, b) => a - b);
const quantile = (q: number) => Math.round(times[Math.floor(q * (times.length - 1))] ?? 0);
const line = {
  date: new Date().toISOString().slice(0, 16),
  commit: execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: project,
    encoding: 'utf8',
  }).trim(),
  set: values.set,
  ...(values.set === 'unanswerable' ? refusals(written) : scores(written.report)),
  p50_ms: quantile(0.5),
  p95_ms: quantile(0.95),
};
process.stdout.write(`${JSON.stringify(line)}\n`);
if (!values['dry-run']) {
  appendFileSync(join(project, 'bench/results/nl-trend.jsonl'), `${JSON.stringify(line)}\n`);
}
rmSync(scratch, { recursive: true });

function scores(summary: { overall: Record<string, number> }) {
  const { n, strict, lenient, answered, precision } = summary.overall;
  return { n, strict, lenient, precision, abstained: round(1 - (answered ?? 0)) };
}

interface Refused {
  readonly id: string;
  readonly outcome: string;
}

/** Share refused and share asked back, by category of question. */
function refusals(all: readonly Refused[]) {
  const lines = readFileSync(join(values.folder, 'unanswerable.jsonl'), 'utf8').trim().split('\n');
  const questions = lines.map((line) => JSON.parse(line) as { id: string; category: string });
  const shares: Record<string, number> = {};
  for (const category of new Set(questions.map((question) => question.category))) {
    const ids = new Set(questions.filter((q) => q.category === category).map(({ id }) => id));
    const own = all.filter(({ id }) => ids.has(id));
    const share = (outcome: string) =>
      round(own.filter((item) => item.outcome === outcome).length / Math.max(1, own.length));
    shares[`${category}_refused`] = share('refused');
    shares[`${category}_asked`] = share('clarify');
  }
  return shares;
}

function round(value: number): number {
  return Math.round(value * 10_000) / 10_000;
}
