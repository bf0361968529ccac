/** Temporary copies of a database, and the removal of those that a killed replay left behind. */
import { randomUUID } from 'node:crypto';
import { constants } from 'node:fs';
import { copyFile, mkdir, readdir, rm, stat, statfs } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { HeliosError } from '#core';
import type { SqlDatabase } from '#storage';

const PREFIX = 'heliosdb-replay-';

/** A folder of one replay. Its name holds the process, so that others know whether it lives. */
export class Workspace {
  readonly folder: string;

  private constructor(folder: string) {
    this.folder = folder;
  }

  /** Makes a folder, after removing those of processes that are gone. */
  static async create(parent: string = tmpdir()): Promise<Workspace> {
    await mkdir(parent, { recursive: true });
    await removeLeftOvers(parent);
    const folder = join(parent, `${PREFIX}${process.pid}-${randomUUID().slice(0, 8)}`);
    // The copies hold the database's rows: for their owner's eyes only.
    await mkdir(folder, { mode: 0o700 });
    return new Workspace(folder);
  }

  async [Symbol.asyncDispose](): Promise<void> {
    await rm(this.folder, { recursive: true, force: true });
  }
}

/** Removes the folders of replays whose process is gone. Returns how many there were. */
export async function removeLeftOvers(parent: string): Promise<number> {
  let removed = 0;
  for (const name of await readdir(parent).catch(() => [])) {
    const pid = new RegExp(`^${PREFIX}(\\d+)-`).exec(name)?.[1];
    if (pid === undefined || isAlive(Number(pid))) continue;
    await rm(join(parent, name), { recursive: true, force: true });
    removed += 1;
  }
  return removed;
}

function isAlive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    // Somebody else's process may not be signalled, but it lives.
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** What a copy is made of. */
export type CopiedDatabase = Pick<SqlDatabase, 'path' | 'isReadOnly' | 'withConnection'>;

/** How often a file is copied until nothing changed it meanwhile. */
const COPY_ATTEMPTS_MAX = 5;

/**
 * Copies the committed state of an open database into a new file.
 *
 * A file that is read-only here cannot change. One that is written is copied as a crash would leave
 * it, which DuckDB recovers from: the file and the log behind it. A checkpoint in between would tear
 * the two apart, so the copy counts only when the file stayed the same.
 */
export async function copyDatabase(database: CopiedDatabase, target: string): Promise<void> {
  for (let attempt = 1; attempt <= COPY_ATTEMPTS_MAX; attempt += 1) {
    const before = await stat(database.path, { bigint: true });
    await rm(`${target}.wal`, { force: true });
    await copyFile(database.path, target, constants.COPYFILE_FICLONE);
    await copyFile(`${database.path}.wal`, `${target}.wal`).catch(ignoreMissing);
    const after = await stat(database.path, { bigint: true });
    if (before.mtimeNs === after.mtimeNs && before.size === after.size) return;
  }
  throw new HeliosError('io_error', {
    message: 'the database file changes faster than it can be copied',
    hint: 'replay when less is written, or on a copy of your own',
    fields: { path: database.path },
  });
}

/** Bytes that a copy of the database takes. */
export async function sizeOf(database: CopiedDatabase): Promise<number> {
  return (await stat(database.path)).size;
}

/** Fails with `io_error` when the folder's disk has no room for so many bytes. */
export async function assertRoom(folder: string, bytes: number): Promise<void> {
  const { bavail, bsize } = await statfs(folder);
  if (bavail * bsize > bytes * 1.2) return;
  throw new HeliosError('io_error', {
    message: 'there is no room for copies of the database',
    detail: `${bytes} bytes are needed in ${folder}, ${bavail * bsize} are free`,
    hint: 'TMPDIR names another folder',
    fields: { path: folder },
  });
}

function ignoreMissing(error: NodeJS.ErrnoException): void {
  if (error.code !== 'ENOENT') throw error;
}
