import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './step.ts';
import { ROOT } from './step.ts';

const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);
const MANIFEST = 'runtime/extension/Cargo.toml';

/** Folders whose tests stand beside the code. */
const UNIT_FOLDERS = [
  'core',
  'planner',
  'storage',
  'runtime/abi',
  'runtime/build',
  'runtime/ddl',
  'runtime/gateway',
  'runtime/toolchain',
  'agent',
  'advisor',
  'cli',
  'examples',
  'scripts',
];

function isInstalled(program: string, ...parameters: string[]): boolean {
  return spawnSync(program, parameters, { stdio: 'ignore' }).status === 0;
}

/** A step that runs the test files below some folders with node's test runner. */
export function testStep(name: string, folders: readonly string[]): Step {
  const files = folders
    .flatMap((folder) =>
      globSync(`${folder}/**/*.test.ts`, {
        cwd: ROOT,
        exclude: ['**/target/**', '**/node_modules/**'],
      }),
    )
    .sort();
  return {
    name,
    command: [bin('node'), '--test', '--test-concurrency=2', ...files],
    skip: files.length === 0 ? 'there are no files' : null,
  };
}

/** Builds the engine where it is out of date, so that no test waits for it. */
export const engineStep: Step = { name: 'engine', command: [bin('node'), 'scripts/engine.ts'] };

/** What `npm run check` does: everything that needs no glance at a whole system. */
export function checkSteps(): Step[] {
  const hasCargo = isInstalled('cargo', '--version');
  const hasFormat = hasCargo && isInstalled('cargo', 'fmt', '--version');
  const hasClippy = hasCargo && isInstalled('cargo', 'clippy', '--version');
  const hasCrate = existsSync(join(ROOT, MANIFEST));
  return [
    {
      name: 'format and lint',
      command: [bin('biome'), 'ci', '--colors=off', '--error-on-warnings'],
    },
    { name: 'types', command: [bin('tsc'), '--noEmit', '-p', '.'] },
    { name: 'generated files', command: [bin('node'), 'scripts/generate.ts', '--check'] },
    testStep('tidy', ['test/tidy']),
    {
      name: 'rust format',
      command: ['cargo', 'fmt', '--manifest-path', MANIFEST, '--check'],
      skip: hasCrate && hasFormat ? null : 'cargo fmt is not installed',
    },
    engineStep,
    {
      name: 'rust lint',
      // The release profile shares its dependencies' build scripts and macros with the engine.
      command: [
        'cargo',
        'clippy',
        '--release',
        '--locked',
        '--manifest-path',
        MANIFEST,
        '--',
        '-D',
        'warnings',
      ],
      skip: hasCrate && hasClippy ? null : 'cargo clippy is not installed',
    },
    {
      name: 'rust tests',
      command: ['cargo', 'test', '--release', '--lib', '--locked', '--manifest-path', MANIFEST],
      skip: hasCrate && hasCargo ? null : 'cargo is not installed',
    },
    testStep('unit tests', UNIT_FOLDERS),
  ];
}

/** What `npm test` adds: everything that crosses folders or needs the real engine. */
export function wholeSteps(): Step[] {
  const folders = globSync('test/*/', { cwd: ROOT })
    .map((folder) => folder.replaceAll('\\', '/').replace(/\/$/, ''))
    .filter((folder) => folder !== 'test/tidy')
    .sort();
  return folders.map((folder) => testStep(folder, [folder])).filter((step) => step.skip === null);
}
