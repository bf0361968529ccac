import { spawnSync } from 'node:child_process';
import { existsSync, globSync } from 'node:fs';
import { join } from 'node:path';
import type { Step } from './step.ts';
import { ROOT } from './step.ts';

const bin = (name: string): string => join(ROOT, 'node_modules', '.bin', name);

/** Folders whose tests stand beside the code. */
const UNIT_FOLDERS = [
  'core',
  'planner',
  'storage',
  'runtime/abi',
  'runtime/build',
  'runtime/ddl',
  'runtime/gateway',
  'runtime/profile',
  'runtime/toolchain',
  'agent',
  'advisor',
  'server',
  'cli',
  'web',
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
    // A test that waits for what never comes must not hold up the run for good.
    command: [bin('node'), '--test', '--test-concurrency=2', '--test-timeout=900000', ...files],
    skip: files.length === 0 ? 'there are no files' : null,
  };
}

/** Builds the engine where it is out of date, so that no test waits for it. */
export const engineStep: Step = { name: 'engine', command: [bin('node'), 'scripts/engine.ts'] };

/** A crate or workspace and what is asked of it. */
interface Crate {
  readonly name: string;
  readonly manifest: string;
  /** Arguments of clippy and test beside the common ones. */
  readonly options: readonly string[];
  /** False for guests, which are built for WebAssembly and tried by their own tests. */
  readonly buildsOnHost: boolean;
}

const CRATES: readonly Crate[] = [
  {
    name: 'engine',
    manifest: 'runtime/extension/Cargo.toml',
    // The engine's own profile, so that its dependencies' macros and build scripts serve twice.
    options: ['--release', '--lib'],
    buildsOnHost: true,
  },
  {
    name: 'sdk',
    manifest: 'sdk/rust/Cargo.toml',
    options: ['--workspace', '--all-features'],
    buildsOnHost: true,
  },
  {
    name: 'examples',
    manifest: 'examples/procedures/Cargo.toml',
    options: [],
    buildsOnHost: false,
  },
];

function rustSteps(): Step[] {
  const hasCargo = isInstalled('cargo', '--version');
  const hasFormat = hasCargo && isInstalled('cargo', 'fmt', '--version');
  const hasClippy = hasCargo && isInstalled('cargo', 'clippy', '--version');
  const crates = CRATES.filter(({ manifest }) => existsSync(join(ROOT, manifest)));
  const missing = (isThere: boolean, what: string): string | null =>
    isThere ? null : `${what} is not installed`;
  return [
    ...crates.map(({ name, manifest }) => ({
      name: `rust format: ${name}`,
      command: ['cargo', 'fmt', '--all', '--manifest-path', manifest, '--check'] as const,
      skip: missing(hasFormat, 'cargo fmt'),
    })),
    ...crates
      .filter(({ buildsOnHost }) => buildsOnHost)
      .flatMap(({ name, manifest, options }): Step[] => {
        const common = ['--locked', '--manifest-path', manifest, ...options];
        return [
          {
            name: `rust lint: ${name}`,
            command: ['cargo', 'clippy', ...common, '--', '-D', 'warnings'],
            skip: missing(hasClippy, 'cargo clippy'),
          },
          {
            name: `rust tests: ${name}`,
            command: ['cargo', 'test', ...common],
            skip: missing(hasCargo, 'cargo'),
          },
        ];
      }),
  ];
}

/** What `npm run check` does: everything that needs no glance at a whole system. */
export function checkSteps(): Step[] {
  return [
    {
      name: 'format and lint',
      command: [bin('biome'), 'ci', '--colors=off', '--error-on-warnings'],
    },
    { name: 'types', command: [bin('tsc'), '--noEmit', '-p', '.'] },
    { name: 'types of the page', command: [bin('tsc'), '--noEmit', '-p', 'web/page'] },
    { name: 'generated files', command: [bin('node'), 'scripts/generate.ts', '--check'] },
    testStep('tidy', ['test/tidy']),
    engineStep,
    ...rustSteps(),
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
