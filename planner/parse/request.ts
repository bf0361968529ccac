import type { Mention } from '../grounding/link.ts';
import type { Grain } from '../language/lexicon.ts';
import { grainAdjective } from '../language/lexicon.ts';
import type { Token } from '../language/tokenize.ts';
import { categoryNoun } from './category-noun.ts';
import { Cursor } from './cursor.ts';
import { readElapsed } from './elapsed.ts';
import type { Frame, Projection } from './frame.ts';
import { newFrame } from './frame.ts';
import { aggregateProjections, readTimeGroup } from './groups.ts';
import { readJoiner } from './joiner.ts';
import { isMostlyValue, namesMeasure, namesTable, namesTime } from './mentions.ts';
import { readModifiers } from './modifiers.ts';
import { readNamedOwner } from './named-owner.ts';
import type { NounPhrase } from './noun-phrase.ts';
import { adoptPhrase, MONEY, readNounPhrase, readValueAfterNoun } from './noun-phrase.ts';
import { readOperation, readRatio } from './operations.ts';
import { addSuperlative, readDirection, readOrder } from './ordering.ts';

/** Parses a linked request into a frame; words it could not use stay out of `covered`. */
export function parseRequest(
  tokens: readonly Token[],
  mentions: readonly Mention[],
  now: string,
): Frame {
  const covered = new Set<number>();
  const cursor = new Cursor({ tokens, mentions, covered, now });
  const frame = newFrame(covered);
  frame.isSubjectImplied = tokens[0]?.lower === 'who';
  let isFirst = true;
  while (cursor.position < tokens.length) {
    cursor.end = sentenceEnd(tokens, mentions, cursor.position);
    if (!cursor.isDone) {
      parseSentence(cursor, frame, isFirst);
      isFirst = false;
    }
    cursor.position = cursor.end;
    cursor.end = tokens.length;
    if (!cursor.isDone) cursor.advance();
  }
  // What was read of a request that goes round in circles is no request.
  if (cursor.isExhausted) return newFrame(new Set());
  return frame;
}

function sentenceEnd(tokens: readonly Token[], mentions: readonly Mention[], from: number): number {
  for (let index = from; index < tokens.length; index++) {
    const token = tokens[index];
    const next = tokens[index + 1];
    if (!/^[.?!;]$/.test(token?.text ?? '')) continue;
    // The point of an abbreviation stands inside a name or before a small letter.
    if (mentions.some(({ start, end }) => start <= index && index < end)) continue;
    if (
      token?.text === '.' &&
      next !== undefined &&
      /^\p{Ll}/u.test(next.text) &&
      next.start > token.end
    )
      continue;
    return index;
  }
  return tokens.length;
}

const COMMANDS =
  'find|list|show|give|return|display|print|report|select|retrieve|fetch|get|provide|identify|tell|compute|calculate|determine|count|state|enumerate|output|present|name|what|which|who|whose|extract|check|look|see|sort|want|need|know';
const FILLERS =
  'me|us|out|for|is|are|was|were|be|do|does|did|i|we|you|to|can|could|would|please|like|up|have|it|also|and|then|that|there|so';

function parseSentence(cursor: Cursor, frame: Frame, isFirst: boolean): void {
  if (!isFirst && readOrder(cursor, frame, null)) {
    readModifiers(cursor, frame, null, { isInner: false });
    return;
  }
  readOpening(cursor, frame);
  const command = readCommand(cursor);
  if (!isFirst && !command.isCommand) {
    // A statement that explains the question; its words add nothing but conditions.
    readModifiers(cursor, frame, frame.related[0] ?? null, { isInner: false });
    return;
  }
  if (command.measures.length > 0) {
    const { measures, elapsed = null } = command;
    const mention = measures[0] === 'date' ? dateAhead(cursor) : null;
    frame.projections.push(projection({ measures, elapsed, mention }));
    readModifiers(cursor, frame, null, { isInner: false });
    return;
  }
  readLeadingOrder(cursor, frame);
  const isAdded = command.isAdded && frame.projections.length > 0;
  const before = isFirst || isAdded ? null : replaceProjections(frame);
  const head = parseProjections(cursor, frame);
  if (before !== null) recallCounts(frame, before);
  if (before !== null && frame.projections.length === 0 && !frame.isStar) {
    frame.projections = before;
  }
  readModifiers(cursor, frame, head, { isInner: false });
  const kind = isFirst ? categoryNoun(frame, cursor.tokens) : null;
  const entity = kind ?? frame.related[0];
  if (frame.projections.length === 0 && !frame.isStar && entity !== undefined) {
    frame.projections.push(projection({ mention: entity }));
  }
}

