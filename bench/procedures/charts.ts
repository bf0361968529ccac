/** Charts of what was measured, drawn as SVG files beside the page that shows them. */
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { parse, View } from 'vega';
import type { TopLevelSpec } from 'vega-lite';
import { compile } from 'vega-lite';
import type { CaseResult } from './measure.ts';

const FOLDER = join(import.meta.dirname, '../../docs/performance');

/** A chart shows the cases of one unit; where units differ by thousands, bars do not compare. */
interface Chart {
  readonly file: string;
  readonly title: string;
  readonly unit: string;
  /** Cases of this unit that compare something else. */
  readonly leavesOut: readonly string[];
}

const CHARTS: readonly Chart[] = [
  {
    file: 'functions.svg',
    title: 'A function of one row, nanoseconds a row (logarithmic)',
    unit: 'ns a row',
    leavesOut: ['a * b + c on two threads'],
  },
  {
    file: 'lookups.svg',
    title: 'A lookup for every row, microseconds a row (logarithmic)',
    unit: 'µs a row',
    leavesOut: ['calculate_discount, 20000 customers, 983040 orders'],
  },
];

/**
 * Draws a chart of each group of cases that was measured.
 * @returns the charts as Markdown, for a page in docs/
 */
export async function drawCharts(cases: readonly CaseResult[]): Promise<string> {
  mkdirSync(FOLDER, { recursive: true });
  const links: string[] = [];
  for (const chart of CHARTS) {
    const shown = cases.filter(
      ({ name, unit }) => unit === chart.unit && !chart.leavesOut.includes(name),
    );
    if (shown.length === 0) continue;
    writeFileSync(join(FOLDER, chart.file), `${await drawChart(chart, shown)}\n`);
    links.push(`![${chart.title}](performance/${chart.file})\n`);
  }
  return links.join('\n');
}

async function drawChart({ title }: Chart, cases: readonly CaseResult[]): Promise<string> {
  const values = cases.flatMap(({ name, timings }) =>
    timings.map(({ contender, median, low, high }) => ({
      case: name,
      contender,
      median,
      low,
      high,
    })),
  );
  const y = {
    field: 'case',
    type: 'nominal',
    sort: cases.map(({ name }) => name),
    title: null,
    axis: { labelLimit: 0, grid: true, domain: false, ticks: false, labelPadding: 8 },
  };
  // Points, since a bar on a logarithmic scale has no beginning.
  const scale = { type: 'log' };
  const colour = {
    field: 'contender',
    type: 'nominal',
    sort: [...new Set(values.map(({ contender }) => contender))],
    scale: { scheme: 'tableau10' },
    legend: { orient: 'bottom', columns: 2, title: null, labelLimit: 0, symbolType: 'circle' },
  };
  const median = {
    mark: { type: 'point', filled: true, size: 70, opacity: 1 },
    encoding: {
      y,
      color: colour,
      x: { field: 'median', type: 'quantitative', scale, title: null, axis: { format: '~g' } },
    },
  };
  const spread = {
    mark: { type: 'rule', strokeWidth: 2 },
    encoding: {
      y,
      color: colour,
      x: { field: 'low', type: 'quantitative', scale },
      x2: { field: 'high' },
    },
  };
  const spec = {
    title: { text: title, anchor: 'start' },
    background: 'white',
    data: { values },
    width: 520,
    height: { step: 26 },
    layer: [spread, median],
    config: { font: 'sans-serif', view: { stroke: null } },
  } as unknown as TopLevelSpec;
  const view = new View(parse(compile(spec).spec), { renderer: 'none' });
  const svg = await view.toSVG();
  view.finalize();
  return svg;
}
