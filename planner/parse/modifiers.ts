import { identifies, isPointInTime } from '../grounding/column-role.ts';
import type { Mention } from '../grounding/link.ts';
import { grainOf, isLightVerb, isState } from '../language/lexicon.ts';
import { readComparator } from './comparators.ts';
import { readCondition } from './conditions.ts';
import type { Cursor } from './cursor.ts';
import { readPeriod, readRecurrence } from './dates.ts';
import type { Condition, Frame, TimeGroup } from './frame.ts';
import { newFrame } from './frame.ts';
import { isMostlyValue, namesMeasure, namesTable } from './mentions.ts';
import { adoptPhrase, readNounPhrase } from './noun-phrase.ts';
import { readOrder } from './ordering.ts';
import { parseProjections } from './request.ts';

export interface ModifierOptions {
  /** Inside a negation or comparison: stops where the outer clause goes on. */
  readonly isInner: boolean;
  /** Inside "not": what is denied ends where the next thing is asked for. */
  readonly isNegated?: boolean;
}

const PREPOSITIONS =
  'in|from|at|on|of|for|by|to|with|under|within|about|into|via|through|located|named|called|titled|as|inside|against|during|among|having|has|have|had|whose|that|who|which|whom|where|when|and|also|using|since|while|either|toward|towards|onto|belonging|corresponding|regarding';
const AUXILIARIES =
  'is|are|was|were|be|been|being|do|does|did|can|could|will|would|should|may|might|must|once|ever|also|currently|there|they|it|he|she|his|her|their|its|we|you|any|some|the|a|an|all|then|so|only|just|both|exist|exists|least|time';

/** Reads everything that follows a noun phrase and adds it to the frame. */
export function readModifiers(
  cursor: Cursor,
  frame: Frame,
  head: Mention | null,
  options: ModifierOptions,
): void {
  let near = head;
  let isOr = false;
  // Conditions since the last word that joins or introduces; "Fall 2009 or Spring 2010" pairs them.
  let run = frame.conditions.length;
  while (!cursor.isDone) {
    const start = cursor.position;
    if (options.isInner && isScopeEnd(cursor)) return;
    if (options.isNegated === true && frame.conditions.length > 0 && cursor.looksAt('with|having'))
      return;
    if (readLateProjections(cursor, frame, options)) continue;
    if (readTopMeasure(cursor, frame, near)) continue;
    if (readOrder(cursor, frame, near)) continue;
    if (readGroup(cursor, frame)) continue;
    if (cursor.eat('or')) {
      isOr = true;
      bundle(frame, run, near);
      continue;
    }
    if (!isOr && !cursor.isDone && frame.conditions.length === 0) run = 0;
    if (
      !startsPeriod(cursor) &&
      cursor.mentionAt() === null &&
      IDIOMS.some((idiom) => cursor.eat(idiom))
    )
      continue;
    if (isInStock(cursor, near)) {
      push(frame, [stocked(near, '>')], isOr);
      continue;
    }
    if (cursor.eat('out of stock') || cursor.eat('sold out')) {
      push(frame, [stocked(near, '<=')], isOr);
      continue;
    }
    const owned = readOwned(cursor, near);
    if (owned !== null) {
      push(frame, [owned], isOr);
      isOr = false;
      continue;
    }
    const negated = cursor.attempt(() => readNegation(cursor, frame, near));
    if (negated !== null) {
      push(frame, negated, isOr);
      isOr = false;
      continue;
    }
    const period = readPeriod(cursor);
    if (period !== null) {
      push(frame, [{ kind: 'period', near, isNegated: false, mention: null, ...period }], isOr);
      isOr = false;
      continue;
    }
    const recurrence = readRecurrence(cursor);
    if (recurrence !== null) {
      push(frame, [{ kind: 'recurring', near, isNegated: false, ...recurrence }], isOr);
      isOr = false;
      continue;
    }
    const found = readCondition(cursor, { frame, near });
    if (found !== null && cursor.position > start) {
      push(frame, found, isOr);
      if (found.length > 0) isOr = false;
      const noun = frame.related.at(-1);
      if (found.length === 0 && noun !== undefined && namesTable(noun)) near = noun;
      continue;
    }
    cursor.position = start;
    if (cursor.mentionAt() === null && (cursor.eat(PREPOSITIONS) || cursor.eat(AUXILIARIES))) {
      if (!isOr) run = frame.conditions.length;
      continue;
    }
    if (
      cursor.eat(',') ||
      cursor.eat('(') ||
      cursor.eat(')') ||
      cursor.eat("'s") ||
      cursor.eat(':')
    )
      continue;
    const mention = cursor.mentionAt();
    if (mention !== null) {
      cursor.take(mention);
      if (!isMostlyValue(mention)) frame.related.push(mention);
      continue;
    }
    if (
      isLightVerb(cursor.peek()?.lemma ?? '') &&
      !isState(cursor.peek(), cursor.peek(-1), cursor.peek(1))
    ) {
      cursor.advance();
    } else cursor.skip();
  }
}

