import { parseOrdinal } from '../language/numbers.ts';
import type { DatePart } from '../query/logical.ts';
import type { Cursor } from './cursor.ts';

export const MONTHS = [
  'january',
  'february',
  'march',
  'april',
  'may',
  'june',
  'july',
  'august',
  'september',
  'october',
  'november',
  'december',
];

const DAYS = ['monday', 'tuesday', 'wednesday', 'thursday', 'friday', 'saturday', 'sunday'];

/** What comes again every week or year. */
export interface Recurrence {
  readonly part: DatePart;
  readonly values: readonly number[];
}

/** "on weekends", "on Mondays", "in December" of any year; null when none stands here. */
export function readRecurrence(cursor: Cursor): Recurrence | null {
  return cursor.attempt(() => {
    const isIn = cursor.eat('in|during');
    const isOn = !isIn && cursor.eat('on|at');
    cursor.eat('the|a|each|every|any');
    if (cursor.mentionAt() !== null) return null;
    if (cursor.eat('weekend|weekends')) return { part: 'isodow', values: [6, 7] };
    if (isOn && cursor.eat('weekday|weekdays|workday|workdays')) {
      return { part: 'isodow', values: [1, 2, 3, 4, 5] };
    }
    const day = DAYS.indexOf(cursor.word().replace(/s$/, ''));
    if (isOn && day >= 0) {
      cursor.advance();
      return { part: 'isodow', values: [day + 1] };
    }
    const month = MONTHS.indexOf(cursor.word());
    if (!isIn || month < 0 || cursor.peek(1)?.number != null) return null;
    cursor.advance();
    cursor.eat('of any year');
    return { part: 'month', values: [month + 1] };
  });
}

/** "A birthday in May", "whose birthday is in May": the part of the named date that comes again. */
export function readDatedAgain(cursor: Cursor): Recurrence | null {
  return cursor.attempt(() => {
    cursor.eat('is|are|was|were|falls|fall');
    return readRecurrence(cursor);
  });
}

/** The number of a month name or its three-letter form, or null. */
export function monthNumber(lower: string): number | null {
  const index = MONTHS.findIndex(
    (month) =>
      month === lower || (lower.length >= 3 && lower.length <= 4 && month.startsWith(lower)),
  );
  return index < 0 ? null : index + 1;
}

/** Reads a calendar date in digits or words; null when none stands here. */
export function readDate(cursor: Cursor): string | null {
  return cursor.attempt(() => {
    const date = readWrittenDate(cursor);
    return date !== null && isCalendarDay(date.slice(0, 10)) ? date : null;
  });
}

function readWrittenDate(cursor: Cursor): string | null {
  const token = cursor.peek();
  if (token === null || token.kind === 'quoted') return null;
  const iso = /^(\d{4})-(\d{1,2})-(\d{1,2})(.*)$/.exec(token.text);
  if (iso !== null) {
    cursor.advance();
    return `${iso[1]}-${pad(iso[2])}-${pad(iso[3])}${(iso[4] ?? '').replace('T', ' ')}`;
  }
  const american = /^(\d{1,2})\/(\d{1,2})\/(\d{4})$/.exec(token.text);
  if (american !== null) {
    cursor.advance();
    return `${american[3]}-${pad(american[1])}-${pad(american[2])}`;
  }
  return readWordedDate(cursor);
}

function readWordedDate(cursor: Cursor): string | null {
  // "the 15th of March 2025"
  const article = cursor.word() === 'the' && /^\d/.test(cursor.word(1)) ? 1 : 0;
  if (
    cursor.word(article + 1) === 'of' &&
    isDay(cursor.peek(article)?.number ?? ordinal(cursor, article))
  ) {
    const [day, of, year] = [article, article + 2, article + 3].map((offset) =>
      cursor.peek(offset),
    );
    const named = monthNumber(of?.lower ?? '');
    if (named === null || !isYear(year?.number)) return null;
    const number = day?.number ?? ordinal(cursor, article);
    cursor.advance(article + 4);
    return `${year.number}-${pad(named)}-${pad(number ?? 1)}`;
  }
  const [first, second, third, fourth] = [0, 1, 2, 3].map((offset) => cursor.peek(offset));
  const comma = third?.text === ',' ? 1 : 0;
  const year = comma === 1 ? fourth : third;
  // "January 1, 2023", "June 3rd 2018"
  const month = first?.kind === 'word' ? monthNumber(first.lower) : null;
  if (month !== null && isDay(second?.number) && isYear(year?.number)) {
    cursor.advance(3 + comma);
    return `${year?.number}-${pad(month)}-${pad(second?.number)}`;
  }
  // "1 January 2023"
  const later = second?.kind === 'word' ? monthNumber(second.lower) : null;
  if (isDay(first?.number) && later !== null && isYear(year?.number)) {
    cursor.advance(3 + comma);
    return `${year?.number}-${pad(later)}-${pad(first?.number)}`;
  }
  return null;
}

