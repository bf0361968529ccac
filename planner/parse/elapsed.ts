import type { Grain } from '../language/lexicon.ts';
import { grainOf } from '../language/lexicon.ts';
import type { Cursor } from './cursor.ts';

/** "How long ago", "how many months ago": the unit of the time asked for; null for anything else. */
export function readElapsed(cursor: Cursor): Grain | null {
  const unit = cursor.word() === 'how' ? agoUnit(cursor) : null;
  if (unit === null) return null;
  cursor.advance(cursor.word(1) === 'long' ? 2 : 3);
  cursor.eat('ago');
  // "How many days ago was …", "how long has it been since …"
  cursor.eat('is|was|were|did|has|have it? been? since?');
  cursor.eat('been|since');
  return unit;
}

function agoUnit(cursor: Cursor): Grain | null {
  const isLong = cursor.word(1) === 'long';
  const unit = isLong
    ? 'day'
    : cursor.word(1) === 'many'
      ? grainOf(cursor.peek(2)?.lemma ?? '')
      : null;
  const next = cursor.word(isLong ? 2 : 3);
  const isSince = /^(has|have)$/.test(next) && hasSince(cursor);
  return next === 'ago' || isSince ? unit : null;
}

function hasSince(cursor: Cursor): boolean {
  return [3, 4, 5, 6].some((offset) => cursor.word(offset) === 'since');
}
