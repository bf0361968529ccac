import type { Palette } from '../console.ts';
import type { Cell } from './cells.ts';
import { escapeControls } from './cells.ts';
import { padEnd, padStart, textWidth, truncate } from './width.ts';

export interface TableColumn {
  readonly name: string;
  readonly isRightAligned: boolean;
}

export interface TableOptions {
  readonly columns: readonly TableColumn[];
  readonly rows: readonly (readonly Cell[])[];
  readonly palette: Palette;
  /** Cells to fit a line into; null leaves every cell whole. */
  readonly width: number | null;
}

const GAP = ' │ ';
const COLUMN_WIDTH_MIN = 6;

/**
 * Lays out rows as aligned lines: a header, a rule, one line a row. Ends in a line break. Columns
 * that do not fit, however narrow, are left out at the right, and the header counts them.
 */
export function printTable(options: TableOptions): string {
  if (options.columns.length === 0) return '';
  const { columns, rows, palette, width } = dropColumns(options);
  const headers = columns.map((column) => escapeControls(column.name));
  const natural = columns.map((_, index) =>
    Math.max(
      1,
      textWidth(headers[index] ?? ''),
      rows.reduce((most, row) => Math.max(most, textWidth(row[index]?.text ?? '')), 0),
    ),
  );
  const widths = width === null ? natural : fitWidths(natural, width);
  const place = (text: string, index: number): string => {
    const cell = truncate(text, widths[index] ?? 0);
    if (columns[index]?.isRightAligned === true) return padStart(cell, widths[index] ?? 0);
    // Nothing follows the last column: no blanks at the ends of lines.
    return index === columns.length - 1 ? cell : padEnd(cell, widths[index] ?? 0);
  };
  const rule = widths.map((cells) => '─'.repeat(cells)).join('─┼─');
  const lines = [
    headers.map((header, index) => palette.bold(place(header, index))).join(palette.dim(GAP)),
    palette.dim(rule),
  ];
  for (const row of rows) {
    lines.push(
      row
        .map((cell, index) => {
          const text = place(cell.text, index);
          return cell.isNull ? palette.dim(text) : text;
        })
        .join(palette.dim(GAP)),
    );
  }
  return `${lines.join('\n')}\n`;
}

/** Leaves out the columns at the right for which the width has no room. */
function dropColumns(options: TableOptions): TableOptions {
  const { columns, rows, width } = options;
  if (width === null) return options;
  const least = columns.map((column, index) =>
    Math.min(
      COLUMN_WIDTH_MIN,
      rows.reduce(
        (most, row) => Math.max(most, textWidth(row[index]?.text ?? '')),
        textWidth(escapeControls(column.name)),
      ),
    ),
  );
  const ends = least.map((_, index) =>
    least.slice(0, index + 1).reduce((sum, cells) => sum + cells + GAP.length, -GAP.length),
  );
  if ((ends.at(-1) ?? 0) <= width) return options;
  const noteWidth = `… ${columns.length} more`.length;
  const fitting = ends.filter((end) => end + GAP.length + noteWidth <= width).length;
  const kept = Math.max(1, fitting);
  const note = { name: `… ${columns.length - kept} more`, isRightAligned: false };
  return {
    ...options,
    columns: [...columns.slice(0, kept), note],
    rows: rows.map((row) => [...row.slice(0, kept), { text: '', isNull: false }]),
  };
}

/** Takes cells from the widest columns until the line fits or every column is at its least. */
function fitWidths(natural: readonly number[], available: number): number[] {
  const widths = [...natural];
  let excess =
    widths.reduce((sum, cells) => sum + cells, 0) + GAP.length * (widths.length - 1) - available;
  while (excess > 0) {
    const widest = Math.max(...widths);
    if (widest <= COLUMN_WIDTH_MIN) break;
    const next = Math.max(COLUMN_WIDTH_MIN, ...widths.filter((cells) => cells < widest));
    const indexes = widths.flatMap((cells, index) => (cells === widest ? [index] : []));
    const step = Math.min(widest - next, Math.ceil(excess / indexes.length));
    for (const index of indexes) {
      const taken = Math.min(step, excess);
      if (taken <= 0) break;
      widths[index] = widest - taken;
      excess -= taken;
    }
  }
  return widths;
}
