import { readdir, readFile, writeFile } from 'node:fs/promises';
import { basename, join } from 'node:path';
import { gzipSync } from 'node:zlib';
import type { Metafile } from 'esbuild';
import { build } from 'esbuild';

/** Compressed bytes of script that a first visit loads; charts load theirs when one is shown. */
export const SCRIPT_BYTES_MAX = 350 * 1024;

/** What the page weighs as a server sends it: bytes, compressed with gzip. */
export interface PageSize {
  /** Scripts of a first visit. */
  readonly scriptBytes: number;
  /** Scripts that are loaded when a chart is shown. */
  readonly chartBytes: number;
  readonly styleBytes: number;
  readonly fontBytes: number;
}

/** Builds the page's sources into a folder, with a compressed copy beside each text file. */
export async function buildPage(sources: string, folder: string): Promise<PageSize> {
  const { metafile } = await build({
    entryPoints: {
      theme: join(sources, 'theme-first.ts'),
      page: join(sources, 'main.tsx'),
      style: join(sources, 'style', 'page.css'),
      icon: join(sources, 'icon.svg'),
    },
    outdir: join(folder, 'assets'),
    entryNames: '[name]-[hash]',
    chunkNames: '[name]-[hash]',
    assetNames: '[name]-[hash]',
    bundle: true,
    splitting: true,
    format: 'esm',
    target: ['es2023', 'chrome117', 'firefox121', 'safari17'],
    minify: true,
    sourcemap: false,
    legalComments: 'none',
    metafile: true,
    jsx: 'automatic',
    jsxImportSource: 'preact',
    loader: { '.woff2': 'file', '.svg': 'copy' },
    define: { 'process.env.NODE_ENV': '"production"' },
    logLevel: 'warning',
  });
  await writeHtml({ sources, folder, metafile });
  return await compress(join(folder, 'assets'), loadedFirst(metafile));
}

async function writeHtml(parts: {
  readonly sources: string;
  readonly folder: string;
  readonly metafile: Metafile;
}): Promise<void> {
  const { sources, folder, metafile } = parts;
  const names = new Map<string, string>();
  for (const [path, { entryPoint }] of Object.entries(metafile.outputs)) {
    if (entryPoint !== undefined) names.set(basename(entryPoint), basename(path));
  }
  const html = await readFile(join(sources, 'index.html'), 'utf8');
  await writeFile(
    join(folder, 'index.html'),
    html.replace(/\{\{(\S+?)\}\}/g, (_, source: string) => {
      const name = names.get(source);
      if (name === undefined) throw new Error(`index.html names ${source}, which was not built`);
      return `/assets/${name}`;
    }),
  );
}

/** The names of the scripts that the page loads before anything is asked of it. */
function loadedFirst({ outputs }: Metafile): ReadonlySet<string> {
  const first = new Set<string>();
  const visit = (path: string): void => {
    if (first.has(basename(path))) return;
    first.add(basename(path));
    for (const { kind, path: imported } of outputs[path]?.imports ?? []) {
      if (kind === 'import-statement') visit(imported);
    }
  };
  for (const [path, { entryPoint }] of Object.entries(outputs)) {
    if (/\/(main\.tsx|theme-first\.ts)$/.test(entryPoint ?? '')) visit(path);
  }
  return first;
}

async function compress(folder: string, first: ReadonlySet<string>): Promise<PageSize> {
  const size = { scriptBytes: 0, chartBytes: 0, styleBytes: 0, fontBytes: 0 };
  for (const name of await readdir(folder)) {
    const content = await readFile(join(folder, name));
    if (name.endsWith('.woff2')) {
      size.fontBytes += content.byteLength;
      continue;
    }
    const compressed = gzipSync(content, { level: 9 });
    await writeFile(join(folder, `${name}.gz`), compressed);
    if (name.endsWith('.css')) size.styleBytes += compressed.byteLength;
    else if (first.has(name)) size.scriptBytes += compressed.byteLength;
    else size.chartBytes += compressed.byteLength;
  }
  return size;
}
