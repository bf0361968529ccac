/** What the advisor knows: everything a rule may read, as plain data that can be stored. */
import { z } from 'zod';

/** Changes when a field changes its meaning or goes away. */
export const FACTS_VERSION = 1;

const count = z.number().nonnegative();

/** A column of a table that procedures read. */
export const columnFact = z.strictObject({
  name: z.string(),
  type: z.string(),
  isNullable: z.boolean(),
  /** Distinct values, estimated; null when nobody asked or the table is too large to look. */
  distinctCount: count.nullable(),
});
export type ColumnFact = z.infer<typeof columnFact>;

const indexFact = z.strictObject({
  name: z.string(),
  columns: z.array(z.string()),
  isUnique: z.boolean(),
  /** Behind a PRIMARY KEY or UNIQUE constraint: it cannot be dropped alone. */
  isConstraint: z.boolean(),
});
export type IndexFact = z.infer<typeof indexFact>;

export const tableFact = z.strictObject({
  schema: z.string(),
  name: z.string(),
  rowCount: count,
  columns: z.array(columnFact),
  indexes: z.array(indexFact),
});
export type TableFact = z.infer<typeof tableFact>;

/** A nested query that asks one table for the rows of given key values. */
const lookup = z.strictObject({
  table: z.string(),
  keyColumns: z.array(z.string()),
  /** The columns that are asked for, plain ones only; empty for any other select list. */
  valueColumns: z.array(z.string()),
});
export type Lookup = z.infer<typeof lookup>;

/** What DuckDB's parser says of a nested query. */
export const queryReads = z.strictObject({
  tables: z.array(z.string()),
  /** Columns compared with a literal or parameter by `=`. */
  equalityColumns: z.array(z.string()),
  isEveryColumn: z.boolean(),
  hasAggregate: z.boolean(),
  hasGroups: z.boolean(),
  hasJoin: z.boolean(),
  hasOrder: z.boolean(),
  hasLimit: z.boolean(),
  /** Columns in the select list. */
  columnCount: count,
  /** Null when the query is more than a lookup in one table. */
  lookup: lookup.nullable(),
});
export type QueryReads = z.infer<typeof queryReads>;

/** How DuckDB answers an example of a nested query. */
export const planFact = z.strictObject({
  /** Operators, those that come last first. */
  operators: z.array(z.string()),
  /** Rows that DuckDB expects of it; null where it does not say. */
  estimatedRows: count.nullable(),
  scans: z.array(
    z.strictObject({
      /** `main.items`. */
      table: z.string(),
      /** Whether an index found the rows; null when the example was not run. */
      isIndexed: z.boolean().nullable(),
      estimatedRows: count.nullable(),
      /** Rows that were looked at: fewer than the table's where DuckDB could pass over blocks. */
      scannedRows: count.nullable(),
    }),
  ),
});
export type PlanFact = z.infer<typeof planFact>;

/** Nested queries that differ in their literals only. */
export const shapeFact = z.strictObject({
  shape: z.string(),
  example: z.string(),
  callCount: count,
  memoHitCount: count,
  errorCount: count,
  distinctArguments: count,
  repeatedCalls: count,
  totalMs: count,
  rowCount: count,
  /** Null for what is not a SELECT. */
  reads: queryReads.nullable(),
  /** Null where the plan cannot be had by reading alone, or was not asked for. */
  plan: planFact.nullable(),
});
export type ShapeFact = z.infer<typeof shapeFact>;

/** What one version of a procedure did. */
export const versionFact = z.strictObject({
  version: count,
  callCount: count,
  rowCount: count,
  /** Statements that called it; 0 for a history that was written before they were counted. */
  statementCount: count,
  errorCount: count,
  trapCount: count,
  memoHitCount: count,
  queryCount: count,
  queryMemoHitCount: count,
  queryRowCount: count,
  queryMs: count,
  wallMs: count,
  guestCpuMs: count,
  marshallingMs: count,
  callP50Us: count.nullable(),
  callP95Us: count.nullable(),
  callP99Us: count.nullable(),
  bytesIn: count,
  bytesOut: count,
  coldStartCount: count,
  poolWaitCount: count,
  /** Statements that answered the queries of many calls at once, and the queries they answered. */
  batchCount: count,
  batchedQueryCount: count,
  /** Calls that were computed together, by one call of the guest for many rows. */
  columnarRowCount: count,
  peakMemoryBytes: count,
  errorsByState: z.record(z.string(), count),
});
export type VersionFact = z.infer<typeof versionFact>;

