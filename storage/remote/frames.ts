/**
 * What is said on a session with the service that owns a database: JSON, one object a line. The
 * client sends requests; each gets its replies, the last of them `end` or `error`, before the next.
 */
import type { ErrorFields, ErrorName, Json } from '#core';
import { ERRORS, HeliosError } from '#core';
import type { ResultColumn } from '../connection/result.ts';

/** Where a session begins, with an HTTP upgrade to this protocol. */
export const SESSION_PATH = '/api/v1/session';
export const SESSION_PROTOCOL = 'heliosdb-session';

export type SessionRequest =
  /** Null parameters: the text may be a script. */
  | { readonly sql: string; readonly parameters: WireParameters | null }
  /** Stops the running statement; it has no reply of its own. */
  | { readonly interrupt: true };

/** By position or by name. */
export type WireParameters = readonly Json[] | { readonly [name: string]: Json };

export type SessionReply =
  | { readonly columns: readonly ResultColumn[] }
  | { readonly rows: readonly (readonly Json[])[] }
  | { readonly end: { readonly rowCount: number } }
  | { readonly error: WireError };

export interface WireError {
  readonly name: string;
  readonly message: string;
  readonly detail: string | null;
  readonly hint: string | null;
  readonly fields: ErrorFields;
}

/** The error that the service sent; a name of a newer service becomes an internal error. */
export function errorFromWire({ name, message, detail, hint, fields }: WireError): HeliosError {
  const known = (name in ERRORS ? name : 'internal_error') as ErrorName;
  return new HeliosError(known, { message, detail, hint, fields });
}

/** A line of this length is refused: nobody writes a statement like that. */
const LINE_CHARACTERS_MAX = 64 * 1024 * 1024;

/** Cuts a stream of text into lines and reads each as JSON. */
export async function* decodeLines(source: AsyncIterable<Buffer | string>): AsyncGenerator<Json> {
  const decoder = new TextDecoder();
  let rest = '';
  for await (const piece of source) {
    rest += typeof piece === 'string' ? piece : decoder.decode(piece, { stream: true });
    if (rest.length > LINE_CHARACTERS_MAX) {
      throw new HeliosError('program_limit_exceeded', { message: 'a statement is too long' });
    }
    let start = 0;
    for (let end = rest.indexOf('\n'); end >= 0; end = rest.indexOf('\n', start)) {
      yield JSON.parse(rest.slice(start, end)) as Json;
      start = end + 1;
    }
    rest = rest.slice(start);
  }
}
