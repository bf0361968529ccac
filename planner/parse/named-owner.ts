import type { Mention } from '../grounding/link.ts';
import type { Cursor } from './cursor.ts';
import type { Frame, Literal } from './frame.ts';
import { readLiteral } from './literals.ts';
import { isMostlyValue } from './mentions.ts';
import { readNounPhrase } from './noun-phrase.ts';

/** "of Linda Smith's advisor": the noun that belongs to the row with that name. */
export function readNamedOwner(cursor: Cursor, frame: Frame): Mention | null {
  return cursor.attempt(() => {
    cursor.advance();
    const values: Literal[] = [];
    while (cursor.mentionAt() !== null) {
      const value = readLiteral(cursor);
      if (value?.mention == null) break;
      values.push(value);
    }
    if (values.length === 0 || !cursor.eat("'s")) return null;
    const owner = readNounPhrase(cursor)?.mention ?? null;
    if (owner === null || isMostlyValue(owner)) return null;
    for (const value of values) {
      frame.conditions.push({
        kind: 'value',
        hint: null,
        near: null,
        isNegated: false,
        isAll: false,
        isBoth: false,
        values: [value],
      });
    }
    for (const item of frame.projections) item.of ??= owner;
    frame.related.push(owner);
    return owner;
  });
}
