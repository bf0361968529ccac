/** What was measured, as a file and as tables of docs/performance.md. */
import { measuredCommit, recordResults } from '../performance-page.ts';
import type { CaseResult } from './measure.ts';
import { hardwareClass } from './measure.ts';

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
  const commit = measuredCommit();
  const hardware = hardwareClass();
  const intro = `Measured at ${commit} on ${hardware}; ${facts.rows} rows, ${facts.orders} orders, median of ${facts.rounds} rounds in turn.`;
  const tables = `${intro}\n\n${printCases(cases)}`;
  recordResults('procedures', { commit, hardware, ...facts, cases }, tables);
}
