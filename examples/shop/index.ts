/**
 * The example database `shop`: customers, orders, stock, card payments and fraud alerts.
 * In: a directory. Out: the path of a DuckDB file that is complete or absent, never half-made.
 * Invariants: the same rows on every machine, with any number of threads; all times lie before
 * the shop's own clock. It may not download anything or read the machine's clock.
 */

import { createHash, randomUUID } from 'node:crypto';
import { access, mkdir, readFile, rename, rm, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { DuckDBInstance } from '@duckdb/node-api';
import { ensureEngine, sourceStates } from '#runtime';
import { Database } from '#storage';
import { exampleFiles, installExamples, PROCEDURES_DIRECTORY } from '../procedures/index.ts';
import type { Branch } from './script.ts';
import { generatorScript } from './script.ts';

export { WELL_KNOWN_CUSTOMER } from './people.ts';
export { SHOP_TABLES } from './schema.ts';
export { SHOP_CLOCK } from './script.ts';

export interface EnsureShopOptions {
  /** Where `shop.duckdb` is kept; created when missing. */
  readonly directory: string;
  /** Called with one short line per stage, only when there is something to do. */
  readonly onProgress?: (message: string) => void;
  /** Whether the example procedures are in it, which needs the engine; they are by default. */
  readonly withProcedures?: boolean;
}

/**
 * Returns the path of the shop's database file, generating it first when it is missing or was made
 * by another version of the generator or of the example procedures. What users changed in an
 * outdated file is lost with it.
 */
export async function ensureShop(options: EnsureShopOptions): Promise<string> {
  const { directory, onProgress, withProcedures = true } = options;
  const path = join(directory, 'shop.duckdb');
  const versionPath = join(directory, 'shop.version');
  // Before the contents: what changes in between then counts as changed.
  const states = shopStates(withProcedures);
  const [madeVersion, madeStates] = ((await readIfPresent(versionPath)) ?? '').split('\n');
  const isThere = await isPresent(path);
  if (isThere && madeStates === states) return path;
  const version = await shopVersion(withProcedures);
  const record = `${version}\n${states}\n`;
  if (isThere && madeVersion === version) {
    // Where nothing may be written, every start makes the version again.
    await writeFile(versionPath, record).catch(() => undefined);
    return path;
  }

  await mkdir(directory, { recursive: true });
  // A name of its own: two processes may generate at once, and the last rename wins.
  const draft = join(directory, `shop-${randomUUID()}.duckdb.tmp`);
  try {
    await generateShop({ path: draft, onProgress: onProgress ?? (() => {}) });
    if (withProcedures) await addProcedures(draft, onProgress);
    // A log left beside the outdated file would be replayed into the fresh one.
    await rm(`${path}.wal`, { force: true });
    await rename(draft, path);
  } finally {
    await rm(draft, { force: true });
    await rm(`${draft}.wal`, { force: true });
  }
  await writeFile(versionPath, record);
  return path;
}

export interface GenerateShopOptions {
  /** A file that does not exist yet. */
  readonly path: string;
  readonly onProgress?: (message: string) => void;
  /** The rows do not depend on it. Null leaves the choice to DuckDB. */
  readonly threads?: number | null;
}

/** Writes the shop's tables and rows into a database file of its own. */
export async function generateShop({
  path,
  onProgress,
  threads,
}: GenerateShopOptions): Promise<void> {
  const script = generatorScript();
  const instance = await DuckDBInstance.create(path, {
    // One checkpoint when the file is closed, instead of one after every large statement.
    wal_autocheckpoint: '1TB',
    ...(threads == null ? {} : { threads: String(threads) }),
  });
  try {
    const run = async (branch: Branch): Promise<void> => {
      onProgress?.(`generating ${branch.title}`);
      const connection = await instance.connect();
      try {
        for (const statement of branch.statements) await connection.run(statement);
      } finally {
        connection.closeSync();
      }
    };
    await run(script.groundwork);
    await Promise.all(script.branches.map(run));
  } finally {
    instance.closeSync();
  }
}

/** Any change of the generator's SQL or of an example procedure gives another version. */
async function shopVersion(withProcedures: boolean): Promise<string> {
  const script = generatorScript();
  const hash = createHash('sha256');
  for (const branch of [script.groundwork, ...script.branches]) {
    for (const statement of branch.statements) hash.update(statement).update('\0');
  }
  if (withProcedures) {
    for (const file of exampleFiles()) hash.update(await readFile(file)).update('\0');
  }
  return hash.digest('hex');
}

/** What the generator and the procedures are made of, as the file system sees it. */
function shopStates(withProcedures: boolean): string {
  const procedures = ['index.ts', 'index.js'].map((name) => `${PROCEDURES_DIRECTORY}${name}`);
  return sourceStates({
    root: import.meta.dirname,
    paths: ['.', ...procedures, ...exampleFiles()],
    salt: [String(withProcedures)],
  });
}

async function addProcedures(
  path: string,
  onProgress: EnsureShopOptions['onProgress'],
): Promise<void> {
  const engine = await ensureEngine(onProgress === undefined ? {} : { onProgress });
  const database = await Database.open({ path, extensions: [engine] });
  try {
    onProgress?.('registering the example procedures');
    await database.withConnection((connection) => installExamples(connection));
  } finally {
    await database.close();
  }
}

async function readIfPresent(path: string): Promise<string | null> {
  try {
    return await readFile(path, 'utf8');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}

async function isPresent(path: string): Promise<boolean> {
  return access(path).then(
    () => true,
    () => false,
  );
}