/** "March 2012 and July 2018", "May 1 and June 5, 2026": the end says the year where the beginning does not. */
export function readSpan(cursor: Cursor): Period | null {
  return cursor.attempt(() => {
    const named = readBounded(cursor);
    const month = named === null ? monthNumber(cursor.word()) : null;
    const day = cursor.peek(1)?.number ?? null;
    if (named === null && month === null) return null;
    if (month !== null) cursor.advance(isDay(day) ? 2 : 1);
    if (!cursor.eat('and|to|until|till|through')) return null;
    const date = readDate(cursor);
    const end = date === null ? readBounded(cursor) : { from: date, to: shiftDate(date, 'day', 1) };
    if (end === null) return null;
    const { to } = end;
    if (named !== null) return { from: named.from, to };
    const from = `${end.from.slice(0, 4)}-${pad(month ?? 1)}-${pad(isDay(day) ? day : 1)}`;
    return { from, to };
  });
}

/** A stretch of days; null where it has no beginning, or no end: "since March 2025". */
export interface Period {
  /** The first day. */
  readonly from: string | null;
  /** The day after the last one. */
  readonly to: string | null;
}

type BoundedPeriod = { readonly [end in keyof Period]: string };

const UNITS: Readonly<Record<string, 'day' | 'week' | 'month' | 'quarter' | 'year' | 'hour'>> = {
  day: 'day',
  week: 'week',
  month: 'month',
  quarter: 'quarter',
  year: 'year',
  hour: 'hour',
};

function unitOf(lemma: string) {
  return Object.hasOwn(UNITS, lemma) ? UNITS[lemma] : undefined;
}

/**
 * Reads "last month", "the past 30 days", "June 2021", "today", and what lies before or after one
 * of them: "since March 2025", "before last week"; null when none stands here.
 */
export function readPeriod(cursor: Cursor): Period | null {
  return cursor.attempt(() => {
    const side = /^(since|after|before|until|till)$/.exec(cursor.word())?.[1] ?? '';
    if (side === '') return readBounded(cursor);
    cursor.advance();
    const named = readBounded(cursor) ?? readMonthOf(cursor);
    if (named === null) return null;
    const { from, to } = named;
    if (side === 'since') return { from, to: null };
    if (side === 'after') return { from: to, to: null };
    return { from: null, to: side === 'before' ? from : to };
  });
}

/** "March" without a year: the last one that has begun. */
function readMonthOf(cursor: Cursor): BoundedPeriod | null {
  const month = cursor.mentionAt() === null ? monthNumber(cursor.word()) : null;
  if (month === null || cursor.peek(1)?.number != null) return null;
  cursor.advance();
  const year = Number(cursor.now.slice(0, 4));
  const isAhead = month > Number(cursor.now.slice(5, 7));
  const from = `${isAhead ? year - 1 : year}-${pad(month)}-01`;
  return { from, to: shiftDate(from, 'month', 1) };
}

function readBounded(cursor: Cursor): BoundedPeriod | null {
  const start = cursor.position;
  cursor.eat('in|during|within|over|for|from|on');
  cursor.eat('the');
  const today = cursor.now.slice(0, 10);
  if (cursor.eat('today')) return { from: today, to: shiftDate(today, 'day', 1) };
  if (cursor.eat('yesterday')) return { from: shiftDate(today, 'day', -1), to: today };
  const relative = /^(last|past|previous|this|current)$/.exec(cursor.word())?.[1];
  if (relative !== undefined) {
    const number = cursor.peek(1)?.number ?? null;
    const unit = unitOf(cursor.peek(number === null ? 1 : 2)?.lemma ?? '');
    if (unit !== undefined) {
      cursor.advance(number === null ? 2 : 3);
      if (number !== null) {
        return { from: shiftDate(today, unit, -number), to: shiftDate(today, 'day', 1) };
      }
      const opening = beginOf(today, unit);
      if (relative === 'this' || relative === 'current') {
        return { from: opening, to: shiftDate(opening, unit, 1) };
      }
      if (relative === 'past')
        return { from: shiftDate(today, unit, -1), to: shiftDate(today, 'day', 1) };
      return { from: shiftDate(opening, unit, -1), to: opening };
    }
  }
  const quarter = readQuarter(cursor);
  if (quarter !== null) return quarter;
  const month = monthNumber(cursor.word());
  if (month !== null) {
    const offset = cursor.word(1) === ',' || cursor.word(1) === 'of' ? 2 : 1;
    const year = cursor.peek(offset)?.number ?? null;
    if (isYear(year)) {
      cursor.advance(offset + 1);
      const from = `${year}-${pad(month)}-01`;
      return { from, to: shiftDate(from, 'month', 1) };
    }
  }
  cursor.position = start;
  return null;
}

