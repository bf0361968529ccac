import type { Confirmation } from '#agent';
import type { Console } from '../console.ts';
import { paletteFor, widthOf } from '../console.ts';
import { escapeControls, isRightAligned, jsonCells } from './cells.ts';
import { printCount } from './run-progress.ts';
import { printTable } from './table.ts';

/** A change as text: its statement, and the first rows as they are and as they become. */
export function printChange(change: Confirmation, console: Console): string {
  const palette = paletteFor(console.out, console.environment);
  const sql = `\n${palette.cyan(escapeControls(change.sql))};\n`;
  if (change.rows.length === 0) return sql;
  const rest = (change.rowCount ?? 0) - change.rows.length;
  const more = rest > 0 ? `… ${printCount(rest)} more ${rest === 1 ? 'row' : 'rows'}\n` : '';
  return `${sql}\n${printRows(change, console)}${palette.dim(more)}`;
}

/** What a person should know before they confirm, a line each. */
export function printWarnings(
  { warnings, isUnconditional }: Confirmation,
  console: Console,
): string {
  const palette = paletteFor(console.err, console.environment);
  return warnings
    .map((text, index) => {
      const isLoud = isUnconditional && index === 0;
      const said = `${isLoud ? 'WARNING: ' : '! '}${escapeControls(text)}`;
      return `  ${isLoud ? palette.red(palette.bold(said)) : palette.yellow(said)}\n`;
    })
    .join('');
}

function printRows({ columns, rows }: Confirmation, console: Console): string {
  const isUpdate = rows.some(({ before, after }) => before !== null && after !== null);
  // Columns that stay as they are come once; of the others, what is there and what will be.
  const isChanged = columns.map((_, index) =>
    rows.some(({ before, after }) => !isSame(before?.[index], after?.[index])),
  );
  const places = columns.flatMap((column, index) => {
    const place = { column, index, name: column.name, isAfter: false };
    if (!isUpdate || isChanged[index] !== true) return [place];
    return [place, { ...place, name: `→ ${column.name}`, isAfter: true }];
  });
  return printTable({
    columns: places.map(({ name, column }) => ({
      name,
      isRightAligned: isRightAligned(column.type),
    })),
    rows: rows.map(({ before, after }) =>
      places.map(({ column, index, isAfter }) => {
        const row = isAfter ? after : (before ?? after);
        return jsonCells(column.type)(row?.[index] ?? null);
      }),
    ),
    palette: paletteFor(console.out, console.environment),
    width: widthOf(console.out),
  });
}

function isSame(a: unknown, b: unknown): boolean {
  return JSON.stringify(a) === JSON.stringify(b);
}
