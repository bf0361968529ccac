/** How the engine made a statement's calls of a procedure, and why. */
import { z } from 'zod';
import type { GatewayConnection } from './engine-port.ts';

/** What was counted of one procedure in one statement. */
export interface CallCounts {
  readonly rows: number;
  readonly calls: number;
  readonly queries: number;
  readonly query_memo_hits: number;
  /** Statements that answered queries of several rows. */
  readonly batches: number;
  /** Rows computed by calls for many rows at once. */
  readonly columnar_rows: number;
}

/** What of a procedure's definition decides how it is called. */
export interface CalledProcedure {
  readonly volatility: string;
  readonly capabilities: readonly string[];
  readonly batchQueries: boolean;
}

/** Rows below which the engine does not collect queries. */
const COLLECTED_ROWS_MIN = 4;

const definition = z.object({
  volatility: z.string(),
  capabilities: z.string().transform((text) => z.array(z.string()).parse(JSON.parse(text))),
  limits: z
    .string()
    .transform((text) => z.looseObject({ batch_queries: z.boolean() }).parse(JSON.parse(text))),
});

/** The procedure of a name; null where several have it, as overloads do. */
export async function readCalledProcedure(
  connection: GatewayConnection,
  name: string,
): Promise<CalledProcedure | null> {
  const { rows } = await connection.query(
    'SELECT volatility, capabilities, limits FROM heliosdb_procedures() WHERE name = ?',
    [name],
  );
  const [row] = rows;
  if (row === undefined || rows.length > 1) return null;
  const [volatility, capabilities, limits] = row;
  const parsed = definition.safeParse({ volatility, capabilities, limits });
  if (!parsed.success) return null;
  return {
    volatility: parsed.data.volatility,
    capabilities: parsed.data.capabilities,
    batchQueries: parsed.data.limits.batch_queries,
  };
}

/** The mode in words, with the reason where the engine could have done better. */
export function describeMode(counts: CallCounts, procedure: CalledProcedure | null): string {
  const { calls, queries, query_memo_hits, batches, columnar_rows } = counts;
  const ways: string[] = [];
  if (batches > 0) {
    const answers = queries - query_memo_hits;
    ways.push(
      `queries of many rows together, ${batches} statement${batches === 1 ? '' : 's'} for ${answers} answers`,
    );
  }
  if (columnar_rows > 0) {
    const all = columnar_rows >= calls;
    ways.push(`many rows a call${all ? '' : `, ${columnar_rows} of ${calls} rows`}`);
  }
  if (ways.length > 0) return ways.join('; ');
  const reason = reasonOf(counts, procedure);
  return `one row a call${reason === null ? '' : `: ${reason}`}`;
}

/** The first reason that holds, in the engine's own order. */
function reasonOf(counts: CallCounts, procedure: CalledProcedure | null): string | null {
  if (procedure === null || counts.rows === 1) return null;
  const { volatility, capabilities, batchQueries } = procedure;
  if (capabilities.some((right) => /^(write|ddl):/.test(right))) return 'it may change data';
  if (counts.queries === 0) {
    return volatility === 'STABLE'
      ? 'it is STABLE, so equal arguments are computed once'
      : 'its module has no entry for many rows, or it logs';
  }
  if (volatility !== 'STABLE') return `it is ${volatility}; queries are collected of STABLE ones`;
  if (!batchQueries) return 'batch_queries is off';
  if (counts.rows < COLLECTED_ROWS_MIN) return 'there are few rows';
  return 'its queries cannot be answered together, or asking one by one costs less';
}
