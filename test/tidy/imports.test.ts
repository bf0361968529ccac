import assert from 'node:assert/strict';
import { existsSync, readFileSync } from 'node:fs';
import { dirname, join, normalize } from 'node:path/posix';
import { test } from 'node:test';
import { ROOT, sourceFiles } from './source-files.ts';

/**
 * The layers. A folder may import the folders listed for it, through their `#name` only.
 * Planner decides, agent drives, runtime runs, storage remembers, advisor reads.
 */
const MAY_IMPORT: Readonly<Record<string, readonly string[]>> = {
  core: [],
  planner: ['core'],
  storage: ['core', 'planner (types)'],
  runtime: ['core', 'storage'],
  advisor: ['core', 'storage'],
  agent: ['core', 'planner', 'storage', 'runtime', 'advisor'],
  examples: ['core', 'storage', 'runtime'],
  cli: ['core', 'planner', 'storage', 'runtime', 'advisor', 'agent', 'examples', 'server', 'web'],
  web: [],
  server: ['core', 'planner', 'storage', 'runtime', 'advisor', 'agent', 'examples'],
  test: ['core', 'planner', 'storage', 'runtime', 'advisor', 'agent', 'examples', 'server', 'web'],
  bench: ['core', 'planner', 'storage', 'runtime', 'advisor', 'agent', 'examples', 'server'],
  scripts: ['core', 'storage', 'runtime', 'advisor', 'web'],
};

/** What a folder may take from Node and npm; folders not listed may take anything. */
const MAY_USE: Readonly<Record<string, readonly string[]>> = {
  core: [],
  planner: ['zod'],
};

interface Import {
  readonly file: string;
  readonly target: string;
  readonly isTypeOnly: boolean;
}

const IMPORT =
  /^\s*(?:import|export)\s+(type\s+)?(?:[^'";]*?\sfrom\s+)?'([^']+)'|\bimport\(\s*'([^']+)'/gm;

const files = sourceFiles().filter(
  ({ path }) => /\.tsx?$/.test(path) && (path.split('/')[0] ?? '') in MAY_IMPORT,
);
const imports: Import[] = files.flatMap(({ path, text }) =>
  [...text.matchAll(IMPORT)].map((match) => ({
    file: path,
    target: match[2] ?? match[3] ?? '',
    isTypeOnly: match[1] !== undefined,
  })),
);
const folderOf = (path: string): string => path.split('/')[0] ?? '';
const isTest = (path: string): boolean => /\.test\.ts$|\/fixtures\//.test(path);

test('no file reaches into another folder past its index', () => {
  const wrong = imports.filter(({ file, target }) => {
    if (!target.startsWith('.')) return false;
    return folderOf(normalize(join(dirname(file), target))) !== folderOf(file);
  });
  assert.deepEqual(describe(wrong), [], 'import the other folder as #name');
});

test('folders import only the folders below them', () => {
  const wrong = imports.filter(({ file, target, isTypeOnly }) => {
    if (!target.startsWith('#')) return false;
    const folder = folderOf(file);
    const name = target.slice(1);
    if (name === folder) return true;
    const allowed = MAY_IMPORT[folder] ?? [];
    if (allowed.includes(name)) return false;
    if (isTypeOnly && allowed.includes(`${name} (types)`)) return false;
    // A test beside the code may build its subject's surroundings from the layers above storage.
    return !(isTest(file) && ['core', 'storage', 'runtime', 'examples'].includes(name));
  });
  assert.deepEqual(describe(wrong), []);
});

test('core and planner use no Node module and no package but zod', () => {
  const wrong = imports.filter(({ file, target }) => {
    const allowed = MAY_USE[folderOf(file)];
    if (allowed === undefined || isTest(file) || /^[.#]/.test(target)) return false;
    return !allowed.includes(target);
  });
  assert.deepEqual(describe(wrong), []);
});

test('every name of package.json leads to an index that says what the folder may not do', () => {
  const { imports: names } = JSON.parse(readFileSync(join(ROOT, 'package.json'), 'utf8')) as {
    imports: Record<string, string>;
  };
  for (const [name, path] of Object.entries(names)) {
    assert.equal(path, `./${name.slice(1)}/index.ts`);
    if (!existsSync(join(ROOT, path))) continue;
    const text = readFileSync(join(ROOT, path), 'utf8');
    assert.match(
      text,
      /^\/\*\*[\s\S]*?\b[Mm]ay (not|only)\b/,
      `${path} opens with its purpose and limits`,
    );
    assert.doesNotMatch(text, /export \* from/, `${path} exports by name`);
  }
});

function describe(wrong: readonly Import[]): string[] {
  return wrong.map(({ file, target }) => `${file} imports ${target}`);
}
