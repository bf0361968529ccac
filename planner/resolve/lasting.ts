import { rowSpan } from '../grounding/elapsed-columns.ts';
import type { Mention } from '../grounding/link.ts';
import type { ColumnModel, SchemaModel } from '../grounding/schema-model.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import type { Condition, Literal, Operand } from '../parse/frame.ts';
import type { Predicate, TimeUnit } from '../query/logical.ts';
import { columnOf } from '../query/logical.ts';
import { isDate } from './column-values.ts';
import type { PredicateOptions } from './predicate-parts.ts';

/** Words of figures that count units of time; a weight, a salary or a number of beds does not. */
const TIME =
  /^(age|duration|length|time|period|term|tenure|delay|experience|runtime|lifetime|lifespan|warranty|interval|notice|second|sec|minute|min|hour|hr|day|week|month|year|millisecond|lap|stay|wait|latency|stop)$/;

/** The unit of time that an operand is counted in; null where it is a bare number or none. */
export function timeUnitOf(operand: Operand): TimeUnit | null {
  return operand.kind === 'literal' ? (operand.literal.unit ?? null) : null;
}

/** Whether figures of the column may count time. */
export function countsTime({ elapsed, words }: ColumnModel): boolean {
  return elapsed !== null || words.some((word) => TIME.test(word));
}

/**
 * That a row lasts as long as is said, by its last day: "longer than 2 years", where the column is
 * the time between two dates or one of the two; null where it is neither.
 */
export function lastingPredicate(
  column: ColumnModel,
  operator: ComparisonOperator,
  { text, unit }: Literal,
): Predicate | null {
  const span = rowSpan(column.table);
  const count = Number(text);
  if (span === null || unit === undefined || !Number.isInteger(count)) return null;
  const { begin, end } = span;
  if (column.elapsed?.to !== end && column !== begin && column !== end) return null;
  const right = { kind: 'shifted', of: columnOf(begin), unit, count } as const;
  return { kind: 'compare', left: columnOf(end), operator, right };
}

/**
 * That a row has begun and not ended: "currently admitted". Where no row that the query reads has an
 * end, all of them are current; null where several do, or where that is denied.
 */
export function currentPredicate(
  { isNegated }: Pick<Condition, 'isNegated'>,
  {
    tables,
    subject,
    context,
  }: Pick<PredicateOptions, 'tables' | 'subject'> & { readonly context: { readonly now: string } },
): Predicate | null {
  const own = subject === null ? null : rowSpan(subject);
  const spans = own === null ? tables.flatMap((table) => rowSpan(table) ?? []) : [own];
  const [span, other] = spans;
  if (other !== undefined || (span === undefined && isNegated)) return null;
  if (span === undefined) return { kind: 'and', of: [] };
  const day = context.now.slice(0, 10);
  const today = { kind: 'date', value: day, type: 'DATE' } as const;
  const [begin, end] = [columnOf(span.begin), columnOf(span.end)];
  const isOpen: Predicate = {
    kind: 'or',
    of: [
      { kind: 'null', of: end, isNegated: false },
      { kind: 'compare', left: end, operator: '>', right: today },
    ],
  };
  const isAhead = (span.begin.column.maximum ?? '') > day;
  if (!isAhead && (span.begin.column.nullCount ?? 0) === 0) return isOpen;
  return {
    kind: 'and',
    of: [isOpen, { kind: 'compare', left: begin, operator: '<=', right: today }],
  };
}

/** Ages that a bare number after the rows may be: "patients over 65", where patients have one. */
export function agesOf(
  { near, operand, operator }: Extract<Condition, { kind: 'compare' }>,
  { columns, metrics }: Pick<SchemaModel, 'columns' | 'metrics'>,
): readonly ColumnModel[] {
  if (operand.kind !== 'literal' || operand.literal.unit !== undefined) return [];
  const count = operand.literal.kind === 'number' ? Number(operand.literal.text) : 0;
  if (!Number.isInteger(count) || count < 1 || count > 120 || /^(=|<>)$/.test(operator)) return [];
  const [best] = near?.names ?? [];
  if (best?.kind !== 'table') return [];
  return [...columns, ...metrics].filter(
    ({ table, words }) => table === best.table && words.length === 1 && words[0] === 'age',
  );
}

/** "were cancelled" of rows that keep when they were: those with a date have been. */
export function isHappening({ text }: Mention, column: ColumnModel): boolean {
  return (
    isDate(column) && (column.column.nullCount ?? 0) > 0 && /^\p{Ll}+(ed|en|[lnp]t)$/u.test(text)
  );
}

/** "Has expired": the day on which it does has passed. */
export function isExpired({ text }: Mention, column: ColumnModel): boolean {
  return (
    isDate(column) && /\bexpired\b/i.test(text) && column.words.some((word) => /^expir/.test(word))
  );
}
