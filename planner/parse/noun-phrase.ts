import type { Mention } from '../grounding/link.ts';
import type { AggregateName } from '../language/lexicon.ts';
import {
  aggregateOf,
  mostAdjective,
  rankedParticiple,
  superlativeOf,
} from '../language/lexicon.ts';
import { parseOrdinal } from '../language/numbers.ts';
import { readCurrentAdjective } from './current.ts';
import type { Cursor } from './cursor.ts';
import type { Condition, Frame } from './frame.ts';
import { readLiteralList } from './literals.ts';
import { isMostlyValue, isSaidOf, namesColumn, namesMeasure, namesTable } from './mentions.ts';
import { readStar } from './star.ts';
import { readStateAdjective } from './state-adjective.ts';

/** A noun with its determiners, aggregate words and adjectives taken apart. */
export interface NounPhrase {
  readonly aggregates: readonly AggregateName[];
  readonly outerAggregate: AggregateName | null;
  readonly isDistinct: boolean;
  readonly isEach: boolean;
  readonly isStar: boolean;
  readonly mention: Mention | null;
  readonly superlative: PhraseSuperlative | null;
  /** "top 3", "the first five". */
  readonly limit: number | null;
  /** 1 for "the second most expensive". */
  readonly offset: number;
  readonly conditions: readonly Condition[];
}

export interface PhraseSuperlative {
  readonly direction: 'asc' | 'desc';
  readonly measures: readonly string[];
  readonly isFrequency: boolean;
  /** "spent the most": the figures are added up for each that is ranked. */
  readonly isSummed?: boolean;
  /** The adjective itself was `most` or `least` and counts or sums what follows. */
  readonly isQuantity: boolean;
}

/** Columns that hold what is paid, when no one names it. */
export const MONEY: readonly string[] = ['amount', 'payment', 'total', 'price', 'cost', 'fee'];

/** Rows of "the top customers by revenue", where no number is said. */
const TOP_MAX = 10;

const DETERMINERS = new Set(
  `the a an all any some their his her its our my these those this that every such certain given corresponding respective
  associated related list listed 's existing possible current various available overall complete entire full own other`.split(
    /\s+/,
  ),
);

