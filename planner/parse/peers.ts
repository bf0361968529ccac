import type { Mention } from '../grounding/link.ts';
import type { AggregateName } from '../language/lexicon.ts';
import { aggregateOf } from '../language/lexicon.ts';
import type { Cursor } from './cursor.ts';
import type { Operand } from './frame.ts';
import { isMostlyValue, namesMeasure, namesTable } from './mentions.ts';

/**
 * "The average of their department", "their department's average salary": a figure of the rows that
 * share something with the row that is compared; null for anything else.
 */
export function readPeers(cursor: Cursor): Extract<Operand, { kind: 'peers' }> | null {
  return cursor.attempt(() => readAfter(cursor)) ?? cursor.attempt(() => readBefore(cursor));
}

/** "The average salary in their department". */
function readAfter(cursor: Cursor): Extract<Operand, { kind: 'peers' }> | null {
  cursor.eat('the');
  const aggregate = readAggregate(cursor);
  if (aggregate === null) return null;
  const mention = readFigure(cursor);
  if (!cursor.eat('of|in|for|within|at|across|among')) return null;
  if (!cursor.eat('their|its|his|her own|respective?') && !cursor.eat('the same')) return null;
  const within = readWithin(cursor);
  return within === null ? null : { kind: 'peers', aggregate, mention, within };
}

/** "Their department's average salary", "the department average". */
function readBefore(cursor: Cursor): Extract<Operand, { kind: 'peers' }> | null {
  if (!cursor.eat('their|its|his|her own|respective?') && !cursor.eat('the')) return null;
  const within = readWithin(cursor);
  if (within === null) return null;
  cursor.eat("'s");
  const aggregate = readAggregate(cursor);
  if (aggregate === null) return null;
  return { kind: 'peers', aggregate, mention: readFigure(cursor), within };
}

function readAggregate(cursor: Cursor): AggregateName | null {
  const aggregate = aggregateOf(cursor.word());
  if (aggregate === null || aggregate === 'count' || aggregate === 'sum') return null;
  const mention = cursor.mentionAt();
  // "Average price" may be the name of a column.
  if (mention !== null && mention.end - mention.start > 1) return null;
  cursor.advance();
  return aggregate;
}

/** What is aggregated, where it is said: the compared column else. */
function readFigure(cursor: Cursor): Mention | null {
  const mention = cursor.mentionAt();
  const isFigure = mention !== null && namesMeasure(mention) && !isMostlyValue(mention);
  return isFigure ? cursor.take(mention) : null;
}

function readWithin(cursor: Cursor): Mention | null {
  const mention = cursor.mentionAt();
  if (mention === null || isMostlyValue(mention)) return null;
  const isFigure = namesMeasure(mention) && !namesTable(mention);
  return isFigure ? null : cursor.take(mention);
}