/** "with a commission", "who have an email": a column of the row that holds something. */
function readOwned(cursor: Cursor, near: Mention | null): Condition | null {
  return cursor.attempt(() => {
    if (!cursor.eat('with|have|has|having a|an|any')) return null;
    const mention = cursor.mentionAt();
    if (mention === null || isMostlyValue(mention) || namesTable(mention)) return null;
    const after = cursor.word(mention.end - cursor.position);
    const [best] = mention.names;
    const isHeld = best?.kind === 'column' && (best.column.column.nullCount ?? 0) > 0;
    if (!isHeld || !/^(|and|or|but|in|from|[,.?!])$/.test(after)) return null;
    cursor.take(mention);
    return { kind: 'missing', near, isNegated: true, mention };
  });
}

/** "in stock" at the end of what is said; a procedure or column of that name has the better claim. */
function isInStock(cursor: Cursor, near: Mention | null): boolean {
  const stock = cursor.mentionAt(1);
  const table = near?.names[0]?.table;
  const isOwn = stock?.names.some(
    (name) => name.kind === 'column' && name.table === table && name.score > 0.8,
  );
  const isEnd = /^(|and|or|but|[,.?!])$/.test(cursor.word(2));
  return isOwn !== true && cursor.mentionAt() === null && isEnd && cursor.eat('in stock');
}

/** "in stock", "out of stock": something or nothing of it is left. */
function stocked(near: Mention | null, operator: '>' | '<='): Condition {
  return {
    kind: 'compare',
    near,
    isNegated: false,
    aggregate: null,
    mention: null,
    measures: ['stock', 'available', 'inventory', 'quantity'],
    operator,
    isInvertedForDates: false,
    operand: { kind: 'literal', literal: { text: '0', kind: 'number', mention: null } },
  };
}

/** "…, and also show their city": a later command goes on listing what is wanted. */
function readLateProjections(cursor: Cursor, frame: Frame, { isInner }: ModifierOptions): boolean {
  if (isInner) return false;
  const start = cursor.position;
  cursor.eat(',');
  const isCommand =
    cursor.eat('and also|then? show|display|list|give|return|find|report|print') ||
    cursor.eat('along|together with') ||
    cursor.eat('as well as') ||
    cursor.eat('and also');
  const isCounted =
    !isCommand &&
    cursor.eat('and') &&
    cursor.looksAt(
      'the|their|its? corresponding|total|average|respective? number|count|average|total|sum|maximum|minimum of|number',
    );
  if (isCommand || isCounted) {
    cursor.eat('me|all');
    const before = frame.projections.length;
    parseProjections(cursor, frame);
    if (frame.projections.length > before) return true;
  }
  cursor.position = start;
  return false;
}

