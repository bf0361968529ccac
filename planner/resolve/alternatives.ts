import type { ColumnModel } from '../grounding/schema-model.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';

/** What a request says that one WHERE clause cannot. */
export interface Alternatives {
  /** Conditions of which each must hold for its own related row ("both A and B"). */
  readonly intersected: readonly Predicate[] | null;
  /** What a "but not" takes away, and the conditions it replaces there. */
  readonly excluded: readonly Predicate[] | null;
  readonly contradicted: readonly Predicate[];
  /** The key of the rows that the request is about. */
  readonly key: ColumnModel | null;
}

/** The query, intersected with copies of itself for every value that must be met separately. */
export function withAlternatives(
  query: LogicalQuery,
  { intersected, excluded, contradicted, key }: Alternatives,
): LogicalQuery {
  if (excluded !== null) {
    const where = [...query.where.filter((item) => !contradicted.includes(item)), ...excluded];
    const right: LogicalQuery = { ...query, where, orderBy: [], limit: null };
    return { ...query, setOperation: { operator: 'EXCEPT', right } };
  }
  if (intersected === null) return query;
  if (query.select.some(({ expression }) => expression.kind === 'aggregate') && key !== null) {
    return metByKey(query, key, intersected);
  }
  const [first, ...rest] = intersected;
  if (first === undefined) return query;
  const bare = { ...query, orderBy: [], limit: null };
  let result: LogicalQuery | null = null;
  for (const predicate of [...rest].reverse()) {
    const branch: LogicalQuery = { ...bare, where: [...query.where, predicate] };
    result =
      result === null
        ? branch
        : { ...branch, setOperation: { operator: 'INTERSECT', right: result } };
  }
  const whole: LogicalQuery = { ...query, where: [...query.where, first] };
  return result === null
    ? whole
    : { ...whole, setOperation: { operator: 'INTERSECT', right: result } };
}

/** Aggregates over entities that meet every condition, each through a row of its own. */
function metByKey(
  query: LogicalQuery,
  key: ColumnModel,
  predicates: readonly Predicate[],
): LogicalQuery {
  const met = predicates.map(
    (predicate): Predicate => ({
      kind: 'inQuery',
      of: columnOf(key),
      isNegated: false,
      query: {
        ...query,
        select: [{ expression: columnOf(key), alias: null }],
        where: [...query.where, predicate],
        groupBy: [],
        having: [],
        orderBy: [],
        limit: null,
        isCounted: false,
      },
    }),
  );
  const needed = new Set(columnsRead(query.select, 'own').map(({ table }) => table));
  const isOwn = [...needed].every((table) => table === key.table);
  const from = isOwn ? { root: key.table, joins: [] } : query.from;
  return { ...query, from, where: isOwn ? met : [...query.where, ...met] };
}