/** "When was Bo Lind admitted": the date that the verb names. */
function dateAhead(cursor: Cursor): Mention | null {
  for (let offset = 0; cursor.peek(offset) !== null; offset++) {
    const mention = cursor.mentionAt(offset);
    if (mention !== null && namesTime(mention) && !isMostlyValue(mention)) return mention;
  }
  return null;
}

/** "List in alphabetical order the names …" */
function readLeadingOrder(cursor: Cursor, frame: Frame): void {
  if (!cursor.looksAt('in')) return;
  const direction = readDirection(cursor);
  if (direction === null) return;
  frame.orders.push({
    direction,
    aggregate: null,
    mention: null,
    measures: [],
    isFrequency: false,
    isQuantity: false,
    near: null,
    isSuperlative: false,
  });
}

/** A later sentence that lists columns says what to show; earlier nouns remain as entities. */
function replaceProjections(frame: Frame): Projection[] {
  const before = frame.projections;
  frame.projections = [];
  for (const { mention, of } of before) {
    if (mention !== null) frame.related.unshift(mention);
    if (of !== null) frame.related.unshift(of);
  }
  return before;
}

/** "List the name and the count" after a question that counts: the same count is meant. */
function recallCounts(frame: Frame, before: readonly Projection[]): void {
  const counted = before.find(({ aggregate }) => aggregate === 'count');
  if (counted === undefined) return;
  frame.projections = frame.projections.map((item) =>
    item.mention === null && item.aggregate !== null ? counted : item,
  );
}

/** "For each city, …", "Among all claims, …", "In the year 2000, …" */
function readOpening(cursor: Cursor, frame: Frame): void {
  const start = cursor.position;
  if (cursor.eat('for|in|per|of|from|by each|every|different') || cursor.eat('per')) {
    if (readTimeGroup(cursor, frame)) {
      cursor.eat(',');
      return;
    }
    const phrase = readNounPhrase(cursor);
    if (phrase?.mention != null) {
      frame.groups.push({ mention: phrase.mention, isProjected: true, isLeading: true });
      adoptPhrase(frame, phrase);
      while (cursor.eat('and')) {
        const next = readNounPhrase(cursor);
        if (next?.mention == null) break;
        frame.groups.push({ mention: next.mention, isProjected: true, isLeading: true });
      }
      const comma = indexOf(cursor, ',');
      if (comma >= 0) {
        const end = cursor.end;
        cursor.end = comma;
        readModifiers(cursor, frame, phrase.mention, { isInner: false });
        cursor.end = end;
      }
      cursor.eat(',');
      return;
    }
  }
  cursor.position = start;
  const comma = indexOf(cursor, ',');
  if (
    cursor.looksAt('among|of|from|for|in|with|considering|out|given|if|assume|assuming') &&
    comma >= 0
  ) {
    const end = cursor.end;
    cursor.end = comma;
    cursor.eat('out');
    cursor.eat('among|of|from|for|in|with|considering');
    const phrase = readNounPhrase(cursor);
    if (phrase !== null) {
      adoptPhrase(frame, phrase);
      if (phrase.mention !== null) frame.related.push(phrase.mention);
    }
    readModifiers(cursor, frame, phrase?.mention ?? null, { isInner: false });
    cursor.end = end;
    cursor.eat(',');
    return;
  }
  if (cursor.looksAt('from the') && cursor.mentionAt(2) !== null) return;
  cursor.position = start;
}