/** "the top 3 shops by revenue", "in terms of revenue" */
function readTopMeasure(cursor: Cursor, frame: Frame, near: Mention | null): boolean {
  if (frame.topDirection === null || frame.orders.length > 0) return false;
  const start = cursor.position;
  if (
    !cursor.eat('by|with') &&
    !cursor.eat('in terms of') &&
    !cursor.eat('based|ranked on|by') &&
    !cursor.eat('according to')
  )
    return false;
  const phrase = readNounPhrase(cursor);
  const isMeasure =
    phrase?.mention != null && phrase.superlative === null && !isMostlyValue(phrase.mention);
  if (!isMeasure || cursor.peek()?.number != null) {
    cursor.position = start;
    return false;
  }
  const owner = cursor.eat('of') ? readNounPhrase(cursor) : null;
  if (owner?.mention != null) frame.related.push(owner.mention);
  frame.orders.push({
    direction: frame.topDirection,
    aggregate: phrase.aggregates[0] ?? null,
    mention: phrase.mention,
    measures: [],
    isFrequency: false,
    isQuantity: phrase.aggregates.length === 0,
    near: owner?.mention ?? near,
    isSuperlative: true,
  });
  return true;
}

/** Joins the values of one phrase, so that "or" offers the whole phrase as an alternative. */
function bundle(frame: Frame, from: number, near: Mention | null): void {
  const phrase = frame.conditions.slice(from);
  if (phrase.length < 2 || !phrase.every(({ kind }) => kind === 'value')) return;
  frame.conditions.splice(from, phrase.length, {
    kind: 'and',
    near,
    isNegated: false,
    conditions: phrase,
  });
}

/** Whether the last alternative still lacks what the first one joins: "Fall 2009 or Spring …". */
function completes(condition: Extract<Condition, { kind: 'or' | 'and' }>): boolean {
  return condition.conditions[0]?.kind === 'and' && condition.conditions.at(-1)?.kind === 'value';
}

function push(frame: Frame, conditions: readonly Condition[], isOr: boolean): void {
  const previous = frame.conditions.at(-1);
  const [first] = conditions;
  if (!isOr && first?.kind === 'value' && previous?.kind === 'or' && completes(previous)) {
    const [last, ...others] = [...previous.conditions].reverse();
    if (last !== undefined) {
      frame.conditions.pop();
      const joined: Condition = {
        kind: 'and',
        near: last.near,
        isNegated: false,
        conditions: [last, first],
      };
      frame.conditions.push({ ...previous, conditions: [...others.reverse(), joined] });
      return;
    }
  }
  if (!isOr || previous === undefined || first === undefined) {
    frame.conditions.push(...conditions);
    return;
  }
  if (previous.kind === 'or' && conditions.length === 0) return;
  frame.conditions.pop();
  const inherited = inheritHint(previous, first);
  frame.conditions.push({
    kind: 'or',
    near: previous.near,
    isNegated: false,
    conditions: [...(previous.kind === 'or' ? previous.conditions : [previous]), inherited],
  });
}

/** In "a name starting with J or ending with z" the second pattern is about the name, too. */
function inheritHint(previous: Condition, next: Condition): Condition {
  const last = previous.kind === 'or' ? previous.conditions.at(-1) : previous;
  if (next.kind === 'pattern' && next.hint === null && last?.kind === 'pattern') {
    return { ...next, hint: last.hint };
  }
  if (next.kind === 'compare' && next.mention === null && last?.kind === 'compare') {
    return { ...next, mention: last.mention };
  }
  return next;
}

/** Inner scopes end where the sentence plainly returns to its subject. */
function isScopeEnd(cursor: Cursor): boolean {
  if (cursor.looksAt('and who|whose|that|which|have|has|are|is|also|with')) return true;
  if (cursor.looksAt('nor')) return true;
  if (cursor.looksAt(', and? who|whose|that|which|sorted|ordered|order|sort|list|show|give'))
    return true;
  return (
    cursor.looksAt('and? sorted|ordered by|in') ||
    cursor.looksAt('in descending|ascending|alphabetical') ||
    cursor.looksAt('but')
  );
}

