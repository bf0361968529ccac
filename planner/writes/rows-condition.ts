import { compileConditions, compileQuery, quoteName } from '../compile/sql.ts';
import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { Expression, LogicalQuery, Predicate } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';

/**
 * The rows of one table that a query is about, as a condition over that table alone; null is every
 * row. `undefined` where the query groups, ranks or combines: then it is about no certain rows.
 */
export function rowsCondition(query: LogicalQuery, table: TableModel): string | null | undefined {
  if (!isPlain(query) || !isGroupedBy(query, table)) return undefined;
  const joined = withoutKeyJoins(query, table);
  if (joined.from.joins.length === 0 && joined.from.root === table && joined.groupBy.length === 0) {
    if (joined.where.length === 0) return null;
    return compileConditions(
      joined.where,
      ({ column }) => column.expression ?? quoteName(column.name),
    );
  }
  const key = table.key ?? rowNumber(table);
  if (key === null) return undefined;
  const rows = compileQuery({
    ...joined,
    select: [{ expression: columnOf(key), alias: null }],
    starOf: null,
    isDistinct: false,
    groupBy: joined.groupBy.length === 0 ? [] : [columnOf(key)],
  });
  return `${quoteName(key.column.name)} IN (${rows})`;
}

function isPlain(query: LogicalQuery): boolean {
  return (
    query.computed === undefined &&
    query.summarizedBy === undefined &&
    query.rankedWithin === undefined &&
    query.setOperation === null &&
    !query.isCounted &&
    query.orderBy.length === 0 &&
    query.limit === null &&
    (query.offset ?? 0) === 0
  );
}

/** Whether each group of a query is one row of the table: "customers with more than 10 orders". */
function isGroupedBy({ groupBy, having }: LogicalQuery, table: TableModel): boolean {
  if (groupBy.length === 0) return having.length === 0;
  const columns = groupBy.map((one) => (one.kind === 'column' ? one.column : null));
  return (
    table.key !== null &&
    columns.includes(table.key) &&
    columns.every((one) => one?.table === table)
  );
}

/** "orders of customer 5": the key that the order holds says the same as a join to the customer. */
function withoutKeyJoins(query: LogicalQuery, table: TableModel): LogicalQuery {
  const tables = [query.from.root, ...query.from.joins.map((join) => join.table)];
  const [edge] = query.from.joins.map((join) => join.edge);
  const [own, foreign] = [edge?.fromColumns[0], edge?.toColumns[0]];
  const isPair =
    tables.length === 2 &&
    query.groupBy.length === 0 &&
    edge !== undefined &&
    edge.from === table &&
    edge.fromColumns.length === 1;
  if (!isPair || own === undefined || foreign === undefined) return query;
  const where = query.where.map((predicate) => replaceKey(predicate, foreign, own));
  const isOwn = where.every((predicate) => predicate !== null && isAbout(predicate, table));
  if (!isOwn) return query;
  return { ...query, from: { root: table, joins: [] }, where: where as Predicate[] };
}

function replaceKey(predicate: Predicate, from: ColumnModel, to: ColumnModel): Predicate | null {
  if (predicate.kind === 'compare' && predicate.left.kind === 'column') {
    return predicate.left.column === from ? { ...predicate, left: columnOf(to) } : predicate;
  }
  if (predicate.kind === 'in' && predicate.of.kind === 'column') {
    return predicate.of.column === from ? { ...predicate, of: columnOf(to) } : predicate;
  }
  return predicate;
}

/** Whether every column of a predicate is of one table; what is hard to tell is not. */
function isAbout(predicate: Predicate, table: TableModel): boolean {
  const own = (expression: Expression): boolean =>
    expression.kind === 'arithmetic' ||
    expression.kind === 'referred' ||
    expression.kind === 'peers'
      ? false
      : expression.kind === 'column'
        ? expression.column.table === table
        : 'of' in expression && expression.of !== null && expression.kind !== 'aggregate'
          ? own(expression.of as Expression)
          : expression.kind !== 'subquery' && expression.kind !== 'aggregate';
  switch (predicate.kind) {
    case 'compare':
      return own(predicate.left) && own(predicate.right);
    case 'between':
      return own(predicate.of) && own(predicate.low) && own(predicate.high);
    case 'in':
    case 'like':
    case 'null':
      return own(predicate.of);
    case 'not':
    case 'untrue':
      return isAbout(predicate.of, table);
    case 'and':
    case 'or':
      return predicate.of.every((part) => isAbout(part, table));
    case 'inQuery':
      return false;
  }
}

/** DuckDB's own number of a row, for a table without a key. */
function rowNumber(table: TableModel): ColumnModel | null {
  const [first] = table.columns;
  return first === undefined ? null : { ...first, column: { ...first.column, name: 'rowid' } };
}
