import type { Cursor } from './cursor.ts';
import { namesTable } from './mentions.ts';

/** "all the information", "all details of", "every column". */
export function readStar(cursor: Cursor): boolean {
  const start = cursor.position;
  const isAll = cursor.eat('all|every|complete|full');
  cursor.eat('the|of|available|related');
  cursor.eat('the');
  if (isAll && /^(information|info|details|columns|fields|data|attributes)$/.test(cursor.word())) {
    const next = cursor.word(1);
    const mention = cursor.mentionAt();
    if (
      (mention === null || mention.end - mention.start === 1) &&
      /^(of|about|for|on|from|regarding|in|)$/.test(next)
    ) {
      cursor.advance();
      cursor.eat('about|regarding');
      return true;
    }
  }
  cursor.position = start;
  // "Details of order 100": of one row everything is wanted.
  const owner = cursor.looksAt('details|everything of|about') ? cursor.mentionAt(2) : null;
  if (owner !== null && namesTable(owner) && cursor.peek(owner.end - start)?.kind === 'number') {
    cursor.advance(2);
    return true;
  }
  cursor.eat('the');
  if (
    cursor.looksAt('information|info of|about|for|on|regarding') &&
    (cursor.mentionAt()?.end ?? 0) <= cursor.position + 1
  ) {
    cursor.advance();
    cursor.eat('about|regarding');
    return true;
  }
  cursor.position = start;
  return false;
}
