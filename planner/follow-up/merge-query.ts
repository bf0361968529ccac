/** Changing one part of a query and keeping the others; every function returns a query or null. */
import type { SchemaModel, TableModel } from '../grounding/schema-model.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { Expression, JoinTree, LogicalQuery, OrderItem, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { sameExpression } from '../query/same-expression.ts';
import { isRepeated, joinTables, tablesOf } from '../resolve/join-tree.ts';
import { negate } from '../resolve/predicate-parts.ts';

export interface MergeContext {
  readonly model: SchemaModel;
  /** Lemmas of the follow-up; they choose between parallel keys. */
  readonly words: ReadonlySet<string>;
}

const COUNT: Expression = { kind: 'aggregate', name: 'count', isDistinct: false, of: null };

/** Adds, widens or excludes conditions that another query over the same entity has. */
export function mergeConditions(
  query: LogicalQuery,
  delta: LogicalQuery,
  mode: 'only' | 'also' | 'not',
  entity: TableModel,
): LogicalQuery | null {
  if (query.setOperation !== null || delta.where.length === 0) return null;
  const known = new Set(tablesOf(query.from));
  const isWithin = tablesOf(delta.from).every((table) => known.has(table));
  const added = isWithin ? delta.where : membership(delta, entity);
  if (added === null) return null;
  if (mode === 'not') {
    const excluded = added.map(negate);
    return {
      ...query,
      where: [...query.where.filter((old) => !added.some((one) => same(old, one))), ...excluded],
    };
  }
  const touched = (old: Predicate) => added.find((one) => isAbout(old, one));
  if (mode === 'also') {
    const where = query.where.map((old): Predicate => {
      const one = touched(old);
      return one === undefined ? old : { kind: 'or', of: [old, one] };
    });
    const rest = added.filter((one) => !query.where.some((old) => isAbout(old, one)));
    return { ...query, where: [...where, ...rest] };
  }
  return {
    ...query,
    where: [...query.where.filter((old) => touched(old) === undefined), ...added],
  };
}

/** Conditions over tables that the query does not read: as a test of the entity's key. */
function membership(delta: LogicalQuery, entity: TableModel): readonly Predicate[] | null {
  const { key } = entity;
  if (key === null || !tablesOf(delta.from).includes(entity)) return null;
  const inner: LogicalQuery = {
    ...delta,
    select: [{ expression: columnOf(key), alias: null }],
    starOf: null,
    isDistinct: false,
    groupBy: [],
    having: [],
    orderBy: [],
    limit: null,
    isCounted: false,
  };
  return [{ kind: 'inQuery', of: columnOf(key), query: inner, isNegated: false }];
}

function isAbout(a: Predicate, b: Predicate): boolean {
  const [left, right] = [new Set(columnsRead(a, 'own')), new Set(columnsRead(b, 'own'))];
  return (
    left.size > 0 && left.size === right.size && [...left].every((column) => right.has(column))
  );
}

function same(a: Predicate, b: Predicate): boolean {
  return isAbout(a, b) && describe(a) === describe(b);
}

// Models refer to each other in circles: only the values are compared, the columns already were.
function describe(predicate: Predicate): string {
  return JSON.stringify(predicate, (name, value: unknown) =>
    name === 'column' || name === 'query' ? undefined : value,
  );
}

/** Groups the query's figures by what another query groups by; a list becomes counts. */
export function mergeGrouping(
  query: LogicalQuery,
  groupBy: readonly Expression[],
  isAlso: boolean,
  context: MergeContext,
): LogicalQuery | null {
  if (query.setOperation !== null || groupBy.length === 0) return null;
  const from = widen(query.from, groupBy, context);
  if (from === null) return null;
  const measured = query.select.filter(({ expression }) => expression.kind === 'aggregate');
  const figures =
    measured.length > 0 && !query.isCounted
      ? measured
      : [{ expression: countOf(query, from), alias: null }];
  const kept = isAlso
    ? query.groupBy.filter((old) => !groupBy.some((one) => sameExpression(old, one)))
    : [];
  const keys = [...kept, ...groupBy];
  return {
    ...query,
    from,
    select: [
      ...keys.map((expression) => ({ expression, alias: headingOf(expression) })),
      ...figures,
    ],
    starOf: null,
    isDistinct: false,
    groupBy: keys,
    orderBy: query.orderBy.filter(({ expression }) => expression.kind === 'aggregate'),
    limit: null,
    isCounted: false,
  };
}

