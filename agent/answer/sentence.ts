import { printGroupedNumber } from '#core';
import type { Plan } from '#planner';
import type { AnswerColumn, JsonValue } from './answer.ts';
import { humanizeName, isIdentifierName } from './column-name.ts';

export interface Result {
  readonly columns: readonly AnswerColumn[];
  readonly rows: readonly (readonly JsonValue[])[];
  readonly rowCount: number;
  readonly isTruncated: boolean;
}

const LISTED_MAX = 5;

/** Puts a result into one sentence, by the plan's template or by the result's shape alone. */
export function printSentence(shape: Plan['answer'], result: Result): string {
  if (shape.whenEmpty !== undefined && result.rows.length === 0) return shape.whenEmpty;
  const templated = shape.template === null ? null : fillTemplate(shape.template, result);
  return templated ?? defaultSentence(shape.shape, result);
}

/** A value as it reads in a sentence: grouped and rounded numbers, quiet texts. */
export function printValue(value: JsonValue | undefined, column: AnswerColumn): string {
  if (value === null || value === undefined) return 'unknown';
  if (typeof value === 'boolean') return value ? 'yes' : 'no';
  if (typeof value === 'object') return JSON.stringify(value);
  // Exact numbers that a double cannot hold arrive as text; they are shown as they are.
  if (typeof value === 'string') return value;
  if (isIdentifierName(column.name)) return String(value);
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
  if (shape !== 'table' && result.rowCount === 1 && result.columns.length === 1) {
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

function printNumber(value: number, fractionDigits: number, isFixed: boolean): string {
  return printGroupedNumber(value, {
    fractionDigitsMax: fractionDigits,
    fractionDigitsMin: isFixed ? fractionDigits : 0,
  });
}

function capitalize(text: string): string {
  return text.charAt(0).toUpperCase() + text.slice(1);
}