/** "in the past 7 days" is a period, "in the past" alone says nothing. */
function startsPeriod(cursor: Cursor): boolean {
  const start = cursor.position;
  const isPeriod = readPeriod(cursor) !== null;
  cursor.position = start;
  return isPeriod;
}

/** Phrases whose words mean nothing one by one. */
const IDIOMS = [
  'in charge of',
  'take|takes|taking|took care of',
  'in total',
  'in the past',
  'in this|the? database|record|records|system|data|table',
  'so far',
  'at all',
  'at the moment',
  'up to now',
  'in his|her|their|its|all life|history|times',
  'of all times',
];

const GROUP_MARKS = [
  'for|in|of|by|from|at|with|per|on each|every|different',
  'for each|every of the?',
  'per',
  'each',
  'grouped|group|broken|split by|down|into by?',
];

function readGroup(cursor: Cursor, frame: Frame): boolean {
  const start = cursor.position;
  const hasAggregate = frame.projections.some(({ aggregate }) => aggregate !== null);
  const isMarked =
    GROUP_MARKS.some((pattern) => cursor.eat(pattern)) ||
    (hasAggregate && cursor.eat('across|among different|various'));
  const previous = cursor.tokens[start - 1];
  const isAgent = /(ed|en|ght|ne)$/.test(previous?.lower ?? '') && previous?.lower !== 'grouped';
  // "over all payments" takes them together.
  const isTogether = cursor.looksAt('across|over|among all');
  const isBy = !isMarked && hasAggregate && !isAgent && !isTogether && cursor.eat('by|across|over');
  const isTerse = !isMarked && !isBy && !isAgent && canBeSummed(frame) && cursor.eat('by|per');
  if (!isMarked && !isBy && !isTerse) return false;
  if (readTimeGroup(cursor, frame)) return true;
  const phrase = readNounPhrase(cursor);
  if (phrase === null || phrase.mention === null || (isBy && isMostlyValue(phrase.mention))) {
    cursor.position = start;
    return false;
  }
  if (isTerse && !isDimension(phrase.mention)) {
    cursor.position = start;
    return false;
  }
  if (isTerse || (cursor.tokens[start]?.lower === 'per' && isPlainList(frame))) {
    aggregateProjections(frame);
  }
  adoptPhrase(frame, phrase);
  frame.groups.push({ mention: phrase.mention, isProjected: true, isLeading: false });
  while (cursor.looksAt('and|,')) {
    const before = cursor.position;
    cursor.eat(',');
    cursor.eat('and|by');
    if (readTimeGroup(cursor, frame)) continue;
    const next =
      cursor.mentionAt() === null && !cursor.looksAt('the|each') ? null : readNounPhrase(cursor);
    if (
      next?.mention == null ||
      next.aggregates.length > 0 ||
      isMostlyValue(next.mention) ||
      readComparator(cursor) !== null
    ) {
      cursor.position = before;
      break;
    }
    frame.groups.push({ mention: next.mention, isProjected: true, isLeading: false });
  }
  return true;
}

/** "by month", "each year": a span of time that no column is named after. */
export function readTimeGroup(cursor: Cursor, frame: Frame): boolean {
  if (cursor.mentionAt() === null) {
    const grain = readCycle(cursor);
    if (grain !== null) {
      frame.timeGroups.push({ grain });
      aggregateProjections(frame);
      return true;
    }
  }
  const grain = grainOf(cursor.word());
  const mention = cursor.mentionAt();
  const isNamed = mention !== null && (mention.names[0]?.score ?? 0) >= 0.8;
  if (grain === null || isNamed) return false;
  cursor.advance();
  frame.timeGroups.push({ grain });
  aggregateProjections(frame);
  return true;
}

