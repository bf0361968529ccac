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

const HOUR = { field: 'hour', type: 'temporal', title: null };
const VERSION = { field: 'version', type: 'nominal', title: 'Version' };

/** Calls by the hour, one colour a version. */
export function toCallsChart(history: readonly HistoryRow[]): ChartSpec {
  return {
    data: { values: history.map(({ hour, version, calls }) => ({ hour, version, calls })) },
    mark: { type: 'bar', tooltip: true },
    encoding: {
      x: { ...HOUR, timeUnit: 'yearmonthdatehours' },
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
    return wallNs === null || calls === 0 ? [] : [{ hour, version, ms: wallNs / 1e6 / calls }];
  });
  return {
    data: { values },
    mark: { type: 'line', point: true, tooltip: true },
    encoding: {
      x: HOUR,
      y: { field: 'ms', type: 'quantitative', title: null },
      ...colourOf(history),
    },
    height: 180,
  };
}

function colourOf(history: readonly HistoryRow[]): Readonly<Record<string, unknown>> {
  return new Set(history.map(({ version }) => version)).size > 1 ? { color: VERSION } : {};
}

function wallOf(sums: unknown): number | null {
  const record: unknown = typeof sums === 'string' ? JSON.parse(sums) : sums;
  const wall = (record as { readonly wall_ns?: unknown } | null)?.wall_ns;
  return typeof wall === 'number' ? wall : null;
}
