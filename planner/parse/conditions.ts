import type { Mention } from '../grounding/link.ts';
import { isLightVerb } from '../language/lexicon.ts';
import { isComparable, isDatedNoun } from './comparable.ts';
import type { Comparator } from './comparators.ts';
import { readComparator, verbMeasures } from './comparators.ts';
import type { Cursor } from './cursor.ts';
import { isYear, readDatedAgain, readPeriod, readSpan, verbBefore } from './dates.ts';
import { readDecade } from './decade.ts';
import { countedValues } from './each-value.ts';
import { looksAtMultiple } from './factor.ts';
import type { Condition, Frame, Literal, Operand } from './frame.ts';
import { newFrame } from './frame.ts';
import { readInsideComparison } from './inside-comparison.ts';
import { readLiteral, readLiteralList } from './literals.ts';
import {
  isMostlyValue,
  isSaidOf,
  namesColumn,
  namesDate,
  namesMeasure,
  namesTable,
} from './mentions.ts';
import type { NounPhrase } from './noun-phrase.ts';
import { adoptPhrase, MONEY, readNounPhrase, readValueAfterNoun } from './noun-phrase.ts';
import { readOperand } from './operand.ts';
import { addSuperlative } from './ordering.ts';
import { readContained, readPattern } from './pattern.ts';
import { readSame } from './same.ts';

export interface Scope {
  readonly frame: Frame;
  readonly near: Mention | null;
}

/**
 * Reads one condition at the cursor; superlatives go to the frame's orders.
 * Returns what was read, an empty list when it only added to the frame, null when nothing fits.
 */
export function readCondition(cursor: Cursor, scope: Scope): Condition[] | null {
  const isNegated = cursor.eat('not');
  const start = cursor.position;
  const read =
    readBetween(cursor, scope, null, isNegated) ??
    readComparison(cursor, scope, isNegated) ??
    readInsideComparison(cursor, scope, isNegated) ??
    readSame(cursor, scope, isNegated) ??
    readQuantity(cursor, scope, isNegated) ??
    readPattern(cursor, scope, null, isNegated) ??
    readValue(cursor, scope, isNegated) ??
    readNounCondition(cursor, scope, isNegated);
  if (read === null) cursor.position = start;
  return read;
}

function readBetween(
  cursor: Cursor,
  { near }: Scope,
  mention: Mention | null,
  isNegated: boolean,
): Condition[] | null {
  const start = cursor.position;
  const decade = readDecade(cursor);
  if (decade !== null) {
    const verb = verbBefore(cursor, start);
    return [{ kind: 'between', near, isNegated, mention, measures: [], verb, ...decade }];
  }
  const measures = mention === null ? verbMeasures(cursor) : [];
  const isRange =
    cursor.eat('between') ||
    cursor.eat('in|within|is|are|if? in? the range of|from|between?') ||
    (cursor.looksAt('from') &&
      cursor.peek(1)?.number != null &&
      cursor.word(2) === 'to' &&
      cursor.eat('from'));
  if (!isRange) return null;
  cursor.eat('of');
  const span = readSpan(cursor);
  if (span !== null) return [{ kind: 'period', near, isNegated, mention, ...span }];
  const low = readOperand(cursor, null);
  if (low === null || !cursor.eat('and|to')) {
    cursor.position = start;
    return null;
  }
  const high = readOperand(cursor, null);
  if (high === null) {
    cursor.position = start;
    return null;
  }
  return [{ kind: 'between', near, isNegated, mention, measures, low, high }];
}

/** "older than 18", "before 2002-06-21", "more than 2 rooms". */
function readComparison(cursor: Cursor, scope: Scope, isNegated: boolean): Condition[] | null {
  return cursor.attempt(() => readCompared(cursor, scope, isNegated));
}