/** Reads a noun phrase; null (and nothing consumed) when none stands here. */
export function readNounPhrase(cursor: Cursor): NounPhrase | null {
  const start = cursor.position;
  const aggregates: AggregateName[] = [];
  const conditions: Condition[] = [];
  let outerAggregate: AggregateName | null = null;
  let isDistinct = false;
  let isEach = false;
  let superlative: PhraseSuperlative | null = null;
  let limit: number | null = null;
  let offset = 0;

  for (;;) {
    const mention = cursor.mentionAt();
    const word = cursor.word();
    if (readStar(cursor)) {
      return done({ isStar: true, mention: null });
    }
    if (cursor.eat('the? total? number|count|numbers|counts of')) {
      const outer = aggregates.pop();
      // "Count the number of": said twice, counted once.
      if (outer !== undefined && outer !== 'count') outerAggregate = outer;
      aggregates.push('count');
      continue;
    }
    if (
      mention === null &&
      /^(count|number|total|counts|numbers)$/.test(word) &&
      !isAggregateList(cursor, aggregates) &&
      isPhraseEnd(cursor, 1)
    ) {
      cursor.advance();
      aggregates.push('count');
      return done({ isStar: false, mention: null });
    }
    if (
      mention === null &&
      word === 'count' &&
      (cursor.mentionAt(1) !== null || /^(the|all|distinct|different)$/.test(cursor.word(1)))
    ) {
      cursor.advance();
      aggregates.push('count');
      continue;
    }
    const counted = cursor.peek()?.number ?? null;
    const noun = counted === null || cursor.peek()?.kind === 'quoted' ? null : cursor.mentionAt(1);
    if (
      counted !== null &&
      counted < 1000 &&
      mention === null &&
      noun !== null &&
      limit === null &&
      (namesTable(noun) || isRankedAfter(cursor, noun)) &&
      !isMostlyValue(noun)
    ) {
      limit = counted;
      cursor.advance();
      continue;
    }
    if (cursor.eat('how many times|time') || cursor.eat('the? number of times')) {
      aggregates.push('count');
      return done({ isStar: false, mention: null });
    }
    if (cursor.eat('how many')) {
      aggregates.push('count');
      continue;
    }
    if (cursor.eat('how much')) {
      aggregates.push('sum');
      cursor.eat('in total');
      cursor.eat('money');
      continue;
    }
    if (mention === null || mention.end - mention.start === 1) {
      if (/^(distinct|different|unique)$/.test(word)) {
        isDistinct = true;
        cursor.advance();
        continue;
      }
      if (/^(each|every)$/.test(word)) {
        isEach = true;
        cursor.advance();
        continue;
      }
      const isColumn = mention !== null && (mention.names[0]?.score ?? 0) >= 1;
      if (!isColumn && isAggregateList(cursor, aggregates)) {
        const listed = aggregateOf(word);
        cursor.advance();
        if (listed !== null && aggregates.at(-1) !== listed) aggregates.push(listed);
        cursor.eat(',');
        cursor.eat('and');
        cursor.eat('the');
        continue;
      }
      const top = readTop(cursor);
      if (top !== null) {
        limit = top.limit;
        superlative = top.superlative ?? superlative;
        continue;
      }
      const rank = parseOrdinal(word) ?? 0;
      if (rank > 1 && (superlativeOf(cursor.word(1)) !== null || isMostAhead(cursor))) {
        cursor.advance();
        offset = rank - 1;
        limit = 1;
        continue;
      }
      const found = readSuperlative(cursor);
      if (found !== null) {
        superlative = found;
        continue;
      }
      const aggregate =
        mention === null ||
        (mention.names[0]?.score ?? 0) < 1 ||
        (aggregates.length === 0 && isAggregateHere(cursor))
          ? aggregateOf(word)
          : null;
      if (aggregate !== null) {
        cursor.advance();
        cursor.eat('of');
        cursor.eat('the');
        if (aggregates.at(-1) !== aggregate) aggregates.push(aggregate);
        cursor.eat(',');
        cursor.eat('and');
        continue;
      }
    }
    if (isKindOf(cursor) && cursor.eat('kind|kinds|type|types|sort|sorts of')) continue;
    if (mention === null && cursor.eat('his or her|its|their')) continue;
    const current = readCurrentAdjective(cursor);
    if (current !== null) {
      conditions.push(current);
      continue;
    }
    if (mention === null && DETERMINERS.has(word)) {
      cursor.advance();
      continue;
    }
    if (mention === null && (word === 'of' || word === 'kinds' || word === 'types') && isDistinct) {
      cursor.advance();
      continue;
    }
    const ordinal = mention === null ? parseOrdinal(word) : null;
    const ranked = ordinal === null ? null : cursor.mentionAt(1);
    if (ordinal !== null && ranked !== null && namesColumn(ranked)) {
      // "fifth grade": the ordinal is the value of the column.
      cursor.advance();
      cursor.take(ranked);
      conditions.push({
        kind: 'value',
        hint: ranked,
        near: ranked,
        isNegated: false,
        isAll: false,
        isBoth: false,
        values: [{ text: String(ordinal), kind: 'number', mention: null }],
      });
      return done({ isStar: false, mention: ranked });
    }
    // "3 rooms", "two races": a number before a noun limits a superlative or is a quantity.
    if (superlative !== null && cursor.peek()?.number != null && limit === null) {
      limit = cursor.peek()?.number ?? null;
      cursor.advance();
      continue;
    }
    const state = readStateAdjective(cursor);
    if (state !== null) {
      conditions.push(state);
      continue;
    }
    if (mention !== null && isMostlyValue(mention) && isAdjectiveOfNoun(cursor, mention)) {
      cursor.take(mention);
      conditions.push({
        kind: 'value',
        hint: null,
        near: cursor.mentionAt(),
        isNegated: false,
        isAll: false,
        isBoth: false,
        values: [{ text: mention.text, kind: 'text', mention }],
      });
      continue;
    }
    if (mention !== null && isRoleOfNoun(cursor, mention)) {
      cursor.take(mention);
      continue;
    }
    if (mention !== null && !(isMostlyValue(mention) && mention.names.length === 0)) {
      cursor.take(mention);
      // "sort by the course count": the noun is counted.
      if (aggregates.length === 0 && superlative === null && cursor.eat('count'))
        aggregates.push('count');
      return done({ isStar: false, mention });
    }
    if (superlative !== null || aggregates.length > 0 || limit !== null) {
      return done({ isStar: false, mention: null });
    }
    cursor.position = start;
    return null;
  }

  function done(rest: { isStar: boolean; mention: Mention | null }): NounPhrase {
    return {
      aggregates,
      outerAggregate,
      isDistinct,
      isEach,
      superlative,
      limit,
      offset,
      conditions,
      ...rest,
    };
  }
}

