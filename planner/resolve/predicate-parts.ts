import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import type { Literal } from '../parse/frame.ts';
import type { Expression, Predicate } from '../query/logical.ts';
import type { BuildContext } from './build.ts';
import { isDate } from './column-values.ts';
import type { Choice } from './slots.ts';
import { literalNumber } from './slots.ts';

export interface PredicateOptions {
  readonly choices: ReadonlyMap<object, Choice>;
  readonly context: BuildContext;
  readonly subject: TableModel | null;
  readonly tables: readonly TableModel[];
}

/** Whether a predicate reads a column of the table. */
export function mentionsTable(predicate: Predicate, table: TableModel): boolean {
  return columnsIn(predicate).some((column) => column.table === table);
}

/** The columns that a predicate reads, those of its subqueries left out. */
export function columnsIn(value: unknown): ColumnModel[] {
  if (value === null || typeof value !== 'object') return [];
  if ('kind' in value && value.kind === 'column' && 'column' in value)
    return [value.column as ColumnModel];
  if ('kind' in value && (value.kind === 'subquery' || value.kind === 'inQuery')) return [];
  return Object.values(value).flatMap((item) =>
    Array.isArray(item) ? item.flatMap(columnsIn) : columnsIn(item),
  );
}

/** The constant that a comparison compares with, or null. */
export function comparedValue(predicate: Predicate): unknown {
  return predicate.kind === 'compare' && 'value' in predicate.right ? predicate.right.value : null;
}

/** The extreme that decides a comparison with any or all of several values. */
export function extremeFor(
  operator: ComparisonOperator,
  quantifier: 'any' | 'all' | null,
): 'min' | 'max' {
  const isGreater = operator === '>' || operator === '>=';
  return isGreater === (quantifier === 'all') ? 'max' : 'min';
}

/** The operator with its sides exchanged. */
export function mirror(operator: ComparisonOperator): ComparisonOperator {
  const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '<>': '<>' } as const;
  return mirrored[operator];
}

/** What holds where the predicate does not. */
export function negate(predicate: Predicate): Predicate {
  if (predicate.kind === 'compare') {
    const opposite = { '<': '>=', '<=': '>', '>': '<=', '>=': '<', '=': '<>', '<>': '=' } as const;
    return { ...predicate, operator: opposite[predicate.operator] };
  }
  if (predicate.kind === 'null' || predicate.kind === 'inQuery') {
    return { ...predicate, isNegated: !predicate.isNegated };
  }
  return { kind: 'not', of: predicate };
}

/** A column read as a date. */
export function dateOf(column: ColumnModel): Expression {
  return { kind: 'column', column, cast: column.kind === 'text' ? 'DATE' : null };
}

/** A literal as it is compared with a column; null where it has no such form. */
export function literalExpression(literal: Literal, column: ColumnModel | null): Expression | null {
  if (literal.kind === 'date') {
    return {
      kind: 'date',
      value: literal.text,
      type: literal.text.length > 10 ? 'TIMESTAMP' : 'DATE',
    };
  }
  const number = literalNumber(literal);
  if (number !== null) {
    if (
      column !== null &&
      column.kind === 'text' &&
      !column.isNumericText &&
      column.dateTextFormat === null
    )
      return { kind: 'text', value: literal.text };
    return { kind: 'number', value: number };
  }
  return literal.kind === 'text' ? { kind: 'text', value: literal.text } : null;
}

/** A value in the spelling and type of its column. */
export function storedValue(column: ColumnModel, value: string): Expression {
  if (isDate(column)) {
    if (/^\d{4}$/.test(value)) return { kind: 'number', value: Number(value) };
    return column.kind === 'text'
      ? { kind: 'text', value }
      : { kind: 'date', value, type: value.length > 10 ? 'TIMESTAMP' : 'DATE' };
  }
  if (column.kind === 'number' && Number.isFinite(Number(value)))
    return { kind: 'number', value: Number(value) };
  return { kind: 'text', value };
}

/** The subject's own column that refers to a row of another table. */
export function referringColumn(
  table: TableModel,
  { context, subject }: Pick<PredicateOptions, 'context' | 'subject'>,
): ColumnModel | null {
  if (subject === null) return null;
  const edge = context.model.keys.edgesBetween(subject, table).find(({ from }) => from === subject);
  return edge?.fromColumns[0] ?? null;
}
