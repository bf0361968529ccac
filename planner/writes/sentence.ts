import { tokenize } from '../language/tokenize.ts';

/** A sentence whose quoted parts are hidden from patterns. */
export class Sentence {
  readonly #text: string;
  readonly #masked: string;

  constructor(text: string) {
    this.#text = text;
    let masked = text;
    for (const { kind, start, end } of tokenize(text)) {
      if (kind !== 'quoted') continue;
      masked = masked.slice(0, start) + '\u0001'.repeat(end - start) + masked.slice(end);
    }
    this.#masked = masked;
  }

  test(pattern: RegExp): boolean {
    return pattern.test(this.#masked);
  }

  /** The named groups of a match, as they were written. */
  match(pattern: RegExp): Readonly<Record<string, string>> | null {
    const found = new RegExp(pattern.source, `${pattern.flags}d`).exec(this.#masked);
    if (found === null) return null;
    const groups: Record<string, string> = {};
    for (const [name, range] of Object.entries(found.indices?.groups ?? {})) {
      if (range !== undefined) groups[name] = this.#text.slice(...range).trim();
    }
    return groups;
  }

  /** Every way to cut the text in two at one of the words. */
  splits(words: string): readonly (readonly [before: string, after: string])[] {
    const pattern = new RegExp(`\\s*(?:\\s(?:${words})\\s|=)\\s*`, 'gi');
    return [...this.#masked.matchAll(pattern)].map((found) => [
      this.#text.slice(0, found.index),
      this.#text.slice(found.index + found[0].length),
    ]);
  }

  /** What stands between the matches of a pattern. */
  pieces(pattern: RegExp): readonly string[] {
    const pieces: string[] = [];
    let start = 0;
    for (const found of this.#masked.matchAll(pattern)) {
      pieces.push(this.#text.slice(start, found.index));
      start = found.index + found[0].length;
    }
    return [...pieces, this.#text.slice(start)];
  }
}
