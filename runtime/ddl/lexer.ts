/**
 * DuckDB's lexical grammar, as far as statements and our clauses need it: where a token
 * starts and ends, exactly as DuckDB sees it. Every character of the text belongs to
 * exactly one token, so the tokens of a text joined together are the text.
 */
import { syntaxError } from './syntax-error.ts';

export type TokenKind =
  /** White space, DuckDB's Unicode spaces and a byte order mark included. */
  | 'space'
  | 'comment'
  | 'word'
  | 'quoted_identifier'
  /** `'…'`; a doubled quote stands for one. */
  | 'string'
  /** `E'…'` with backslash escapes. */
  | 'escape_string'
  | 'dollar_string'
  | 'number'
  /** `?`, `?1`, `$1`, `$name`. */
  | 'parameter'
  | 'operator'
  /** One of `( ) [ ] { } , . :` and the pairs `::` and `:=`. */
  | 'punctuation'
  | 'semicolon'
  /** A character that no DuckDB token contains; DuckDB reports it. */
  | 'unknown';

/** A token as offsets into its text, in UTF-16 code units, `end` exclusive. */
export interface Token {
  readonly kind: TokenKind;
  readonly start: number;
  readonly end: number;
}

const SPACES = /[\t\n\f\r \u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+/y;
const HORIZONTAL_SPACE = /[\t\f \u00a0\u2000-\u200b\u202f\u205f\u2060\u3000\ufeff]+/y;
// Anything outside ASCII is a letter to DuckDB, unless it is one of the spaces above.
const LETTER =
  'A-Za-z_\\u0080-\\u009f\\u00a1-\\u1fff\\u200c-\\u202e\\u2030-\\u205e\\u2061-\\u2fff\\u3001-\\ufefe\\uff00-\\uffff';
const WORD = new RegExp(`[${LETTER}][${LETTER}0-9$]*`, 'y');
const DOLLAR_TAG = new RegExp(`\\$(?:[${LETTER}][${LETTER}0-9]*)?\\$`, 'y');
const DOLLAR_PARAMETER = new RegExp(`\\$(?:[0-9]+|[${LETTER}][${LETTER}0-9]*)`, 'y');
const QUESTION_PARAMETER = /\?[0-9]*/y;
const BASED_NUMBERS: readonly RegExp[] = [/0[xX][0-9a-fA-F_]+/y, /0[oO][0-7_]+/y, /0[bB][01_]+/y];
const NAME_CHARACTER = new RegExp(`[${LETTER}0-9$]`, 'y');
const LINE_END = /[\n\r]/g;
const COMMENT_MARK = /\/\*|\*\//g;
const OPERATOR_CHARACTERS = '~!@#^&|`+-*/%<>=';
const PUNCTUATION_CHARACTERS = '()[]{},.:';

function matchEnd(pattern: RegExp, text: string, start: number): number {
  pattern.lastIndex = start;
  return pattern.test(text) ? pattern.lastIndex : start;
}

/** Where the quoted run that opens at `start` ends; doubled quotes stand for one. */
function quotedEnd(text: string, start: number, quote: string): number {
  let position = start + 1;
  for (;;) {
    const close = text.indexOf(quote, position);
    if (close < 0) return -1;
    if (text[close + 1] !== quote) return close + 1;
    position = close + 2;
  }
}

/** Like {@link quotedEnd}, for a string in which a backslash escapes what follows it. */
export function escapedEnd(text: string, start: number): number {
  let position = start + 1;
  while (position < text.length) {
    const character = text[position];
    if (character === '\\') position += 2;
    else if (character !== "'") position += 1;
    else if (text[position + 1] === "'") position += 2;
    else return position + 1;
  }
  return -1;
}

/**
 * Where a string goes on after `end`: the offset of the opening quote of its next part, or -1.
 * SQL joins strings that only white space with a line break separates, and `--` comments
 * count as white space there.
 */
export function continuationStart(text: string, end: number): number {
  let position = end;
  let hasLineBreak = false;
  for (;;) {
    const character = text[position];
    if (character === "'") return hasLineBreak ? position : -1;
    if (character === '\n' || character === '\r') {
      hasLineBreak = true;
      position += 1;
    } else if (character === '-' && text[position + 1] === '-') {
      position = lineEnd(text, position);
    } else {
      const next = matchEnd(HORIZONTAL_SPACE, text, position);
      if (next === position) return -1;
      position = next;
    }
  }
}

function lineEnd(text: string, start: number): number {
  LINE_END.lastIndex = start;
  return LINE_END.exec(text)?.index ?? text.length;
}

function commentEnd(text: string, start: number): number {
  let depth = 1;
  COMMENT_MARK.lastIndex = start + 2;
  while (depth > 0) {
    const mark = COMMENT_MARK.exec(text);
    if (mark === null) return -1;
    depth += mark[0] === '/*' ? 1 : -1;
  }
  return COMMENT_MARK.lastIndex;
}

/** An operator is a run of operator characters that ends where a comment begins. */
function operatorEnd(text: string, start: number): number {
  let position = start;
  let isArrowWithSign = text.startsWith('=>', start);
  while (position < text.length) {
    const character = text[position] as string;
    if (!OPERATOR_CHARACTERS.includes(character)) break;
    const next = text[position + 1];
    if ((character === '-' && next === '-') || (character === '/' && next === '*')) break;
    if (position >= start + 2 && character !== '+' && character !== '-') isArrowWithSign = false;
    position += 1;
  }
  // `name =>-1` is an argument with a sign, not an operator called `=>-`.
  return isArrowWithSign ? start + 2 : position;
}

function requireClosed(end: number, text: string, start: number, what: string): number {
  if (end >= 0) return end;
  throw syntaxError({ text, offset: start, message: `unterminated ${what}` });
}

function stringToken(text: string, start: number): Token {
  const end = quotedEnd(text, start, "'");
  return { kind: 'string', start, end: requireClosed(end, text, start, 'quoted string') };
}

function escapeStringToken(text: string, start: number): Token {
  let open = start + 1;
  let end = -1;
  // Later parts of the same string keep its backslash escapes, so they belong to this token.
  while (open >= 0) {
    end = requireClosed(escapedEnd(text, open), text, start, 'quoted string');
    open = continuationStart(text, end);
  }
  return { kind: 'escape_string', start, end };
}

function dollarToken(text: string, start: number): Token {
  const tagEnd = matchEnd(DOLLAR_TAG, text, start);
  if (tagEnd > start) {
    const close = text.indexOf(text.slice(start, tagEnd), tagEnd);
    const end = close < 0 ? -1 : close + tagEnd - start;
    requireClosed(end, text, start, 'dollar-quoted string');
    return { kind: 'dollar_string', start, end };
  }
  const end = matchEnd(DOLLAR_PARAMETER, text, start);
  return end > start
    ? { kind: 'parameter', start, end }
    : { kind: 'unknown', start, end: start + 1 };
}

function isDigit(character: string | undefined): boolean {
  return character !== undefined && character >= '0' && character <= '9';
}

/** Digits with single underscores between them. */
function digitsEnd(text: string, start: number): number {
  let position = start;
  while (isDigit(text[position])) {
    position += 1;
    if (text[position] === '_' && isDigit(text[position + 1])) position += 1;
  }
  return position;
}

function numberEnd(text: string, start: number): number {
  let end = digitsEnd(text, start);
  // Not two dots in a row: `1..2` is a range of something, never `1.` and `.2`.
  if (text[end] === '.' && text[end + 1] !== '.') end = digitsEnd(text, end + 1);
  if (text[end] !== 'e' && text[end] !== 'E') return end;
  const sign = text[end + 1] === '+' || text[end + 1] === '-' ? 1 : 0;
  return isDigit(text[end + 1 + sign]) ? digitsEnd(text, end + 1 + sign) : end;
}

function numberToken(text: string, start: number): Token {
  if (text[start] === '0') {
    for (const pattern of BASED_NUMBERS) {
      const end = matchEnd(pattern, text, start);
      // It counts only as a whole: DuckDB reads `0x1g` as the number 0 and a name.
      const isWhole = end > start && matchEnd(NAME_CHARACTER, text, end) === end;
      if (isWhole) return { kind: 'number', start, end };
    }
  }
  return { kind: 'number', start, end: numberEnd(text, start) };
}

function punctuationToken(text: string, start: number): Token {
  const isPair = text.startsWith('::', start) || text.startsWith(':=', start);
  return { kind: 'punctuation', start, end: start + (isPair ? 2 : 1) };
}

/**
 * Reads the token that starts at `start`, which must lie inside the text. Takes time
 * proportional to the token's length.
 */
export function readToken(text: string, start: number): Token {
  const first = text[start] as string;
  const second = text[start + 1];
  if (first === "'") return stringToken(text, start);
  if ((first === 'E' || first === 'e') && second === "'") return escapeStringToken(text, start);
  if (first === '"') {
    const end = requireClosed(quotedEnd(text, start, '"'), text, start, 'quoted identifier');
    return { kind: 'quoted_identifier', start, end };
  }
  if (first === '$') return dollarToken(text, start);
  if (first === '-' && second === '-') {
    return { kind: 'comment', start, end: lineEnd(text, start) };
  }
  if (first === '/' && second === '*') {
    const end = requireClosed(commentEnd(text, start), text, start, '/* comment');
    return { kind: 'comment', start, end };
  }
  if (isDigit(first) || (first === '.' && isDigit(second))) return numberToken(text, start);
  if (first === '?') {
    return { kind: 'parameter', start, end: matchEnd(QUESTION_PARAMETER, text, start) };
  }
  if (first === ';') return { kind: 'semicolon', start, end: start + 1 };
  if (PUNCTUATION_CHARACTERS.includes(first)) return punctuationToken(text, start);
  if (OPERATOR_CHARACTERS.includes(first)) {
    return { kind: 'operator', start, end: operatorEnd(text, start) };
  }
  const spaceEnd = matchEnd(SPACES, text, start);
  if (spaceEnd > start) return { kind: 'space', start, end: spaceEnd };
  const wordEnd = matchEnd(WORD, text, start);
  if (wordEnd > start) return { kind: 'word', start, end: wordEnd };
  return { kind: 'unknown', start, end: start + 1 };
}

/** Tells whether a token carries no meaning. */
export function isTrivia(token: Token): boolean {
  return token.kind === 'space' || token.kind === 'comment';
}
