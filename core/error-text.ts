import type { ErrorFields } from './error.ts';
import { errorNameOf, HeliosError } from './error.ts';

/** At the beginning or behind words of DuckDB's own, so that a quoted value cannot pose as an error. */
const START = /(?:^|: )HELIOS-([0-9A-Z]{5}): /;

/**
 * Prints an error in the form that crosses DuckDB, which knows only one text for an error:
 *
 * ```text
 * HELIOS-42501: permission denied
 * Detail: …
 * Hint: …
 * Fields: {"capability":"read:customers"}
 * ```
 *
 * The engine prints the same form. A line break inside the message, detail or hint is
 * followed by a tab, so that no text of a guest can start a section.
 */
export function encodeErrorText(error: HeliosError): string {
  const fold = (text: string): string => text.replaceAll('\n', '\n\t');
  const lines = [`HELIOS-${error.sqlstate}: ${fold(error.message)}`];
  if (error.detail !== null) lines.push(`Detail: ${fold(error.detail)}`);
  if (error.hint !== null) lines.push(`Hint: ${fold(error.hint)}`);
  if (Object.keys(error.fields).length > 0) lines.push(`Fields: ${JSON.stringify(error.fields)}`);
  return lines.join('\n');
}

/**
 * Reads an engine error out of a DuckDB error's text, wherever DuckDB put it; null when there is none.
 * A state that the catalogue lacks (a newer engine) becomes an internal error that names it.
 */
export function decodeErrorText(text: string, cause?: unknown): HeliosError | null {
  const start = START.exec(text);
  if (!start?.[1]) return null;
  const sections = readSections(text.slice(start.index + start[0].length));
  const name = errorNameOf(start[1]);
  const details = {
    message: sections.message,
    detail: sections.detail,
    hint: sections.hint,
    fields: parseFields(sections.fields),
    ...(cause === undefined ? {} : { cause }),
  };
  if (name !== null) return new HeliosError(name, details);
  return new HeliosError('internal_error', {
    ...details,
    message: `${start[1]}: ${sections.message}`,
  });
}

interface Sections {
  message: string;
  detail: string | null;
  hint: string | null;
  fields: string | null;
}

function readSections(text: string): Sections {
  const sections: Sections = { message: '', detail: null, hint: null, fields: null };
  let open: keyof Sections = 'message';
  let isFirst = true;
  for (const line of text.split('\n')) {
    const head = /^(Detail|Hint|Fields): (.*)$/.exec(line);
    if (isFirst) {
      sections.message = line;
    } else if (head) {
      open = head[1] === 'Detail' ? 'detail' : head[1] === 'Hint' ? 'hint' : 'fields';
      sections[open] = head[2] ?? '';
    } else if (line.startsWith('\t')) {
      sections[open] = `${sections[open]}\n${line.slice(1)}`;
    } else {
      // DuckDB appends its own context ("LINE 1: …") after the text.
      break;
    }
    isFirst = false;
  }
  return sections;
}

function parseFields(text: string | null): ErrorFields {
  if (text === null) return {};
  try {
    const parsed: unknown = JSON.parse(text);
    if (parsed === null || typeof parsed !== 'object' || Array.isArray(parsed)) return {};
    return parsed as ErrorFields;
  } catch {
    return {};
  }
}
