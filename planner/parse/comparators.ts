import type { ComparisonOperator, Grain } from '../language/lexicon.ts';
import { comparativeOf, grainOf } from '../language/lexicon.ts';
import type { Cursor } from './cursor.ts';

export interface Comparator {
  readonly operator: ComparisonOperator;
  readonly measures: readonly string[];
  readonly isInvertedForDates: boolean;
  /** "older than 2 years": the unit of the number that follows, already passed over with it. */
  readonly age?: { readonly count: number; readonly unit: Grain };
}

const PHRASES: readonly (readonly [string, ComparisonOperator])[] = [
  ['no|not more|greater|higher|larger|later than', '<='],
  ['no|not less|fewer|lower|smaller|earlier than', '>='],
  ['greater|more|higher|larger|bigger|above|later than? or equal to|than', '>='],
  ['less|lower|smaller|fewer|below|earlier than? or equal to|than', '<='],
  ['at least', '>='],
  ['at the least', '>='],
  ['at most', '<='],
  ['at the most', '<='],
  ['a minimum of', '>='],
  ['a maximum of', '<='],
  ['minimum of', '>='],
  ['maximum of', '<='],
  ['up to', '<='],
  ['on or after', '>='],
  ['on or before', '<='],
  ['exactly|precisely', '='],
  ['equal|equals|equivalent to?', '='],
  ['different from', '<>'],
  ['other than', '<>'],
  ['> =', '>='],
  ['< =', '<='],
  ['< >', '<>'],
  ['! =', '<>'],
  ['≥', '>='],
  ['≤', '<='],
  ['>', '>'],
  ['<', '<'],
  ['=', '='],
];

const VERBS: Readonly<Record<string, readonly string[]>> = {
  earn: ['salary', 'wage', 'earning', 'income', 'pay'],
  cost: ['price', 'cost', 'fee', 'amount'],
  weigh: ['weight'],
  last: ['duration', 'length'],
  take: ['duration', 'time', 'length'],
  stay: ['stay', 'duration', 'length'],
};

/** The columns that the verb before the position measures: "earns more than", "costs less than". */
export function verbMeasures(cursor: Cursor): readonly string[] {
  const verb = cursor.peek(-1)?.lemma ?? '';
  return Object.hasOwn(VERBS, verb) ? (VERBS[verb] ?? []) : [];
}

/** Reads a comparison such as "at least", "older than", ">="; null when none stands here. */
export function readComparator(cursor: Cursor): Comparator | null {
  for (const [pattern, operator] of PHRASES) {
    if (cursor.eat(pattern)) return { operator, measures: [], isInvertedForDates: false };
  }
  const word = cursor.word();
  const comparative = comparativeOf(word);
  if (comparative === null) return null;
  const mention = cursor.mentionAt();
  if (mention !== null && mention.end - mention.start > 1) return null;
  const next = cursor.word(1);
  const needsThan =
    !/^(above|over|below|under|after|before|since|until|exceeding|exceed|exceeds|beyond)$/.test(
      word,
    );
  if (needsThan && next !== 'than') {
    // "more expensive than", "more recent than"
    if (!(word === 'more' || word === 'less') || cursor.word(2) !== 'than') return null;
    const measures = Object.hasOwn(ADJECTIVES, next) ? ADJECTIVES[next] : undefined;
    if (measures === undefined) return null;
    cursor.advance(3);
    return { operator: comparative.operator, measures, isInvertedForDates: false };
  }
  cursor.advance(needsThan ? 2 : 1);
  const count = comparative.isInvertedForDates === true ? (cursor.peek()?.number ?? null) : null;
  const unit = count === null ? null : grainOf(cursor.word(1));
  if (count !== null && unit !== null) {
    cursor.advance(2);
    cursor.eat('old|ago');
    return { ...comparative, isInvertedForDates: true, age: { count, unit } };
  }
  return { ...comparative, isInvertedForDates: comparative.isInvertedForDates ?? false };
}

const ADJECTIVES: Readonly<Record<string, readonly string[]>> = {
  expensive: ['price', 'cost', 'fee', 'amount', 'fare'],
  recent: ['date', 'time', 'year'],
  populous: ['population'],
};
