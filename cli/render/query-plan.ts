import type { SqlValue } from '#core';
import { escapeControls } from './cells.ts';

/** The columns of what EXPLAIN gives. */
const COLUMNS = ['explain_key', 'explain_value'];

/** Whether rows are plans: drawings of many lines, which no cell of a table could hold. */
export function isQueryPlan(columns: readonly { readonly name: string }[]): boolean {
  return (
    columns.length === COLUMNS.length && columns.every(({ name }, index) => name === COLUMNS[index])
  );
}

/** Plans as they were drawn, one below the other. */
export function printQueryPlan(rows: readonly (readonly SqlValue[])[]): string {
  const lines = rows.flatMap(([, drawing]) =>
    String(drawing ?? '')
      .trimEnd()
      .split('\n'),
  );
  return lines.map((line) => `${escapeControls(line)}\n`).join('');
}
