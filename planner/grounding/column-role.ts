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

/** Words for what is more or less instead of many: a sum of temperatures, rates or ages says nothing. */
const INTENSIVE =
  /^(temperature|temp|humidity|pressure|rate|ratio|percent|percentage|share|age|rating|score|star|grade|gpa|speed|latitude|longitude|index|average|mean|median|severity|rank|density)$/;

/** Whether figures of several rows are averaged where they are put together, and not added up. */
export function isIntensive({ words }: ColumnModel): boolean {
  return INTENSIVE.test(words[0] ?? '') || INTENSIVE.test(words.at(-1) ?? '');
}
