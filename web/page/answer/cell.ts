import type { JsonValue, ResultColumn } from '../api/contract.ts';

/** How a value is shown. */
export interface Cell {
  readonly text: string;
  readonly kind: 'null' | 'empty' | 'number' | 'text' | 'boolean' | 'nested';
}

/** Whether a column's values are numbers, which stand to the right. */
export function isNumeric({ type }: ResultColumn): boolean {
  return /^(U?(TINY|SMALL|BIG|HUGE)?INT(EGER)?|BIGNUM|VARINT|DECIMAL|DOUBLE|FLOAT|REAL)\b/i.test(
    type,
  );
}

/** Numbers that name something, which nobody adds up: their digits stay together. */
function isLabel({ name }: ResultColumn): boolean {
  return /(^|[_ ])(id|year|code|number|zip)$/i.test(name);
}

/** Turns a value into what is shown: nothing in the data can look like something else. */
export function toCell(value: JsonValue, column: ResultColumn): Cell {
  if (value === null) return { text: 'NULL', kind: 'null' };
  if (value === '') return { text: 'empty', kind: 'empty' };
  if (typeof value === 'boolean') return { text: String(value), kind: 'boolean' };
  if (typeof value === 'object') {
    return { text: escapeControls(JSON.stringify(value)), kind: 'nested' };
  }
  if (!isNumeric(column)) {
    return { text: escapeControls(String(value)), kind: 'text' };
  }
  return { text: printNumber(value, column), kind: 'number' };
}

function printNumber(value: number | string, column: ResultColumn): string {
  const scale = /^DECIMAL\(\d+,\s*(\d+)\)/i.exec(column.type)?.[1];
  const plain =
    typeof value === 'number' && scale !== undefined ? value.toFixed(Number(scale)) : String(value);
  // Exponents, NaN and the infinities are as DuckDB writes them.
  if (!/^-?\d+(\.\d+)?$/.test(plain) || isLabel(column)) return escapeControls(plain);
  const [whole = '', fraction] = plain.split('.');
  const grouped = whole.replace(/\B(?=(\d{3})+$)/g, ',');
  return fraction === undefined ? grouped : `${grouped}.${fraction}`;
}

/** Characters that would move, hide or reorder what stands around them; joiners belong to words. */
const CONTROLS = /[\p{Cc}\u200b\u200e\u200f\u2028-\u202e\u2060-\u2069\ufeff]/gu;

/** Shows control characters as escapes; tabs and line breaks as arrows people know. */
export function escapeControls(text: string): string {
  return text.replace(CONTROLS, (character) => {
    if (character === '\n') return '⏎';
    if (character === '\t') return '⇥';
    return `\\u${character.charCodeAt(0).toString(16).padStart(4, '0')}`;
  });
}
