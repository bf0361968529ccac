import { stat } from 'node:fs/promises';
import { resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#agent';
import { HeliosError } from '#core';
import type { Database } from '#storage';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import type { Arguments } from './usage/command.ts';

export interface OpenedDatabase extends AsyncDisposable {
  readonly database: Database;
  /** The file's absolute path. */
  readonly path: string;
  /** What "now" is for questions about it: the example database has a clock of its own. */
  readonly now: string;
}

/**
 * The database file a command works on: `--db`, else what HELIOSDB_DB names, else null for the
 * bundled shop.
 */
export function databaseFile(args: Arguments, { environment }: Console): string | null {
  const named = environment.HELIOSDB_DB;
  return args.text('db') ?? (named === undefined || named === '' ? null : named);
}

/** Opens a database for questions: read-only, and it must exist. Null means the bundled shop. */
export async function openForQuestions(
  console: Console,
  file: string | null,
): Promise<OpenedDatabase> {
  if (file === null) return await openShop(console, true);
  await assertReadable(file);
  const database = await openDatabase({
    path: resolve(file),
    isReadOnly: true,
    engine: 'if-used',
    onProgress: printer(console),
    signal: console.signal,
  });
  return opened(database, resolve(file), new Date().toISOString());
}

/** Opens a database for statements: a file that is not there is created, and that is said. */
export async function openForStatements(
  console: Console,
  file: string | null,
): Promise<OpenedDatabase> {
  if (file === null) return await openShop(console, false);
  const path = file === ':memory:' ? file : resolve(file);
  if (path !== ':memory:' && !(await exists(path))) {
    printer(console)(`creating database ${file}`);
  }
  const database = await openDatabase({
    path,
    isReadOnly: false,
    engine: 'always',
    onProgress: printer(console),
    signal: console.signal,
  });
  return opened(database, path, new Date().toISOString());
}

async function openShop(console: Console, isReadOnly: boolean): Promise<OpenedDatabase> {
  const { ensureShop, SHOP_CLOCK } = await import('#examples');
  const onProgress = printer(console);
  const directory = stateDirectory(console);
  const path = await ensureShop({ directory, onProgress }).catch((error: unknown) => {
    throw isSystemError(error) ? cannotPrepare(directory, error) : error;
  });
  const { signal } = console;
  const database = await openDatabase({ path, isReadOnly, engine: 'always', onProgress, signal });
  return opened(database, path, `${SHOP_CLOCK.replace(' ', 'T')}Z`);
}

function isSystemError(error: unknown): error is NodeJS.ErrnoException {
  return error instanceof Error && 'syscall' in error && 'code' in error;
}

function cannotPrepare(directory: string, cause: NodeJS.ErrnoException): HeliosError {
  return new HeliosError('io_error', {
    message: 'cannot prepare the example database',
    detail: cause.message,
    hint: 'HELIOSDB_HOME names another folder for it, --db FILE another database',
    fields: { path: directory },
    cause,
  });
}

/** Where files that can be made again are kept: beside the program, or where HELIOSDB_HOME says. */
export function stateDirectory({ environment }: Console): string {
  return environment.HELIOSDB_HOME ?? fileURLToPath(new URL('../.heliosdb', import.meta.url));
}

function opened(database: Database, path: string, now: string): OpenedDatabase {
  return { database, path, now, [Symbol.asyncDispose]: () => database.close() };
}

async function assertReadable(file: string): Promise<void> {
  if (await exists(file)) return;
  throw new HeliosError('undefined_file', {
    message: `no database file ${file}`,
    hint: `heliosdb sql --db ${file} "…" creates one; without --db the bundled shop is asked`,
    fields: { path: resolve(file) },
  });
}

async function exists(file: string): Promise<boolean> {
  try {
    return (await stat(file)) !== undefined;
  } catch {
    return false;
  }
}

export function printer(console: Console): (text: string) => void {
  const palette = paletteFor(console.err, console.environment);
  return (text) => {
    console.err.write(`${palette.dim(text)}\n`);
  };
}
