import { usageError } from './parse-arguments.ts';

const DATE = /^\d{4}-\d{2}-\d{2}$/;
const TIME = /^\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}(:\d{2}(\.\d{1,6})?)?(Z|[+-]\d{2}:?\d{2})?$/;

/** An ISO date or instant as the instant it names; one without a zone is UTC on every machine. */
export function parseInstant(text: string): string {
  const hasZone = /(Z|[+-]\d{2}:?\d{2})$/.test(text.slice(10));
  const iso = DATE.test(text)
    ? `${text}T00:00:00Z`
    : `${text.replace(' ', 'T')}${hasZone ? '' : 'Z'}`;
  const instant = new Date(iso);
  // The calendar of `Date` is lenient: 2026-02-30 would become a day in March.
  const isReal =
    !Number.isNaN(instant.getTime()) &&
    (hasZone || instant.toISOString().slice(0, 10) === text.slice(0, 10));
  if (!(DATE.test(text) || TIME.test(text)) || !isReal) {
    throw usageError(
      `"${text}" is not a date or time`,
      'for example 2026-06-30 or 2026-06-30T18:00:00Z',
    );
  }
  return instant.toISOString();
}
