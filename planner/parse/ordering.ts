import { identifies, isPointInTime } from '../grounding/column-role.ts';
import type { Mention } from '../grounding/link.ts';
import type { AggregateName } from '../language/lexicon.ts';
import type { Cursor } from './cursor.ts';
import type { Frame } from './frame.ts';
import { namesColumn, namesMeasure, namesTable } from './mentions.ts';
import type { NounPhrase } from './noun-phrase.ts';
import { readNounPhrase, readSuperlative } from './noun-phrase.ts';

/** Turns a phrase's superlative into an order with a limit. */
export function addSuperlative(
  frame: Frame,
  phrase: NounPhrase,
  near: Mention | null,
  isSubject: boolean,
): void {
  const { superlative } = phrase;
  if (superlative === null) return;
  const isAdjective = superlative.measures.length > 0 || superlative.isFrequency;
  const { mention } = phrase;
  const isFigure = mention !== null && namesMeasure(mention) && !namesTable(mention);
  // "the second highest salary": figures rank themselves, each once.
  if (isFigure && phrase.offset > 0) frame.isDistinct = true;
  if (!isAdjective && !superlative.isQuantity && phrase.limit !== null && isSubject && !isFigure) {
    frame.topDirection = superlative.direction;
    frame.limit = phrase.limit;
    return;
  }
  // "the longest duration" names the measure itself; "the oldest student" the one that is ranked.
  const isEntity =
    isAdjective &&
    (phrase.mention === null ||
      isSubject ||
      namesTable(phrase.mention) ||
      !namesColumn(phrase.mention));
  if (isEntity && !isSubject && phrase.mention !== null) frame.related.push(phrase.mention);
  frame.orders.push({
    direction: superlative.direction,
    aggregate: phrase.aggregates[0] ?? (superlative.isSummed === true ? 'sum' : null),
    // "the oldest student": the noun is the entity that is ranked, not what ranks it.
    mention: isEntity ? null : phrase.mention,
    measures: superlative.measures,
    isFrequency: superlative.isFrequency,
    isQuantity: superlative.isQuantity,
    near: isEntity || isSubject ? (phrase.mention ?? near) : near,
    isSuperlative: true,
  });
  frame.limit = phrase.limit ?? frame.limit ?? 1;
}

const SORT_VERBS = 'sorted|ordered|order|sort|ranked|rank|arranged|listed|list|sorting|ordering';

/** Reads a sort clause: "sorted by x in descending order", "in alphabetical order of y". */
export function readOrder(cursor: Cursor, frame: Frame, near: Mention | null): boolean {
  const start = cursor.position;
  if (readPlainOrder(cursor, frame, near)) return true;
  const leading = readDirection(cursor);
  if (
    cursor.eat(
      `and? ${SORT_VERBS} results|result|them|it|the? results|result|list? by|in|from|alphabetically|according|on|based`,
    )
  ) {
    cursor.position = backUp(cursor);
  } else if (
    leading === null &&
    !cursor.eat(
      'from the? lowest|highest|smallest|largest|oldest|youngest|most|least|earliest|latest|a|z to',
    )
  ) {
    cursor.position = start;
    return false;
  }
  const direction = readDirection(cursor) ?? leading;
  cursor.eat('by|of|according|based|on|for|with');
  cursor.eat('to|on|by|respect');
  cursor.eat('to');
  cursor.eat('the');
  let isAny = false;
  for (;;) {
    const phraseStart = cursor.position;
    const phrase = readOrderKey(cursor);
    if (phrase === null) {
      cursor.position = phraseStart;
      break;
    }
    const own = readDirection(cursor) ?? direction;
    const owner = phrase.owner;
    frame.orders.push({
      direction: own ?? phrase.direction ?? 'asc',
      aggregate: phrase.aggregate,
      mention: phrase.mention,
      measures: [],
      isFrequency: false,
      isQuantity: false,
      near: owner ?? near,
      isSuperlative: false,
    });
    isAny = true;
    const before = cursor.position;
    if (cursor.eat(',') && cursor.eat('and|then?')) {
      cursor.eat('then|by');
    } else if (!cursor.eat('and|then')) {
      break;
    }
    cursor.eat('then|by');
    if (cursor.mentionAt() === null && !cursor.looksAt('the|number|average|total')) {
      cursor.position = before;
      break;
    }
  }
  if (!isAny) {
    const trailing = readDirection(cursor) ?? direction;
    if (trailing === null) {
      cursor.position = start;
      return false;
    }
    frame.orders.push({
      direction: trailing,
      aggregate: null,
      mention: null,
      measures: [],
      isFrequency: false,
      isQuantity: false,
      near,
      isSuperlative: false,
    });
  }
  return true;
}

