/** Types and expressions inside our statements: found by their extent, kept as written. */
import type { Cursor } from './cursor.ts';
import { isString } from './literals.ts';

/** Nested types deeper than this are refused; DuckDB's own limit lies higher. */
export const TYPE_DEPTH_MAX = 64;
/** Brackets nested deeper than this are refused, as DuckDB's `max_expression_depth` does. */
export const BRACKET_DEPTH_MAX = 1000;

const CLOSERS: Readonly<Record<string, string>> = { '(': ')', '[': ']', '{': '}' };
const INTERVAL_UNITS = ['YEAR', 'MONTH', 'DAY', 'HOUR', 'MINUTE', 'SECOND'];
const VARYING_TYPES = ['CHARACTER', 'CHAR', 'NCHAR', 'BIT'];

/**
 * Reads an expression up to the comma or closing bracket that does not belong to it.
 * Only brackets are understood; the rest is DuckDB's to judge.
 */
export function readExpression(cursor: Cursor): string {
  const start = cursor.offset;
  const open: string[] = [];
  while (cursor.token !== null) {
    const text = cursor.token.kind === 'punctuation' ? cursor.textOf(cursor.token) : '';
    if (open.length === 0 && (text === ',' || text === ')')) break;
    const closer = CLOSERS[text];
    if (closer !== undefined) {
      if (open.length >= BRACKET_DEPTH_MAX) {
        throw cursor.tooComplex(`brackets are nested more than ${BRACKET_DEPTH_MAX} deep`);
      }
      open.push(closer);
    } else if (text === ')' || text === ']' || text === '}') {
      const wanted = open.pop();
      if (wanted !== text) throw cursor.failure([wanted ?? 'expression']);
    }
    cursor.advance();
  }
  if (open.length > 0) throw cursor.failure([open.at(-1) as string]);
  if (cursor.offset === start) throw cursor.failure(['expression']);
  return cursor.textSince(start);
}

/** Reads a type: any that DuckDB has, nested, quoted and qualified ones included. */
export function readType(cursor: Cursor): string {
  const start = cursor.offset;
  skipType(cursor, 0);
  return cursor.textSince(start);
}

function skipType(cursor: Cursor, depth: number): void {
  if (depth > TYPE_DEPTH_MAX) {
    throw cursor.tooComplex(`types are nested more than ${TYPE_DEPTH_MAX} deep`);
  }
  const word = cursor.word ?? '';
  const isCall = cursor.textOf(cursor.peek()) === '(';
  if (isCall && (word === 'STRUCT' || word === 'ROW' || word === 'UNION')) {
    cursor.advance();
    skipList(cursor, () => {
      cursor.expectName('field name');
      skipType(cursor, depth + 1);
    });
  } else if (isCall && word === 'MAP') {
    cursor.advance();
    cursor.expectSymbol('(');
    skipType(cursor, depth + 1);
    cursor.expectSymbol(',');
    skipType(cursor, depth + 1);
    cursor.expectSymbol(')');
  } else {
    skipNamedType(cursor, word, depth);
  }
  skipArraySuffixes(cursor);
}

function skipNamedType(cursor: Cursor, word: string, depth: number): void {
  cursor.expectName('type');
  while (cursor.acceptSymbol('.')) cursor.expectName('type');
  if (word === 'DOUBLE') cursor.acceptWords('PRECISION');
  else if (VARYING_TYPES.includes(word)) cursor.acceptWords('VARYING');
  else if (word === 'INTERVAL') skipIntervalUnit(cursor);
  if (cursor.isSymbol('(')) skipList(cursor, () => skipModifier(cursor, depth));
  if ((word === 'TIMESTAMP' || word === 'TIME') && isZoneClause(cursor)) {
    cursor.advance();
    cursor.expectWord('TIME');
    cursor.expectWord('ZONE');
  }
}

function isZoneClause(cursor: Cursor): boolean {
  return (cursor.word === 'WITH' || cursor.word === 'WITHOUT') && cursor.nextWord === 'TIME';
}

function skipIntervalUnit(cursor: Cursor): void {
  if (!INTERVAL_UNITS.includes(cursor.word ?? '')) return;
  cursor.advance();
  if (cursor.acceptWords('TO')) cursor.expectWord(...INTERVAL_UNITS);
}

/** What stands in a type's brackets: a number, a string (as in ENUM) or another type. */
function skipModifier(cursor: Cursor, depth: number): void {
  if (isString(cursor)) {
    cursor.advance();
  } else if (cursor.token?.kind === 'number' || cursor.isSymbol('-')) {
    cursor.acceptSymbol('-');
    if (cursor.token?.kind !== 'number') throw cursor.failure(['number']);
    cursor.advance();
  } else {
    skipType(cursor, depth + 1);
  }
}

function skipArraySuffixes(cursor: Cursor): void {
  for (;;) {
    const isArrayWord = cursor.acceptWords('ARRAY');
    if (!cursor.acceptSymbol('[')) {
      if (isArrayWord) continue;
      return;
    }
    if (cursor.token?.kind === 'number') cursor.advance();
    cursor.expectSymbol(']', 'array length');
  }
}

function skipList(cursor: Cursor, skipItem: () => void): void {
  cursor.expectSymbol('(');
  do skipItem();
  while (cursor.acceptSymbol(','));
  cursor.expectSymbol(')', ',');
}
