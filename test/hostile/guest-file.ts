/**
 * Hostile guests and what each must come to, read off the comments at the top of their files:
 *
 * ```text
 * ;; clauses: TIMEOUT '100ms'          further clauses of CREATE PROCEDURE
 * ;; case: spin 57014 ran out of time  this export fails with that state, its text holds the rest
 * ;; case: quiet NULL                  this export returns that
 * ;; create: 42P13 no entry            the module is refused when the procedure is created
 * ```
 */
import { globSync, readFileSync } from 'node:fs';
import { basename, join } from 'node:path';

/** One call of one export. */
export interface HostileCase {
  readonly entry: string;
  /** A SQLSTATE, or the value returned as text. */
  readonly expected: string;
  /** What message, detail or hint contain. */
  readonly text: string;
}

/** One file. */
export interface HostileGuest {
  readonly name: string;
  readonly title: string;
  readonly clauses: string;
  /** How CREATE PROCEDURE fails, for a guest that must not get further. */
  readonly create: HostileCase | null;
  readonly cases: readonly HostileCase[];
}

/** Where the guests are. */
export const HOSTILE_FOLDER = import.meta.dirname;

/** Reads every guest of the folder. */
export function readGuests(): HostileGuest[] {
  return globSync('*.wat', { cwd: HOSTILE_FOLDER })
    .sort()
    .map((file) => readGuest(file));
}

function readGuest(file: string): HostileGuest {
  const lines = readFileSync(join(HOSTILE_FOLDER, file), 'utf8').split('\n');
  const directives = (name: string): string[] =>
    lines
      .filter((line) => line.startsWith(`;; ${name}: `))
      .map((line) => line.slice(name.length + 5).trim());
  const [create] = directives('create');
  const guest: HostileGuest = {
    name: basename(file, '.wat'),
    title: (lines[0] ?? '').replace(/^;; /, ''),
    clauses: directives('clauses').join(' '),
    create: create === undefined ? null : readCase(`entry ${create}`),
    cases: directives('case').map(readCase),
  };
  if (guest.create === null && guest.cases.length === 0) throw new Error(`${file} has no case`);
  return guest;
}

function readCase(line: string): HostileCase {
  const [entry = '', expected = '', ...text] = line.split(' ');
  return { entry, expected, text: text.join(' ') };
}

/** Whether an expectation is an error's state. */
export function isState(expected: string): boolean {
  return /^[0-9A-Z]{5}$/.test(expected);
}
