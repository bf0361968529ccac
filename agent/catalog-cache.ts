import { createHash } from 'node:crypto';
import { mkdir, readdir, readFile, rename, stat, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { CatalogSnapshot } from '#planner';
import type { SqlDatabase } from '#storage';
import { readCatalog } from '#storage';
import { interruptible } from './execute/interruptible.ts';

export interface CachedCatalogOptions {
  readonly database: SqlDatabase;
  /** Where snapshots are kept; created when missing. One file for each database. */
  readonly directory: string;
  readonly signal: AbortSignal;
  /** Told how far reading a database of many tables has come. */
  readonly onProgress?: (text: string) => void;
}

/** Tables between two reports. */
const REPORTED_TABLES = 100;

interface CacheFile {
  readonly key: string;
  readonly catalog: CatalogSnapshot;
}

/**
 * Reads a database's snapshot, or takes the one read before if the file has not changed since.
 * Only for databases opened read-only: then nobody can write while this process has it open.
 * A cache that cannot be read or written is no error; the snapshot is then read anew.
 */
export async function readCachedCatalog(options: CachedCatalogOptions): Promise<CatalogSnapshot> {
  const { database, directory, signal } = options;
  const onProgress = (count: number, total: number) => {
    if (count % REPORTED_TABLES === 0 && count < total) {
      options.onProgress?.(`reading the catalog: ${count} of ${total} tables`);
    }
  };
  const read = () =>
    database.withConnection((connection) =>
      interruptible({ connection, database }, signal, () =>
        readCatalog(connection, { onProgress }),
      ),
    );
  if (!database.isReadOnly) return await read();
  const file = join(directory, `catalog-${hash(database.path).slice(0, 16)}.json`);
  const key = await identity(database.path);
  const cached = await load(file);
  if (cached?.key === key) return cached.catalog;
  const catalog = await read();
  await save(file, { key, catalog }, directory);
  return catalog;
}

/** Changes with the file, with its log, and with the code that reads snapshots. */
async function identity(path: string): Promise<string> {
  const reader = new URL('../storage/catalog/', import.meta.url);
  const names = await readdir(reader).catch(() => []);
  const stamps = await Promise.all([
    ...[path, `${path}.wal`].map(stampOf),
    ...names.map((name) => stampOf(new URL(name, reader))),
  ]);
  return hash(JSON.stringify([path, stamps]));
}

async function stampOf(path: string | URL): Promise<string> {
  try {
    const { ino, size, mtimeNs } = await stat(path, { bigint: true });
    return `${ino} ${size} ${mtimeNs}`;
  } catch {
    return 'absent';
  }
}

async function load(file: string): Promise<CacheFile | null> {
  try {
    return JSON.parse(await readFile(file, 'utf8')) as CacheFile;
  } catch {
    return null;
  }
}

async function save(file: string, content: CacheFile, directory: string): Promise<void> {
  // A name of its own and a rename: another process never reads half a file.
  const draft = `${file}.${process.pid}`;
  try {
    await mkdir(directory, { recursive: true });
    // The snapshot holds values of the database: for its owner's eyes only.
    await writeFile(draft, JSON.stringify(content), { mode: 0o600 });
    await rename(draft, file);
  } catch {}
}

function hash(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}