/** One hour in which a version was called. */
export const hourFact = z.strictObject({
  /** ISO instant of its beginning. */
  hour: z.string(),
  version: count,
  callCount: count,
  errorCount: count,
  wallMs: count,
  peakMemoryBytes: count,
});
export type HourFact = z.infer<typeof hourFact>;

/** What the active version's module is, read from its bytes without running it. */
export const moduleFact = z.strictObject({
  hash: z.string(),
  byteCount: count,
  codeBytes: count,
  functionCount: count,
  hasDebugInfo: z.boolean(),
  /** Imported functions of the host, by name: ours, and those of WASI such as `random_get`. */
  hostFunctions: z.array(z.string()),
  /** Other modules it imports from: an interpreter that its language shares. */
  engines: z.array(z.string()),
  /** Exported functions and memories. */
  exports: z.array(z.string()),
});
export type ModuleFact = z.infer<typeof moduleFact>;

const logFact = z.strictObject({ level: z.string(), lineCount: count, byteCount: count });

export const procedureFact = z.strictObject({
  id: z.string(),
  schema: z.string(),
  name: z.string(),
  signature: z.string(),
  parameters: z.array(z.strictObject({ name: z.string(), type: z.string() })),
  returns: z.string(),
  volatility: z.enum(['IMMUTABLE', 'STABLE', 'VOLATILE']),
  isCalledOnNull: z.boolean(),
  onError: z.enum(['FAIL', 'NULL']),
  activeVersion: count,
  createdAt: z.string(),
  abiVersion: z.string(),
  /** Null when the clause was left out. */
  capabilities: z.array(z.string()).nullable(),
  /** Limits in force, by name. */
  limits: z.record(z.string(), z.union([z.number(), z.boolean()])),
  module: moduleFact,
  /** Figures of every version that was called, oldest first. */
  versions: z.array(versionFact),
  /** Nested queries of the active version, those that take longest first. */
  shapes: z.array(shapeFact),
  hours: z.array(hourFact),
  logs: z.array(logFact),
  /** Real arguments of the active version, as texts to be cast. */
  samples: z.array(z.array(z.string().nullable())),
  /** Rows that the samples stand for. */
  sampledRowCount: count,
});
export type ProcedureFact = z.infer<typeof procedureFact>;

export const facts = z.strictObject({
  version: z.literal(FACTS_VERSION),
  /** ISO instant. */
  readAt: z.string(),
  procedures: z.array(procedureFact),
  tables: z.array(tableFact),
  /** Names of DuckDB's own scalar and aggregate functions. */
  builtIns: z.array(z.string()),
});
export type Facts = z.infer<typeof facts>;

/** The figures of the active version, or null when it was never called. */
export function activeFigures(procedure: ProcedureFact): VersionFact | null {
  const found = procedure.versions.find(({ version }) => version === procedure.activeVersion);
  return found !== undefined && found.rowCount > 0 ? found : null;
}

/** Wall time that the active version took in an hour in which it was called, in milliseconds. */
export function wallMsPerHour(procedure: ProcedureFact): number {
  const figures = activeFigures(procedure);
  if (figures === null) return 0;
  const hours = procedure.hours.filter(({ version }) => version === procedure.activeVersion);
  return figures.wallMs / Math.max(1, hours.length);
}

/** Rows that one asked query returned, on average. */
export function rowsPerQuery({ rowCount, callCount, memoHitCount }: ShapeFact): number {
  return rowCount / Math.max(1, callCount - memoHitCount);
}

/** How an example scans a table; null where there is no plan or it does not scan it. */
export function scanOf({ plan }: ShapeFact, table: TableFact): PlanFact['scans'][number] | null {
  return plan?.scans.find((scan) => scan.table === `${table.schema}.${table.name}`) ?? null;
}

/** The table a nested query names, with or without its schema; null when it is none of the facts'. */
export function tableOf(
  { tables }: { readonly tables: readonly TableFact[] },
  name: string,
): TableFact | null {
  const wanted = name.toLowerCase();
  const found = tables.find((table) =>
    [table.name, `${table.schema}.${table.name}`].some((known) => known.toLowerCase() === wanted),
  );
  return found ?? null;
}
