import { mkdir, open, rm, stat, utimes } from 'node:fs/promises';
import { dirname } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

const HEARTBEAT_MS = 1000;
const STALE_MS = 10_000;
const POLL_MS = 250;

/**
 * Runs work while holding a lock file, so that two processes do not build at once.
 *
 * The holder touches the file every second; one that was not touched for ten belonged to a process
 * that died, and is taken over. Two that take over at the same moment would both build; that costs
 * time and nothing else, because cargo locks its own folder and the result is put in place whole.
 */
export async function withBuildLock<T>(
  options: { path: string; onWait: () => void; signal?: AbortSignal | undefined },
  work: () => Promise<T>,
): Promise<T> {
  await mkdir(dirname(options.path), { recursive: true });
  let isWaiting = false;
  while (!(await take(options.path))) {
    if (!isWaiting) options.onWait();
    isWaiting = true;
    await delay(POLL_MS, undefined, { signal: options.signal });
  }
  const heartbeat = setInterval(() => {
    const now = new Date();
    utimes(options.path, now, now).catch(() => undefined);
  }, HEARTBEAT_MS);
  try {
    return await work();
  } finally {
    clearInterval(heartbeat);
    await rm(options.path, { force: true });
  }
}

async function take(path: string): Promise<boolean> {
  try {
    const file = await open(path, 'wx');
    await file.writeFile(String(process.pid));
    await file.close();
    return true;
  } catch (error) {
    if (!(error instanceof Error && 'code' in error && error.code === 'EEXIST')) throw error;
  }
  const held = await stat(path).catch(() => null);
  if (held !== null && Date.now() - held.mtimeMs > STALE_MS) await rm(path, { force: true });
  return false;
}
