/** Makes an error point into the script instead of the statement that DuckDB saw. */
import { HeliosError } from '#core';
import type { ScriptStatement } from '../ddl/index.ts';
import { excerptOf, positionOf } from '../ddl/index.ts';

/** A statement of a script that failed. */
export interface FailedStatement {
  readonly statement: ScriptStatement;
  /** Its number in the script, from 1. */
  readonly number: number;
  /** Where the parts of one of our statements stand. */
  readonly offsets: ReadonlyMap<string, number>;
}

/**
 * The same error with `statement` (number), `offset`, `line` and `column` in its fields; its
 * excerpt is taken from the script. Without a known place the error points at the statement.
 */
export function placeError(error: HeliosError, failed: FailedStatement): HeliosError {
  const { statement, number, offsets } = failed;
  const known = offsetFromFields(error, statement) ?? offsetFromPath(error, offsets);
  const quoted = known ?? offsetFromExcerpt(error.detail, statement.text);
  const inside = known ?? (quoted === null ? null : statement.start + quoted);
  const offset = inside ?? statement.start;
  const isExcerpt = error.detail === null || EXCERPT.test(error.detail);
  return new HeliosError(error.name, {
    message: error.message,
    detail: inside !== null && isExcerpt ? excerptOf(statement.script, offset) : error.detail,
    hint: error.hint,
    fields: {
      ...error.fields,
      statement: number,
      offset,
      ...positionOf(statement.script, offset),
    },
    cause: error.cause ?? error,
  });
}

/**
 * Places an error of SQL that was made out of a statement by putting a prefix in place of its
 * first word.
 *
 * @param growth how much longer the SQL is before the part that was kept.
 */
export function placeRewritten(
  error: HeliosError,
  { statement, sql, growth }: { statement: ScriptStatement; sql: string; growth: number },
): HeliosError {
  const place = offsetFromExcerpt(error.detail, sql);
  if (place === null) return error;
  const { name, message, detail, hint, fields, cause } = error;
  const offset = Math.max(statement.start, statement.start + place - growth);
  return new HeliosError(name, { message, detail, hint, fields: { ...fields, offset }, cause });
}

/** Errors of the parser carry the script's offset already. */
function offsetFromFields({ fields }: HeliosError, statement: ScriptStatement): number | null {
  const { offset } = fields;
  if (typeof offset !== 'number') return null;
  return offset >= statement.start && offset <= statement.end ? offset : null;
}

/** The engine names the part it refuses by its path in the tree. */
function offsetFromPath(
  { fields }: HeliosError,
  offsets: ReadonlyMap<string, number>,
): number | null {
  return typeof fields.path === 'string' ? (offsets.get(fields.path) ?? null) : null;
}

const EXCERPT = /^LINE (\d+): (.*)\n( *)\^/;

/**
 * Where DuckDB's excerpt points to in the statement. It cuts long lines at both ends, so the
 * part that is left is searched in the line.
 */
function offsetFromExcerpt(detail: string | null, text: string): number | null {
  const [, lineNumber, excerpt = '', blank = ''] = EXCERPT.exec(detail ?? '') ?? [];
  if (lineNumber === undefined) return null;
  const lines = text.split('\n');
  const line = lines[Number(lineNumber) - 1];
  if (line === undefined) return null;
  const isCut = excerpt.startsWith('...');
  const visible = excerpt.replace(/^\.\.\./, '').replace(/\.\.\.$/, '');
  const visibleStart = isCut
    ? line.replaceAll('\t', ' ').indexOf(visible.replaceAll('\t', ' '))
    : 0;
  if (visibleStart < 0) return null;
  const column = blank.length - `LINE ${lineNumber}: `.length - (isCut ? '...'.length : 0);
  const lineStart = lines
    .slice(0, Number(lineNumber) - 1)
    .reduce((length, item) => length + item.length + 1, 0);
  return lineStart + Math.min(visibleStart + Math.max(column, 0), line.length);
}
