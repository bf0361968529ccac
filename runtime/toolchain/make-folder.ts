import { mkdir, stat } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';
import { HeliosError } from '#core';

/**
 * Makes a folder and those it lies in; one that exists is left as it is. Raises `io_error`.
 *
 * Node's own recursive form never ends where a folder can neither be made nor is said to be
 * forbidden, as below /proc; here each is made once.
 */
export async function makeFolder(path: string): Promise<void> {
  const missing: string[] = [];
  for (let at = resolve(path); !(await isFolder(at)); at = dirname(at)) {
    missing.unshift(at);
    if (at === dirname(at)) break;
  }
  for (const folder of missing) {
    try {
      await mkdir(folder);
    } catch (cause) {
      // Another process may have made it meanwhile.
      if (await isFolder(folder)) continue;
      throw new HeliosError('io_error', {
        message: 'a folder cannot be made',
        detail: (cause as Error).message,
        hint: 'Name a place where folders can be made.',
        fields: { path: folder },
        cause,
      });
    }
  }
}

async function isFolder(path: string): Promise<boolean> {
  return await stat(path).then(
    (status) => status.isDirectory(),
    () => false,
  );
}
