/** How calls come, and why the engine asks a procedure's queries one by one. */
import type { ProcedureFact, QueryReads, ShapeFact, VersionFact } from '../facts/facts.ts';
import { activeFigures } from '../facts/facts.ts';

export type UnbatchedReason =
  | 'volatile'
  | 'switched-off'
  | 'changes-data'
  | 'transactions'
  | 'query'
  | 'arrival'
  | 'guest-size'
  | 'engine';

/** Memory that the instances of rows which wait together may take. */
const WAVE_BYTES_MAX = 67_108_864;

/** Rows that wait together below which asking one by one is as cheap, with some to spare. */
const WAVE_ROWS_MIN = 8;

/** Rows of a statement below which the engine does not collect their queries. */
const COLLECTED_ROWS_MIN = 4;

function isLarge({ peakMemoryBytes }: VersionFact): boolean {
  return peakMemoryBytes * WAVE_ROWS_MIN > WAVE_BYTES_MAX;
}

/** Rows that a statement applies it to, on average; null where nobody counted statements. */
export function rowsPerStatement({ rowCount, statementCount }: VersionFact): number | null {
  return statementCount === 0 ? null : rowCount / statementCount;
}

/** Whether calls come one by one, or so few to a statement that it is the same to the engine. */
export function comesOneByOne(figures: VersionFact): boolean {
  const rows = rowsPerStatement(figures);
  return rows === null ? figures.batchCount === 0 : rows < COLLECTED_ROWS_MIN;
}

/** Whether most of the queries were answered together with others. */
export function isAnsweredTogether(figures: VersionFact): boolean {
  const { queryCount, queryMemoHitCount, batchedQueryCount } = figures;
  return batchedQueryCount > 0 && batchedQueryCount * 2 >= queryCount - queryMemoHitCount;
}

/** How the engine answered the queries, for people. */
export function batchingText(figures: VersionFact): string {
  const { queryCount, batchedQueryCount, batchCount } = figures;
  if (batchedQueryCount === 0) return `${queryCount} one by one`;
  return `${batchedQueryCount} of ${queryCount} together, by ${batchCount} statements`;
}

/**
 * The first reason that holds, in the engine's own order. `query` means that this query cannot be
 * answered together with others, `arrival` that calls come fewer than four to a statement,
 * `guest-size` that too few instances fit beside each other to wait together, `engine` that rows
 * came together and the engine asked one by one all the same.
 */
export function unbatchedReason(procedure: ProcedureFact, shape: ShapeFact): UnbatchedReason {
  const { module, capabilities, limits, volatility } = procedure;
  const figures = activeFigures(procedure);
  if ((capabilities ?? []).some((right) => /^(write|ddl):/.test(right))) return 'changes-data';
  if (module.hostFunctions.some((name) => name.endsWith('_tx'))) return 'transactions';
  if (volatility === 'VOLATILE') return 'volatile';
  if (limits.batch_queries === false) return 'switched-off';
  if (shape.reads === null || !goesTogether(shape.reads)) return 'query';
  if (figures === null || comesOneByOne(figures)) return 'arrival';
  return isLarge(figures) ? 'guest-size' : 'engine';
}

/** Whether the engine can answer such a query for many rows at once. */
function goesTogether(reads: QueryReads): boolean {
  const { equalityColumns, hasAggregate, hasGroups, hasJoin, hasOrder, hasLimit } = reads;
  if (equalityColumns.length === 0 || hasGroups || hasLimit) return false;
  return hasOrder ? !hasAggregate : hasAggregate || !hasJoin;
}

/** Whether rows of a statement wait for each other's queries; each needs an instance of its own. */
export function waitsTogether(procedure: ProcedureFact): boolean {
  const figures = activeFigures(procedure);
  if (figures === null || procedure.shapes.length === 0) return false;
  return figures.batchCount > 0 || !comesOneByOne(figures);
}
