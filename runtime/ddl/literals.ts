/** Values of string and number tokens. */
import type { Cursor } from './cursor.ts';
import type { Token } from './lexer.ts';
import { continuationStart, escapedEnd } from './lexer.ts';

/** A string's value, and where it stands. */
export interface StringLiteral {
  readonly value: string;
  /** Offset of the token in the script. */
  readonly start: number;
  /** Offset of the value's first character, or null when quotes or escapes were undone in it. */
  readonly valueStart: number | null;
}

const SIMPLE_ESCAPES: Readonly<Record<string, string>> = {
  b: '\b',
  f: '\f',
  n: '\n',
  r: '\r',
  t: '\t',
};
const ESCAPE =
  /\\(?:([0-7]{1,3})|x([0-9a-fA-F]{1,2})|u([0-9a-fA-F]{4})|U([0-9a-fA-F]{8})|([\s\S]))|''/g;
const CODE_POINT_MAX = 0x10_ff_ff;

function decodeEscapes(cursor: Cursor, token: Token, text: string): string {
  const codePoint = (digits: string, radix: number): string => {
    const code = Number.parseInt(digits, radix);
    const isSurrogate = code >= 0xd800 && code <= 0xdfff;
    if (code <= CODE_POINT_MAX && !isSurrogate) return String.fromCodePoint(code);
    throw cursor.errorAt(token.start, `escape in string is not a character: ${digits}`);
  };
  return text.replace(ESCAPE, (_match, octal, hex, short, long, character) => {
    if (octal !== undefined) return codePoint(octal, 8);
    const digits = hex ?? short ?? long;
    if (digits !== undefined) return codePoint(digits, 16);
    return character === undefined ? "'" : (SIMPLE_ESCAPES[character] ?? character);
  });
}

function decodeEscapeString(cursor: Cursor, token: Token): string {
  const parts: string[] = [];
  let open = token.start + 1;
  while (open >= 0) {
    const end = escapedEnd(cursor.script, open);
    parts.push(decodeEscapes(cursor, token, cursor.script.slice(open + 1, end - 1)));
    // The token includes its later parts, see the lexer.
    open = end < token.end ? continuationStart(cursor.script, end) : -1;
  }
  return parts.join('');
}

/** Whether the current token is a string of any form. */
export function isString(cursor: Cursor): boolean {
  const kind = cursor.token?.kind;
  return kind === 'string' || kind === 'escape_string' || kind === 'dollar_string';
}

/** Reads a string of any form. */
export function expectString(cursor: Cursor, what: string): StringLiteral {
  if (!isString(cursor)) throw cursor.failure([what]);
  const token = cursor.advance();
  const { start } = token;
  const text = cursor.textOf(token);
  if (token.kind === 'dollar_string') {
    const tagLength = text.indexOf('$', 1) + 1;
    return { value: text.slice(tagLength, -tagLength), start, valueStart: start + tagLength };
  }
  if (token.kind === 'escape_string') {
    return { value: decodeEscapeString(cursor, token), start, valueStart: null };
  }
  const parts = [text.slice(1, -1).replaceAll("''", "'")];
  let end = token.end;
  while (cursor.token?.kind === 'string' && continuationStart(cursor.script, end) >= 0) {
    const part = cursor.advance();
    parts.push(cursor.textOf(part).slice(1, -1).replaceAll("''", "'"));
    end = part.end;
  }
  const isUnchanged = parts.length === 1 && parts[0]?.length === text.length - 2;
  return { value: parts.join(''), start, valueStart: isUnchanged ? start + 1 : null };
}

const BASES: Readonly<Record<string, number>> = { x: 16, o: 8, b: 2 };

/** Reads a number, a sign included; null when none stands here. */
export function acceptNumber(cursor: Cursor): number | null {
  const isSigned = cursor.isSymbol('-') || cursor.isSymbol('+');
  const token = isSigned ? cursor.peek() : cursor.token;
  if (token?.kind !== 'number') return null;
  const isNegative = cursor.isSymbol('-');
  if (isSigned) cursor.advance();
  const text = cursor.textOf(cursor.advance()).replaceAll('_', '').toLowerCase();
  const base = text[0] === '0' ? BASES[text[1] ?? ''] : undefined;
  const value = base === undefined ? Number(text) : Number.parseInt(text.slice(2), base);
  return isNegative ? -value : value;
}

/** Reads a whole number of at least `min` that a double holds exactly. */
export function expectInteger(cursor: Cursor, what: string, min: number): number {
  const { offset } = cursor;
  const value = acceptNumber(cursor);
  if (value === null) throw cursor.failure([what]);
  if (Number.isSafeInteger(value) && value >= min) return value;
  throw cursor.errorAt(offset, `${what} must be a whole number of at least ${min}`);
}
