import { constants } from 'node:fs';
import { access, stat } from 'node:fs/promises';
import { dirname, join, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { openDatabase } from '#agent';
import { HeliosError } from '#core';
import type { Database, SqlDatabase } from '#storage';
import { findService, RemoteDatabase } from '#storage';
import type { Console } from './console.ts';
import { paletteFor } from './console.ts';
import type { Arguments } from './usage/command.ts';

/** The bundled example database, in the folder of files that can be made again. */
const SHOP_FILE = 'shop.duckdb';

export interface OpenedDatabase extends AsyncDisposable {
  readonly database: SqlDatabase;
  /** The file's absolute path. */
  readonly path: string;
  /** What "now" is for questions about it: the example database has a clock of its own. */
  readonly now: string;
  /** The local socket of the service that owns the file, or null when this process opened it. */
  readonly service: string | null;
  /** The database, where this process opened it. */
  readonly owned: Database | null;
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
  const attached = await attach(console, file);
  if (attached !== null) return attached;
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

/** Opens a database to look at what is registered in it; one that is not there yet has nothing. */
export async function openForComparison(
  console: Console,
  file: string | null,
): Promise<OpenedDatabase> {
  const isAbsent = file !== null && file !== ':memory:' && !(await exists(file));
  if (!isAbsent) return await openForQuestions(console, file);
  printer(console)(`${file} does not exist yet: compared with an empty database`);
  return await openForStatements(console, ':memory:');
}

/** Opens a database for statements: a file that is not there is created, and that is said. */
export async function openForStatements(
  console: Console,
  file: string | null,
): Promise<OpenedDatabase> {
  const attached = await attach(console, file);
  if (attached !== null) return attached;
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

/**
 * The database as a session with the service that owns it, or null when nobody serves it. DuckDB
 * lets one process open a file: then that process does the work.
 */
async function attach(console: Console, file: string | null): Promise<OpenedDatabase | null> {
  const service = await serviceOf(console, file);
  if (service === null) return null;
  const path = pathOf(console, file);
  const database = new RemoteDatabase({ socketPath: service, path, isReadOnly: false });
  const now = file === null ? await shopNow() : new Date().toISOString();
  return { ...base(database, path, now), service, owned: null };
}

/** The local socket of the service that owns a database file, or null. */
export async function serviceOf(console: Console, file: string | null): Promise<string | null> {
  return file === ':memory:' ? null : await findService(pathOf(console, file));
}

function pathOf(console: Console, file: string | null): string {
  return file === null ? join(stateDirectory(console), SHOP_FILE) : resolve(file);
}

/** The database that is to be served, opened by this process; writable where the file is. */
export async function openForService(
  console: Console,
  file: string | null,
): Promise<{ readonly database: Database; readonly now: string | null }> {
  const path = pathOf(console, file);
  const service = await serviceOf(console, file);
  if (service !== null) {
    throw new HeliosError('database_in_use', {
      message: 'a service owns this database already',
      detail: `${path}, socket ${service}`,
      hint: 'ask, sql and the other commands attach to it by themselves',
      fields: { path, process: null },
    });
  }
  const onProgress = printer(console);
  const { signal } = console;
  if (file === null) {
    const shop = await prepareShop(console);
    const options = {
      path: shop,
      isReadOnly: false,
      engine: 'always',
      onProgress,
      signal,
    } as const;
    return { database: await openDatabase(options), now: await shopNow() };
  }
  if (file !== ':memory:') await assertReadable(file);
  const isReadOnly = file !== ':memory:' && !(await isWritable(path));
  if (isReadOnly) onProgress(`${file} cannot be written: it is served read-only`);
  const own = file === ':memory:' ? file : path;
  const options = { path: own, isReadOnly, engine: 'always', onProgress, signal } as const;
  return { database: await openDatabase(options), now: null };
}

/** Whether DuckDB could write the file: it needs a log beside it, too. */
async function isWritable(path: string): Promise<boolean> {
  try {
    await access(path, constants.W_OK);
    await access(dirname(path), constants.W_OK);
    return true;
  } catch {
    return false;
  }
}

async function openShop(console: Console, isReadOnly: boolean): Promise<OpenedDatabase> {
  const path = await prepareShop(console);
  const onProgress = printer(console);
  const { signal } = console;
  const database = await openDatabase({ path, isReadOnly, engine: 'always', onProgress, signal });
  return opened(database, path, await shopNow());
}

async function prepareShop(console: Console): Promise<string> {
  const { ensureShop } = await import('#examples');
  const directory = stateDirectory(console);
  return await ensureShop({ directory, onProgress: printer(console) }).catch((error: unknown) => {
    throw isSystemError(error) ? cannotPrepare(directory, error) : error;
  });
}

async function shopNow(): Promise<string> {
  const { SHOP_CLOCK } = await import('#examples');
  return `${SHOP_CLOCK.replace(' ', 'T')}Z`;
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

function opened(owned: Database, path: string, now: string): OpenedDatabase {
  return { ...base(owned, path, now), service: null, owned };
}

function base(database: SqlDatabase, path: string, now: string) {
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
