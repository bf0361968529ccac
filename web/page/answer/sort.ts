import type { JsonValue } from '../api/contract.ts';

export interface Order {
  readonly column: number;
  readonly direction: 'ascending' | 'descending';
}

type Row = readonly JsonValue[];

/** What a click on a column's head leads to: ascending, descending, then the answer's own order. */
export function nextOrder(order: Order | null, column: number): Order | null {
  if (order?.column !== column) return { column, direction: 'ascending' };
  return order.direction === 'ascending' ? { column, direction: 'descending' } : null;
}

/** The rows in an order; equal ones keep theirs, and NULL is last either way. */
export function sortRows(
  rows: readonly Row[],
  order: Order | null,
  isNumericColumn: boolean,
): readonly Row[] {
  if (order === null) return rows;
  const { column } = order;
  const sign = order.direction === 'ascending' ? 1 : -1;
  const compare = isNumericColumn ? compareNumbers : compareValues;
  return rows.toSorted((one, other) => {
    const [left = null, right = null] = [one[column], other[column]];
    if (left === null || right === null) return Number(left === null) - Number(right === null);
    return sign * compare(left, right);
  });
}

const COLLATOR = new Intl.Collator('en', { numeric: true });

function compareValues(left: JsonValue, right: JsonValue): number {
  return COLLATOR.compare(toText(left), toText(right));
}

function compareNumbers(left: JsonValue, right: JsonValue): number {
  if (typeof left === 'number' && typeof right === 'number') return left - right;
  const [one, other] = [String(left), String(right)];
  const isWhole = /^-?\d+$/.test(one) && /^-?\d+$/.test(other);
  // Integers that a double cannot hold arrive as texts.
  if (isWhole) return Number(BigInt(one) > BigInt(other)) - Number(BigInt(one) < BigInt(other));
  const [first, second] = [Number(one), Number(other)];
  if (Number.isNaN(first) || Number.isNaN(second)) {
    return Number(Number.isNaN(first)) - Number(Number.isNaN(second));
  }
  return first === second ? 0 : first - second;
}

function toText(value: JsonValue): string {
  return typeof value === 'string' ? value : JSON.stringify(value);
}