function readCompared(cursor: Cursor, scope: Scope, isNegated: boolean): Condition[] | null {
  const start = cursor.position;
  cursor.eat('lasted|lasts|lasting');
  const measures = verbMeasures(cursor);
  const isSummed = /^(spend|pay)$/.test(cursor.peek(-1)?.lemma ?? '');
  const bare = readComparator(cursor);
  if (bare === null) return null;
  if (bare.age !== undefined) {
    const { count, unit } = bare.age;
    const literal: Literal = { text: String(count), kind: 'number', mention: null };
    const older = compare(scope, null, bare, { kind: 'literal', literal }, isNegated);
    return older.kind === 'compare' ? [{ ...older, ageUnit: unit }] : null;
  }
  const quantity = readCounted(cursor, scope, bare, isNegated);
  if (quantity !== null) return quantity;
  const comparator = bare.measures.length === 0 ? { ...bare, measures } : bare;
  const operand = readOperand(cursor, null);
  // "under the category 'Seeds'": a place among others, which nothing is compared with.
  const isPlace =
    operand?.kind === 'mention' && (cursor.peek()?.kind === 'quoted' || namesValue(cursor));
  const isOrdered =
    operand !== null &&
    !isPlace &&
    !(operand.kind === 'literal' && operand.literal.kind === 'text');
  if (operand === null || !isOrdered) {
    cursor.position = start;
    return null;
  }
  const compared = compare(scope, null, comparator, operand, isNegated);
  // What people spend is what all their payments come to.
  const isSum = isSummed && compared.kind === 'compare' && scope.near !== null;
  return [isSum ? { ...compared, aggregate: 'sum', measures: MONEY } : compared];
}

function namesValue(cursor: Cursor): boolean {
  const mention = cursor.mentionAt();
  return mention !== null && isMostlyValue(mention);
}

function compare(
  { near }: Scope,
  phrase: NounPhrase | null,
  comparator: Comparator,
  operand: Operand,
  isNegated: boolean,
): Condition {
  return {
    kind: 'compare',
    near,
    isNegated,
    aggregate: phrase?.aggregates[0] ?? null,
    mention: phrase?.mention ?? null,
    measures: comparator.measures,
    operator: comparator.operator,
    isInvertedForDates: comparator.isInvertedForDates,
    operand,
  };
}

/** After a comparator: a number and the noun that it counts or measures. */
function readCounted(
  cursor: Cursor,
  { near }: Scope,
  comparator: Comparator,
  isNegated: boolean,
): Condition[] | null {
  if (looksAtMultiple(cursor)) return null;
  const start = cursor.position;
  // "at least participated in two races": the verb stands between.
  if (/^(>=|<=)$/.test(comparator.operator)) {
    for (let passed = 0; passed < 2 && cursor.peek()?.number == null; passed++) {
      const verb = cursor.peek();
      if (verb === null || cursor.mentionAt() !== null) break;
      if (!isLightVerb(verb.lemma) && !/^(in|at|for|to)$/.test(verb.lower)) break;
      cursor.advance();
    }
  }
  const times = { once: 1, twice: 2 }[cursor.word()];
  if (times !== undefined) {
    cursor.advance();
    const { operator } = comparator;
    return [
      { kind: 'quantity', near, isNegated, operator, number: times, numberTo: null, mention: null },
    ];
  }
  const number = cursor.peek()?.number ?? null;
  if (number === null || comparator.measures.length > 0) {
    cursor.position = start;
    return null;
  }
  cursor.advance();
  if (cursor.eat('times|time')) {
    const { operator } = comparator;
    return [{ kind: 'quantity', near, isNegated, operator, number, numberTo: null, mention: null }];
  }
  const isDistinct = cursor.eat('different|distinct|unique');
  cursor.eat('or');
  const mention = cursor.mentionAt();
  if (
    mention !== null &&
    mention.names.length === 0 &&
    isMostlyValue(mention) &&
    !mention.isQuoted
  ) {
    // "at least 10 professors" where professor is a value: rows with that value are counted.
    const { operator } = comparator;
    cursor.take(mention);
    return [
      {
        kind: 'value',
        near,
        isNegated: false,
        hint: null,
        isAll: false,
        isBoth: false,
        values: [{ text: mention.text, kind: 'text', mention }],
      },
      { kind: 'quantity', near, isNegated, operator, number, numberTo: null, mention: null },
    ];
  }
  if (mention === null || mention.names.length === 0 || isMostlyValue(mention)) {
    cursor.position = start;
    return null;
  }
  cursor.take(mention);
  cursor.eat('listed|each');
  return [
    {
      kind: 'quantity',
      ...(isDistinct ? { isDistinct } : {}),
      near,
      isNegated,
      operator: comparator.operator,
      number,
      numberTo: null,
      mention,
    },
  ];
}

