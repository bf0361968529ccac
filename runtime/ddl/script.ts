/** Splits a script into statements without changing a character of it. */
import type { Token } from './lexer.ts';
import { isTrivia, readToken } from './lexer.ts';
import { syntaxError } from './syntax-error.ts';

/** A stretch of a script up to and including a semicolon; the pieces joined are the script. */
export interface ScriptPiece {
  /** Where the piece starts in the script, in UTF-16 code units. */
  readonly offset: number;
  readonly text: string;
  /** The piece without the white space and comments around it, or null when nothing is left. */
  readonly statement: ScriptStatement | null;
}

/** One statement of a script, as written, without its semicolon. */
export interface ScriptStatement {
  readonly script: string;
  /** Offsets into the script, `end` exclusive. */
  readonly start: number;
  readonly end: number;
  readonly text: string;
  /** The first words in upper case, as far as they are unquoted: enough to tell whose it is. */
  readonly head: readonly string[];
}

// `CREATE OR REPLACE PERSISTENT PROCEDURE` is the longest head that has to be told apart;
// EXPLAIN puts `EXPLAIN (ANALYZE, FORMAT JSON)` before it.
const HEAD_LENGTH = 16;

class PieceBuilder {
  readonly script: string;
  readonly offset: number;
  #first = -1;
  #last = -1;
  #head: string[] = [];

  constructor(script: string, offset: number) {
    this.script = script;
    this.offset = offset;
  }

  add(token: Token): void {
    if (this.#first < 0) this.#first = token.start;
    this.#last = token.end;
    if (this.#head.length >= HEAD_LENGTH) return;
    const text = this.script.slice(token.start, Math.min(token.end, token.start + 64));
    this.#head.push(token.kind === 'word' ? text.toUpperCase() : text.slice(0, 1));
  }

  finish(end: number): ScriptPiece {
    const { script, offset } = this;
    const text = script.slice(offset, end);
    if (this.#first < 0) return { offset, text, statement: null };
    const start = this.#first;
    const last = this.#last;
    const statement = {
      script,
      start,
      end: last,
      text: script.slice(start, last),
      head: this.#head,
    };
    return { offset, text, statement };
  }
}

/** What DuckDB could not receive unchanged: it takes a C string in UTF-8. */
function refuseUnsendable(script: string): void {
  const nul = script.indexOf('\0');
  if (nul >= 0) {
    throw syntaxError({ text: script, offset: nul, message: 'text contains a NUL character' });
  }
  if (script.isWellFormed()) return;
  const offset = script.search(
    /[\ud800-\udbff](?![\udc00-\udfff])|(?<![\ud800-\udbff])[\udc00-\udfff]/,
  );
  throw syntaxError({ text: script, offset, message: 'text contains half of a surrogate pair' });
}

/**
 * Splits a script at its top-level semicolons.
 *
 * Throws 42601 for a string, identifier or comment that does not end, and for text that
 * cannot be sent to DuckDB. Takes time linear in the script's length.
 */
export function splitScript(script: string): readonly ScriptPiece[] {
  refuseUnsendable(script);
  const pieces: ScriptPiece[] = [];
  let builder = new PieceBuilder(script, 0);
  let position = 0;
  while (position < script.length) {
    const token = readToken(script, position);
    position = token.end;
    if (token.kind === 'semicolon') {
      pieces.push(builder.finish(position));
      builder = new PieceBuilder(script, position);
    } else if (!isTrivia(token)) {
      builder.add(token);
    }
  }
  if (builder.offset < script.length) pieces.push(builder.finish(script.length));
  return pieces;
}

/** The statements of a script, in order; see {@link splitScript}. */
export function statementsOf(script: string): readonly ScriptStatement[] {
  return splitScript(script).flatMap((piece) => piece.statement ?? []);
}
