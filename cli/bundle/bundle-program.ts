import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import type { BuildOptions, Metafile, Plugin } from 'esbuild';

export interface BundleProgramOptions {
  /** The checkout's folder. */
  readonly root: string;
  /** Programs to start, relative to the root. */
  readonly entries: readonly string[];
  /** What a source's `import.meta.url` and `import.meta.dirname` become, as expressions. */
  readonly placeOf: (path: string) => { readonly url: string; readonly directory: string };
  readonly output: BuildOptions;
}

/** Packages that every command loads, in hundreds of small files. The rest stay where they are. */
export const BUNDLED_PACKAGES: readonly string[] = ['zod', '@duckdb/node-api'];

/** Puts programs and everything they share into a few files. What is loaded on demand stays apart. */
export async function bundleProgram(options: BundleProgramOptions): Promise<Metafile> {
  const { root, entries, placeOf, output } = options;
  const { build } = await import('esbuild');
  const { metafile } = await build({
    absWorkingDir: root,
    entryPoints: entries.map((path) => join(root, path)),
    bundle: true,
    splitting: true,
    platform: 'node',
    format: 'esm',
    target: 'node24',
    minifyWhitespace: true,
    logLevel: 'silent',
    plugins: [sourcePlaces(root, placeOf), externalPackages()],
    // The CommonJS packages among the bundled ones load Node's modules and their own with it.
    banner: {
      js: "import { createRequire as requireFrom } from 'node:module'; const require = requireFrom(import.meta.url);",
    },
    ...output,
    metafile: true,
  });
  return metafile;
}

/** Sources find what lies beside them, wherever their code has been put. */
function sourcePlaces(root: string, placeOf: BundleProgramOptions['placeOf']): Plugin {
  return {
    name: 'source-places',
    setup(build) {
      build.onLoad({ filter: /\.ts$/ }, async ({ path }) => {
        if (!path.startsWith(root)) return null;
        const text = await readFile(path, 'utf8');
        if (!text.includes('import.meta.')) return null;
        const { url, directory } = placeOf(path);
        const contents = text
          .replaceAll('import.meta.url', () => url)
          .replaceAll('import.meta.dirname', () => directory);
        return { contents, loader: 'ts' };
      });
    },
  };
}

function externalPackages(): Plugin {
  const isBundled = (path: string): boolean =>
    BUNDLED_PACKAGES.some((name) => path === name || path.startsWith(`${name}/`));
  return {
    name: 'external-packages',
    setup(build) {
      build.onResolve({ filter: /^[^.#/]/ }, ({ path, kind }) =>
        kind === 'entry-point' || isBundled(path) ? null : { path, external: true },
      );
    },
  };
}
