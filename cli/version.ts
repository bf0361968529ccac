import { readFile } from 'node:fs/promises';

/** The version in package.json, which lies above this folder in a checkout and in the package. */
export async function readVersion(): Promise<string> {
  for (const place of ['../package.json', '../../package.json']) {
    try {
      const { name, version } = JSON.parse(
        await readFile(new URL(place, import.meta.url), 'utf8'),
      ) as { name?: string; version?: string };
      if (name === 'heliosdb' && version !== undefined) return version;
    } catch {}
  }
  return 'unknown';
}
