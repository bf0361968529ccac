import type { ChartSpec } from '../answer/draw-chart.ts';

/** What a version did within an hour. */
export interface HistoryRow {
  readonly hour: string;
  readonly version: number;
  readonly calls: number;
  readonly errors: number | null;
  /** Sums by name; a text where the service passes it on as it is stored. */
  readonly sums: unknown;
}

const HOUR_MS = 3_600_000;
/** A day at least, so that an hour looks like one. */
const HOURS_MIN = 24;
const HOURS_WITH_CLOCK = 48;

/** Calls by the hour, one colour a version. */
export function toCallsChart(history: readonly HistoryRow[]): ChartSpec {
  return toBars(history, ({ calls }) => calls);
}

/** The mean time of a call by the hour, in milliseconds. */
export function toTimeChart(history: readonly HistoryRow[]): ChartSpec {
  return toBars(history, ({ calls, sums }) => {
    const wallNs = wallOf(sums);
    return wallNs === null || calls === 0 ? 0 : wallNs / 1e6 / calls;
  });
}

function toBars(history: readonly HistoryRow[], measure: (row: HistoryRow) => number): ChartSpec {
  const values = history.map((row) => ({
    hour: toInstant(row.hour),
    version: row.version,
    value: measure(row),
  }));
  const hours = values.map(({ hour }) => hour);
  const last = Math.max(...hours);
  const first = Math.min(...hours, last - (HOURS_MIN - 1) * HOUR_MS);
  const version = values.at(-1)?.version ?? 1;
  const hasClock = last - first < HOURS_WITH_CLOCK * HOUR_MS;
  const versions = new Set(values.map((one) => one.version));
  return {
    // The first hour may be one in which nothing happened: it makes the axis as long as it should be.
    data: { values: [{ hour: first, version, value: 0 }, ...values] },
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: {
        field: 'hour',
        type: 'temporal',
        timeUnit: 'yearmonthdatehours',
        title: null,
        axis: { format: hasClock ? '%H:%M' : '%b %d' },
      },
      y: { field: 'value', type: 'quantitative', title: null },
      ...(versions.size > 1
        ? { color: { field: 'version', type: 'nominal', title: 'Version' } }
        : {}),
    },
    height: 180,
  };
}

/** DuckDB's text of an instant as milliseconds; its offset may lack the minutes. */
function toInstant(text: string): number {
  return Date.parse(text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00'));
}

function wallOf(sums: unknown): number | null {
  const record: unknown = typeof sums === 'string' ? JSON.parse(sums) : sums;
  const wall = (record as { readonly wall_ns?: unknown } | null)?.wall_ns;
  return typeof wall === 'number' ? wall : null;
}