/** "3 or more rooms", "two orders", "no" is handled as a negation. */
function readQuantity(cursor: Cursor, scope: Scope, isNegated: boolean): Condition[] | null {
  const token = cursor.peek();
  const several = cursor.looksAt('multiple|several') ? cursor.mentionAt(1) : null;
  if (several !== null && !isMostlyValue(several)) {
    cursor.advance();
    const mention = cursor.take(several);
    return [
      {
        kind: 'quantity',
        near: scope.near,
        isNegated,
        operator: '>',
        number: 1,
        numberTo: null,
        mention,
      },
    ];
  }
  if (token?.number == null || cursor.mentionAt() !== null) return null;
  const start = cursor.position;
  const operator = /^(more|above|greater)$/.test(cursor.word(2))
    ? '>='
    : /^(less|fewer|below)$/.test(cursor.word(2))
      ? '<='
      : '=';
  const isRange = cursor.word(1) === 'or' && operator !== '=';
  const isTimes = /^times?$/.test(cursor.word(1));
  if (isTimes) {
    cursor.advance(2);
    return [
      {
        kind: 'quantity',
        near: scope.near,
        isNegated,
        operator: '=',
        number: token.number,
        numberTo: null,
        mention: null,
      },
    ];
  }
  const mention = cursor.mentionAt(isRange ? 3 : 1);
  if (mention === null || mention.names.length === 0 || isMostlyValue(mention)) return null;
  if (token.lower.endsWith('th') || token.lower.endsWith('st') || token.lower.endsWith('nd'))
    return null;
  if (isYear(token.number) && !isRange) {
    cursor.position = start;
    return null;
  }
  cursor.advance(isRange ? 3 : 1);
  cursor.take(mention);
  const { near } = scope;
  return [
    { kind: 'quantity', near, isNegated, operator, number: token.number, numberTo: null, mention },
  ];
}

/** A value, with the noun beside it as a hint to its column. */
function readValue(cursor: Cursor, { frame, near }: Scope, isNegated: boolean): Condition[] | null {
  const start = cursor.position;
  const mention = cursor.mentionAt();
  const token = cursor.peek();
  if (token === null) return null;
  cursor.eat('the');
  const literals = readLiteralList(cursor);
  if (literals === null) {
    cursor.position = start;
    return null;
  }
  if (literals.values.every(({ kind }) => kind === 'number') && mention === null) {
    cursor.eat('times|time');
  }
  const contained = readContained(cursor, literals, near, isNegated);
  if (contained !== null) return contained;
  // "in the Math department": the noun after the value says which column.
  const after = cursor.mentionAt();
  const isHint =
    after !== null &&
    !isMostlyValue(after) &&
    after.names.length > 0 &&
    literals.values.every(({ kind }) => kind === 'text') &&
    !isSaidOf(cursor, after);
  const hint = isHint ? cursor.take(after) : null;
  const direction = cursor.tokens[start - 1]?.lower;
  const [only] = literals.values;
  if (only !== undefined && (direction === 'from' || direction === 'to')) {
    frame.directions.set(only, direction);
  }
  const counted = countedValues(frame, literals, hint);
  if (counted !== null) {
    frame.groups.push({ mention: counted, isProjected: true, isLeading: false });
    return [{ kind: 'value', near, isNegated, hint, ...literals, isAll: false }];
  }
  return [{ kind: 'value', near, isNegated, hint, verb: verbBefore(cursor, start), ...literals }];
}

const IS =
  'is|are|was|were|be|being|been|as|of|equals|has|have|had|:|that|which|with|do|does|did|at|on|in|named|called';

