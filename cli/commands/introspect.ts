import { showRows } from '../render/show-rows.ts';
import type { Run } from '../usage/command.ts';

/** The columns that people look at; the JSON has all of them. */
export const PROCEDURES = `
  SELECT signature, returns, volatility, active_version AS version, capabilities, comment
  FROM heliosdb_procedures() ORDER BY schema_name, name, signature`;

/** What people look at of a procedure's metrics. */
export const METRICS = `
  SELECT procedure, version, calls, row_count AS rows, errors, round(wall_ms, 1) AS wall_ms,
    round(call_p50_us, 1) AS p50_us, round(call_p95_us, 1) AS p95_us,
    round(call_p99_us, 1) AS p99_us, queries, round(query_ms, 1) AS query_ms
  FROM heliosdb_metrics()`;

/** `heliosdb procedures` and `heliosdb procedure list`. */
export const procedures: Run = (args, console) =>
  showRows(args, console, {
    sql: args.isSet('json') ? 'FROM heliosdb_procedures()' : PROCEDURES,
    nothing: 'no procedures',
  });

/** `heliosdb metrics`. */
export const metrics: Run = (args, console) =>
  showRows(args, console, {
    sql: args.isSet('json') ? 'FROM heliosdb_metrics()' : METRICS,
    nothing: 'no calls measured',
  });
