/**
 * Makes `dist/`, which is what the published package holds: compiled JavaScript, because Node runs
 * no TypeScript below node_modules, with a manifest of its own whose `#` names lead there.
 */
import { spawnSync } from 'node:child_process';
import { cpSync, globSync, mkdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensurePage } from '#web';
import { ROOT } from './run/step.ts';

const dist = join(ROOT, 'dist');
rmSync(dist, { recursive: true, force: true });

const compiler = join(ROOT, 'node_modules', '.bin', 'tsc');
const { status } = spawnSync(compiler, ['-p', 'tsconfig.build.json'], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (status !== 0) throw new Error('tsc failed');

// The programs themselves in a few files: hundreds take longer to find than most commands take.
const bundle = spawnSync(process.execPath, ['cli/bundle/bundle-package.ts', dist], {
  cwd: ROOT,
  stdio: 'inherit',
});
if (bundle.status !== 0) throw new Error('the programs could not be bundled');

// What the code reads beside itself: compiled procedures and their sources' descriptions.
for (const path of globSync('{examples,runtime,storage}/**/*.{wasm,json,sql}', {
  cwd: ROOT,
  exclude: ['**/target/**', 'runtime/extension/**'],
})) {
  mkdirSync(dirname(join(dist, path)), { recursive: true });
  cpSync(join(ROOT, path), join(dist, path));
}

// What sources of procedures are compiled with: engines, headers and the kits themselves.
cpSync(join(ROOT, 'sdk'), join(dist, 'sdk'), {
  recursive: true,
  filter: (path) => !/\/(target|node_modules|__pycache__)$|\.test\.\w+$/.test(path),
});

// The page arrives built: a package has neither its sources nor what builds them.
cpSync(await ensurePage(), join(dist, 'web', 'built'), { recursive: true });

interface Manifest {
  readonly version: string;
  readonly imports: Readonly<Record<string, string>>;
}

const manifest = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as Manifest;
const imports = Object.fromEntries(
  Object.entries(manifest.imports).map(([name, path]) => [name, path.replace(/\.ts$/, '.js')]),
);
writeFileSync(
  join(dist, 'package.json'),
  `${JSON.stringify({ type: 'module', version: manifest.version, imports }, null, 2)}\n`,
);
