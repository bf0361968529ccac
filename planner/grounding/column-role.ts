import type { ColumnModel } from './schema-model.ts';

/** Whether the column holds dates or times. */
export function isPointInTime({ kind }: ColumnModel): boolean {
  return kind === 'date' || kind === 'timestamp';
}

/** A column that tells rows of its table apart nearly always, as names do and categories do not. */
export function identifies(column: ColumnModel): boolean {
  const { distinctCount } = column.column;
  return distinctCount === null || distinctCount > 0.5 * column.table.table.rowCount;
}
