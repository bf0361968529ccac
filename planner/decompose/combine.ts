import { compileConditions, compileQuery } from '../compile/sql.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { ArithmeticOperator, Expression, LogicalQuery, Predicate } from '../query/logical.ts';

/** One query that computes with the results of two; null where they do not fit together. */
export function combineQueries(
  operator: ArithmeticOperator,
  left: LogicalQuery,
  right: LogicalQuery,
): LogicalQuery | null {
  const isShare = operator === 'percentage' || operator === 'proportion';
  if (isShare && !isPartOf(left, right)) return null;
  // What was said of the part went unheard: it would be all of the whole.
  if (isShare && compileQuery(left) === compileQuery(right)) return null;
  if (isNumber(left) && isNumber(right)) {
    return { ...left, orderBy: [], limit: null, computed: { operator, left, right } };
  }
  return isShare ? groupedShare(operator, left, right) : null;
}

/** A share needs a part and a whole of the same things. */
function isPartOf(left: LogicalQuery, right: LogicalQuery): boolean {
  const tables = [left.from.root, ...left.from.joins.map(({ table }) => table)];
  const isSummed = (query: LogicalQuery) =>
    query.select.some(
      ({ expression }) => expression.kind === 'aggregate' && expression.name === 'sum',
    );
  return tables.includes(right.from.root) && isSummed(left) === isSummed(right);
}

/** Whether the query gives exactly one number. */
function isNumber(query: LogicalQuery): boolean {
  if (query.isCounted) return true;
  const [only] = query.select;
  if (query.select.length !== 1 || only === undefined || query.setOperation !== null) return false;
  if (query.groupBy.length > 0) return false;
  const { expression } = only;
  if (expression.kind === 'aggregate') return isNumeric(expression);
  return (query.limit === 1 || isOfOneRow(query)) && isNumeric(expression);
}

/** Whether a value that no other row has says which row is meant. */
function isOfOneRow({ where, from }: LogicalQuery): boolean {
  return (
    from.joins.length === 0 &&
    where.some(
      (item) =>
        item.kind === 'compare' &&
        item.operator === '=' &&
        item.left.kind === 'column' &&
        item.left.column.column.distinctCount === from.root.table.rowCount,
    )
  );
}

function isNumeric(expression: Expression): boolean {
  if (expression.kind === 'aggregate') {
    return expression.name === 'count' || (expression.of !== null && isNumeric(expression.of));
  }
  return (
    expression.kind === 'column' &&
    (expression.column.kind === 'number' || expression.cast === 'DOUBLE')
  );
}

/** A share within each group: the rows of the part are filtered out of those of the whole. */
function groupedShare(
  operator: 'percentage' | 'proportion',
  left: LogicalQuery,
  right: LogicalQuery,
): LogicalQuery | null {
  const groups = right.select.filter(({ expression }) => expression.kind !== 'aggregate');
  const total = right.select.find(({ expression }) => expression.kind === 'aggregate')?.expression;
  const isWhole =
    groups.length > 0 &&
    groups.length + 1 === right.select.length &&
    total?.kind === 'aggregate' &&
    right.having.length + left.having.length === 0 &&
    left.setOperation === null &&
    printed(left.groupBy) === printed(right.groupBy);
  if (!isWhole) return null;
  const tables = new Set([right.from.root, ...right.from.joins.map(({ table }) => table)]);
  const isSame =
    left.from.joins.length === right.from.joins.length &&
    [left.from.root, ...left.from.joins.map(({ table }) => table)].every((table) =>
      tables.has(table),
    );
  if (!isSame) return null;
  const known = new Set(right.where.map((item) => printedPredicate(item)));
  const filter = left.where.filter((item) => !known.has(printedPredicate(item)));
  if (filter.length === 0) return null;
  const unknown = filter
    .flatMap((item) => columnsRead(item, 'own'))
    .find(({ column }) => (column.nullCount ?? 0) > 0);
  return {
    ...right,
    assumed: [
      ...(right.assumed ?? []),
      `each share is of all ${right.from.root.table.name} of its own group`,
      ...(unknown === undefined
        ? []
        : [`rows whose ${unknown.column.name} is not known are part of the whole`]),
    ],
    select: [
      ...groups,
      { expression: { kind: 'share', operator, of: total, filter }, alias: operator },
    ],
    orderBy: [],
  };
}

function printed(expressions: readonly Expression[]): string {
  return expressions
    .map((item) => (item.kind === 'column' ? String(item.column.id) : item.kind))
    .join();
}

function printedPredicate(predicate: Predicate): string {
  return compileConditions([predicate], ({ id }) => `c${id}`);
}