/** "Q1 2025", "the first quarter of 2025", "the second half of 2024" */
function readQuarter(cursor: Cursor): BoundedPeriod | null {
  const short = /^q([1-4])$/.exec(cursor.word())?.[1];
  const unit = cursor.word(1);
  const ordinal = parseOrdinal(cursor.word());
  const isNamed =
    ordinal !== null && /^(quarter|half)$/.test(unit) && ordinal <= (unit === 'half' ? 2 : 4);
  if (short === undefined && !isNamed) return null;
  let offset = short === undefined ? 2 : 1;
  if (/^(of|in)$/.test(cursor.word(offset))) offset++;
  const year = cursor.peek(offset)?.number ?? null;
  if (!isYear(year)) return null;
  cursor.advance(offset + 1);
  const months = unit === 'half' && short === undefined ? 6 : 3;
  const index = short === undefined ? (ordinal ?? 1) : Number(short);
  const from = shiftDate(`${year}-01-01`, 'month', (index - 1) * months);
  return { from, to: shiftDate(from, 'month', months) };
}

function beginOf(date: string, unit: string): string {
  if (unit === 'year') return `${date.slice(0, 4)}-01-01`;
  if (unit === 'quarter') {
    const first = Math.floor((Number(date.slice(5, 7)) - 1) / 3) * 3 + 1;
    return `${date.slice(0, 4)}-${pad(first)}-01`;
  }
  if (unit === 'month') return `${date.slice(0, 7)}-01`;
  if (unit === 'week') {
    const day = new Date(`${date}T00:00:00Z`).getUTCDay();
    return shiftDate(date, 'day', -((day + 6) % 7));
  }
  return date;
}

/** A day moved by a number of units of the calendar. */
export function shiftDate(date: string, unit: string, count: number): string {
  const moved = new Date(`${date}T00:00:00Z`);
  if (unit === 'year') moved.setUTCFullYear(moved.getUTCFullYear() + count);
  else if (unit === 'quarter') moved.setUTCMonth(moved.getUTCMonth() + 3 * count);
  else if (unit === 'month') moved.setUTCMonth(moved.getUTCMonth() + count);
  else if (unit === 'week') moved.setUTCDate(moved.getUTCDate() + 7 * count);
  else if (unit === 'day') moved.setUTCDate(moved.getUTCDate() + count);
  else moved.setUTCHours(moved.getUTCHours() + count);
  // Spans beyond the calendar reach as far as it does.
  if (!(moved.getTime() >= EARLIEST.getTime())) return count < 0 ? '0001-01-01' : '9999-12-31';
  return moved.getTime() > LATEST.getTime() ? '9999-12-31' : moved.toISOString().slice(0, 10);
}

const EARLIEST = new Date('0001-01-01T00:00:00Z');
const LATEST = new Date('9999-12-31T00:00:00Z');

/** Whether the calendar has the day: February has no thirtieth. */
function isCalendarDay(date: string): boolean {
  const time = new Date(`${date}T00:00:00Z`);
  return !Number.isNaN(time.getTime()) && time.toISOString().startsWith(date);
}

function ordinal(cursor: Cursor, offset: number): number | null {
  return parseOrdinal(cursor.word(offset));
}

function isDay(value: number | null | undefined): value is number {
  return value != null && value >= 1 && value <= 31;
}

/** Whether a number reads as a calendar year. */
export function isYear(value: number | null | undefined): value is number {
  return value != null && Number.isInteger(value) && value >= 1000 && value <= 2200;
}

function pad(value: string | number | undefined): string {
  return String(value ?? '').padStart(2, '0');
}

/** The lemma of the verb that a time is said of: "ordered in 2024 but not in 2025" has one for both. */
export function verbBefore({ tokens }: Cursor, position: number): string {
  const isBetween = (token: (typeof tokens)[number] | undefined) =>
    token !== undefined &&
    (isYear(token.number) || /^(in|during|not|but|and|or|both|also|either|,)$/.test(token.lower));
  let at = position - 1;
  while (isBetween(tokens[at])) at--;
  return tokens[at]?.lemma ?? '';
}
