import type { ColumnModel } from '../grounding/schema-model.ts';
import type { AggregateName } from '../language/lexicon.ts';
import type { Projection } from '../parse/frame.ts';
import type { Expression, RowOperator, SelectItem } from '../query/logical.ts';
import { numberOf } from '../query/logical.ts';
import { isDate } from './column-values.ts';
import { dateOf } from './predicate-parts.ts';

/** Two columns of a row put together, and aggregated where the projection asks for it. */
export function rowOperation(
  operator: RowOperator,
  sides: readonly [ColumnModel, ColumnModel],
  aggregate: AggregateName | null,
): Expression | null {
  const [left, right] = sides;
  if (left.table !== right.table) return null;
  // Dates are subtracted from each other; anything else is computed with numbers.
  const areDates = isDate(left) && isDate(right) && operator === 'minus';
  const isNumber = (column: ColumnModel) => column.kind === 'number' || column.isNumericText;
  if (!areDates && !(isNumber(left) && isNumber(right))) return null;
  const of = areDates ? dateOf : numberOf;
  const whole: Expression = { kind: 'arithmetic', operator, left: of(left), right: of(right) };
  if (aggregate === null) return whole;
  const summed = (side: Expression): Expression => aggregated(aggregate, side);
  // A ratio of totals, not a total of ratios.
  const isRatio = operator === 'per' || operator === 'percent of';
  return isRatio && aggregate === 'sum'
    ? { ...whole, left: summed(whole.left), right: summed(whole.right) }
    : aggregated(aggregate, whole);
}

function aggregated(name: AggregateName, of: Expression): Expression {
  return { kind: 'aggregate', name, isDistinct: false, of };
}

/** What a computed column is called: `price_per_pages`. */
export function operationAlias({ operation }: Projection, sides: readonly ColumnModel[]): string {
  const [left, right] = sides.map(({ column }) => column.name);
  return `${left}_${operation?.operator.replace(' ', '_')}_${right}`;
}

/** Whether an aggregate decides what an expression is: `sum(spent) / sum(budget)` is one, too. */
export function isAggregate(expression: Expression): boolean {
  return (
    expression.kind === 'aggregate' ||
    (expression.kind === 'arithmetic' && expression.left.kind === 'aggregate')
  );
}

/** Whether an aggregate is over what no table holds, and so has no name of its own. */
export function isOfMetric(
  expression: Expression,
): expression is Extract<Expression, { kind: 'aggregate' }> {
  return (
    expression.kind === 'aggregate' &&
    expression.of?.kind === 'column' &&
    expression.of.column.column.expression !== undefined
  );
}

/** What such a figure is called: as it was asked for, where that is a name. */
export function metricAlias(
  { name, of }: Extract<Expression, { kind: 'aggregate' }>,
  text: string,
): string {
  const column = of?.kind === 'column' ? of.column.column.name : name;
  const named = { sum: 'total', avg: 'average' }[name as 'sum' | 'avg'] ?? name;
  const asked = aliasOf(text) ?? column;
  return name === 'sum' && asked !== column ? asked : `${named}_${asked}`;
}

/** What each row is called beside a figure that was computed from it. */
export function withLabels(
  select: readonly SelectItem[],
  labels: readonly ColumnModel[],
): readonly SelectItem[] {
  const isBare =
    select.length > 0 &&
    select.every(({ expression: { kind } }) => kind === 'arithmetic' || kind === 'elapsed') &&
    !select.some(({ expression }) => isAggregate(expression));
  if (!isBare) return select;
  const shown = labels.map(
    (column): SelectItem => ({ expression: { kind: 'column', column, cast: null }, alias: null }),
  );
  return [...shown, ...select];
}

/** Words as a column name; null where they are none. */
export function aliasOf(text: string): string | null {
  const name = text.toLowerCase().replace(/[^a-z0-9]+/g, '_');
  return /^[a-z][a-z0-9_]*$/.test(name) ? name : null;
}

/** Whether a column says when somebody was born: the older, the earlier. */
export function isBirth(column: ColumnModel): boolean {
  return (
    column.words.some((word) => word === 'birth' || word === 'birthday' || word === 'birthdate') ||
    column.kind === 'date'
  );
}
