import { identifies } from '../grounding/column-role.ts';
import type { Mention } from '../grounding/link.ts';
import type { ColumnModel, SchemaModel, TableModel } from '../grounding/schema-model.ts';
import type { AggregateName } from '../language/lexicon.ts';
import type { Frame, Order, TimeGroup } from '../parse/frame.ts';
import type { Expression, SelectItem } from '../query/logical.ts';
import { numberOf } from '../query/logical.ts';
import type { Assignment } from './assign.ts';

/** "The biggest stadium" ranks by what is big about it, not by the letters of its name. */
export function rankedBy(
  column: ColumnModel,
  { measures, isSuperlative }: Order,
): ColumnModel | null {
  const isName = column.kind === 'text' && !column.isNumericText && column.dateTextFormat === null;
  if (!isSuperlative || measures.length === 0 || !isName) return column;
  const measured = ({ isMeasure, words }: ColumnModel) =>
    isMeasure && words.some((word) => measures.includes(word));
  return column.table.columns.find(measured) ?? null;
}

/** Whether rows are shown by what tells them apart. */
export function isNamed(select: readonly SelectItem[], subject: TableModel): boolean {
  return select.some(
    ({ expression }) =>
      expression.kind === 'column' &&
      (expression.column === subject.key || subject.labels.includes(expression.column)) &&
      identifies(expression.column),
  );
}

export function orderTables(
  tables: readonly TableModel[],
  subject: TableModel | null,
): readonly TableModel[] {
  if (subject === null) return tables;
  return [subject, ...tables.filter((table) => table !== subject)];
}

export function isCount(item: SelectItem | undefined): boolean {
  return item?.expression.kind === 'aggregate' && item.expression.name === 'count';
}

/** Whether the aggregate of a column says anything: words do not add up, and nor do keys. */
export function canBeAggregated(
  name: AggregateName,
  { kind, column, isKey }: ColumnModel,
): boolean {
  if (isKey && /^(avg|sum|median)$/.test(name)) return false;
  if (kind !== 'text' || !/^(avg|sum|median)$/.test(name) || column.values.length === 0)
    return true;
  const numbers = column.values.filter((value) => /^\s*-?\d+(\.\d+)?\s*$/.test(value)).length;
  return numbers * 2 > column.values.length;
}

export function aggregated(name: AggregateName, column: ColumnModel): Expression {
  // Only numbers add up: text is read as numbers here, also where not all of it looks like that.
  const isAddedUp = column.kind === 'text' && /^(avg|sum|median)$/.test(name);
  const of: Expression = isAddedUp
    ? { kind: 'column', column, cast: 'DOUBLE' }
    : dated(numberOf(column));
  return { kind: 'aggregate', name, isDistinct: false, of };
}

/** Dates kept as text in another form than ISO only order rightly when cast. */
export function dated(expression: Expression): Expression {
  if (expression.kind !== 'column') return expression;
  const format = expression.column.dateTextFormat;
  return format === null || format === 'iso' ? expression : { ...expression, cast: 'DATE' };
}

/** What groups points in time: what is shown of a group, and what puts groups in the order of time. */
export function spanOfTime(
  grain: TimeGroup['grain'],
  of: Expression,
): { readonly order: Expression; readonly shown: Expression } {
  if (grain === 'weekday') {
    // Days of the week are shown by name, in the order of the week.
    return {
      order: { kind: 'part', part: 'isodow', of },
      shown: { kind: 'part', part: 'dayname', of },
    };
  }
  const shown: Expression =
    grain === 'hour' || grain === 'year'
      ? { kind: 'part', part: grain, of }
      : { kind: 'truncated', grain, of };
  return { order: shown, shown };
}

/** "The manager of": the name of the row that a key refers to; null where the key itself is asked for. */
export function referredName(
  column: ColumnModel,
  mention: Mention | null,
  model: SchemaModel,
): Expression | null {
  const { table } = column;
  const [label] = table.labels;
  const isKeyAsked = /\b(id|number|no|code)s?$/i.test(mention?.text ?? '');
  if (!column.refersToOwnTable || mention === null || isKeyAsked) return null;
  const edge = model.keys
    .edgesBetween(table, table)
    .find(({ fromColumns }) => fromColumns[0] === column);
  return edge === undefined || label === undefined
    ? null
    : { kind: 'referred', edge, column: label };
}

/** The table whose rows the request is about. */
export function subjectOf(
  { projections, related, conditions }: Frame,
  { choices, tables }: Assignment,
): TableModel | null {
  for (const { mention, of } of projections) {
    const owner = of === null ? null : choices.get(of);
    if (owner?.kind === 'table') return owner.table;
    const own = mention === null ? null : choices.get(mention);
    if (own != null) return own.table;
  }
  for (const mention of related) {
    const choice = choices.get(mention);
    if (choice !== undefined) return choice.table;
  }
  for (const condition of conditions) {
    const near = condition.near === null ? null : choices.get(condition.near);
    if (near != null) return near.table;
  }
  return tables[0] ?? null;
}