/** "5 countries with the fewest customers": what follows ranks them. */
function isRankedAfter(cursor: Cursor, noun: Mention): boolean {
  let offset = noun.end - cursor.position;
  if (!/^(with|having|by)$/.test(cursor.word(offset))) return false;
  offset += cursor.word(offset + 1) === 'the' ? 2 : 1;
  const word = cursor.word(offset);
  return superlativeOf(word) !== null || /^(most|least|fewest)$/.test(word);
}

/** "second most expensive" */
function isMostAhead(cursor: Cursor): boolean {
  return /^(most|least)$/.test(cursor.word(1));
}

/** "kinds of ratings" are ratings, unless something here is called kind or type. */
function isKindOf(cursor: Cursor): boolean {
  const mention = cursor.mentionAt();
  if (mention === null) return true;
  const word = cursor.peek()?.lemma ?? '';
  const isSpelled = mention.names.some((name) =>
    (name.kind === 'column' ? name.column : name.table).words.includes(word),
  );
  return mention.end - mention.start === 1 && !isSpelled;
}

/** Whether nothing that could belong to the phrase follows. */
function isPhraseEnd(cursor: Cursor, offset: number): boolean {
  const next = cursor.peek(offset);
  return (
    next === null ||
    next.kind === 'punctuation' ||
    /^(and|in|by|for|sorted|ordered)$/.test(next.lower)
  );
}

/** "minimum, average and maximum": an aggregate word among others of its kind. */
function isAggregateList(cursor: Cursor, before: readonly AggregateName[]): boolean {
  if (aggregateOf(cursor.word()) === null || cursor.word() === 'top') return false;
  if (before.length > 0) return true;
  const next = [1, 2, 3].map((offset) => cursor.word(offset));
  const joined = next.findIndex((word) => word !== ',' && word !== 'and' && word !== 'the');
  return joined > 0 && aggregateOf(next[joined] ?? '') !== null;
}

function isAggregateHere(cursor: Cursor): boolean {
  return cursor.mentionAt(1) !== null || /^(of|number|and|,|the)$/.test(cursor.word(1));
}

function readTop(cursor: Cursor): { limit: number; superlative: PhraseSuperlative | null } | null {
  const word = cursor.word();
  if (/^(top|first|last|bottom)$/.test(word) && (cursor.peek(1)?.number ?? 0) > 0) {
    const limit = cursor.peek(1)?.number ?? 1;
    cursor.advance(2);
    const direction = word === 'bottom' ? 'asc' : 'desc';
    const isRanked = word === 'top' || word === 'bottom';
    return {
      limit,
      superlative: isRanked
        ? { direction, measures: [], isFrequency: false, isQuantity: false }
        : null,
    };
  }
  const noun = /^(top|bottom)$/.test(word) ? cursor.mentionAt(1) : null;
  if (noun !== null && namesTable(noun) && /s$/.test(noun.text)) {
    cursor.advance();
    const direction = word === 'bottom' ? 'asc' : 'desc';
    const superlative = { direction, measures: [], isFrequency: false, isQuantity: false } as const;
    return { limit: TOP_MAX, superlative };
  }
  const number = cursor.peek()?.number ?? null;
  if (number !== null && cursor.peek()?.kind !== 'quoted') {
    const next = cursor.word(1);
    const isSuperlative = superlativeOf(next) !== null && !/^(max|min|maximum|minimum)$/.test(next);
    if (isSuperlative || /^(most|least)$/.test(next)) {
      cursor.advance();
      return { limit: number, superlative: null };
    }
  }
  return null;
}

