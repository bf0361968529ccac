import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import type { Condition } from './frame.ts';
import { namesTable } from './mentions.ts';

const NOW = [
  'currently|presently',
  'right now',
  'at the moment',
  'at present',
  'at this moment',
  'as of now|today',
];

/** "Currently", "right now": rows that have not ended; null where nothing says so. */
export function readCurrent(cursor: Cursor, near: Mention | null): Condition | null {
  const isNow = /^now([.?!]|)$/.test(`${cursor.word()}${cursor.word(1)}`) && cursor.eat('now');
  const isSaid = isNow || (cursor.mentionAt() === null && NOW.some((words) => cursor.eat(words)));
  return isSaid ? { kind: 'current', near, isNegated: false } : null;
}

/** "Current contracts"; null before anything that is not rows. */
export function readCurrentAdjective(cursor: Cursor): Condition | null {
  const noun = /^(current|ongoing)$/.test(cursor.word()) ? cursor.mentionAt(1) : null;
  if (noun === null || cursor.mentionAt() !== null || !namesTable(noun)) return null;
  cursor.advance();
  return { kind: 'current', near: noun, isNegated: false };
}
