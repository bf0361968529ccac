import { createHash } from 'node:crypto';
import { existsSync, lstatSync, realpathSync } from 'node:fs';
import { connect } from 'node:net';
import { tmpdir } from 'node:os';
import { dirname, join, resolve } from 'node:path';

/** What a socket's address can hold: 108 bytes on Linux, 104 on macOS, one of them for the end. */
const ADDRESS_BYTES_MAX = 103;

/**
 * Where the service of a database listens for this machine's owner, best place first: beside the
 * file, or, where that is too long or cannot be written, in a folder of this user's own.
 */
export function socketPaths(file: string): readonly string[] {
  const path = existsSync(file) ? realpathSync(file) : resolve(file);
  const beside = `${path}.sock`;
  const name = createHash('sha256').update(path).digest('hex').slice(0, 20);
  const runtime = process.env.XDG_RUNTIME_DIR;
  const folder =
    runtime !== undefined && existsSync(runtime)
      ? join(runtime, 'heliosdb')
      : join(tmpdir(), `heliosdb-${ownUserId()}`);
  const fallback = join(folder, `${name}.sock`);
  return Buffer.byteLength(beside) <= ADDRESS_BYTES_MAX ? [beside, fallback] : [fallback];
}

/** The number of this process's user, who need not have an entry in the system's list of users. */
export function ownUserId(): number {
  return process.getuid?.() ?? -1;
}

/** The socket of a live service that owns this file, or null when nobody serves it. */
export async function findService(file: string): Promise<string | null> {
  for (const path of socketPaths(file)) {
    if (isOurs(path) && (await isAlive(path))) return path;
  }
  return null;
}

/**
 * Statements and their data go into this socket: one that another user made is not ours. Of the
 * user's own folder the folder's owner decides, beside the file the socket's.
 */
function isOurs(path: string): boolean {
  try {
    const stat = lstatSync(path);
    const trusted = [ownUserId(), 0, lstatSync(dirname(path)).uid];
    return stat.isSocket() && trusted.includes(stat.uid) && [ownUserId(), 0].includes(stat.uid);
  } catch {
    return false;
  }
}

async function isAlive(path: string): Promise<boolean> {
  return await new Promise((settle) => {
    const socket = connect(path);
    const answer = (isThere: boolean): void => {
      socket.destroy();
      settle(isThere);
    };
    socket.once('connect', () => answer(true));
    socket.once('error', () => answer(false));
  });
}