/** A noun and what is said about it: "price is between 1 and 2", "name contains 'x'". */
function readNounCondition(
  cursor: Cursor,
  scope: Scope,
  isNegatedBefore: boolean,
): Condition[] | null {
  const start = cursor.position;
  const phrase = readNounPhrase(cursor);
  if (phrase === null) return null;
  let isNegated = isNegatedBefore;
  if (phrase.superlative !== null) {
    addSuperlative(scope.frame, phrase, scope.near, false);
    adoptPhrase(scope.frame, phrase);
    return [];
  }
  const { mention } = phrase;
  if (mention === null) {
    cursor.position = start;
    return null;
  }
  adoptPhrase(scope.frame, phrase);
  const inner = { frame: scope.frame, near: scope.near };
  const rest = cursor.position;
  const recurrence = namesDate(mention) ? readDatedAgain(cursor) : null;
  if (recurrence !== null) {
    return [{ kind: 'recurring', near: scope.near, isNegated, mention, ...recurrence }];
  }
  while (
    cursor.looksAt(IS) &&
    !cursor.looksAt('with|has|have|that|which') &&
    !cursor.looksAt('at|in the? least|most')
  ) {
    cursor.advance();
  }
  if (cursor.eat('not')) isNegated = !isNegated;
  cursor.eat('also|either|only|just|equal|the');
  cursor.eat('to');
  cursor.eat('same as');
  const between = readBetween(cursor, inner, mention, isNegated);
  if (between !== null) return between;
  const comparator = readComparator(cursor);
  if (comparator !== null && phrase.aggregates.length === 0 && !namesMeasure(mention)) {
    // "advising more than one student": the verb is no column that could be compared.
    const counted = readCounted(cursor, scope, comparator, isNegated);
    if (counted !== null) {
      scope.frame.related.push(mention);
      return counted;
    }
  }
  if (comparator !== null) {
    const operand = readOperand(cursor, mention);
    if (operand !== null && isComparable(mention, operand, phrase)) {
      if (!isDatedNoun(mention, operand, comparator, phrase))
        return [compare(inner, phrase, comparator, operand, isNegated)];
      scope.frame.related.push(mention);
      return [compare({ ...inner, near: mention }, null, comparator, operand, isNegated)];
    }
    cursor.position = rest;
  }
  if (phrase.aggregates.length === 0) {
    const pattern = readPattern(cursor, inner, mention, isNegated);
    if (pattern !== null) return pattern;
    if (cursor.eat('null|missing|empty|unknown')) {
      return [{ kind: 'missing', near: scope.near, isNegated, mention }];
    }
    const period = namesColumn(mention) ? readPeriod(cursor) : null;
    if (period !== null) {
      return [{ kind: 'period', near: scope.near, isNegated, mention, ...period }];
    }
    const isPlace = /^(in|at|on|with)$/.test(cursor.tokens[cursor.position - 1]?.lower ?? '');
    const literals = readLiteralList(cursor);
    const isNumber = literals?.values.every(({ kind }) => kind === 'number') ?? false;
    // "born in 1950": a year is when, other numbers after a preposition are of something else.
    const isYearOf =
      namesDate(mention) && (literals?.values.every(({ text }) => isYear(Number(text))) ?? false);
    if (literals !== null && !(isPlace && isNumber && !isYearOf && !namesMeasure(mention))) {
      // "appellations in North Coast area": the noun after the value says which column.
      const after = cursor.mentionAt();
      const isAfter = after !== null && namesColumn(after) && !isMostlyValue(after) && isPlace;
      if (isAfter) scope.frame.related.push(mention);
      const hint = isAfter ? cursor.take(after) : mention;
      return [{ kind: 'value', near: scope.near, isNegated, hint, ...literals }];
    }
  } else {
    const literal = readLiteral(cursor);
    if (literal !== null) {
      const equal: Comparator = { operator: '=', measures: [], isInvertedForDates: false };
      return [compare(inner, phrase, equal, { kind: 'literal', literal }, isNegated)];
    }
  }
  cursor.position = rest;
  return readBareNoun(cursor, scope, mention, isNegated, start);
}

/** A noun that is only mentioned: the entity takes part in the relation. */
function readBareNoun(
  cursor: Cursor,
  { frame, near }: Scope,
  mention: Mention,
  isNegated: boolean,
  start: number,
): Condition[] | null {
  const value = readValueAfterNoun(cursor, mention);
  if (value !== null) return [{ ...value, isNegated }];
  if (isNegated) {
    const inner = newFrame(frame.covered);
    inner.related.push(mention);
    return [{ kind: 'exists', near, isNegated: true, frame: inner }];
  }
  if (namesTable(mention) || namesColumn(mention)) {
    frame.related.push(mention);
    return [];
  }
  cursor.position = start;
  return null;
}
