import type { ColumnModel } from '../grounding/schema-model.ts';
import type { Reading } from '../interpret.ts';
import type { Expression, LogicalQuery, Predicate } from '../query/logical.ts';

/** A reading in a few words, for people who choose between readings. */
export function describeReading({ query }: Reading): string {
  return describeQuery(query);
}

/** A query in a few words. */
export function describeQuery(query: LogicalQuery): string {
  if (query.computed !== undefined) {
    const { operator, left, right } = query.computed;
    return `${operator} of (${describeQuery(left)}) and (${describeQuery(right)})`;
  }
  const shown =
    query.starOf !== null
      ? `everything about ${query.starOf.table.name}`
      : query.select.map(({ expression }) => describeExpression(expression)).join(', ');
  const parts = [
    query.isExistence !== undefined
      ? `whether there are ${query.isExistence === 'none' ? 'no ' : ''}${shown}`
      : query.pairedBy !== undefined
        ? `pairs of ${shown} with the same ${query.pairedBy.column.name}`
        : query.isCounted
          ? `the number of ${shown}`
          : shown,
  ];
  if (query.from.joins.length === 0) parts.push(`from ${query.from.root.table.name}`);
  else
    parts.push(
      `over ${[query.from.root, ...query.from.joins.map(({ table }) => table)].map(({ table }) => table.name).join(', ')}`,
    );
  if (query.where.length > 0)
    parts.push(`where ${query.where.map(describePredicate).join(' and ')}`);
  if (query.groupBy.length > 0)
    parts.push(`per ${query.groupBy.map(describeExpression).join(', ')}`);
  if (query.having.length > 0)
    parts.push(`having ${query.having.map(describePredicate).join(' and ')}`);
  if (query.setOperation !== null) {
    const joined = { INTERSECT: 'and also', EXCEPT: 'but not', UNION: 'together with' };
    parts.push(
      `${joined[query.setOperation.operator]} (${describeQuery(query.setOperation.right)})`,
    );
  }
  if (query.orderBy.length > 0) {
    const orders = query.orderBy.map(
      ({ expression, direction }) =>
        `${describeExpression(expression)} ${direction === 'desc' ? 'from the highest' : 'from the lowest'}`,
    );
    parts.push(`by ${orders.join(', ')}`);
  }
  if (query.limit !== null) parts.push(`only the first ${query.limit}`);
  return parts.join(' ');
}

function describeExpression(expression: Expression): string {
  switch (expression.kind) {
    case 'column':
      return `${expression.column.table.table.name}.${expression.column.column.name}`;
    case 'truncated':
      return `${expression.grain} of ${describeExpression(expression.of)}`;
    case 'part':
      return `${expression.part} of ${describeExpression(expression.of)}`;
    case 'aggregate': {
      if (expression.of === null) return 'the number of rows';
      const names = {
        count: 'number',
        sum: 'total',
        avg: 'average',
        median: 'median',
        min: 'lowest',
        max: 'highest',
      };
      return `${names[expression.name]} ${expression.isDistinct ? 'of different ' : ''}${describeExpression(expression.of)}`;
    }
    case 'share':
      return `${expression.operator} of ${describeExpression(expression.of)} where ${expression.filter.map(describePredicate).join(' and ')}`;
    case 'arithmetic':
      return `${describeExpression(expression.left)} ${expression.operator} ${describeExpression(expression.right)}`;
    case 'referred':
      return `${expression.column.column.name} of the ${describeColumns(expression.edge.fromColumns)}`;
    case 'peers':
      return `${expression.name} of ${describeExpression(expression.of)} over rows with the same ${expression.by.map(describeExpression).join(', ')}`;
    case 'part of total':
      return `share in the total of ${describeExpression(expression.of)}`;
    case 'running':
      return `running total of ${describeExpression(expression.of)}`;
    case 'growth':
      return `growth of ${describeExpression(expression.of)}`;
    case 'elapsed':
      return `${expression.unit}s since ${describeExpression(expression.from)}`;
    case 'shifted':
      return `${describeExpression(expression.of)} plus ${expression.count} ${expression.unit}s`;
    case 'number':
    case 'boolean':
      return String(expression.value);
    case 'text':
    case 'date':
      return `"${expression.value}"`;
    case 'subquery':
      return `(${describeQuery(expression.query)})`;
  }
}

function describeColumns(columns: readonly ColumnModel[]): string {
  return columns.map(({ column }) => column.name).join(', ');
}

function describePredicate(predicate: Predicate): string {
  switch (predicate.kind) {
    case 'compare':
      return `${describeExpression(predicate.left)} ${predicate.operator} ${describeExpression(predicate.right)}`;
    case 'between':
      return `${describeExpression(predicate.of)} is between ${describeExpression(predicate.low)} and ${describeExpression(predicate.high)}`;
    case 'in':
      return `${describeExpression(predicate.of)} is one of ${predicate.values.map(describeExpression).join(', ')}`;
    case 'inQuery':
      return `${describeExpression(predicate.of)} is ${predicate.isNegated ? 'not ' : ''}among (${describeQuery(predicate.query)})`;
    case 'like':
      return `${describeExpression(predicate.of)} matches "${predicate.pattern}"`;
    case 'null':
      return `${describeExpression(predicate.of)} is ${predicate.isNegated ? 'known' : 'missing'}`;
    case 'untrue':
    case 'not':
      return `not (${describePredicate(predicate.of)})`;
    case 'and':
    case 'or':
      return `(${predicate.of.map(describePredicate).join(` ${predicate.kind} `)})`;
  }
}
