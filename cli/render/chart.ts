import type { Chart, JsonValue } from '#agent';
import { printGroupedNumber } from '#core';
import type { Palette } from '../console.ts';
import { escapeControls } from './cells.ts';
import { padEnd, padStart, textWidth, truncate } from './width.ts';

export interface ChartOptions {
  readonly palette: Palette;
  readonly width: number;
}

interface Bar {
  readonly label: string;
  readonly value: number;
  readonly text: string;
}

const EIGHTHS = ['', '▏', '▎', '▍', '▌', '▋', '▊', '▉'];
const LABEL_WIDTH_MAX = 30;
const BARS_MAX = 60;

/**
 * A chart as lines of text: one horizontal bar a row, also for a line over time. Null for what
 * bars cannot show: points, several series, or more rows than a screen has.
 */
export function printChart(chart: Chart, { palette, width }: ChartOptions): string | null {
  const isLine = chart.mark.type === 'line';
  const label = isLine ? chart.encoding.x : chart.encoding.y;
  const measure = isLine ? chart.encoding.y : chart.encoding.x;
  if (chart.mark.type === 'point' || chart.encoding.color !== undefined) return null;
  if (label === undefined || measure === undefined) return null;
  if (chart.data.values.length > BARS_MAX) return null;
  const bars = chart.data.values.map((record) =>
    toBar(record[plainName(label.field)] ?? null, record[plainName(measure.field)] ?? null),
  );
  const labelWidth = Math.min(LABEL_WIDTH_MAX, widest(bars.map((bar) => bar.label)));
  const textWidthMax = widest(bars.map((bar) => bar.text));
  const room = Math.max(10, width - labelWidth - textWidthMax - 3);
  const most = Math.max(...bars.map(({ value }) => Math.abs(value)), Number.MIN_VALUE);
  const lines = bars.map((bar) => {
    const drawn = drawBar((Math.abs(bar.value) / most) * room);
    const painted = bar.value < 0 ? palette.red(drawn) : palette.cyan(drawn);
    return `${padEnd(truncate(bar.label, labelWidth), labelWidth)}  ${padStart(bar.text, textWidthMax)} ${painted}`;
  });
  return `${[palette.dim(escapeControls(chart.title)), ...lines].join('\n')}\n`;
}

function toBar(label: JsonValue, value: JsonValue): Bar {
  const number = typeof value === 'number' ? value : 0;
  const text = value === null ? 'NULL' : printGroupedNumber(number, { fractionDigitsMax: 3 });
  return { label: label === null ? 'NULL' : escapeControls(String(label)), value: number, text };
}

function drawBar(cells: number): string {
  const eighths = Math.round(cells * 8);
  return '█'.repeat(Math.floor(eighths / 8)) + (EIGHTHS[eighths % 8] ?? '');
}

function widest(texts: readonly string[]): number {
  return texts.reduce((most, text) => Math.max(most, textWidth(text)), 0);
}

function plainName(field: string): string {
  return field.replaceAll(/\\([\\.[\]])/g, '$1');
}