/** A month is called one; columns have names of their own. */
function headingOf(expression: Expression): string | null {
  return expression.kind === 'truncated' ? expression.grain : null;
}

/** Counts rows of the entity, not of a join that repeats them. */
function countOf(query: LogicalQuery, from: JoinTree): Expression {
  const { key } = query.from.root;
  if (key === null || !isRepeated(from, query.from.root)) return COUNT;
  return { kind: 'aggregate', name: 'count', isDistinct: true, of: columnOf(key) };
}

/** The join tree with every table that the expressions read; null where a figure would be repeated. */
function widen(
  from: JoinTree,
  expressions: readonly Expression[],
  { model, words }: MergeContext,
): JoinTree | null {
  const tables = [
    ...new Set([
      ...tablesOf(from),
      ...expressions.flatMap((one) => columnsRead(one, 'own').map(({ table }) => table)),
    ]),
  ];
  if (tables.length === tablesOf(from).length) return from;
  const joined = joinTables(tables, model, words);
  if (joined === null) return null;
  // Joined to many rows each, what is summed would be summed several times.
  const repeatsBefore = isRepeated(from, from.root);
  return !repeatsBefore && isRepeated(joined, from.root) ? null : joined;
}

/** Keeps the first or last rows by the ranking given, the query's own, or its figure. */
export function mergeLimit(
  query: LogicalQuery,
  count: number,
  direction: 'first' | 'last',
  ranking: readonly OrderItem[],
): LogicalQuery {
  const order =
    ranking.length > 0 ? ranking : query.orderBy.length > 0 ? query.orderBy : ownRanking(query);
  return {
    ...query,
    isCounted: false,
    orderBy: direction === 'last' ? order.map(turned) : order,
    limit: count,
  };
}

function ownRanking({ select }: LogicalQuery): readonly OrderItem[] {
  const figure =
    select.find(({ expression }) => expression.kind === 'aggregate') ??
    select.find(({ expression }) => expression.kind === 'column' && expression.column.isMeasure);
  return figure === undefined ? [] : [{ expression: figure.expression, direction: 'desc' }];
}

/** The query in the opposite order. */
export function reversed(query: LogicalQuery): LogicalQuery | null {
  const order = query.orderBy.length > 0 ? query.orderBy : ownRanking(query);
  return order.length === 0 ? null : { ...query, orderBy: order.map(turned) };
}

function turned({ expression, direction }: OrderItem): OrderItem {
  return { expression, direction: direction === 'desc' ? 'asc' : 'desc' };
}

/** Shows what another query shows, over this query's rows; null where they do not go together. */
export function mergeMeasure(
  query: LogicalQuery,
  delta: LogicalQuery,
  context: MergeContext,
): LogicalQuery | null {
  if (query.setOperation !== null || delta.setOperation !== null) return null;
  const expressions = delta.select.map(({ expression }) => expression);
  const from = widen(query.from, expressions, context);
  if (from === null || expressions.length === 0) return null;
  const isFigure = expressions.every(({ kind }) => kind === 'aggregate');
  if (isFigure) {
    const keys = query.groupBy.map((expression) => ({ expression, alias: null }));
    return {
      ...query,
      from,
      select: [...(query.groupBy.length > 0 ? keys : []), ...delta.select],
      starOf: null,
      isDistinct: false,
      isCounted: false,
      orderBy:
        query.orderBy.length > 0 && query.groupBy.length > 0
          ? [{ expression: expressions[0] as Expression, direction: 'desc' }]
          : [],
      limit: query.groupBy.length > 0 ? query.limit : null,
    };
  }
  if (query.groupBy.length > 0) return null;
  // Columns beside what identifies the rows: "their emails" still needs to say whose.
  const own = query.select.filter(
    ({ expression }) =>
      expression.kind !== 'aggregate' &&
      !expressions.some((one) => sameExpression(one, expression)),
  );
  return { ...query, from, select: [...own, ...delta.select], starOf: null, isCounted: false };
}
