/** Why the engine asks a procedure's queries one by one. */
import type { ProcedureFact, ShapeFact } from '../facts/facts.ts';

export type UnbatchedReason =
  | 'volatile'
  | 'switched-off'
  | 'changes-data'
  | 'transactions'
  | 'query'
  | 'arrival';

/**
 * The first reason that holds, in the engine's own order. `query` means that this query cannot be
 * answered together with others, `arrival` that calls come fewer than four to a statement.
 */
export function unbatchedReason(procedure: ProcedureFact, shape: ShapeFact): UnbatchedReason {
  const { module, capabilities, limits, volatility } = procedure;
  if ((capabilities ?? []).some((right) => /^(write|ddl):/.test(right))) return 'changes-data';
  if (module.hostFunctions.some((name) => name.endsWith('_tx'))) return 'transactions';
  if (volatility === 'VOLATILE') return 'volatile';
  if (limits.batch_queries === false) return 'switched-off';
  const { reads } = shape;
  const isPlain = reads !== null && !reads.hasJoin && !reads.hasOrder && !reads.hasLimit;
  return isPlain ? 'arrival' : 'query';
}
