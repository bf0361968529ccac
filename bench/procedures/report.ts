/** What was measured, as a file and as tables of docs/performance.md. */
import { execFileSync } from 'node:child_process';
import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { CaseResult } from './measure.ts';
import { hardwareClass } from './measure.ts';

const ROOT = join(import.meta.dirname, '..', '..');
const RESULTS = join(ROOT, 'bench', 'results');
const PAGE = join(ROOT, 'docs', 'performance.md');
const BEGIN = '<!-- procedures: begin -->';
const END = '<!-- procedures: end -->';

/** How the run was made. */
export interface RunFacts {
  readonly rows: number;
  readonly orders: number;
  readonly rounds: number;
}

/** Prints every case as a table. */
export function printCases(cases: readonly CaseResult[]): string {
  return cases.map(printCase).join('\n');
}

function printCase({ name, unit, timings, goal, reached }: CaseResult): string {
  const base = timings[0]?.median ?? Number.NaN;
  const lines = timings.map(({ contender, median, low, high }) => {
    const times = [median, low, high].map(significant);
    return `| ${contender} | ${times[0]} | ${times[1]} – ${times[2]} | ${significant(median / base)} × |`;
  });
  const verdict =
    goal === null ? [] : [``, `Goal: ${goal}. Reached: ${reached ?? 'not measured'}.`];
  return [
    `### ${name}`,
    '',
    `| ${unit} | median | spread | of the first |`,
    '| --- | --- | --- | --- |',
    ...lines,
    ...verdict,
    '',
  ].join('\n');
}

function significant(value: number): string {
  if (!Number.isFinite(value)) return '–';
  return value >= 100 ? value.toFixed(0) : value.toPrecision(3);
}

/** Writes the results and puts their tables between the page's markers. */
export function writeReport(cases: readonly CaseResult[], facts: RunFacts): void {
  const commit = execFileSync('git', ['rev-parse', '--short', 'HEAD'], {
    cwd: ROOT,
    encoding: 'utf8',
  }).trim();
  const hardware = hardwareClass();
  mkdirSync(RESULTS, { recursive: true });
  const report = { commit, hardware, ...facts, cases };
  writeFileSync(join(RESULTS, 'procedures.json'), `${JSON.stringify(report, null, 2)}\n`);
  const page = readFileSync(PAGE, 'utf8');
  const [before, after] = [page.indexOf(BEGIN), page.indexOf(END)];
  if (before < 0 || after < before) throw new Error(`${PAGE} has no markers for the tables`);
  const intro = `Measured at ${commit} on ${hardware}; ${facts.rows} rows, ${facts.orders} orders, median of ${facts.rounds} rounds in turn.`;
  const tables = `${BEGIN}\n${intro}\n\n${printCases(cases)}`;
  writeFileSync(PAGE, page.slice(0, before) + tables + page.slice(after));
}
