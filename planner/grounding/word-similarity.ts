import { editDistance } from '#core';
import { stem } from '../language/lemma.ts';
import { areSynonyms } from '../language/lexicon.ts';

/** How close a word of a request is to a word of a name, 0 to 1; 0 means unrelated. */
export function wordSimilarity(asked: string, named: string): number {
  return (
    relatedness(asked, named) ?? (isSlip(asked, named) ? 0.85 : isMistyped(asked, named) ? 0.8 : 0)
  );
}

/** Whether a word is taken for another only because a slip of the hand could have made it. */
export function isMisspelled(asked: string, named: string): boolean {
  return relatedness(asked, named) === null && (isSlip(asked, named) || isMistyped(asked, named));
}

/** How close the words are as they are written; null where nothing but a slip relates them. */
function relatedness(asked: string, named: string): number | null {
  if (asked === named) return 1;
  if (asked.length < 2 || named.length < 2) return 0;
  if (/\d/.test(asked) || /\d/.test(named)) return 0;
  const isLong = asked.length >= 4 && named.length >= 3;
  if (isAgent(asked, named)) return 0;
  if (isLong && stem(asked) === stem(named)) return 0.85;
  if (named.length >= 3 && named.length < asked.length && asked.startsWith(named)) {
    // `lat` for latitude; but `art` is not short for article.
    return named.length <= 4 && asked.length - named.length >= 2 ? 0.82 : sharesRoot(asked, named);
  }
  if (asked.length >= 4 && named.startsWith(asked)) return sharesRoot(named, asked);
  if (areSynonyms(asked, named)) return 0.75;
  if (asked === 'number' && named === 'id') return 0.62;
  return isSkeleton(asked, named) ? 0.75 : null;
}

/** A letter too few, too many, wrong or swapped in a long word. */
function isSlip(asked: string, named: string): boolean {
  return asked.length >= 6 && named.length >= 6 && isOneEditApart(asked, named);
}

/** A publisher is nothing published, and a goalkeeper no goal. */
function isAgent(asked: string, named: string): boolean {
  if (named.length < 4 || !/(er|or)$/.test(asked) || /(er|or|ion|ing)$/.test(named)) return false;
  const verb = asked.slice(0, -2);
  if (named === verb || `${verb}e` === named) return true;
  return (
    asked.startsWith(named) &&
    /^(keep|hold|mak|own|work|train|driv|sell|buy)er$/.test(asked.slice(named.length))
  );
}

function sharesRoot(longer: string, shorter: string): number {
  return shorter.length / longer.length >= 0.6 ? 0.8 : 0;
}

/** `dept` for department: the first letter and then letters of the word in order. */
function isSkeleton(asked: string, named: string): boolean {
  if (named.length < 3 || named.length > 5 || asked.length < named.length + 3) return false;
  if (/[aeiou]/.test(named.slice(1, -1)) && /[aeiou]$/.test(named)) return false;
  if (asked[0] !== named[0]) return false;
  const consonants = [...asked].filter((letter, index) => index === 0 || !/[aeiou]/.test(letter));
  return consonants.join('').startsWith(named);
}

/** A letter too few, too many or two swapped in a short word, its ends being right. */
function isMistyped(asked: string, named: string): boolean {
  if (Math.min(asked.length, named.length) < 4 || Math.max(asked.length, named.length) < 5)
    return false;
  if (asked[0] !== named[0] || asked.at(-1) !== named.at(-1)) return false;
  const isSwap =
    asked.length === named.length && [...asked].sort().join() === [...named].sort().join();
  return (isSwap || asked.length !== named.length) && isOneEditApart(asked, named);
}

/** Whether one insertion, deletion, replacement or swap of neighbours turns `a` into `b`. */
export function isOneEditApart(a: string, b: string): boolean {
  if (Math.abs(a.length - b.length) > 1 || a === b) return false;
  let start = 0;
  while (start < a.length && start < b.length && a[start] === b[start]) start++;
  let end = 0;
  while (
    end < a.length - start &&
    end < b.length - start &&
    a[a.length - 1 - end] === b[b.length - 1 - end]
  ) {
    end++;
  }
  const [restA, restB] = [a.length - start - end, b.length - start - end];
  if (restA <= 1 && restB <= 1) return true;
  return restA === 2 && restB === 2 && a[start] === b[start + 1] && a[start + 1] === b[start];
}

/**
 * How near a word is for a suggestion, 0 to 1: what means much the same comes before what is spelled
 * alike, and 0 is for words that only share some letters, as `king` and `stocking` do.
 */
export function nearness(asked: string, named: string): number {
  const similar = wordSimilarity(asked, named);
  if (similar > 0) return similar;
  const [short, long] = asked.length < named.length ? [asked, named] : [named, asked];
  if (short.length < 3) return 0;
  if (long.startsWith(short)) return 0.7;
  if (short.length > 4 && long.includes(short)) return 0.5;
  if (short.length > 3 && stem(asked) === stem(named)) return 0.7;
  const distance = editDistance(asked, named);
  return distance <= Math.floor(long.length / 4) ? 0.6 - 0.1 * distance : 0;
}
