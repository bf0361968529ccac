/**
 * Bundles the programs of the published package into its folder, over what the compiler put there:
 * `node cli/bundle/bundle-package.ts <folder>`. What the sources read beside themselves stays there.
 */
import { readFileSync, writeFileSync } from 'node:fs';
import { dirname, join, relative, sep } from 'node:path';
import { BUNDLED_PACKAGES, bundleProgram } from './bundle-program.ts';

const root = join(import.meta.dirname, '..', '..');
const [folder] = process.argv.slice(2);
if (folder === undefined) throw new Error('the folder of the package is missing');

await bundleProgram({
  root,
  entries: ['cli/main.ts', 'cli/wasm-test.ts'],
  // Every file of the bundle lies in a folder of the package, so the way to a source is the same.
  placeOf: (path) => ({
    url: `new URL(${JSON.stringify(fromPart(path.replace(/ts$/, 'js')))}, import.meta.url).href`,
    directory: `(import.meta.dirname + ${JSON.stringify(`/${fromPart(dirname(path))}`)})`,
  }),
  output: {
    outdir: folder,
    outbase: root,
    chunkNames: 'program/[name]-[hash]',
    allowOverwrite: true,
  },
});

const licences = BUNDLED_PACKAGES.map((name) => {
  const text = readFileSync(join(root, 'node_modules', name, 'LICENSE'), 'utf8');
  return `${name}\n\n${text}`;
});
writeFileSync(join(folder, 'program', 'LICENSES'), licences.join('\n'));

function fromPart(path: string): string {
  return `../${relative(root, path).split(sep).join('/')}`;
}
