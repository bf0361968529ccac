import type { ColumnModel } from '../grounding/schema-model.ts';
import { isDate } from './column-values.ts';
import type { Choice } from './slots.ts';

/** What a part of a request is to the query. */
export type Role =
  | 'projection'
  | 'measure'
  | 'count'
  | 'distinct'
  | 'entity'
  | 'group'
  | 'order'
  | 'compare'
  | 'quantity';

/** How well a choice suits what it is to the query. */
export function roleAdjustment(role: Role, choice: Choice): number {
  const column = choice.kind === 'column' ? choice.column : null;
  const isNumeric = column !== null && (column.kind === 'number' || column.isNumericText);
  switch (role) {
    case 'measure':
      if (column === null) return -0.25;
      return isNumeric ? (column.isKey ? -0.2 : 0.15) : isDate(column) ? 0 : -0.2;
    case 'distinct':
      return column === null ? 0.06 : isTally(column) ? 0.2 : 0;
    case 'count':
      if (column === null) return 0.15;
      if (isTally(column)) return 0.2;
      if (column.words.length > 1 && /^(id|number|code|name)$/.test(column.words.at(-1) ?? ''))
        return -0.08;
      // "how many degrees" over a table of counts per year adds up the counts.
      return column.isMeasure && sameName(column) ? 0.12 : 0;
    case 'entity':
      return column === null ? 0.15 : 0;
    case 'order':
      if (column === null) return -0.1;
      return isNumeric && !column.isKey ? 0.06 : isDate(column) ? 0.04 : 0;
    case 'quantity':
      if (column === null) return 0.05;
      if (isTally(column)) return 0.2;
      return column.isMeasure ? 0.05 : -0.05;
    case 'compare':
      return column === null ? -0.2 : 0;
    case 'projection':
      return column?.isForeignKey && column.words.at(-1) !== 'id' && column.words.at(-1) !== 'code'
        ? -0.14
        : 0;
    case 'group':
      return 0;
  }
}

/** A column that keeps a count, as `citation_num` or `bedroom_count`. */
function isTally(column: ColumnModel): boolean {
  return (
    column.isMeasure &&
    column.words.length > 1 &&
    column.words.some((word) => /^(number|count|total|quantity)$/.test(word))
  );
}

function sameName(column: ColumnModel): boolean {
  return column.words.join(' ') === column.table.words.join(' ');
}
