import type { Cursor } from './cursor.ts';

const WORDS: Readonly<Record<string, number>> = {
  twice: 2,
  double: 2,
  thrice: 3,
  triple: 3,
  half: 0.5,
};
/** What is multiplied is named: without it, "more than twice" counts how often something happened. */
const NAMED =
  'the|that|their|its|his|her|average|mean|median|overall|maximum|minimum|highest|lowest';

/** "Twice the average", "half of the maximum", "3 times their budget"; null, and nothing consumed, for others. */
export function readFactor(cursor: Cursor): number | null {
  return cursor.attempt(() => {
    const word = cursor.word();
    const number = cursor.peek()?.number ?? null;
    const factor = Object.hasOwn(WORDS, word) ? (WORDS[word] ?? null) : number;
    if (factor === null) return null;
    const isNumber = !Object.hasOwn(WORDS, word);
    cursor.advance();
    if (isNumber && !cursor.eat('times|x')) return null;
    cursor.eat('of|as');
    return cursor.looksAt(NAMED) ? factor : null;
  });
}

/** Whether a multiple of something stands here, and not how often something happened: "twice as many orders as Ben". */
export function looksAtMultiple(cursor: Cursor): boolean {
  const isTimes = cursor.peek()?.number != null && /^times?$/.test(cursor.word(1));
  if (cursor.looksAt('twice|thrice as') || (isTimes && cursor.word(2) === 'as')) return true;
  let isFactor = false;
  cursor.attempt(() => {
    isFactor = readFactor(cursor) !== null;
    return null;
  });
  return isFactor;
}
