import { identifies, isIntensive, isPointInTime } from '../grounding/column-role.ts';
import type { Mention } from '../grounding/link.ts';
import { grainOf } from '../language/lexicon.ts';
import type { Token } from '../language/tokenize.ts';
import { readComparator } from './comparators.ts';
import type { Cursor } from './cursor.ts';
import type { Frame, TimeGroup } from './frame.ts';
import { isMostlyValue, namesMeasure, namesTable } from './mentions.ts';
import { adoptPhrase, readNounPhrase } from './noun-phrase.ts';

const GROUP_MARKS = [
  'for|in|of|by|from|at|with|per|on each|every|different',
  'for each|every of the?',
  'per',
  'each',
  'grouped|group|broken|split by|down|into by?',
];

/** Reads "for each country", "by month": what the rows are put together by. */
export function readGroup(cursor: Cursor, frame: Frame): boolean {
  const start = cursor.position;
  const hasAggregate = frame.projections.some(({ aggregate }) => aggregate !== null);
  const isMarked =
    GROUP_MARKS.some((pattern) => cursor.eat(pattern)) ||
    (hasAggregate && cursor.eat('across|among different|various'));
  const previous = cursor.tokens[start - 1];
  const isAgent =
    isParticiple(previous) && previous?.lower !== 'grouped' && !isDoneByNobody(cursor);
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
  // "orders by customers who …": those who did it, not what to group by.
  const isDoer = isBy && namesTable(phrase.mention) && cursor.looksAt('who|whose');
  if (isDoer || (isTerse && !isDimension(phrase.mention))) {
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

/** "How many patients are insured by city": no city does it, so they are put together by it. */
function isDoneByNobody(cursor: Cursor): boolean {
  const mention = cursor.looksAt('by') ? cursor.mentionAt(1) : null;
  const [best] = mention?.names ?? [];
  if (mention === null || best?.kind !== 'column' || isMostlyValue(mention)) return false;
  const { column } = best;
  const isName = column.isKey || column.table.labels.includes(column);
  return !isName && !namesTable(mention) && !namesMeasure(mention) && !isPointInTime(column);
}

const PARTICIPLE = /(ed|en)$|^(bought|brought|caught|fought|sought|taught|thought|done|gone)$/;

/** "Bought by", "written by": what follows did it; "women by city" and "weight by sex" are groups. */
function isParticiple(token: Token | undefined): boolean {
  return token !== undefined && PARTICIPLE.test(token.lower) && token.lemma !== token.lower;
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

/** "revenue by month" adds up, "temperature by month" averages, "orders by month" counts. */
export function aggregateProjections(frame: Frame): void {
  if (frame.projections.some(({ aggregate }) => aggregate !== null)) return;
  frame.projections = frame.projections.map((item) =>
    item.mention === null
      ? item
      : {
          ...item,
          aggregate:
            namesMeasure(item.mention) && !isTable(item.mention) ? total(item.mention) : 'count',
        },
  );
}

function total({ names }: Mention): 'sum' | 'avg' {
  const best = names.find(({ kind }) => kind === 'column');
  return best?.kind === 'column' && isIntensive(best.column) ? 'avg' : 'sum';
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