function indexOf(cursor: Cursor, text: string): number {
  for (let index = cursor.position; index < cursor.end; index++) {
    if (cursor.tokens[index]?.text === text) return index;
  }
  return -1;
}

interface Command {
  readonly isCommand: boolean;
  /** "And …": adds to what was asked before. */
  readonly isAdded: boolean;
  readonly measures: readonly string[];
  /** The unit of the time asked for: "how many days ago". */
  readonly elapsed?: Grain;
}

/** Passes the words that only say "show me"; question words may stand for a kind of column. */
function readCommand(cursor: Cursor): Command {
  let isCommand = false;
  const isAdded = cursor.looksAt('and|also');
  for (;;) {
    const isBareMention = cursor.mentionAt() !== null && isCommand;
    if (isBareMention) return { isCommand, isAdded, measures: [] };
    const elapsed = readElapsed(cursor);
    if (elapsed !== null) {
      return { isCommand: true, isAdded, measures: ['date', 'time', 'timestamp'], elapsed };
    }
    const isCount = cursor.word() === 'count' && cursor.mentionAt(1) !== null;
    if (cursor.looksAt('how many|much') || cursor.looksAt('count of|the') || isCount)
      return { isCommand: true, isAdded, measures: [] };
    if (cursor.eat('where is|are|was|were|do|does|did'))
      return { isCommand: true, isAdded, measures: ['address', 'location', 'city', 'place'] };
    if (cursor.eat('when is|are|was|were|do|does|did'))
      return { isCommand: true, isAdded, measures: ['date', 'time', 'year'] };
    if (
      /^(how (long|old|large|big|tall|high))$/.test(`${cursor.word()} ${cursor.word(1)}`) &&
      /^(is|are|was|were)$/.test(cursor.word(2)) &&
      (cursor.mentionAt(3) ?? cursor.mentionAt(4)) !== null &&
      namesColumnAhead(cursor)
    ) {
      cursor.advance(3);
      isCommand = true;
      continue;
    }
    if (cursor.eat('how old'))
      return { isCommand: true, isAdded, measures: ['age', 'birth'], elapsed: 'year' };
    if (cursor.eat('how long'))
      return { isCommand: true, isAdded, measures: ['duration', 'length'] };
    // "Name of customer 5" asks for the name; "name the customers" is a command.
    if (cursor.looksAt('name of') && cursor.mentionAt() !== null) {
      return { isCommand: true, isAdded, measures: [] };
    }
    if (cursor.eat(COMMANDS)) {
      isCommand = true;
      continue;
    }
    if (cursor.mentionAt() === null && isCommand && cursor.eat(FILLERS)) continue;
    if (
      !isCommand &&
      cursor.mentionAt() === null &&
      cursor.eat(
        'please|can|could|would|you|i|we|in|with|for|and|then|also|,|to|on|from|at|by|the|that|do|does|did|is|are|how',
      )
    )
      continue;
    return { isCommand, isAdded, measures: [] };
  }
}

/** "How long is the total lesson time": the column is named, so the question word adds nothing. */
function namesColumnAhead(cursor: Cursor): boolean {
  return [3, 4, 5].some((offset) => {
    const mention = cursor.mentionAt(offset);
    return mention !== null && namesMeasure(mention) && !namesTable(mention);
  });
}

function projection(part: Partial<Projection>): Projection {
  return {
    aggregate: null,
    outerAggregate: null,
    mention: null,
    isDistinct: false,
    of: null,
    measures: [],
    operation: null,
    elapsed: null,
    ...part,
  };
}

