import { lemma } from '../language/lemma.ts';
import { sharedSpelling } from '../language/spelling.ts';
import type { ColumnModel } from './schema-model.ts';

/** A stored value that a phrase of the request spells. */
export interface ValueCandidate {
  readonly column: ColumnModel;
  /** The stored spelling; for `contains` a part of stored values. */
  readonly value: string;
  /** `respelled` is stored in British spelling and asked for in American, or the other way round. */
  readonly match: 'exact' | 'folded' | 'stemmed' | 'respelled' | 'abbreviated' | 'word';
  readonly score: number;
}

const CANDIDATES_MAX = 24;
/** Columns with more spellings than this are matched exactly only. */
const STEMMED_VALUES_MAX = 2_000;

/** Finds stored values by exact, folded, stemmed and British or American spelling. */
export class ValueIndex {
  readonly #folded = new Map<string, Entry[]>();
  readonly #stemmed = new Map<string, Entry[]>();
  readonly #respelled = new Map<string, Entry[]>();
  readonly #words = new Map<string, Entry[]>();
  readonly #prefixes = new Map<string, Entry[]>();

  constructor(columns: readonly ColumnModel[]) {
    for (const column of columns) {
      const { kind } = column;
      if (kind !== 'text' || column.isNumericText || column.dateTextFormat !== null) continue;
      const isSmall = column.column.values.length <= STEMMED_VALUES_MAX;
      for (const value of column.column.values) {
        if (value.length > 80) continue;
        const folded = fold(value);
        if (folded === '') continue;
        const item = { column, value };
        add(this.#folded, folded, item);
        const words = folded.split(' ');
        if (isSmall && words.length <= 6) {
          const stemmed = words.map(lemma).join(' ');
          if (stemmed !== folded) add(this.#stemmed, stemmed, item);
          const respelled = respell(words);
          if (respelled !== stemmed) add(this.#respelled, respelled, item);
          if (words.length === 1) {
            const root = rootOf(folded);
            if (root !== folded && root !== stemmed) add(this.#stemmed, root, item);
          }
          if (words.length > 1 && words.length <= 4) {
            for (const word of new Set(words)) if (word.length > 2) add(this.#words, word, item);
          }
          if (value.includes('.') && words.every((word) => word.length >= 2)) {
            add(this.#prefixes, (words[0] ?? '').slice(0, 2), item);
          }
        }
      }
    }
  }

  /** Stored values equal to the phrase, ignoring case, punctuation and inflection. */
  find(phrase: string): readonly ValueCandidate[] {
    const folded = fold(phrase);
    if (folded === '') return [];
    const found: ValueCandidate[] = (this.#folded.get(folded) ?? []).map((item) => ({
      ...item,
      match: item.value === phrase ? ('exact' as const) : ('folded' as const),
      score: item.value === phrase ? 1 : 0.95,
    }));
    const words = folded.split(' ');
    const stemmed = words.map(lemma).join(' ');
    const seen = new Set(found.map(({ column, value }) => `${column.id}\u0000${value}`));
    for (const source of [
      this.#stemmed.get(stemmed),
      stemmed === folded ? [] : this.#folded.get(stemmed),
    ]) {
      for (const item of source ?? []) {
        const key = `${item.column.id}\u0000${item.value}`;
        if (seen.has(key)) continue;
        seen.add(key);
        found.push({ ...item, match: 'stemmed', score: 0.85 });
      }
    }
    found.push(...this.#findRespelled(words, stemmed, found));
    const root = words.length === 1 ? rootOf(folded) : folded;
    if (found.length === 0 && root !== folded) {
      for (const item of this.#stemmed.get(root) ?? this.#folded.get(root) ?? []) {
        found.push({ ...item, match: 'stemmed', score: 0.8 });
      }
    }
    if (found.length === 0) found.push(...this.#findAbbreviated(words));
    return found.sort((a, b) => b.score - a.score).slice(0, CANDIDATES_MAX);
  }

  /** "canceled" where `cancelled` is stored; a column that has what was asked for has nothing else. */
  #findRespelled(
    words: readonly string[],
    stemmed: string,
    found: readonly ValueCandidate[],
  ): readonly ValueCandidate[] {
    const respelled = respell(words);
    const known = new Set(found.map(({ column }) => column));
    const items = [
      ...(this.#respelled.get(respelled) ?? []),
      ...(respelled === stemmed
        ? []
        : [...(this.#stemmed.get(respelled) ?? []), ...(this.#folded.get(respelled) ?? [])]),
    ];
    return items
      .filter(({ column }) => !known.has(column))
      .map((item) => ({ ...item, match: 'respelled' as const, score: 0.9 }));
  }

  /** Stored values of several words that contain the word. */
  findWord(word: string): readonly ValueCandidate[] {
    const items = this.#words.get(fold(word)) ?? [];
    const byColumn = new Map<number, Entry>();
    for (const item of items) if (!byColumn.has(item.column.id)) byColumn.set(item.column.id, item);
    return [...byColumn.values()].map(({ column }) => ({
      column,
      value: word,
      match: 'word' as const,
      score: 0.6,
    }));
  }

  /** `Comp. Sci.` for "computer science": each stored word begins the asked one. */
  #findAbbreviated(words: readonly string[]): readonly ValueCandidate[] {
    const items = this.#prefixes.get((words[0] ?? '').slice(0, 2)) ?? [];
    return items
      .filter(({ value }) => {
        const stored = fold(value).split(' ');
        return (
          stored.length === words.length &&
          stored.every((word, index) => (words[index] ?? '').startsWith(word))
        );
      })
      .map((item) => ({ ...item, match: 'abbreviated' as const, score: 0.85 }));
  }
}

/** The words in the spelling that British and American English share, without inflection. */
function respell(words: readonly string[]): string {
  return words.map((word) => lemma(sharedSpelling(word))).join(' ');
}

/** What "successful", "success" and "successfully" share. */
function rootOf(word: string): string {
  const root = /^(.{5,})(?:fully|ful)$/.exec(word)?.[1];
  return root ?? word;
}

interface Entry {
  readonly column: ColumnModel;
  readonly value: string;
}

function add(map: Map<string, Entry[]>, key: string, item: Entry): void {
  const list = map.get(key);
  if (list === undefined) map.set(key, [item]);
  else list.push(item);
}

/** Lower case without accents and punctuation, words separated by one space. */
export function fold(text: string): string {
  return text
    .normalize('NFD')
    .replace(/\p{M}/gu, '')
    .toLowerCase()
    .replace(/[^\p{L}\p{N}]+/gu, ' ')
    .trim();
}
