/** Errors that point into SQL text: SQLSTATE, offset, line, column and an excerpt with a caret. */
import type { ErrorFields } from '#core';
import { HeliosError } from '#core';

/** Where an offset lies, for people: both count from 1, the column in characters. */
export interface TextPosition {
  readonly line: number;
  readonly column: number;
}

const EXCERPT_LENGTH_MAX = 72;
// Control characters, halves of pairs and separators would move the caret or the cursor.
const UNPRINTABLE = /[\p{C}\p{Zl}\p{Zp}]/gu;
const LINE_BREAK = /\r\n|\n|\r/g;

function lineStart(text: string, offset: number): number {
  const before = Math.max(text.lastIndexOf('\n', offset - 1), text.lastIndexOf('\r', offset - 1));
  return offset === 0 ? 0 : before + 1;
}

/** The line and column of an offset. */
export function positionOf(text: string, offset: number): TextPosition {
  let line = 1;
  LINE_BREAK.lastIndex = 0;
  for (let mark = LINE_BREAK.exec(text); mark !== null; mark = LINE_BREAK.exec(text)) {
    if (LINE_BREAK.lastIndex > offset) break;
    line += 1;
  }
  return { line, column: [...text.slice(lineStart(text, offset), offset)].length + 1 };
}

/** The line around an offset, cut to a readable width, with a caret below the character. */
export function excerptOf(text: string, offset: number): string {
  const start = lineStart(text, offset);
  // Only a window is looked at: a line may hold a whole module.
  const from = Math.max(start, offset - EXCERPT_LENGTH_MAX / 2);
  const window = text.slice(from, from + EXCERPT_LENGTH_MAX);
  const breakAt = window.slice(offset - from).search(/[\n\r]/);
  const visible = breakAt < 0 ? window : window.slice(0, offset - from + breakAt);
  const before = from > start ? '…' : '';
  const after = breakAt < 0 && from + EXCERPT_LENGTH_MAX < text.length ? '…' : '';
  const { line } = positionOf(text, offset);
  const prefix = `LINE ${line}: ${before}`;
  const blank = ' '.repeat([...prefix, ...visible.slice(0, offset - from)].length);
  const shown = visible.replaceAll('\t', ' ').replaceAll(UNPRINTABLE, '·');
  return `${prefix}${shown}${after}\n${blank}^`;
}

interface SyntaxErrorInput {
  readonly text: string;
  readonly offset: number;
  readonly message: string;
  readonly expected?: readonly string[];
  readonly hint?: string | null;
}

function locationOf({ text, offset }: SyntaxErrorInput): ErrorFields {
  return { offset, ...positionOf(text, offset) };
}

/** An error in the form of the text (42601) at an offset. */
export function syntaxError(input: SyntaxErrorInput): HeliosError {
  const expected = input.expected ?? [];
  const wanted = expected.length === 0 ? '' : `, expected ${listOf(expected)}`;
  return new HeliosError('syntax_error', {
    message: `${input.message}${wanted}`,
    detail: excerptOf(input.text, input.offset),
    hint: input.hint ?? null,
    fields: { ...locationOf(input), expected },
  });
}

/** A well-formed text that asks for more than the parser's fixed maxima (54000). */
export function tooComplexError(input: SyntaxErrorInput): HeliosError {
  return new HeliosError('program_limit_exceeded', {
    message: input.message,
    detail: excerptOf(input.text, input.offset),
    hint: input.hint ?? null,
    fields: locationOf(input),
  });
}

/** Words joined for a sentence: `a`, `a or b`, `a, b or c`. */
export function listOf(words: readonly string[]): string {
  if (words.length < 2) return words.join('');
  return `${words.slice(0, -1).join(', ')} or ${words.at(-1)}`;
}
