import type { SqlValue } from '#core';
import type { Console } from '../console.ts';
import { paletteFor, widthOf } from '../console.ts';
import { isRightAligned, sqlCells } from './cells.ts';
import { printTable } from './table.ts';

interface ResultRows {
  readonly columns: readonly { readonly name: string; readonly type: string }[];
  readonly rows: readonly (readonly SqlValue[])[];
}

/** A statement's rows as a table for the program's standard output. */
export function printResultTable({ columns, rows }: ResultRows, console: Console): string {
  const printers = columns.map(({ type }) => sqlCells(type));
  return printTable({
    columns: columns.map(({ name, type }) => ({ name, isRightAligned: isRightAligned(type) })),
    rows: rows.map((row) => printers.map((print, index) => print(row[index] ?? null))),
    palette: paletteFor(console.out, console.environment),
    width: widthOf(console.out),
  });
}
