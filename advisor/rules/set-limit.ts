import type { ProcedureFact } from '../facts/facts.ts';
import type { Change } from '../findings/finding.ts';
import { printPath } from './rule.ts';

/** A change of one of a procedure's limits, which must leave results and speed as they are. */
export function setLimit(
  procedure: ProcedureFact,
  {
    name,
    value,
    goal,
  }: { readonly name: string; readonly value: number; readonly goal: 'faster' | 'same' },
): Change {
  const alter = `ALTER PROCEDURE ${printPath(procedure.schema, procedure.name)} SET`;
  return {
    kind: 'script',
    apply: [`${alter} (${name} = ${value})`],
    revert: [`${alter} (${name} = ${Number(procedure.limits[name] ?? 0)})`],
    goal,
    metric: null,
    isTogether: false,
    upkeepTable: null,
    probe: null,
  };
}