/** "most expensive", "oldest", "the most" (of something). */
export function readSuperlative(cursor: Cursor): PhraseSuperlative | null {
  const word = cursor.word();
  if (word === 'most' || word === 'least' || word === 'fewest') {
    const adjective = cursor.word(1);
    const measures = mostAdjective(adjective);
    const direction = word === 'most' ? 'desc' : 'asc';
    if (measures !== null) {
      const beside = cursor.mentionAt(1);
      if (beside === null || beside.end - beside.start === 1) {
        cursor.advance(2);
        cursor.eat('used|occurring');
        return { direction, measures, isFrequency: measures.length === 0, isQuantity: false };
      }
    }
    const isEnd = /^(|in|on|from|for|at|during|overall|[,.?!])$/.test(cursor.word(1));
    const verb = cursor.peek(-1)?.lemma === 'the' ? cursor.peek(-2) : cursor.peek(-1);
    if (isEnd && /^(spend|pay|earn)$/.test(verb?.lemma ?? '')) {
      cursor.advance();
      const isSummed = verb?.lemma !== 'earn';
      const measures = isSummed ? MONEY : [...(rankedParticiple('earning') ?? []), ...MONEY];
      return { direction, measures, isFrequency: false, isQuantity: false, isSummed };
    }
    cursor.advance();
    cursor.eat('number|amount of');
    cursor.eat('of');
    return { direction, measures: [], isFrequency: false, isQuantity: true };
  }
  if (word === 'busiest') {
    cursor.advance();
    return { direction: 'desc', measures: [], isFrequency: true, isQuantity: false };
  }
  if (isFirstOrLast(cursor)) {
    cursor.advance();
    const direction = word === 'first' ? 'asc' : 'desc';
    return {
      direction,
      measures: ['date', 'time', 'timestamp', 'year'],
      isFrequency: false,
      isQuantity: false,
    };
  }
  const found = superlativeOf(word);
  if (found === null) return null;
  const participle = rankedParticiple(cursor.word(1));
  const beside = cursor.mentionAt(1);
  if (
    /^(highest|best|top|lowest|worst|least|most)$/.test(word) &&
    participle !== null &&
    (beside === null || (beside.end - beside.start === 1 && (beside.names[0]?.score ?? 0) < 0.9))
  ) {
    cursor.advance(2);
    return {
      direction: found.direction,
      measures: participle,
      isFrequency: false,
      isQuantity: false,
    };
  }
  const mention = cursor.mentionAt();
  if (mention !== null && mention.end - mention.start > 1) return null;
  if (
    cursor.looksAt(
      'largest|highest|greatest|biggest|maximum|lowest|smallest|minimum|least total? number|amount|count of',
    )
  ) {
    const amount = cursor.mentionAt(cursor.word(1) === 'total' ? 2 : 1);
    if (amount !== null && namesMeasure(amount) && (amount.names[0]?.score ?? 0) >= 0.95) {
      cursor.advance();
      return { direction: found.direction, measures: [], isFrequency: false, isQuantity: false };
    }
    cursor.advance();
    cursor.eat('total');
    cursor.advance(2);
    return { direction: found.direction, measures: [], isFrequency: false, isQuantity: true };
  }
  cursor.advance();
  return { ...found, isFrequency: false, isQuantity: false };
}

/** "the first payment": the earliest one; "first name" and "first grade" are something else. */
function isFirstOrLast(cursor: Cursor): boolean {
  if (!/^(first|last)$/.test(cursor.word()) || cursor.mentionAt() !== null) return false;
  const next = cursor.mentionAt(1);
  return next !== null && namesTable(next) && !isMostlyValue(next);
}

/** A value directly before a noun qualifies it: "female students", "Japanese makers". */
function isAdjectiveOfNoun(cursor: Cursor, value: Mention): boolean {
  const next = cursor.mentionAt(value.end - cursor.position);
  return next !== null && next.names.length > 0 && !isMostlyValue(next) && !isSaidOf(cursor, next);
}

/** "source airport": the key by which rows refer to the noun, which joins it; nothing to show. */
function isRoleOfNoun(cursor: Cursor, mention: Mention): boolean {
  const [best] = mention.names;
  const next = cursor.mentionAt(mention.end - cursor.position);
  return (
    best?.kind === 'column' &&
    best.score < 0.95 &&
    mention.names.some((name) => name.kind === 'column' && name.column.isForeignKey) &&
    next !== null &&
    !isMostlyValue(next) &&
    next.names[0]?.kind === 'table' &&
    next.names[0].score >= 0.95
  );
}

/** A value directly after a noun names which one: "room 111", "course Math". */
export function readValueAfterNoun(cursor: Cursor, noun: Mention): Condition | null {
  const token = cursor.peek();
  if (token === null) return null;
  const mention = cursor.mentionAt();
  const isValue =
    token.kind === 'quoted' ||
    (token.kind === 'number' && !/^(or|and)$/.test(cursor.word(1))) ||
    (mention !== null &&
      isMostlyValue(mention) &&
      /^\p{Lu}/u.test(mention.text) &&
      !startsNoun(cursor, mention));
  if (!isValue) return null;
  const literals = readLiteralList(cursor);
  if (literals === null) return null;
  return {
    kind: 'value',
    hint: noun,
    near: noun,
    isNegated: false,
    ...literals,
  };
}

function startsNoun(cursor: Cursor, value: Mention): boolean {
  const next = cursor.mentionAt(value.end - cursor.position);
  return next !== null && !isMostlyValue(next) && namesMeasure(next);
}

/** Adds what the phrase says beside its noun to a frame. */
export function adoptPhrase(frame: Frame, phrase: NounPhrase): void {
  frame.conditions.push(...phrase.conditions);
  if (phrase.limit !== null) frame.limit = phrase.limit;
  if (phrase.offset > 0) frame.offset = phrase.offset;
}
