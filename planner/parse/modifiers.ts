import type { Mention } from '../grounding/link.ts';
import { isLightVerb, isState } from '../language/lexicon.ts';
import { readCondition } from './conditions.ts';
import { readCurrent } from './current.ts';
import type { Cursor } from './cursor.ts';
import { readPeriod, readRecurrence } from './dates.ts';
import type { Condition, Frame } from './frame.ts';
import { newFrame } from './frame.ts';
import { readGroup } from './groups.ts';
import { isMostlyValue, namesColumn, namesTable } from './mentions.ts';
import { MONEY, readNounPhrase } from './noun-phrase.ts';
import { readOrder } from './ordering.ts';
import { parseProjections } from './request.ts';
import { readStock } from './stock.ts';

export interface ModifierOptions {
  /** Inside a negation or comparison: stops where the outer clause goes on. */
  readonly isInner: boolean;
  /** Inside "not": what is denied ends where the next thing is asked for. */
  readonly isNegated?: boolean;
}

const PREPOSITIONS =
  'in|from|at|on|of|for|by|to|with|under|within|about|into|via|through|located|named|called|titled|as|inside|against|during|among|having|has|have|had|whose|that|who|which|whom|where|when|and|also|using|since|while|either|toward|towards|onto|belonging|corresponding|regarding';