/** Reads the list of things asked for and returns the entity they belong to. */
export function parseProjections(cursor: Cursor, frame: Frame): Mention | null {
  let head: Mention | null = null;
  let owner: Mention | null = null;
  let isOpen = true;
  if (cursor.mentionAt() === null) cursor.eat('both|either');
  if (cursor.mentionAt() === null && cursor.eat('the? all? pairs|pair of')) frame.isPaired = true;
  while (isOpen && !cursor.isDone) {
    const start = cursor.position;
    const isArticle = cursor.word() === 'the' && cursor.mentionAt(1) === null;
    if (isArticle && grainAdjective(cursor.word(1)) !== null) cursor.advance();
    const grain = cursor.mentionAt() === null ? grainAdjective(cursor.word()) : null;
    if (grain !== null) {
      cursor.advance();
      frame.timeGroups.push({ grain });
    }
    const ratio = readRatio(cursor);
    if (ratio !== null) {
      const { of: mention, ...operation } = ratio;
      const made = projection({ mention, operation });
      frame.projections.push(made);
      head = readOwner(cursor, frame, [made]) ?? head;
      isOpen = readJoiner(cursor);
      continue;
    }
    const phrase = readNounPhrase(cursor);
    if (phrase === null) {
      cursor.position = start;
      break;
    }
    adoptPhrase(frame, phrase);
    head = owner ?? phrase.mention ?? head;
    const made = addProjections(cursor, frame, phrase);
    // "the driver's first name and id": what is listed after it is the driver's as well.
    if (owner !== null) for (const item of made) if (isOwnable(item)) item.of ??= owner;
    const isPossessive = cursor.looksAt("'s");
    const owned = readOwner(cursor, frame, made);
    if (isPossessive) owner = owned;
    head = owned ?? head;
    readNameParts(cursor, frame);
    if (frame.timeGroups.length > 0) aggregateProjections(frame);
    isOpen = readJoiner(cursor);
  }
  return head;
}

function isOwnable({ aggregate, mention }: Projection): boolean {
  return aggregate === null && mention !== null && !namesTable(mention);
}

/** "name (first and last name)": the parts in parentheses replace the whole before them. */
function readNameParts(cursor: Cursor, frame: Frame): void {
  const start = cursor.position;
  const whole = frame.projections.at(-1);
  if (!cursor.eat('(') || whole?.mention == null) return;
  const close = indexOf(cursor, ')');
  const parts: Projection[] = [];
  while (close > cursor.position && cursor.position < close) {
    const mention = cursor.mentionAt();
    if (mention !== null && !isMostlyValue(mention)) {
      parts.push(projection({ mention: cursor.take(mention), of: whole.of }));
    } else if (!cursor.eat('and|,|the|a')) {
      break;
    }
  }
  if (parts.length < 2 || cursor.position !== close) {
    cursor.position = start;
    return;
  }
  cursor.advance();
  frame.projections.splice(-1, 1, ...parts);
}

function addProjections(cursor: Cursor, frame: Frame, phrase: NounPhrase): Projection[] {
  const { mention } = phrase;
  if (phrase.isStar) {
    frame.isStar = true;
    return [];
  }
  let aggregates = inheritedAggregates(frame, phrase);
  if (phrase.superlative !== null) {
    const { superlative } = phrase;
    const isExtreme =
      mention !== null &&
      aggregates.length === 0 &&
      !superlative.isFrequency &&
      !superlative.isQuantity &&
      phrase.limit === null &&
      namesMeasure(mention) &&
      !namesTable(mention);
    if (isExtreme) aggregates = [superlative.direction === 'desc' ? 'max' : 'min'];
    else addSuperlative(frame, phrase, null, true);
    if (superlative.isQuantity && !isExtreme) return [];
  }
  if (phrase.isEach && mention !== null) {
    frame.groups.push({ mention, isProjected: false, isLeading: false });
  }
  const kinds = aggregates.length === 0 ? [null] : aggregates;
  const made = kinds.map((aggregate) =>
    projection({
      aggregate,
      outerAggregate: phrase.outerAggregate,
      mention,
      isDistinct: phrase.isDistinct,
      // "how much did they pay": money is meant when nothing is named.
      measures: aggregate === 'sum' && mention === null ? MONEY : [],
    }),
  );
  if (phrase.isDistinct && aggregates.length === 0) frame.isDistinct = true;
  const operation = mention === null ? null : readOperation(cursor, mention);
  if (operation !== null) {
    const computed = made.map((item) => ({ ...item, operation }));
    frame.projections.push(...computed);
    return computed;
  }
  frame.projections.push(...made);
  if (mention !== null) {
    const value = readValueAfterNoun(cursor, mention);
    if (value !== null) frame.conditions.push(value);
  }
  return made;
}

