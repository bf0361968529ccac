import type { Cursor } from './cursor.ts';
import type { Operand } from './frame.ts';

/** The first and the last year of a decade. */
export interface Decade {
  readonly low: Operand;
  readonly high: Operand;
}

/** "In the 90s", "from the 1980s": a decade that has begun; null when none stands here. */
export function readDecade(cursor: Cursor): Decade | null {
  return cursor.attempt(() => {
    cursor.eat('in|during|from|of|throughout');
    // "In their 60s" tells of an age.
    if (!cursor.eat('the') && !/^\d{4}/.test(cursor.word())) return null;
    // The tokenizer has one form for every apostrophe.
    cursor.eat("'s");
    const digits = /^((?:1[6-9]|20)?\d0)(?:['’]?s)?$/.exec(cursor.word())?.[1];
    const isPlural = /s$/.test(cursor.word());
    if (digits === undefined || (!isPlural && cursor.word(1) !== "'s")) return null;
    const today = Number(cursor.now.slice(0, 4));
    const isAhead = 2000 + Number(digits) > today;
    const first = digits.length === 4 ? Number(digits) : Number(digits) + (isAhead ? 1900 : 2000);
    cursor.advance(isPlural ? 1 : 2);
    return { low: year(first), high: year(first + 9) };
  });
}

function year(value: number): Operand {
  return { kind: 'literal', literal: { text: String(value), kind: 'number', mention: null } };
}
