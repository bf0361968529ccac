import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import { isMostlyValue, namesColumn, namesTable } from './mentions.ts';

const JOINERS = [
  ',? along|together with',
  ',? as well as',
  ', and|or? also|then?',
  'and also|then?',
  'and',
];

/** "products cost more than 100": the column is compared, not listed. */
function isComparedNext(cursor: Cursor, mention: Mention): boolean {
  const offset = mention.end - cursor.position;
  const next = cursor.peek(offset);
  return (
    next?.number != null ||
    /^(more|less|over|above|under|below|between|at|exactly|higher|lower|greater|exceeding|[<>=])$/.test(
      cursor.word(offset),
    )
  );
}

/** Whether the list of projections goes on. */
export function readJoiner(cursor: Cursor): boolean {
  const start = cursor.position;
  const next = cursor.mentionAt();
  // "first name middle name": a list without its commas.
  if (
    next !== null &&
    (next.names[0]?.score ?? 0) >= 0.95 &&
    !isMostlyValue(next) &&
    namesColumn(next) &&
    !namesTable(next) &&
    !/ed$/.test(cursor.word(next.end - next.start - 1)) &&
    !isComparedNext(cursor, next)
  ) {
    return true;
  }
  const isWith =
    cursor.looksAt('with their|its|his|her|corresponding|respective|associated') ||
    cursor.looksAt('with the? number|total|average|corresponding|count');
  const isJoined = isWith
    ? cursor.eat('with')
    : JOINERS.slice(0, 5).some((pattern) => cursor.eat(pattern));
  if (!isJoined) return false;
  cursor.eat('show|list|give|find|return|what|which|how');
  cursor.eat('is|are|me');
  cursor.eat('their|its|his|her|the');
  cursor.eat('or her|his|its|their');
  cursor.eat('corresponding|respective|associated');
  const mention = cursor.mentionAt();
  const isNoun =
    (mention !== null && (!isMostlyValue(mention) || mention.names.length > 0)) ||
    cursor.looksAt(
      'number|count|average|total|maximum|minimum|all|how|highest|lowest|sum|the|max|min|mean|distinct|different',
    );
  if (!isNoun || cursor.looksAt('are|is|have|has|who|whose|that')) {
    cursor.position = start;
    return false;
  }
  return true;
}