/** "list customers by signup date": what is listed by a date, a figure or a name is sorted by it. */
function readPlainOrder(cursor: Cursor, frame: Frame, near: Mention | null): boolean {
  const mention = cursor.word() === 'by' ? cursor.mentionAt(1) : null;
  const before = cursor.tokens[cursor.position - 1]?.lower ?? '';
  const isList =
    frame.projections.length > 0 &&
    frame.orders.length === 0 &&
    frame.topDirection === null &&
    frame.projections.every((item) => item.aggregate === null && item.mention !== null) &&
    frame.projections.some(({ mention: own }) => own !== null && isListed(own));
  if (mention === null || !isList || /(ed|en|ght|ne)$/.test(before)) return false;
  const best = mention.names[0];
  const isOrdered =
    best?.kind === 'column' &&
    (best.column.isMeasure || isPointInTime(best.column) || identifies(best.column)) &&
    mention.values.length === 0;
  if (!isOrdered) return false;
  cursor.advance();
  cursor.take(mention);
  frame.orders.push({
    direction: readDirection(cursor) ?? 'asc',
    aggregate: null,
    mention,
    measures: [],
    isFrequency: false,
    isQuantity: false,
    near,
    isSuperlative: false,
  });
  return true;
}

/** What can be listed: rows, or what tells them apart. */
function isListed(mention: Mention): boolean {
  const [best] = mention.names;
  return namesTable(mention) || (best?.kind === 'column' && identifies(best.column));
}

/** The verb pattern consumed the preposition too; step back so that a direction can be read. */
function backUp(cursor: Cursor): number {
  const previous = cursor.tokens[cursor.position - 1]?.lower ?? '';
  return /^(in|from|alphabetically)$/.test(previous) ? cursor.position - 1 : cursor.position;
}

interface OrderKey {
  /** Whose it is: "the students' age". */
  readonly owner: Mention | null;
  readonly aggregate: AggregateName | null;
  readonly mention: Mention | null;
  readonly direction: 'asc' | 'desc' | null;
}

function readOrderKey(cursor: Cursor): OrderKey | null {
  const superlative = cursor.mentionAt() === null ? readSuperlative(cursor) : null;
  const none = { owner: null, aggregate: null, mention: null, direction: null };
  const phrase = readNounPhrase(cursor);
  if (phrase?.mention != null && namesTable(phrase.mention) && cursor.eat("'s")) {
    const owned = readOrderKey(cursor);
    return owned === null ? null : { ...owned, owner: phrase.mention };
  }
  if (phrase === null || phrase.mention === null) {
    if (phrase !== null && phrase.aggregates.length > 0) {
      return { ...none, aggregate: phrase.aggregates[0] ?? null };
    }
    if (cursor.eat('count|number')) return { ...none, aggregate: 'count' };
    return null;
  }
  return {
    owner: null,
    // "by the average number of rooms": of a column that keeps a number, the average is meant.
    aggregate: phrase.outerAggregate ?? phrase.aggregates[0] ?? null,
    mention: phrase.mention,
    direction: (superlative ?? phrase.superlative)?.direction ?? null,
  };
}

/** Reads "in descending order", "alphabetically", "from oldest to youngest". */
export function readDirection(cursor: Cursor): 'asc' | 'desc' | null {
  const start = cursor.position;
  cursor.eat('in|with|using');
  cursor.eat('the|a|an');
  if (cursor.eat('highest|largest|biggest|most|newest|latest|best first')) return 'desc';
  if (cursor.eat('lowest|smallest|fewest|least|oldest|earliest|cheapest first')) return 'asc';
  const isReversed = cursor.eat('reverse|reversed');
  if (
    cursor.eat(
      'ascending|increasing|asc|alphabetical|alphabetic|lexicographical|lexicographic|chronological|alphabetically|ascendingly',
    )
  ) {
    cursor.eat('order|ordering|manner|sequence');
    return isReversed ? 'desc' : 'asc';
  }
  if (cursor.eat('descending|decreasing|desc|descendingly|descend')) {
    cursor.eat('order|ordering|manner|sequence');
    return 'desc';
  }
  if (isReversed && cursor.eat('order')) return 'desc';
  if (cursor.eat('from')) {
    cursor.eat('the');
    const word = cursor.word();
    if (
      /^(highest|most|largest|oldest|latest|newest|longest|z|best|high|big|large|biggest|greatest|old|most)$/.test(
        word,
      ) &&
      cursor.word(1) === 'to'
    ) {
      cursor.advance(2);
      cursor.eat('the');
      cursor.advance();
      return 'desc';
    }
    if (
      /^(lowest|least|smallest|youngest|earliest|oldest|shortest|a|worst|low|small|fewest|young|new|least|early)$/.test(
        word,
      ) &&
      cursor.word(1) === 'to'
    ) {
      cursor.advance(2);
      cursor.eat('the');
      cursor.advance();
      return 'asc';
    }
  }
  cursor.position = start;
  return null;
}
