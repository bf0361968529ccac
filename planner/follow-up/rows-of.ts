import type { TableModel } from '../grounding/schema-model.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { tablesOf } from '../resolve/join-tree.ts';

/**
 * That a row of the table is among those that a query came to, as "which of them" asks; null where
 * the query's rows are not rows of the table.
 */
export function isAmong(query: LogicalQuery, table: TableModel): Predicate | null {
  const keys = keysOf(query, table);
  if (table.key === null || keys === null) return null;
  return { kind: 'inQuery', of: columnOf(table.key), query: keys, isNegated: false };
}

/** Whether more than its conditions decides which rows a query comes to. */
export function isPicked({ having, limit, setOperation, rankedWithin }: LogicalQuery): boolean {
  return having.length > 0 || limit !== null || setOperation !== null || rankedWithin !== undefined;
}

function keysOf(query: LogicalQuery, table: TableModel): LogicalQuery | null {
  const { key } = table;
  if (key === null || !tablesOf(query.from).includes(table)) return null;
  const isFigure =
    query.computed !== undefined ||
    query.summarizedBy !== undefined ||
    query.isExistence !== undefined ||
    query.pairedBy !== undefined ||
    query.rankedWithin !== undefined;
  const isOfKey =
    query.groupBy.length === 0
      ? query.having.length === 0
      : query.groupBy.some((group) => group.kind === 'column' && group.column === key);
  if (isFigure || !isOfKey) return null;
  const own = {
    ...query,
    select: [{ expression: columnOf(key), alias: null }],
    starOf: null,
    isDistinct: false,
    isCounted: false,
  };
  if (query.setOperation === null) return own;
  const right = keysOf(query.setOperation.right, table);
  return right === null ? null : { ...own, setOperation: { ...query.setOperation, right } };
}
