import { lemma } from './lemma.ts';
import { comparativeOf } from './lexicon.ts';
import { parseNumberWord } from './numbers.ts';

/** A piece of the request; `start` and `end` are offsets into its text. */
export interface Token {
  readonly kind: 'word' | 'number' | 'quoted' | 'punctuation';
  readonly text: string;
  readonly lower: string;
  readonly lemma: string;
  /** The number that the token denotes, digits or number word. */
  readonly number: number | null;
  readonly start: number;
  readonly end: number;
}

const PATTERN = new RegExp(
  [
    '"([^"]*)"',
    '“([^”]*)”',
    '`([^`]*)`',
    // An apostrophe opens a quotation only at a word's beginning and when one closes it.
    String.raw`(?<![\p{L}\p{N}])['‘’]((?:[^'‘’]|['’](?=[\p{L}]))+)['‘’](?![\p{L}])`,
    String.raw`\d{4}-\d{1,2}-\d{1,2}(?:[T ]\d{1,2}:\d{2}(?::\d{2})?)?`,
    String.raw`\d{1,2}\/\d{1,2}\/\d{2,4}`,
    String.raw`[$€£]?\d{1,3}(?:,\d{3})+(?:\.\d+)?`,
    // A sign belongs to a number where nothing stands before it.
    String.raw`(?<![^\s(])[-−]\d+(?:\.\d+)?(?![\p{L}\d.:/-])`,
    String.raw`[$€£]?\d+\.\d+`,
    String.raw`\d+(?:st|nd|rd|th)\b`,
    String.raw`[$€£]?\d+(?![\p{L}\d])`,
    String.raw`['’]s\b`,
    // "instructors' names"
    String.raw`(?<=s)['’](?![\p{L}\p{N}])`,
    String.raw`[\p{L}\p{N}_][\p{L}\p{M}\p{N}_]*(?:[.&@+#-](?=[\p{L}\p{N}])[\p{L}\p{M}\p{N}_]+)*(?:['’]t\b)?`,
    String.raw`[^\s]`,
  ].join('|'),
  'gu',
);

/** Splits a request into words, numbers, quotations and punctuation. */
export function tokenize(text: string): readonly Token[] {
  const tokens: Token[] = [];
  for (const match of text.matchAll(PATTERN)) {
    const quoted = match[1] ?? match[2] ?? match[3] ?? match[4];
    const [start, end] = [match.index, match.index + match[0].length];
    if (quoted !== undefined && quoted.trim() !== '') {
      tokens.push(makeToken('quoted', quoted.trim(), start, end));
      continue;
    }
    const ranked =
      /^(most|least|highest|lowest|best|worst|top|frequently|commonly)-(\p{L}+)$/iu.exec(match[0]);
    if (ranked?.[1] !== undefined && ranked[2] !== undefined) {
      const middle = start + ranked[1].length;
      tokens.push(makeToken('word', ranked[1], start, middle));
      tokens.push(makeToken('word', ranked[2], middle + 1, end));
      continue;
    }
    for (const piece of splitContraction(match[0])) {
      tokens.push(makeToken(kindOf(piece), piece, start, end));
    }
  }
  return tokens.map((token, index) => {
    if (isMistakenThen(tokens, index)) return { ...token, lower: 'than', lemma: 'than' };
    return isPronoun(tokens, index) ? { ...token, number: null } : token;
  });
}

/** "more expensive then": who compares means "than". */
function isMistakenThen(tokens: readonly Token[], index: number): boolean {
  if (tokens[index]?.lower !== 'then') return false;
  const [first, second] = [tokens[index - 1]?.lower ?? '', tokens[index - 2]?.lower ?? ''];
  return comparativeOf(first) !== null || /^(more|less|fewer)$/.test(second);
}

/** "the one that", "the ones with": no number is said. */
function isPronoun(tokens: readonly Token[], index: number): boolean {
  const [before, token, after] = [tokens[index - 1], tokens[index], tokens[index + 1]];
  return (
    token?.lower === 'one' &&
    before?.lower === 'the' &&
    /^(that|who|which|whose|with|having|where)$/.test(after?.lower ?? '')
  );
}

function splitContraction(text: string): readonly string[] {
  const contracted = /^(.+)n['’]t$/i.exec(text);
  if (contracted?.[1] === undefined) return [text];
  const verb = contracted[1].toLowerCase();
  return [verb === 'ca' ? 'can' : verb === 'wo' ? 'will' : verb, 'not'];
}

function kindOf(text: string): Token['kind'] {
  if (/^[-−$€£]?\d[\d,]*(\.\d+)?$/.test(text)) return 'number';
  if (/^[\p{L}\p{N}_]/u.test(text)) return 'word';
  return 'punctuation';
}

function makeToken(kind: Token['kind'], text: string, start: number, end: number): Token {
  const lower = /^['’]s?$/.test(text) && kind === 'punctuation' ? "'s" : text.toLowerCase();
  const number =
    kind === 'number'
      ? Number(text.replace('−', '-').replace(/[^-\d.]/g, ''))
      : kind === 'word'
        ? parseNumberWord(lower)
        : null;
  return { kind, text, lower, lemma: kind === 'word' ? lemma(lower) : lower, number, start, end };
}
