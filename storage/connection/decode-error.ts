import type { ErrorName } from '#core';
import { decodeErrorText, HeliosError } from '#core';
import { ERROR_CLASSES } from './error-classes.ts';

/** What is known of the database when a statement fails. */
export interface ErrorContext {
  readonly path?: string;
}

/**
 * Turns what the DuckDB client threw into a HeliosError. An engine error inside the text keeps its
 * own state, message, detail and hint; another error gets the state of its DuckDB class.
 */
export function decodeError(thrown: unknown, context: ErrorContext = {}): HeliosError {
  if (HeliosError.isInstance(thrown)) return thrown;
  const text = thrown instanceof Error ? thrown.message : String(thrown);
  const engineError = decodeErrorText(text, thrown);
  if (engineError !== null) return engineError;
  if (/connection disconnected|database closed/.test(text)) {
    return new HeliosError('connection_does_not_exist', { cause: thrown });
  }
  if (text === 'Failed to retrieve bind parameter index') {
    return new HeliosError('undefined_parameter', {
      message: 'a value was given for a parameter that the statement does not have',
      cause: thrown,
    });
  }
  const parts = splitText(text);
  const name = nameOf(parts);
  const fields = fieldsOf(name, text, context);
  return new HeliosError(name, { ...wordsOf(name, parts, fields), fields, cause: thrown });
}

interface TextParts {
  readonly className: string;
  readonly message: string;
  /** Candidates and advice after the first line. */
  readonly more: string | null;
  /** The line of the statement with a caret below the place. */
  readonly place: string | null;
}

/** DuckDB's text is `<Class> Error: <message>`, then candidates, then `LINE n: …`. */
function splitText(text: string): TextParts {
  const head = /^([A-Za-z ]+) Error: /.exec(text);
  const body = head ? text.slice(head[0].length) : text;
  const lineStart = body.search(/\n+LINE \d+:/);
  const [message = '', ...rest] = (lineStart < 0 ? body : body.slice(0, lineStart)).split('\n');
  const more = rest.join('\n').trim();
  return {
    className: (head?.[1] ?? '').toLowerCase(),
    message: message.trim(),
    more: more === '' ? null : more,
    place: lineStart < 0 ? null : body.slice(lineStart).replace(/^\n+/, '').trimEnd(),
  };
}

function nameOf({ className, message }: TextParts): ErrorName {
  const errorClass = ERROR_CLASSES[className];
  if (errorClass === undefined) return 'internal_error';
  return errorClass.cases.find(([pattern]) => pattern.test(message))?.[1] ?? errorClass.fallback;
}

type Fields = Readonly<Record<string, string | number | null | readonly string[]>>;

/** DuckDB's words, or the catalogue's where those are about DuckDB's insides. */
function wordsOf(
  name: ErrorName,
  { message, place, more }: TextParts,
  fields: Fields,
): { message?: string; detail: string | null; hint: string | null } {
  switch (name) {
    case 'database_in_use':
      return {
        detail: [fields.path, fields.process && `open in ${fields.process}`]
          .filter((part) => part !== null)
          .join(', '),
        hint: 'close that program, or ask it instead of the file',
      };
    case 'not_a_database':
    case 'data_corrupted':
      return { detail: message, hint: more };
    default:
      return { message, detail: place, hint: more };
  }
}

function fieldsOf(name: ErrorName, text: string, { path }: ErrorContext): Fields {
  if (name === 'database_in_use') {
    const holder = /held in (.*?) ?\(PID (\d+)\)/.exec(text);
    return { path: path ?? null, process: holder ? `${holder[1]} (${holder[2]})` : null };
  }
  if (name === 'dependent_objects_still_exist') {
    const dependents = dependentsIn(text);
    return dependents.length === 0 ? {} : { dependents };
  }
  if (name === 'syntax_error') {
    const place = /\nLINE (\d+): (.*)\n( *)\^/.exec(text);
    if (!place) return {};
    // DuckDB cuts a long line off at its start, and the column with it.
    const isCut = (place[2] ?? '').startsWith('...');
    const column = (place[3] ?? '').length - `LINE ${place[1]}: `.length + 1;
    return { line: Number(place[1]), column: isCut ? null : column };
  }
  return path === undefined ? {} : { path };
}

/** `table orders` for each object that DuckDB names; it does so for DROP and REPLACE only. */
function dependentsIn(text: string): readonly string[] {
  const listed = [...text.matchAll(/^(\w+) "(.*)" depends on \w+(?: \w+)* ".*"\.$/gm)];
  const keyed = /because this table is main key table of the table "(.*)"$/m.exec(text);
  return [
    ...listed.map(([, kind, name]) => `${kind} ${name}`),
    ...(keyed === null ? [] : [`table ${keyed[1]}`]),
  ].toSorted();
}