/** "by hour of the day", "per weekday": what comes again every day or week. */
function readCycle(cursor: Cursor): TimeGroup['grain'] | null {
  if (cursor.eat('hour|hours of the? day') || cursor.eat('hour|hours')) return 'hour';
  if (cursor.eat('weekday|weekdays') || cursor.eat('day of the? week')) return 'weekday';
  return null;
}

/** "revenue by month" adds up, "orders by month" counts. */
export function aggregateProjections(frame: Frame): void {
  if (frame.projections.some(({ aggregate }) => aggregate !== null)) return;
  frame.projections = frame.projections.map((item) =>
    item.mention === null
      ? item
      : {
          ...item,
          aggregate: namesMeasure(item.mention) && !isTable(item.mention) ? 'sum' : 'count',
        },
  );
}

/** "users per country": rows alone are counted. */
function isPlainList({ projections, orders, limit }: Frame): boolean {
  return projections.length === 1 && orders.length === 0 && limit === null;
}

/** "revenue by country": one measure, without a word that asks for a list. */
function canBeSummed(frame: Frame): boolean {
  const [only] = frame.projections;
  return (
    frame.projections.length === 1 &&
    only?.mention != null &&
    only.aggregate === null &&
    frame.orders.length === 0 &&
    (isTable(only.mention) ? isCountable(frame) : namesMeasure(only.mention))
  );
}

/** "Customers by country" counts them; once some are picked out, they are listed. */
function isCountable({ limit, topDirection, groups, isDistinct }: Frame): boolean {
  return limit === null && topDirection === null && groups.length === 0 && !isDistinct;
}

function isTable(mention: Mention): boolean {
  const best = mention.names[0]?.score ?? 0;
  return mention.names.some(({ kind, score }) => kind === 'table' && score >= best);
}

/** Whether rows fall into groups by it: not a figure, a point in time, or a name of each row. */
function isDimension(mention: Mention): boolean {
  const [best] = mention.names;
  if (best === undefined || namesMeasure(mention)) return false;
  return best.kind === 'table' || !(identifies(best.column) || isPointInTime(best.column));
}

const NEGATIONS = [
  'but? do|does|did|have|has|had|are|is|were|was|can|could not have|has|had|be? a|an|any|the?',
  'but? who|that|which|whose? do|does|did|have|has|had|are|is|were|was not',
  'but? not have|had|has|a|an|any|the?',
  'but? without a|an|any|the|having?',
  'but? with|have|has|had|having no',
  'but? that|who|which? have|has|had|are|were|was|is? never',
  'except|excluding|besides for? the|those?',
  'but? no',
  'neither',
  'nor',
];

/** "do not have any order", "without a card", "never booked": no related row may exist. */
function readNegation(cursor: Cursor, frame: Frame, near: Mention | null): Condition[] | null {
  const start = cursor.position;
  if (!NEGATIONS.some((pattern) => cursor.eat(pattern))) return null;
  if (
    /^(more|less|fewer|greater|later|earlier|lower|higher)$/.test(cursor.word()) &&
    cursor.word(1) === 'than'
  ) {
    cursor.position = start;
    return null;
  }
  // "these but not those" subtracts one set from another, and sets hold nothing twice.
  const isBut = cursor.tokens[start]?.lower === 'but';
  const inner = newFrame(frame.covered);
  while (
    cursor.mentionAt() === null &&
    (cursor.eat(AUXILIARIES) ||
      cursor.eat('have|had|been|any|a|an|the|in|by|with|of|from|to|on|at|for'))
  ) {
    // Words between the negation and what is denied carry no meaning of their own.
  }
  readModifiers(cursor, inner, near, { isInner: true, isNegated: true });
  const isEmpty = inner.related.length === 0 && inner.conditions.length === 0;
  if (isEmpty) {
    cursor.position = start;
    return null;
  }
  if (isBut && frame.projections.every(({ aggregate }) => aggregate === null))
    frame.isDistinct = true;
  return [{ kind: 'exists', near, isNegated: true, frame: inner }];
}
