import type { ChartSpec } from '../answer/chart.tsx';

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
const HOURS_MIN = 24;
const VERSION = { field: 'version', type: 'nominal', title: 'Version' };

/** Calls by the hour, one colour a version. */
export function toCallsChart(history: readonly HistoryRow[]): ChartSpec {
  return {
    data: {
      values: history.map(({ hour, version, calls }) => ({
        from: toInstant(hour),
        until: toInstant(hour) + HOUR_MS,
        version,
        calls,
      })),
    },
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: timeAxis(history, 'from'),
      x2: { field: 'until' },
      y: { field: 'calls', type: 'quantitative', title: null },
      ...colourOf(history),
    },
    height: 180,
  };
}

/** The mean time of a call by the hour. */
export function toTimeChart(history: readonly HistoryRow[]): ChartSpec {
  const values = history.flatMap(({ hour, version, calls, sums }) => {
    const wallNs = wallOf(sums);
    if (wallNs === null || calls === 0) return [];
    return [{ middle: toInstant(hour) + HOUR_MS / 2, version, ms: wallNs / 1e6 / calls }];
  });
  return {
    data: { values },
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: timeAxis(history, 'middle'),
      y: { field: 'ms', type: 'quantitative', title: null },
      ...colourOf(history),
    },
    height: 180,
  };
}

/** A day at least, so that an hour looks like one. */
function timeAxis(
  history: readonly HistoryRow[],
  field: string,
): Readonly<Record<string, unknown>> {
  const hours = history.map(({ hour }) => toInstant(hour));
  const end = Math.max(...hours) + HOUR_MS;
  const start = Math.min(Math.min(...hours), end - HOURS_MIN * HOUR_MS);
  return { field, type: 'temporal', title: null, scale: { domain: [start, end] } };
}

/** DuckDB's text of an instant as milliseconds; its offset may lack the minutes. */
function toInstant(text: string): number {
  const iso = text.replace(' ', 'T').replace(/([+-]\d\d)$/, '$1:00');
  return Date.parse(iso);
}

function colourOf(history: readonly HistoryRow[]): Readonly<Record<string, unknown>> {
  return new Set(history.map(({ version }) => version)).size > 1 ? { color: VERSION } : {};
}

function wallOf(sums: unknown): number | null {
  const record: unknown = typeof sums === 'string' ? JSON.parse(sums) : sums;
  const wall = (record as { readonly wall_ns?: unknown } | null)?.wall_ns;
  return typeof wall === 'number' ? wall : null;
}
