/** What EXPLAIN ANALYZE adds for statements that call procedures. */
import { z } from 'zod';
import type { QueryResult } from '#storage';
import type { ScriptStatement } from '../ddl/index.ts';
import { describeMode, readCalledProcedure } from './call-mode.ts';
import type { GatewayConnection } from './engine-port.ts';

const procedure = z.object({
  procedure: z.string(),
  version: z.number(),
  rows: z.number(),
  calls: z.number(),
  memo_hits: z.number(),
  errors: z.number(),
  wall_ms: z.number(),
  guest_ms: z.number(),
  marshalling_ms: z.number(),
  query_ms: z.number(),
  queries: z.number(),
  query_memo_hits: z.number(),
  query_rows: z.number(),
  batches: z.number(),
  columnar_rows: z.number(),
  cold_starts: z.number(),
  peak_memory_bytes: z.number(),
});

type Counted = z.infer<typeof procedure>;

/** What a statement spent in one procedure, and how its rows were computed. */
interface ProcedureCost extends Counted {
  readonly mode: string;
}

/** Whether a statement is EXPLAIN ANALYZE, with options in brackets or without. */
export function isExplainAnalyze({ head, text }: ScriptStatement): boolean {
  if (head[0] !== 'EXPLAIN') return false;
  return /^(ANALYZE|ANALYSE)$/.test(head[1] ?? '') || /EXPLAIN\s*\([^)]*\bANALY[ZS]E\b/i.test(text);
}

/** Runs EXPLAIN ANALYZE and adds a row with where the time of its procedures went. */
export async function explainAnalyze(
  connection: GatewayConnection,
  statement: ScriptStatement,
): Promise<QueryResult> {
  // What an earlier statement left there would be taken for this one's.
  await lastExecution(connection);
  const result = await connection.query(statement.text);
  const procedures = await lastExecution(connection);
  const [row] = result.rows;
  if (procedures.length === 0 || row === undefined) return result;
  const isJson = /\bFORMAT\s+JSON\b/i.test(statement.text);
  const added = isJson ? JSON.stringify(procedures) : procedures.map(printCost).join('\n');
  const rows = [...result.rows, row.map((_, index) => (index === 0 ? 'procedures' : added))];
  return { ...result, rows, rowCount: rows.length };
}

async function lastExecution(connection: GatewayConnection): Promise<readonly ProcedureCost[]> {
  const isLoaded = await connection.query(
    "SELECT 1 FROM duckdb_functions() WHERE function_name = 'heliosdb_last_execution'",
    [],
  );
  if (isLoaded.rows.length === 0) return [];
  const { rows } = await connection.query('SELECT heliosdb_last_execution()', []);
  const text = rows[0]?.[0];
  if (typeof text !== 'string') return [];
  const costs: ProcedureCost[] = [];
  for (const counted of z.array(procedure).parse(JSON.parse(text))) {
    const called = await readCalledProcedure(connection, counted.procedure);
    costs.push({ ...counted, mode: describeMode(counted, called) });
  }
  return costs;
}

/** Times are summed over threads, as DuckDB's own are. */
function printCost(cost: ProcedureCost): string {
  const share = (part: number) =>
    cost.wall_ms === 0 ? '' : ` (${Math.round((100 * part) / cost.wall_ms)} %)`;
  const line = (name: string, text: string) => `  ${name.padEnd(16)}${text}`;
  const time = (ms: number) => `${ms.toFixed(3)} ms${share(ms)}`;
  const known = cost.memo_hits > 0 ? `, ${cost.memo_hits} rows known already` : '';
  const asked = `${cost.queries} queries, ${cost.query_rows} rows`;
  const again = cost.query_memo_hits > 0 ? `, ${cost.query_memo_hits} answered from memory` : '';
  return [
    `PROCEDURE ${cost.procedure} version ${cost.version}`,
    line('Rows', `${cost.rows}, ${cost.calls} calls${known}`),
    line('Mode', cost.mode),
    line('Total Time', `${cost.wall_ms.toFixed(3)} ms`),
    line('Guest', time(cost.guest_ms)),
    line('Marshalling', time(cost.marshalling_ms)),
    line('Nested Queries', `${time(cost.query_ms)}, ${asked}${again}`),
    line('Cold Starts', `${cost.cold_starts}, peak memory ${cost.peak_memory_bytes} bytes`),
    ...(cost.errors > 0 ? [line('Errors', String(cost.errors))] : []),
  ].join('\n');
}
