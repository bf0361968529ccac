/** Finds and reads sources of procedures. */

import { isUtf8 } from 'node:buffer';
import { readdir, readFile, stat } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { HeliosError } from '#core';
import type { GuestLanguage } from './language.ts';

/** An interpreter's programs carry their source; what is larger than this is data. */
const PROGRAM_BYTES_MAX = 4 * 1024 * 1024;

const SOURCE = /\.(py|rb|js|mjs|cjs|ts|mts|cts|rs|c|cpp|cc|cxx|go|java|kt)$/;
const NO_SOURCE = /(_test\.go|\.(test|spec|config)\.[jt]s|\.d\.ts)$/;

/** How sources end, for people. */
export const SOURCE_ENDINGS = '.py, .rb, .js, .ts, .as.ts, .rs, .go, .c, .cpp, .java or .kt';

/** The sources that lie in a folder: the folder itself when it is a Cargo project, else files. */
export async function sourcesIn(folder: string): Promise<readonly string[]> {
  const names = await readdir(folder);
  if (names.includes('Cargo.toml')) return [folder];
  const sources = names.filter((name) => SOURCE.test(name) && !NO_SOURCE.test(name)).sort();
  // A Go module's files are one package, whichever of them is named.
  const isModule = names.includes('go.mod');
  const goFile = sources.find((name) => name === 'main.go') ?? sources.find(isGo);
  return sources
    .filter((name) => !(isModule && isGo(name) && name !== goFile))
    .map((name) => join(folder, name));
}

function isGo(name: string): boolean {
  return name.endsWith('.go');
}

/** The source that somebody means by a path: a file, a Cargo project, or a folder's only source. */
export async function locateSource(
  path: string,
): Promise<{ readonly path: string; readonly isDirectory: boolean }> {
  const status = await stat(path).catch(() => null);
  if (status === null) {
    throw new HeliosError('undefined_file', {
      message: 'the source does not exist',
      detail: path,
    });
  }
  if (!status.isDirectory()) return { path, isDirectory: false };
  const [only, ...others] = await sourcesIn(path);
  if (only === path) return { path, isDirectory: true };
  if (only !== undefined && others.length === 0) return { path: only, isDirectory: false };
  throw new HeliosError('undefined_file', {
    message:
      only === undefined
        ? 'the folder has neither a Cargo.toml nor a source'
        : 'the folder has more than one source',
    detail: path,
    hint:
      only === undefined
        ? `Give a Cargo project, or a file that ends in ${SOURCE_ENDINGS}.`
        : `Give one of ${[only, ...others].map((file) => basename(file)).join(', ')}.`,
  });
}

/** Reads a source as text; one that is no text is refused with the line that is none. */
export async function readSource(path: string, language: GuestLanguage): Promise<string> {
  const bytes = await readFile(path);
  if (!isUtf8(bytes) || bytes.includes(0)) {
    throw new HeliosError('compile_failed', {
      message: 'the source is not a text in UTF-8',
      detail: `${basename(path)}:${lineThatIsNoText(bytes)}`,
      hint: 'Save it as UTF-8, or give the source in place of what was compiled from it.',
      fields: { language },
    });
  }
  const text = bytes.toString('utf8');
  // Some editors put a mark of the encoding in front, which is no part of the text.
  return text.startsWith('\uFEFF') ? text.slice(1) : text;
}

function lineThatIsNoText(bytes: Buffer): number {
  let line = 1;
  for (let start = 0; start < bytes.length; line += 1) {
    const end = bytes.indexOf('\n', start);
    const part = bytes.subarray(start, end < 0 ? bytes.length : end);
    if (!isUtf8(part) || part.includes(0)) return line;
    start += part.length + 1;
  }
  return line;
}

/** Reads a program that an interpreter runs; the module carries it, so its size has a bound. */
export async function readProgramSource(path: string, language: GuestLanguage): Promise<string> {
  const { size } = await stat(path);
  if (size > PROGRAM_BYTES_MAX) {
    throw new HeliosError('compile_failed', {
      message: `a program may have ${PROGRAM_BYTES_MAX / 1024 ** 2} MB`,
      detail: `${basename(path)} has ${(size / 1024 ** 2).toFixed(1)} MB`,
      hint: 'Keep data in a table, which a procedure can query.',
      fields: { language },
    });
  }
  return await readSource(path, language);
}
