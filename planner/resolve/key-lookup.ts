import type { ColumnModel } from '../grounding/schema-model.ts';
import type { LogicalQuery } from '../query/logical.ts';

/** The key that one row is asked for by, with its value. */
export interface KeyLookup {
  readonly column: ColumnModel;
  readonly value: string;
}

/** "Details of order 17": the key that says which row is meant; null where no key does. */
export function keyLookup({ where, from, setOperation }: LogicalQuery): KeyLookup | null {
  if (setOperation !== null) return null;
  for (const item of where) {
    if (item.kind !== 'compare' || item.operator !== '=' || item.left.kind !== 'column') continue;
    const { left, right } = item;
    const isKey = left.column === left.column.table.key && left.column.table === from.root;
    if (isKey && (right.kind === 'number' || right.kind === 'text')) {
      return { column: left.column, value: String(right.value) };
    }
  }
  return null;
}
