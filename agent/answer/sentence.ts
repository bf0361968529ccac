import type { Plan } from '#planner';
import type { AnswerColumn, JsonValue } from './answer.ts';

export interface Result {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly rowCount: number;
  readonly isTruncated: boolean;
}

const LISTED_MAX = 5;

/** Puts a result into one sentence, by the plan's template or by the result's shape alone. */
export function printSentence(shape: Plan['answer'], result: Result): string {
  const templated = shape.template === null ? null : fillTemplate(shape.template, result);
  return templated ?? defaultSentence(shape.shape, result);
}

const AGGREGATES: Readonly<Record<string, string>> = {
  count: 'count of',
  sum: 'sum of',
  avg: 'average',
  min: 'lowest',
  max: 'highest',
};

/**
 * A column's name as words: `order_total` and `orderTotal` become "order total". A name that DuckDB
 * made of an aggregate, such as `sum(total)`, reads as what it computes.
 */
export function humanizeName(name: string): string {
  if (/^count(_star)?\(\*?\)$/.test(name)) return 'count';
  const [, aggregate = '', distinct, operand = ''] =
    /^(count|sum|avg|min|max)\((DISTINCT )?"?([\p{L}\p{N}_. ]+)"?\)$/iu.exec(name) ?? [];
  const prefix = AGGREGATES[aggregate.toLowerCase()];
  if (prefix === undefined) return splitName(name);
  const column = splitName(operand.slice(operand.lastIndexOf('.') + 1));
  return `${prefix} ${distinct === undefined ? '' : 'distinct '}${column}`;
}

function splitName(name: string): string {
  const words = name
    .replaceAll(/([\p{Ll}\d])(\p{Lu})/gu, '$1 $2')
    .replaceAll('_', ' ')
    .trim();
  return /^[\p{Lu}\d ]+$/u.test(words) ? words : words.replaceAll(/\p{Lu}(?=\p{Ll})/gu, lower);
}

/** A value as it reads in a sentence: grouped and rounded numbers, quiet texts. */
export function printValue(value: JsonValue | undefined, column: AnswerColumn): string {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return JSON.stringify(value);
  // Exact numbers that a double cannot hold arrive as text; they are shown as they are.
  if (typeof value === 'string') return value;
  if (isIdentifier(column.name)) return String(value);
  const scale = /^DECIMAL\(\d+,\s*(\d+)\)/.exec(column.type)?.[1];
  if (scale !== undefined) return printNumber(value, Math.min(Number(scale), 4), true);
  if (Number.isInteger(value)) return printNumber(value, 0, false);
  if (Math.abs(value) < 1) return String(Number(value.toPrecision(3)));
  return printNumber(value, 2, false);
}

function defaultSentence(shape: Plan['answer']['shape'], result: Result): string {
  const [firstColumn] = result.columns;
  const [firstRow] = result.rows;
  if (firstRow === undefined || firstColumn === undefined) return 'Nothing in the data matches.';
  if (shape === 'scalar' && result.rowCount === 1 && result.columns.length === 1) {
    const value = firstRow[0];
    const name = humanizeName(firstColumn.name);
    if (value === null) return `The ${name} is unknown: no row has a value for it.`;
    return `The ${name} is ${printValue(value, firstColumn)}.`;
  }
  if (shape !== 'table' && result.rowCount === 1) {
    const pairs = result.columns.map(
      (column, index) => `${humanizeName(column.name)} ${printValue(firstRow[index], column)}`,
    );
    return `${capitalize(pairs.slice(0, LISTED_MAX).join(', '))}.`;
  }
  const count = countPhrase(result);
  if (result.columns.length === 1 && result.rowCount <= LISTED_MAX && !result.isTruncated) {
    return `${count}: ${result.rows.map((row) => printValue(row[0], firstColumn)).join(', ')}.`;
  }
  return `${count}.`;
}

/** Null when the template asks for something that the result does not have. */
function fillTemplate(template: string, result: Result): string | null {
  let isComplete = true;
  const text = template.replaceAll(/\{([^{}]+)\}/g, (_, name: string) => {
    if (name === 'rowCount') return printRowCount(result);
    const index = result.columns.findIndex((column) => column.name === name);
    const column = result.columns[index];
    const row = result.rows[0];
    if (column === undefined || row === undefined) {
      isComplete = false;
      return '';
    }
    return printValue(row[index], column);
  });
  return isComplete ? text : null;
}

function countPhrase(result: Result): string {
  return `${printRowCount(result)} ${result.rowCount === 1 && !result.isTruncated ? 'row' : 'rows'}`;
}

function printRowCount({ rowCount, isTruncated }: Result): string {
  return `${isTruncated ? 'more than ' : ''}${printNumber(rowCount, 0, false)}`;
}

// A fixed locale: the same rows must read the same on every machine.
function printNumber(value: number, fractionDigits: number, isFixed: boolean): string {
  return new Intl.NumberFormat('en-US', {
    maximumFractionDigits: fractionDigits,
    minimumFractionDigits: isFixed ? fractionDigits : 0,
  }).format(value);
}

// Numbers that name something, not ones that count or measure: digit groups would misread them.
function isIdentifier(name: string): boolean {
  return /(^|[_ ])(id|key|code|year|zip|number|no|phone)$/i.test(name) || /[a-z]Id$/.test(name);
}

function lower(text: string): string {
  return text.toLowerCase();
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
