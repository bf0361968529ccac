import type { Mention } from '../grounding/link.ts';
import type { Token } from '../language/tokenize.ts';

/** Attempts to match; questions of a page take a tenth of them. Of steps, so that all machines agree. */
const STEPS_MAX = 500_000;

/** A reading position over the tokens of a request and the mentions that cover them. */
export class Cursor {
  readonly tokens: readonly Token[];
  readonly covered: Set<number>;
  readonly now: string;
  position = 0;
  /** Sentence or scope end, exclusive. */
  end: number;
  readonly #mentions = new Map<number, Mention>();
  #steps = 0;

  constructor(options: {
    tokens: readonly Token[];
    mentions: readonly Mention[];
    covered: Set<number>;
    now: string;
  }) {
    this.tokens = options.tokens;
    this.covered = options.covered;
    this.now = options.now;
    this.end = options.tokens.length;
    for (const mention of options.mentions) this.#mentions.set(mention.start, mention);
  }

  get isDone(): boolean {
    return this.position >= this.end || this.isExhausted;
  }

  /** Whether reading took more steps than any sensible request does: nothing is left to read. */
  get isExhausted(): boolean {
    return this.#steps > STEPS_MAX;
  }

  /** The token `offset` places ahead, or null beyond the scope. */
  peek(offset = 0): Token | null {
    const at = this.position + offset;
    if (this.isExhausted) return null;
    return at < this.end && at >= 0 ? (this.tokens[at] ?? null) : null;
  }

  word(offset = 0): string {
    const token = this.peek(offset);
    return token === null || token.kind === 'quoted' ? '' : token.lower;
  }

  /** The mention that starts `offset` places ahead. */
  mentionAt(offset = 0): Mention | null {
    const at = this.position + offset;
    const mention = at < this.end ? (this.#mentions.get(at) ?? null) : null;
    return mention !== null && mention.end <= this.end ? mention : null;
  }

  take(mention: Mention): Mention {
    this.#cover(mention.start, mention.end);
    this.position = mention.end;
    return mention;
  }

  advance(count = 1): void {
    this.#cover(this.position, this.position + count);
    this.position += count;
  }

  /** Passes a token without claiming to have understood it. */
  skip(): void {
    this.position++;
  }

  /** Whether the words stand at the position; `a|b` are alternatives, `?` marks an optional word. */
  looksAt(pattern: string): boolean {
    return this.#match(pattern) !== null;
  }

  /** Consumes the words if they stand at the position. */
  eat(pattern: string): boolean {
    const length = this.#match(pattern);
    if (length === null) return false;
    this.advance(length);
    return true;
  }

  /** Reads something or nothing: what a failed attempt passed does not count as understood. */
  attempt<T>(read: () => T | null): T | null {
    const { position } = this;
    const covered = new Set(this.covered);
    const result = read();
    if (result === null) {
      this.position = position;
      for (const index of this.covered) if (!covered.has(index)) this.covered.delete(index);
    }
    return result;
  }

  #match(pattern: string): number | null {
    this.#steps++;
    let offset = 0;
    for (const part of pattern.split(' ')) {
      const isOptional = part.endsWith('?') && part.length > 1;
      const words = (isOptional ? part.slice(0, -1) : part).split('|');
      if (words.includes(this.word(offset))) offset++;
      else if (!isOptional) return null;
    }
    return offset;
  }

  #cover(start: number, end: number): void {
    for (let index = start; index < end; index++) this.covered.add(index);
  }
}
