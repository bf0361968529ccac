import type { ColumnModel } from '../grounding/schema-model.ts';
import { isYear } from '../parse/dates.ts';

/** Whether the column holds points in time. */
export function isDate(column: ColumnModel): boolean {
  return column.kind === 'date' || column.kind === 'timestamp' || column.dateTextFormat !== null;
}

/** Whether the column holds calendar years. */
export function isYearly({ kind, words, column }: ColumnModel): boolean {
  return (
    kind === 'number' &&
    words.some((word) =>
      /^(year|founded|found|established|establish|built|build|since)$/.test(word),
    ) &&
    isYear(Number(column.minimum)) &&
    isYear(Number(column.maximum))
  );
}

/** A bonus when the column is known to hold the number, a penalty when it cannot; null for no. */
export function storesNumber(column: ColumnModel, text: string): number | null {
  const { column: stored } = column;
  if (column.kind === 'other' || column.kind === 'boolean' || column.kind === 'time') return null;
  if (isDate(column)) return isYear(Number(text)) ? 0 : null;
  if (stored.valuesAreComplete) {
    return stored.values.some((value) => value === text || Number(value) === Number(text))
      ? 0.12
      : -0.3;
  }
  if (column.kind === 'number' && stored.minimum !== null && stored.maximum !== null) {
    const number = Number(text);
    return number >= Number(stored.minimum) && number <= Number(stored.maximum) ? 0.05 : -0.3;
  }
  return column.kind === 'number' ? 0 : -0.1;
}
