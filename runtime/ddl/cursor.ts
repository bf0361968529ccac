/** A position among the tokens of one statement, and the ways to move it or to fail at it. */
import type { HeliosError } from '#core';
import { isReserved, nearestWord } from './keywords.ts';
import type { Token } from './lexer.ts';
import { isTrivia, readToken } from './lexer.ts';
import type { ScriptStatement } from './script.ts';
import { syntaxError, tooComplexError } from './syntax-error.ts';

/** Reads a statement's tokens one after another; offsets refer to the whole script. */
export class Cursor {
  readonly #script: string;
  readonly #end: number;
  readonly #offsets = new Map<string, number>();
  #current: Token | null;
  #previousEnd: number;

  constructor(statement: ScriptStatement) {
    this.#script = statement.script;
    this.#end = statement.end;
    this.#previousEnd = statement.start;
    this.#current = this.#tokenFrom(statement.start);
  }

  #tokenFrom(start: number): Token | null {
    let position = start;
    while (position < this.#end) {
      const token = readToken(this.#script, position);
      if (!isTrivia(token)) return token;
      position = token.end;
    }
    return null;
  }

  /** The token at the position, or null at the end of the statement. */
  get token(): Token | null {
    return this.#current;
  }

  /** The token after the current one. */
  peek(): Token | null {
    return this.#current === null ? null : this.#tokenFrom(this.#current.end);
  }

  /** Where the current token starts, or where the statement ends. */
  get offset(): number {
    return this.#current?.start ?? this.#end;
  }

  /** Where the token before the current one ends. */
  get previousEnd(): number {
    return this.#previousEnd;
  }

  get script(): string {
    return this.#script;
  }

  /** Remembers where a part of the statement stands, so that later errors can point at it. */
  mark(path: string, offset: number = this.offset): void {
    this.#offsets.set(path, offset);
  }

  get offsets(): ReadonlyMap<string, number> {
    return this.#offsets;
  }

  textOf(token: Token | null): string {
    return token === null ? '' : this.#script.slice(token.start, token.end);
  }

  /** The text from an offset to the end of the last token read, as written. */
  textSince(start: number): string {
    return this.#script.slice(start, this.#previousEnd);
  }

  advance(): Token {
    const token = this.#current;
    if (token === null) throw this.failure([]);
    this.#previousEnd = token.end;
    this.#current = this.#tokenFrom(token.end);
    return token;
  }

  /** The current token's word in upper case, or null when it is not an unquoted word. */
  get word(): string | null {
    return this.#wordOf(this.#current);
  }

  get nextWord(): string | null {
    return this.#wordOf(this.peek());
  }

  #wordOf(token: Token | null): string | null {
    return token?.kind === 'word' ? this.textOf(token).toUpperCase() : null;
  }

  /** Reads the words if all of them stand here, and tells whether they did. */
  acceptWords(...words: readonly [string, ...string[]]): boolean {
    if (this.word !== words[0]) return false;
    if (words.length > 1 && this.nextWord !== words[1]) return false;
    for (const word of words) this.expectWord(word);
    return true;
  }

  expectWord(...words: readonly string[]): string {
    const { word } = this;
    if (word === null || !words.includes(word)) throw this.failure(words);
    this.advance();
    return word;
  }

  /** Whether the current token is this punctuation or operator. */
  isSymbol(symbol: string): boolean {
    const kind = this.#current?.kind;
    return (kind === 'punctuation' || kind === 'operator') && this.textOf(this.#current) === symbol;
  }

  acceptSymbol(symbol: string): boolean {
    if (!this.isSymbol(symbol)) return false;
    this.advance();
    return true;
  }

  expectSymbol(symbol: string, ...alternatives: readonly string[]): void {
    if (!this.acceptSymbol(symbol)) throw this.failure([symbol, ...alternatives]);
  }

  /** Reads a name; quoted ones keep their case and may hold anything. */
  expectName(what: string): string {
    const token = this.#current;
    const text = this.textOf(token);
    if (token?.kind === 'word') {
      if (isReserved(text)) {
        throw this.failure([what], `As a name, ${text} needs double quotes: "${text}".`);
      }
      this.advance();
      return text;
    }
    if (token?.kind !== 'quoted_identifier') throw this.failure([what]);
    const name = text.slice(1, -1).replaceAll('""', '"');
    if (name === '') throw this.errorAt(token.start, 'quoted identifier is empty');
    this.advance();
    return name;
  }

  expectEnd(...alternatives: readonly string[]): void {
    if (this.#current !== null) throw this.failure([...alternatives, 'end of statement']);
  }

  /** The error for a token that is none of the expected ones. */
  failure(expected: readonly string[], hint: string | null = null): HeliosError {
    const found = this.textOf(this.#current);
    const near = this.word === null ? null : nearestWord(found, expected);
    const shown = found.length > 40 ? `${found.slice(0, 40)}…` : found;
    return syntaxError({
      text: this.#script,
      offset: this.offset,
      message: found === '' ? 'statement ends too early' : `syntax error at "${shown}"`,
      expected,
      hint: hint ?? (near === null ? null : `Perhaps ${near} was meant.`),
    });
  }

  errorAt(offset: number, message: string, hint: string | null = null): HeliosError {
    return syntaxError({ text: this.#script, offset, message, hint });
  }

  tooComplex(message: string): HeliosError {
    return tooComplexError({ text: this.#script, offset: this.offset, message });
  }
}