const AUXILIARIES =
  'is|are|was|were|be|been|being|do|does|did|can|could|will|would|should|may|might|must|once|ever|also|there|they|it|he|she|his|her|their|its|we|you|any|some|the|a|an|all|then|so|only|just|both|exist|exists|least|time';

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
    const current = readCurrent(cursor, near);
    if (current !== null) {
      push(frame, [current], isOr);
      continue;
    }
    if (
      !startsPeriod(cursor) &&
      cursor.mentionAt() === null &&
      (IDIOMS.some((idiom) => cursor.eat(idiom)) || readWhole(cursor) || readCycleName(cursor))
    )
      continue;
    const stocked = readStock(cursor, near);
    if (stocked !== null) {
      push(frame, [stocked], isOr);
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
    const verb = cursor.peek(-1)?.lemma ?? '';
    const period = readPeriod(cursor);
    if (period !== null) {
      const about = { near, isNegated: false, mention: null, verb };
      push(frame, [{ kind: 'period', ...about, ...period }], isOr);
      isOr = false;
      continue;
    }
    const recurrence = readRecurrence(cursor);
    if (recurrence !== null) {
      const about = { near, isNegated: false, mention: null, verb };
      push(frame, [{ kind: 'recurring', ...about, ...recurrence }], isOr);
      isOr = false;
      continue;
    }
    const found = readCondition(cursor, { frame, near });
    if (found !== null && cursor.position > start) {
      push(frame, found, isOr);
      if (found.length > 0) isOr = false;
      if (found.length === 0) near = introduced(frame) ?? near;
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

/** The rows that a superlative or a noun without a condition brings in: what follows is about them. */
function introduced(frame: Frame): Mention | null {
  const order = frame.orders.at(-1);
  const noun = frame.related.at(-1) ?? null;
  const ranked = order?.isQuantity === true ? order.mention : null;
  if (ranked !== null && (noun === null || ranked.start > noun.start) && namesTable(ranked)) {
    return ranked;
  }
  return noun !== null && namesTable(noun) ? noun : null;
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
    (cursor.looksAt('how many') ||
      cursor.looksAt(
        'the|their|its? corresponding|total|average|respective? number|count|average|total|sum|maximum|minimum of|number',
      ));
  if (!isCommand && !isCounted && readTheirs(cursor, frame, start)) return true;
  if (isCommand || isCounted) {
    cursor.eat('me|all');
    const before = frame.projections.length;
    parseProjections(cursor, frame);
    if (frame.projections.length > before) return true;
  }
  cursor.position = start;
  return false;
}

/** "… and their buildings" at the end asks for one more column. */
function readTheirs(cursor: Cursor, frame: Frame, start: number): boolean {
  cursor.position = start;
  const isPlain = frame.projections.every(({ aggregate }) => aggregate === null);
  const found = cursor.attempt(() => {
    if (!isPlain || frame.projections.length === 0) return null;
    cursor.eat(',');
    if (!cursor.eat('and their|its|his|her')) return null;
    const mention = cursor.mentionAt();
    if (mention === null || !namesColumn(mention) || isMostlyValue(mention)) return null;
    cursor.take(mention);
    return cursor.isDone || cursor.looksAt('.|?|!|;|,|sorted|ordered|in') ? mention : null;
  });
  if (found === null) return false;
  const [first] = frame.projections;
  if (first !== undefined) {
    const of = first.of ?? first.mention;
    frame.projections.push({ ...first, mention: found, of, operation: null, elapsed: null });
  }
  return true;
}

const SPENT = 'the? total|overall|combined? amount|money? spent|spend|spending|spendings|paid';

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
  if (cursor.mentionAt() === null && cursor.eat(SPENT)) {
    const about = { mention: null, measures: MONEY, isFrequency: false, isQuantity: false, near };
    const direction = frame.topDirection;
    frame.orders.push({ direction, aggregate: 'sum', ...about, isSuperlative: true });
    return true;
  }
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
    cursor.looksAt('and? sorted|ordered by') ||
    cursor.looksAt('and? sorted|ordered in ascending|descending|alphabetical|reverse|order') ||
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
  'up to now',
  'in his|her|their|its|all life|history|times',
  'of all times',
  'a? part of',
];

/** "in the hotel", "in this school": the one that all the data are about, where nothing is called so. */
const WHOLE =
  'hotel|inn|company|business|organization|organisation|enterprise|firm|school|university|college|hospital|clinic|museum|library|shop|store|restaurant|club|park|office|agency|institution|platform|dataset|app|application|website|industry|world';

function readWhole(cursor: Cursor): boolean {
  const article = cursor.looksAt('in|at|of|for|from|across|within the|this|our');
  const isNamed = cursor.mentionAt(1) !== null || cursor.mentionAt(2) !== null;
  const after = cursor.word(3);
  const isEnd =
    !article || isNamed ? false : /^(|[.,?!;]|and|or|that|which|who|sorted|ordered)$/.test(after);
  return isEnd && cursor.eat(`in|at|of|for|from|across|within the|this|our ${WHOLE}`);
}

/** "each day of the week": the end of what a column that keeps weekdays is called. */
function readCycleName(cursor: Cursor): boolean {
  const before = cursor.peek(-1)?.lemma ?? '';
  return /^(day|weekday)$/.test(before)
    ? cursor.eat('of the? week|month|year')
    : /^(hour|time)$/.test(before)
      ? cursor.eat('of the? day')
      : before === 'month' && cursor.eat('of the? year');
}

const NEGATIONS = [
  'but? do|does|did|have|has|had|are|is|were|was|can|could not have|has|had|be? a|an|any|the?',
  'but? who|that|which|whose? do|does|did|have|has|had|are|is|were|was not',
  'but? not have|had|has|a|an|any|the?',
  'but? without a|an|any|the|having?',
  'but? with|have|has|had|having no',
  'but? that|who|which? have|has|had|are|were|was|is? never',
  'but? that|who|which? never',
  'except|excluding|besides for? the|those?',
  'other|apart|aside than|from for? the|those?',
  'but? no',
  'neither',
  'nor',
];

/** The verb that was passed over between two places, as in "not bought anything"; null where none was. */
function verbIn(cursor: Cursor, from: number): string | null {
  const passed = cursor.tokens.slice(from, cursor.position);
  const verb = passed.find(
    ({ lemma, kind }, index) =>
      kind === 'word' &&
      isLightVerb(lemma) &&
      !/^(be|have|do|make|get|take|use)$/.test(lemma) &&
      cursor.mentionAt(from + index - cursor.position) === null,
  );
  return verb?.lemma ?? null;
}

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
  const isNever = cursor.tokens
    .slice(start, cursor.position)
    .some(({ lower }) => lower === 'never');
  const inner = newFrame(frame.covered);
  while (
    cursor.mentionAt() === null &&
    (cursor.eat(AUXILIARIES) ||
      cursor.eat('have|had|been|any|a|an|the|in|by|with|of|from|to|on|at|for|part'))
  ) {
    // Words between the negation and what is denied carry no meaning of their own.
  }
  const denied = cursor.position;
  readModifiers(cursor, inner, near, { isInner: true, isNegated: true });
  inner.verb = verbIn(cursor, denied);
  const isEmpty = inner.related.length === 0 && inner.conditions.length === 0;
  if (isEmpty) {
    cursor.position = start;
    return null;
  }
  if (isBut && frame.projections.every(({ aggregate }) => aggregate === null))
    frame.isDistinct = true;
  return [{ kind: 'exists', near, isNegated: true, frame: inner, isNever }];
}
