/** A database of its own for a procedure's test: nothing that a call does outlives it. */

import { copyFile, mkdtemp, readFile, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { basename, dirname, extname, join, resolve } from 'node:path';
import { openDatabase, StatementRunner } from '#agent';
import { HeliosError, quoteIdentifier, quoteLiteral } from '#core';
import type { Connection, Database } from '#storage';
import type { Console } from '../console.ts';
import { stateDirectory } from '../open-database.ts';

import type { Arguments } from '../usage/command.ts';
import { usageError } from '../usage/parse-arguments.ts';

export interface TestBench extends AsyncDisposable {
  readonly database: Database;
  readonly connection: Connection;
  /** What the tables are: a file's name, or what stands in for one. */
  readonly source: string;
  /** Runs statements, definitions of procedures among them. */
  readonly run: (script: string, baseDirectory?: string) => Promise<void>;
}

/**
 * Opens the database that the options choose: a copy of `--db`; else an empty one in memory with
 * what `--sql`, `--query-result` and `<module>.test.sql` put into it; else a copy of the shop.
 */
export async function openBench(
  file: string,
  args: Arguments,
  console: Console,
): Promise<TestBench> {
  const folder = await mkdtemp(join(tmpdir(), 'heliosdb-test-'));
  const removeFolder = (): Promise<void> => rm(folder, { recursive: true, force: true });
  try {
    const scripts = await scriptsOf(file, args);
    const results = args.all('query-result');
    const { path, source } = await choose(args, console, {
      folder,
      isOwn: scripts.length + results.length > 0,
    });
    const database = await openDatabase({
      path,
      isReadOnly: false,
      engine: 'always',
      onProgress: (text) => void console.err.write(`${text}\n`),
      signal: console.signal,
    });
    const connection = await database.connect();
    const bench: TestBench = {
      database,
      connection,
      source: scripts[0] === undefined ? source : basename(scripts[0]),
      run: (script, baseDirectory = process.cwd()) =>
        runScript({ connection, database }, script, { baseDirectory, console }),
      [Symbol.asyncDispose]: async () => {
        connection.close();
        await database.close();
        await removeFolder();
      },
    };
    for (const script of scripts) await bench.run(await readFile(script, 'utf8'), dirname(script));
    for (const result of results) await connection.run(await tableOf(result, folder));
    return bench;
  } catch (error) {
    await removeFolder();
    throw error;
  }
}

async function runScript(
  session: { readonly connection: Connection; readonly database: Database },
  script: string,
  { baseDirectory, console }: { readonly baseDirectory: string; readonly console: Console },
): Promise<void> {
  const runner = new StatementRunner(session, { baseDirectory, rowsMax: 1, beyond: 'count' });
  for await (const _ of runner.run(script, console.signal)) {
    // What a script's queries say is nobody's concern.
  }
}

/** The script beside the module, and the one that `--sql` names. */
async function scriptsOf(file: string, args: Arguments): Promise<readonly string[]> {
  const named = args.text('sql');
  const path = resolve(file);
  const beside = join(dirname(path), `${basename(path, extname(path))}.test.sql`);
  const found = (await isFile(beside)) ? [beside] : [];
  if (named === undefined) return found;
  if (await isFile(named)) return [...found, resolve(named)];
  throw missing(named);
}

async function choose(
  args: Arguments,
  console: Console,
  { folder, isOwn }: { readonly folder: string; readonly isOwn: boolean },
): Promise<{ path: string; source: string }> {
  const named = args.text('db');
  if (named === undefined && isOwn) return { path: ':memory:', source: 'an empty database' };
  if (named === ':memory:') return { path: named, source: 'an empty database' };
  const path = join(folder, 'test.duckdb');
  if (named !== undefined) {
    if (!(await isFile(named))) throw missing(named);
    await copyFile(resolve(named), path);
    // What was committed and is not in the file yet.
    if (await isFile(`${named}.wal`)) await copyFile(`${resolve(named)}.wal`, `${path}.wal`);
    return { path, source: basename(named) };
  }
  const { ensureShop } = await import('#examples');
  const onProgress = (text: string): void => void console.err.write(`${text}\n`);
  await copyFile(await ensureShop({ directory: stateDirectory(console), onProgress }), path);
  return { path, source: 'the shop' };
}

/** `customers=[{"id": 1}]` or `customers=rows.json`: a table that a procedure's queries find. */
async function tableOf(text: string, folder: string): Promise<string> {
  const equals = text.indexOf('=');
  const value = text.slice(equals + 1);
  if (equals < 1 || value === '') {
    throw usageError(
      `"${text}" gives no rows to a table`,
      `written as --query-result 'customers=[{"id": 12345, "loyalty_tier": "platinum"}]'`,
    );
  }
  const name = text.slice(0, equals).split('.').map(quoteIdentifier).join('.');
  let path = resolve(value);
  if (/^\s*[[{]/.test(value)) {
    path = join(folder, `rows-${equals}-${text.length}.json`);
    await writeFile(path, value);
  } else if (!(await isFile(path))) {
    throw missing(value);
  }
  const reader = extname(path) === '.csv' ? 'read_csv' : 'read_json_auto';
  return `CREATE OR REPLACE TABLE ${name} AS FROM ${reader}(${quoteLiteral(path)})`;
}

function missing(path: string): HeliosError {
  return new HeliosError('undefined_file', {
    message: `there is no file ${path}`,
    fields: { path: resolve(path) },
  });
}

async function isFile(path: string): Promise<boolean> {
  return stat(path).then(
    (status) => status.isFile(),
    () => false,
  );
}