/** "the average latitude and longitude": the aggregate spans both columns. */
function inheritedAggregates(frame: Frame, phrase: NounPhrase): NounPhrase['aggregates'] {
  const previous = frame.projections.at(-1);
  const isBare = phrase.aggregates.length === 0 && phrase.superlative === null;
  const { mention } = phrase;
  if (!isBare || mention === null || previous?.mention == null || previous.of !== null) {
    return phrase.aggregates;
  }
  const { aggregate } = previous;
  const isSpread = aggregate !== null && aggregate !== 'count' && aggregate !== 'sum';
  if (!isSpread || !namesMeasure(mention) || namesTable(mention)) return phrase.aggregates;
  return [aggregate];
}

/** "of the students", "'s": the entity the projected columns belong to. */
function readOwner(cursor: Cursor, frame: Frame, made: readonly Projection[]): Mention | null {
  if (cursor.eat("'s")) {
    const owner = made[0]?.mention ?? null;
    if (owner === null) return null;
    for (const item of made) frame.projections.splice(frame.projections.indexOf(item), 1);
    const phrase = readNounPhrase(cursor);
    if (phrase === null) return owner;
    adoptPhrase(frame, phrase);
    for (const item of addProjections(cursor, frame, phrase)) item.of = owner;
    frame.related.push(owner);
    return owner;
  }
  const start = cursor.position;
  // "in stock" is said of the thing, it owns nothing.
  if (cursor.looksAt('in stock')) return null;
  if (!cursor.eat('of|for|about|from|in|on')) return null;
  const each = cursor.looksAt('each|every') ? (cursor.mentionAt(1) ?? cursor.mentionAt(2)) : null;
  if (each !== null && namesTable(each)) {
    for (const item of frame.projections) if (item.aggregate === null) item.of ??= each;
  }
  if (cursor.looksAt('each|every|different') || cursor.looksAt('the? year|month|last|past')) {
    cursor.position = start;
    return null;
  }
  const phrase = readNounPhrase(cursor);
  if (phrase === null) {
    cursor.position = start;
    return readNamedOwner(cursor, frame);
  }
  if (phrase.aggregates.length > 0 || (phrase.superlative === null && phrase.mention === null)) {
    cursor.position = start;
    return null;
  }
  const { mention } = phrase;
  if (phrase.isEach || (mention !== null && isMostlyValue(mention))) {
    cursor.position = start;
    return phrase.isEach ? null : readNamedOwner(cursor, frame);
  }
  adoptPhrase(frame, phrase);
  if (phrase.superlative !== null) addSuperlative(frame, phrase, null, true);
  if (phrase.isDistinct && made.every(({ aggregate }) => aggregate === null))
    frame.isDistinct = true;
  if (mention === null) return null;
  for (const item of frame.projections) item.of ??= mention;
  frame.related.push(mention);
  const value = readValueAfterNoun(cursor, mention);
  if (value !== null) frame.conditions.push(value);
  if (cursor.eat("'s")) {
    const inner = readNounPhrase(cursor);
    if (inner?.mention != null) {
      frame.related.push(inner.mention);
      return inner.mention;
    }
  }
  return mention;
}
