/** What was measured, as a file and as charts and tables of docs/performance.md. */
import { measuredCommit, readResults, recordResults } from '../performance-page.ts';
import { drawCharts } from './charts.ts';
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

/** A case in the report; one that was measured apart from the others says where and how. */
interface ReportedCase extends CaseResult {
  readonly apart?: { readonly commit: string; readonly hardware: string; readonly rounds: number };
}

interface Report extends RunFacts {
  readonly commit: string;
  readonly hardware: string;
  readonly cases: readonly ReportedCase[];
}

/**
 * Writes the results and puts their charts and tables between the page's markers. Where only a part was
 * measured, the other cases stay as they are.
 */
export async function writeReport(
  cases: readonly CaseResult[],
  facts: RunFacts,
  { isComplete }: { isComplete: boolean },
): Promise<void> {
  const [commit, hardware] = [measuredCommit(), hardwareClass()];
  const before = readResults('procedures') as Report | null;
  const report =
    isComplete || before === null
      ? { commit, hardware, ...facts, cases }
      : { ...before, cases: replaced(before.cases, cases, { commit, hardware, ...facts }) };
  const intro = `Measured at ${report.commit} on ${report.hardware}; ${report.rows} rows, ${report.orders} orders, median of ${report.rounds} rounds in turn.`;
  const charts = await drawCharts(report.cases);
  recordResults('procedures', report, `${intro}\n\n${charts}\n${printReported(report.cases)}`);
}

function replaced(
  before: readonly ReportedCase[],
  measured: readonly CaseResult[],
  { commit, hardware, rounds }: { commit: string; hardware: string; rounds: number },
): ReportedCase[] {
  const fresh = new Map<string, ReportedCase>(
    measured.map((each) => [each.name, { ...each, apart: { commit, hardware, rounds } }]),
  );
  const kept = before.map((each) => fresh.get(each.name) ?? each);
  const known = new Set(before.map(({ name }) => name));
  return [...kept, ...[...fresh.values()].filter(({ name }) => !known.has(name))];
}

function printReported(cases: readonly ReportedCase[]): string {
  const printed = cases.map((each) => {
    const { apart } = each;
    if (apart === undefined) return printCase(each);
    const where = `Measured apart at ${apart.commit} on ${apart.hardware}, ${apart.rounds} rounds.`;
    return `${printCase(each)}\n${where}\n`;
  });
  return printed.join('\n');
}
