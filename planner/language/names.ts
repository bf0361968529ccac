import { lemma } from './lemma.ts';
import { expandAbbreviation } from './lexicon.ts';

/** Common words of database names, for cutting apart names written without a separator. */
const NAME_WORDS = new Set(
  `account action address age airport amount area author average bed begin birth block book budget building
 business category change city claim class code color comment common company contact cost count country course
 create customer data date day degree department description detail duration email employee end
 enrollment event family fare fee file film first flight full gender grade height home hotel hour id
 image index invoice item job key kind last latitude length level line link location log long mail manager
 max member message middle min minute model month name nationality nick number office order organization
 owner page paid parent part party patient pay payment person phone photo place player point population position
 postal price product quantity range rank rate rating reason record ref region report result review role room
 salary sale schedule school score season section series service sex shop size source speed stage
 start state station status stay stock store street student subject tax teacher team text time title total town
 track trade type unit update url user value version vote weight width year zip available base points
    times stop `.split(/\s+/),
);

const MAX_WORD = 14;

/** Splits an identifier into lower-case lemmas: snake_case, CamelCase, digits, glued words. */
export function splitName(name: string, vocabulary: ReadonlySet<string> = NAME_WORDS): string[] {
  const pieces = name
    .replace(/([a-z0-9])([A-Z])/g, '$1_$2')
    .replace(/([A-Z]+)([A-Z][a-z])/g, '$1_$2')
    .toLowerCase()
    .split(/[^\p{L}\p{N}]+/u)
    .flatMap((piece) => piece.split(/(?<=[a-z])(?=\d)/))
    .filter((piece) => piece !== '');
  return initials(pieces)
    .flatMap((piece) => expandAbbreviation(piece) ?? unglue(piece, vocabulary))
    .flatMap((piece) => expandAbbreviation(piece) ?? [piece])
    .map((piece) => lemma(piece));
}

/** `LName` and `f_name` are last and first names. */
function initials(pieces: readonly string[]): readonly string[] {
  const [first, second] = pieces.slice(-2);
  if (second !== 'name' || first === undefined) return pieces;
  const full = { f: 'first', l: 'last', m: 'middle' }[first];
  return full === undefined ? pieces : [...pieces.slice(0, -2), full, 'name'];
}

/** Cuts `roomname` into known words when the whole is not one; returns it whole otherwise. */
function unglue(word: string, vocabulary: ReadonlySet<string>): readonly string[] {
  if (word.length < 5 || isKnown(word, vocabulary)) return [word];
  const best: (readonly string[] | null)[] = [[]];
  for (let end = 1; end <= word.length; end++) {
    best[end] = null;
    for (let start = Math.max(0, end - MAX_WORD); start < end; start++) {
      const before = best[start];
      const piece = word.slice(start, end);
      if (!before || (piece.length < 3 && piece !== 'id' && piece !== 'no')) continue;
      if (!isKnown(piece, vocabulary)) continue;
      const current = best[end];
      if (!current || before.length + 1 < current.length) best[end] = [...before, piece];
    }
  }
  return best[word.length] ?? prefixed(word, vocabulary);
}

/** `usrid`, `empid`: an unknown beginning before a very common ending. */
function prefixed(word: string, vocabulary: ReadonlySet<string>): readonly string[] {
  for (const ending of ['name', 'code', 'date', 'type', 'id', 'time']) {
    const beginning = word.slice(0, -ending.length);
    if (word.endsWith(ending) && beginning.length >= 3 && !/[aeiou]{2}$/.test(beginning)) {
      if (ending === 'id' && !(beginning.length <= 4 || vocabulary.has(lemma(beginning)))) continue;
      return [beginning, ending];
    }
  }
  return [word];
}

function isKnown(word: string, vocabulary: ReadonlySet<string>): boolean {
  return (
    NAME_WORDS.has(word) ||
    word === 'no' ||
    vocabulary.has(word) ||
    vocabulary.has(lemma(word)) ||
    (word.length <= 4 && expandAbbreviation(word) !== null && word.length > 2)
  );
}
