import { createHash } from 'node:crypto';
import { existsSync, globSync, readFileSync } from 'node:fs';
import { mkdir, readdir, rename, rm, stat } from 'node:fs/promises';
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
  // The compiler leaves types of the page in a package, but not the page.
  if (!existsSync(join(SOURCES, 'main.tsx'))) return BUILT;
  const folder = join(BUILT, sourcesHash());
  if (existsSync(join(folder, 'index.html'))) return folder;
  onProgress('building the web page');
  const { buildPage } = await import('./build-page.ts');
  const unfinished = `${folder}-${process.pid}`;
  await mkdir(unfinished, { recursive: true });
  const size = await buildPage(SOURCES, unfinished);
  await publish(unfinished, folder);
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

/** Another process may have built the same page meanwhile, and may be handing it out: its stays. */
async function publish(unfinished: string, folder: string): Promise<void> {
  try {
    await rename(unfinished, folder);
  } catch (error) {
    await rm(unfinished, { recursive: true, force: true });
    if (!existsSync(join(folder, 'index.html'))) throw error;
  }
}

const KEPT = 3;
const ABANDONED_MS = 3_600_000;

/** Keeps the newest pages, which may be in use, and what others are building. */
async function removeOlder(newest: string): Promise<void> {
  const names = (await readdir(BUILT)).filter((name) => !newest.endsWith(name));
  const entries = await Promise.all(
    names.map(async (name) => {
      const path = join(BUILT, name);
      const { mtimeMs } = await stat(path).catch(() => ({ mtimeMs: 0 }));
      return { path, mtimeMs, isFinished: /^[0-9a-f]{16}$/.test(name) };
    }),
  );
  const finished = entries
    .filter(({ isFinished }) => isFinished)
    .sort((left, right) => right.mtimeMs - left.mtimeMs);
  const abandoned = entries.filter(
    ({ isFinished, mtimeMs }) => !isFinished && Date.now() - mtimeMs > ABANDONED_MS,
  );
  await Promise.all(
    [...finished.slice(KEPT), ...abandoned].map(({ path }) =>
      rm(path, { recursive: true, force: true }),
    ),
  );
}
