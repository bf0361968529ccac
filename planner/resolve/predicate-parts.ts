import type { ColumnModel, TableModel } from '../grounding/schema-model.ts';
import type { ComparisonOperator } from '../language/lexicon.ts';
import { parseOrdinal } from '../language/numbers.ts';
import { isYear, shiftDate } from '../parse/dates.ts';
import type { Condition, Direction, Literal, Operand } from '../parse/frame.ts';
import { columnsRead } from '../query/columns-read.ts';
import type { Expression, Predicate } from '../query/logical.ts';
import { columnOf, numberOf } from '../query/logical.ts';
import type { BuildContext } from './build.ts';
import { isDate } from './column-values.ts';
import type { Choice } from './slots.ts';

export interface PredicateOptions {
  readonly choices: ReadonlyMap<object, Choice>;
  readonly context: BuildContext;
  readonly subject: TableModel | null;
  readonly tables: readonly TableModel[];
  /** Values said to be where something comes from or goes to. */
  readonly directions: ReadonlyMap<Literal, Direction>;
}

/** Whether a predicate reads a column of the table. */
export function mentionsTable(predicate: Predicate, table: TableModel): boolean {
  return columnsRead(predicate, 'own').some((column) => column.table === table);
}

/** Whether a predicate reads columns of this table and of no other. */
export function isOnlyAbout(predicate: Predicate, table: TableModel): boolean {
  const columns = columnsRead(predicate, 'own');
  return columns.length > 0 && columns.every((column) => column.table === table);
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

/** A column that another is compared with: of the same row, or of the row that a key refers to. */
export function mentionedOperand(
  { mention, of }: Extract<Operand, { kind: 'mention' }>,
  compared: ColumnModel | null,
  { choices, context }: PredicateOptions,
): Expression | null {
  const choice = choices.get(mention);
  if (choice === undefined || choice.kind === 'table') return null;
  const key = of === null ? choice : choices.get(of);
  if (key?.kind === 'column' && key.column.refersToOwnTable) {
    const column = of === null ? compared : choice.column;
    const edge = context.model.keys
      .edgesBetween(key.table, key.table)
      .find(({ fromColumns }) => fromColumns[0] === key.column);
    if (edge === undefined || column === null || column.table !== edge.to) return null;
    return column === key.column ? columnOf(column) : { kind: 'referred', edge, column };
  }
  // A quantity is not compared with the number of a row.
  if (choice.column.isKey && compared !== null && !compared.isKey) return null;
  return numberOf(choice.column);
}

/** "5 star ratings": the number is one of the column's values rather than a count. */
export function isStoredNumber(
  condition: Extract<Condition, { kind: 'quantity' }>,
  choice: Choice | undefined,
): boolean {
  if (choice?.kind !== 'column' || condition.operator !== '=') return false;
  const { column } = choice;
  if (column.isKey && (column.kind !== 'text' || column === column.table.key)) return false;
  return column.column.values.includes(String(condition.number));
}

/** Whether a condition is about how many rows there are, or what they come to. */
export function isAboutGroups(condition: Condition, choices: PredicateOptions['choices']): boolean {
  if (condition.kind === 'quantity') {
    const choice = choices.get(condition.mention ?? condition);
    if (isStoredNumber(condition, choice)) return false;
    return !(choice?.kind === 'column' && choice.column.isMeasure);
  }
  return condition.kind === 'compare' && condition.aggregate !== null;
}

/** Whether the comparison makes sense for the column: words come neither before nor after a number. */
export function isOrderable(
  { kind, isNumericText, dateTextFormat }: ColumnModel,
  operator: ComparisonOperator,
  { operand, aggregate }: Extract<Condition, { kind: 'compare' }>,
): boolean {
  const isWords = kind === 'text' && !isNumericText && dateTextFormat === null;
  const isNumber = operand.kind === 'literal' && operand.literal.kind === 'number';
  return !isWords || !isNumber || aggregate !== null || operator === '=' || operator === '<>';
}

/** The operator with its sides exchanged. */
export function mirror(operator: ComparisonOperator): ComparisonOperator {
  const mirrored = { '<': '>', '<=': '>=', '>': '<', '>=': '<=', '=': '=', '<>': '<>' } as const;
  return mirrored[operator];
}

/** That one of the columns contains, begins or ends with a text; null where there are no columns. */
export function patternPredicate(
  columns: readonly ColumnModel[],
  { operator, text }: Extract<Condition, { kind: 'pattern' }>,
): Predicate | null {
  const pattern = { contains: `%${text}%`, starts: `${text}%`, ends: `%${text}` }[operator];
  const parts = columns.map(
    (column): Predicate => ({ kind: 'like', of: columnOf(column), pattern }),
  );
  return parts.length > 1 ? { kind: 'or', of: parts } : (parts[0] ?? null);
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

/** "older than 60" by a birthday, "older than 2 years" by any date; null for other comparisons. */
export function ageComparison(
  { operand, operator, ageUnit }: Extract<Condition, { kind: 'compare' }>,
  column: ColumnModel,
  now: string,
): Predicate | null {
  if (operand.kind !== 'literal' || operand.literal.kind !== 'number') return null;
  const count = Number(operand.literal.text);
  if (!Number.isInteger(count) || isYear(count)) return null;
  const today = now.slice(0, 10);
  const of = dateOf(column);
  if (column.words.includes('birth')) {
    // People are as old as the years they have completed.
    const left: Expression = { kind: 'elapsed', unit: ageUnit ?? 'year', from: of, until: today };
    return { kind: 'compare', left, operator, right: { kind: 'number', value: count } };
  }
  if (ageUnit === undefined) return null;
  const right: Expression = {
    kind: 'date',
    value: shiftDate(today, ageUnit, -count),
    type: 'DATE',
  };
  return { kind: 'compare', left: of, operator: mirror(operator), right };
}

/** A named row's payments are added up like those that they are compared with. */
export function summedAlike({
  aggregate,
  operand,
}: Extract<Condition, { kind: 'compare' }>): Operand {
  const isRow = operand.kind === 'query' && operand.aggregate === null;
  return isRow && aggregate === 'sum' ? { ...operand, aggregate, quantifier: null } : operand;
}

/** That a date lies within a stretch of days. */
export function withinPeriod(
  column: ColumnModel,
  { from, to }: Extract<Condition, { kind: 'period' }>,
): Predicate {
  const left = dateOf(column);
  const bounds = [
    { operator: '>=', value: from },
    { operator: '<', value: to },
  ] as const;
  const of = bounds.flatMap(({ operator, value }): Predicate[] =>
    value === null
      ? []
      : [{ kind: 'compare', left, operator, right: { kind: 'date', value, type: 'DATE' } }],
  );
  const [only] = of;
  return of.length === 1 && only !== undefined ? only : { kind: 'and', of };
}

/** How many there are of what is related: rows, or different values, or different rows where that is said. */
export function countOfRelated(
  choice: Choice | null,
  { isDistinct = false }: Extract<Condition, { kind: 'quantity' }>,
): Expression {
  const key = choice?.table.key ?? null;
  const own = choice?.kind === 'column' ? choice.column : key;
  const isCounted = choice?.kind === 'column' && choice.column !== key;
  const of = own !== null && (isCounted || isDistinct) ? columnOf(own) : null;
  return { kind: 'aggregate', name: 'count', isDistinct: of !== null, of };
}

/** "Doctors who earn more than the average salary of nurses": the salaries of those who are named. */
export function rangedOver(compared: ColumnModel | null, operand: Operand): ColumnModel | null {
  if (compared === null || operand.kind !== 'query') return compared;
  for (const { names } of operand.frame.related) {
    const [best] = names;
    if (best?.kind !== 'table' || best.table === compared.table) continue;
    const { words } = compared;
    const own = best.table.columns.find((column) => column.words.join(' ') === words.join(' '));
    if (own?.isMeasure === true) return own;
  }
  return compared;
}

/** "Twice the average": the value times its factor; null where what is compared is no number. */
export function multiple(
  { operand }: Extract<Condition, { kind: 'compare' }>,
  value: Expression | null,
): Expression | null {
  const factor = operand.kind === 'literal' ? undefined : operand.factor;
  if (factor === undefined || value === null) return value;
  const isNumber =
    value.kind === 'subquery' ||
    value.kind === 'peers' ||
    (value.kind === 'column' && value.column.kind === 'number');
  return isNumber
    ? {
        kind: 'arithmetic',
        operator: 'times',
        left: { kind: 'number', value: factor },
        right: value,
      }
    : null;
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
  if (column?.kind === 'boolean' && /^(true|false)$/.test(literal.text)) {
    return { kind: 'boolean', value: literal.text === 'true' };
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

/** The number an ordinal or cardinal literal denotes. */
function literalNumber(literal: Literal): number | null {
  const ordinal = parseOrdinal(literal.text.toLowerCase());
  const value = ordinal ?? Number(literal.text);
  return Number.isFinite(value) ? value : null;
}
