import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm } from 'node:fs/promises';
import { join } from 'node:path';
import type { PageSize } from './build-page.ts';

export interface EnsurePageOptions {
  /** Told what takes time, one line each. */
  readonly onProgress?: (line: string) => void;
}

const SOURCES = join(import.meta.dirname, 'page');
const BUILT = join(import.meta.dirname, 'built');

/**
 * The folder with the page's files. A published package carries them; a checkout builds them when
 * the sources have changed, beside what an older process may still be handing out.
 */
export async function ensurePage({
  onProgress = () => {},
}: EnsurePageOptions = {}): Promise<string> {
  if (!existsSync(SOURCES)) return BUILT;
  const folder = join(BUILT, sourcesHash());
  if (existsSync(join(folder, 'index.html'))) return folder;
  onProgress('building the web page');
  const { buildPage } = await import('./build-page.ts');
  const unfinished = `${folder}-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const size = await buildPage(SOURCES, unfinished);
  await rm(folder, { recursive: true, force: true });
  await rename(unfinished, folder);
  await removeOlder(folder);
  onProgress(`built the web page: ${describeSize(size)}`);
  return folder;
}

function describeSize({ scriptBytes, chartBytes, styleBytes, fontBytes }: PageSize): string {
  const kb = (bytes: number): string => `${(bytes / 1024).toFixed(0)} KB`;
  return (
    `${kb(scriptBytes)} of script, ${kb(styleBytes)} of style, ${kb(fontBytes)} of fonts, ` +
    `${kb(chartBytes)} when a chart is shown`
  );
}

function sourcesHash(): string {
  const root = join(import.meta.dirname, '..');
  const hash = createHash('sha256');
  const paths = globSync('web/**/*.{ts,tsx,css,html,svg}', {
    cwd: root,
    exclude: ['**/*.test.ts', 'web/built/**'],
  });
  for (const path of [...paths.sort(), 'package-lock.json']) {
    hash
      .update(`${path}\0`)
      .update(readFileSync(join(root, path)))
      .update('\0');
  }
  return hash.digest('hex').slice(0, 16);
}

/** Keeps the newest pages: one that is being handed out may be the last but one. */
async function removeOlder(newest: string): Promise<void> {
  const names = (await readdir(BUILT)).filter((name) => !newest.endsWith(name));
  const KEPT = 2;
  await Promise.all(
    names.slice(KEPT).map((name) => rm(join(BUILT, name), { recursive: true, force: true })),
  );
}
