import { Chart } from '../answer/chart.tsx';
import { formatBytes, formatCount, formatDuration } from '../ui/format.ts';
import { Loaded } from '../ui/loaded.tsx';
import { EmptyState } from '../ui/notice.tsx';
import { Scroll } from '../ui/scroll.tsx';
import { useEvery } from '../ui/use-every.ts';
import { useResource } from '../ui/use-resource.ts';
import type { HistoryRow } from './history-chart.ts';
import { toCallsChart, toTimeChart } from './history-chart.ts';

interface MetricsRow {
  readonly version: number;
  readonly calls: number;
  readonly row_count: number;
  readonly errors: number;
  readonly traps: number;
  readonly memo_hits: number;
  readonly queries: number;
  readonly query_ms: number;
  readonly wall_ms: number;
  readonly guest_cpu_ms: number;
  readonly marshalling_ms: number;
  readonly call_p50_us: number | null;
  readonly call_p95_us: number | null;
  readonly call_p99_us: number | null;
  readonly cold_starts: number;
  readonly peak_memory_bytes: number;
}

interface ShapeRow {
  readonly shape: string;
  readonly calls: number;
  readonly memo_hits: number;
  readonly total_ms: number;
  readonly row_count: number;
  readonly distinct_arguments: number;
}

interface Metrics {
  readonly metrics: readonly MetricsRow[];
  readonly history: readonly HistoryRow[];
  readonly queryShapes: readonly ShapeRow[];
}

const REFRESH_MS = 3000;

/** What a procedure did: counted always, read again while it is looked at. */
export function MetricsTab({ name }: { readonly name: string }) {
  const metrics = useResource<Metrics>(`/procedures/${encodeURIComponent(name)}/metrics`);
  useEvery(REFRESH_MS, metrics.reload);
  return (
    <Loaded of={metrics} what="the metrics">
      {(value) =>
        value.metrics.length === 0 ? (
          <EmptyState title="Not called yet">
            <p>
              Figures appear with the first call: ask a question that needs {name}, or call it in
              SQL.
            </p>
          </EmptyState>
        ) : (
          <>
            {value.metrics.map((row) => (
              <Figures key={row.version} row={row} isOnly={value.metrics.length === 1} />
            ))}
            <History history={value.history} />
            <Shapes shapes={value.queryShapes} />
          </>
        )
      }
    </Loaded>
  );
}

function Figures({ row, isOnly }: { readonly row: MetricsRow; readonly isOnly: boolean }) {
  const micro = (us: number | null): string => (us === null ? '–' : formatDuration(us / 1000));
  const figures: readonly (readonly [string, string, boolean?])[] = [
    ['calls', formatCount(row.calls)],
    ['rows', formatCount(row.row_count)],
    ['errors', formatCount(row.errors), row.errors > 0],
    ['median call', micro(row.call_p50_us)],
    ['95 % of calls', micro(row.call_p95_us)],
    ['99 % of calls', micro(row.call_p99_us)],
    ['time in all', formatDuration(row.wall_ms)],
    ['in nested queries', formatDuration(row.query_ms)],
    ['guest CPU', formatDuration(row.guest_cpu_ms)],
    ['peak memory', formatBytes(row.peak_memory_bytes)],
    ['nested queries', formatCount(row.queries)],
    ['cold starts', formatCount(row.cold_starts)],
  ];
  return (
    <section aria-label={`Figures of version ${row.version}`}>
      {!isOnly && <h2>Version {row.version}</h2>}
      <dl class="figures">
        {figures.map(([label, value, isBad = false]) => (
          <div key={label}>
            <dt>{label}</dt>
            <dd class={isBad ? 'bad' : undefined}>{value}</dd>
          </div>
        ))}
      </dl>
    </section>
  );
}

function History({ history }: { readonly history: readonly HistoryRow[] }) {
  if (history.length === 0) return null;
  return (
    <section aria-labelledby="history">
      <h2 id="history">By the hour</h2>
      <div class="charts">
        <Chart spec={toCallsChart(history)} title="Calls" />
        <Chart spec={toTimeChart(history)} title="Milliseconds a call" />
      </div>
    </section>
  );
}

function Shapes({ shapes }: { readonly shapes: readonly ShapeRow[] }) {
  if (shapes.length === 0) return null;
  return (
    <section aria-labelledby="shapes">
      <h2 id="shapes">Nested queries</h2>
      <Scroll label="Nested queries">
        <table class="table table-plain">
          <thead>
            <tr>
              <th scope="col">Query</th>
              <th scope="col" class="numeric">
                Calls
              </th>
              <th scope="col" class="numeric">
                Distinct arguments
              </th>
              <th scope="col" class="numeric">
                Rows
              </th>
              <th scope="col" class="numeric">
                Time
              </th>
            </tr>
          </thead>
          <tbody>
            {shapes.map((shape) => (
              <tr key={shape.shape}>
                <td class="type">{shape.shape}</td>
                <td class="numeric">{formatCount(shape.calls)}</td>
                <td class="numeric">{formatCount(shape.distinct_arguments)}</td>
                <td class="numeric">{formatCount(shape.row_count)}</td>
                <td class="numeric">{formatDuration(shape.total_ms)}</td>
              </tr>
            ))}
          </tbody>
        </table>
      </Scroll>
    </section>
  );
}
