import { readdir, rename, rm, stat, writeFile } from 'node:fs/promises';
import { dirname, join } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { Metafile } from 'esbuild';
import { bundleProgram } from './bundle-program.ts';

/** The bundle in use and what it was made of; it is out of date when one of its sources is. */
export interface BundleRecord {
  readonly folder: string;
  readonly sources: readonly SourceState[];
}

/** Path, bytes, and when the file was last changed in any way. */
type SourceState = readonly [path: string, size: number, changedMs: number];

export interface BuildBundleOptions {
  /** The checkout's folder. */
  readonly root: string;
  /** Where bundles are kept, below the checkout: packages are found from there. */
  readonly folder: string;
}

/**
 * Makes the program of a checkout into a few files and returns their folder: loading six hundred
 * files takes longer than most commands do. Throws where that cannot be done.
 */
export async function buildBundle({ root, folder }: BuildBundleOptions): Promise<string> {
  // Each process makes one of its own: what another one runs from stays as it is.
  const startedMs = Date.now();
  const bundle = join(folder, `${startedMs}-${process.pid}`);
  const metafile = await bundleProgram({
    root,
    entries: ['cli/main.ts'],
    placeOf: (path) => ({
      url: JSON.stringify(pathToFileURL(path).href),
      directory: JSON.stringify(dirname(path)),
    }),
    output: {
      outdir: bundle,
      sourcemap: 'linked',
      sourcesContent: false,
    },
  });
  const sources = await Promise.all(sourcesOf(metafile, root).map(stateOf));
  if (sources.some(([, , changedMs]) => changedMs >= startedMs)) {
    throw new Error('a source changed while it was bundled');
  }
  await publish({ folder: bundle, sources }, folder);
  await removeOlder(folder);
  return bundle;
}

/** Packages are not looked at one by one: the lock file stands for them. */
function sourcesOf({ inputs }: Metafile, root: string): string[] {
  return [...Object.keys(inputs), 'package.json', 'package-lock.json']
    .filter((path) => !path.includes('node_modules/'))
    .map((path) => join(root, path))
    .concat(import.meta.filename, join(import.meta.dirname, 'bundle-program.ts'));
}

async function stateOf(path: string): Promise<SourceState> {
  const { size, ctimeMs } = await stat(path);
  return [path, size, ctimeMs];
}

async function publish(record: BundleRecord, folder: string): Promise<void> {
  const draft = join(record.folder, 'record.json');
  await writeFile(draft, JSON.stringify(record));
  await rename(draft, join(folder, 'current.json'));
}

const KEPT_MS = 3_600_000;

/** Removes bundles of long ago; others may be starting, or may yet load a part of theirs. */
async function removeOlder(folder: string): Promise<void> {
  const names = (await readdir(folder)).filter((name) => /^\d+-\d+$/.test(name));
  const older = names.filter((name) => Number.parseInt(name, 10) < Date.now() - KEPT_MS);
  await Promise.all(older.map((name) => rm(join(folder, name), { recursive: true, force: true })));
}
