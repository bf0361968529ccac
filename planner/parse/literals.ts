import type { TimeUnit } from '../query/logical.ts';
import type { Cursor } from './cursor.ts';
import { isYear, readDate } from './dates.ts';
import type { Literal } from './frame.ts';
import { isMostlyValue } from './mentions.ts';

export interface LiteralList {
  readonly values: readonly Literal[];
  /** Joined by "and" under "both": every one is wanted. */
  readonly isAll: boolean;
  readonly isBoth: boolean;
}

/** What figures are counted in; a column rarely says it. */
const UNITS =
  '%|percent|dollars|dollar|bucks|usd|eur|gbp|euros|euro|cents|pounds|years|year|minutes|minute|mins|seconds|second|secs|hours|hour|hrs|days|miles|mile|km|kilometers|kilometres|meters|metres|meter|cm|centimeters|mm|feet|foot|ft|inches|inch|yards|kg|kilograms|kilogram|kilos|grams|gram|lbs|lb|ounces|tons|tonnes|liters|litres|mph|kph|kmh|knots|degrees|celsius|fahrenheit|gb|mb|tb|ghz|mhz|watts|kw|mw|volts|points';

/** Reads one value: a quotation, a stored value, a number or a date. */
export function readLiteral(cursor: Cursor): Literal | null {
  let token = cursor.peek();
  if (token === null) return null;
  if (token.lower === 'year' || token.lower === 'years') {
    const offset = cursor.word(1) === 'of' ? 2 : 1;
    if (isYear(cursor.peek(offset)?.number)) cursor.advance(offset);
  } else if (
    cursor.looksAt('the year') &&
    isYear(cursor.peek(cursor.word(2) === 'of' ? 3 : 2)?.number)
  ) {
    cursor.advance(cursor.word(2) === 'of' ? 3 : 2);
  }
  const date = readDate(cursor);
  if (date !== null) return { text: date, kind: 'date', mention: null };
  token = cursor.peek();
  if (token === null) return null;
  const mention = cursor.mentionAt();
  if (
    /^(a|an)$/.test(token.lower) &&
    timeUnit(cursor.word(1)) !== null &&
    cursor.mentionAt(1) === null
  ) {
    cursor.advance();
    return number(1, readTimeUnit(cursor));
  }
  if (token.kind === 'quoted') {
    cursor.advance();
    const isDate = /^\d{4}-\d{2}-\d{2}([ T]\d{2}:\d{2}.*)?$/.test(token.text);
    if (isDate && (mention === null || mention.values.length === 0)) {
      return { text: token.text, kind: 'date', mention: null };
    }
    return { text: token.text, kind: 'text', mention };
  }
  if (mention !== null && isMostlyValue(mention)) {
    cursor.take(mention);
    return { text: mention.text, kind: 'text', mention };
  }
  if (token.number !== null && token.kind === 'number') {
    cursor.advance();
    const unit = readTimeUnit(cursor);
    if (unit === null && cursor.mentionAt() === null) cursor.eat(UNITS);
    return number(token.number, unit);
  }
  if (token.number !== null && mention === null) {
    cursor.advance();
    return number(token.number, readTimeUnit(cursor));
  }
  return null;
}

/** "7 days": what a number counts, where it is time. */
function readTimeUnit(cursor: Cursor): TimeUnit | null {
  if (cursor.mentionAt() !== null) return null;
  const unit = timeUnit(cursor.word());
  if (unit !== null) cursor.advance();
  return unit;
}

function timeUnit(word: string): TimeUnit | null {
  const short = { hr: 'hour', min: 'minute' }[word.replace(/s$/, '')];
  const unit = /^(minute|hour|day|week|month|quarter|year)s?$/.exec(word)?.[1] ?? short;
  return (unit as TimeUnit | undefined) ?? null;
}

function number(value: number, unit: TimeUnit | null): Literal {
  const literal: Literal = { text: String(value), kind: 'number', mention: null };
  return unit === null ? literal : { ...literal, unit };
}

/** Reads values joined by commas, "or", "and"; null when none stands here. */
export function readLiteralList(cursor: Cursor): LiteralList | null {
  const start = cursor.position;
  const isBoth = cursor.eat('both');
  cursor.eat('either');
  const first = readLiteral(cursor);
  if (first === null) {
    cursor.position = start;
    return null;
  }
  const values = [first];
  let isAnd = false;
  for (;;) {
    const before = cursor.position;
    const joined = cursor.eat(',') || cursor.looksAt('or|and');
    if (!joined) break;
    const isOr = cursor.eat('or');
    const isThisAnd = !isOr && cursor.eat('and');
    const next = isJoinable(cursor, first) ? readLiteral(cursor) : null;
    if (next === null) {
      cursor.position = before;
      break;
    }
    isAnd ||= isThisAnd;
    values.push(next);
  }
  return { values, isAll: values.length > 1 && (isBoth || isAnd), isBoth };
}

/** Values are listed only with others of their kind that share a column. */
function isJoinable(cursor: Cursor, first: Literal): boolean {
  const token = cursor.peek();
  if (token === null) return false;
  if (first.kind === 'number') return token.kind === 'number';
  if (token.kind === 'quoted') return true;
  const mention = cursor.mentionAt();
  if (mention === null || !isMostlyValue(mention)) return false;
  const columns = new Set(first.mention?.values.map(({ column }) => column.id));
  return columns.size === 0 || mention.values.some(({ column }) => columns.has(column.id));
}
