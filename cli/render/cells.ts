import type { JsonValue } from '#agent';
import type { SqlValue } from '#core';
import { parseSqlType, toText } from '#core';

/** A cell ready to be laid out. A NULL is told apart from the text "NULL". */
export interface Cell {
  readonly text: string;
  readonly isNull: boolean;
}

const NULL_CELL: Cell = { text: 'NULL', isNull: true };

/** Makes cells of one column's values, of a statement or of an answer. */
export type CellPrinter = (value: SqlValue) => Cell;

export function sqlCells(type: string): CellPrinter {
  const sqlType = parseSqlType(type);
  return (value) => (value === null ? NULL_CELL : visible(toText(value, sqlType)));
}

/** Cells of an answer's JSON values: decimals get back the digits that their type promises. */
export function jsonCells(type: string): (value: JsonValue) => Cell {
  const scale = /^DECIMAL\(\d+,\s*(\d+)\)$/.exec(type)?.[1];
  return (value) => {
    if (value === null) return NULL_CELL;
    if (typeof value === 'number') {
      return visible(scale === undefined ? String(value) : value.toFixed(Number(scale)));
    }
    return visible(typeof value === 'string' ? value : JSON.stringify(value));
  };
}

/** Whether values of a type line up at their right end. */
export function isRightAligned(type: string): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)INT|U?INTEGER|BIGNUM|DECIMAL(\(.*\))?|FLOAT|DOUBLE)$/.test(type);
}

/**
 * Replaces control characters by visible escapes: a value must not move the cursor, break its row
 * or send the terminal a command.
 */
export function escapeControls(text: string): string {
  return text.replaceAll(/[\p{Cc}\p{Zl}\p{Zp}\u202a-\u202e\u2066-\u2069]/gu, (character) => {
    const short: Record<string, string> = { '\n': '\\n', '\r': '\\r', '\t': '\\t' };
    const code = character.charCodeAt(0);
    return (
      short[character] ??
      (code < 0x100
        ? `\\x${code.toString(16).padStart(2, '0')}`
        : `\\u${code.toString(16).padStart(4, '0')}`)
    );
  });
}

function visible(text: string): Cell {
  return { text: text === 'NULL' ? "'NULL'" : escapeControls(text), isNull: false };
}
