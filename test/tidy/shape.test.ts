import assert from 'node:assert/strict';
import { test } from 'node:test';
import { isGenerated, sourceFiles } from './source-files.ts';

const LINES_MAX = 500;
const TEST_LINES_MAX = 800;

/** Files that are longer than the rule and why that is better than splitting them. */
const LONG_FILES: Readonly<Record<string, string>> = {
  'core/errors.yaml': 'one list of errors, six lines each',
  'planner/language/lexicon.ts': 'one vocabulary, a line a group of words',
  'sdk/rust/heliosdb-wasm-sdk/src/convert.rs': 'one table of types, as values and as columns',
};

/** Data and prose have no length to keep. */
const IS_CODE = /\.(ts|tsx|css|js|mjs|rs|py|go|yaml)$/;

const files = sourceFiles();
const code = files.filter((file) => IS_CODE.test(file.path) && !isGenerated(file));

test('no file of code grows into a hub', () => {
  const long = code
    .map(({ path, text }) => ({ path, lineCount: text.split('\n').length }))
    .filter(({ path, lineCount }) => {
      const linesMax = path.endsWith('.test.ts') ? TEST_LINES_MAX : LINES_MAX;
      return lineCount > linesMax && !(path in LONG_FILES);
    });
  assert.deepEqual(
    long,
    [],
    `split it, or say in LONG_FILES why it stays above ${LINES_MAX} lines`,
  );
});

test('the list of long files holds only files that are long', () => {
  const stale = Object.keys(LONG_FILES).filter((path) => {
    const file = files.find((candidate) => candidate.path === path);
    return file === undefined || file.text.split('\n').length <= LINES_MAX;
  });
  assert.deepEqual(stale, []);
});

test('files are named for the noun or verb inside, in kebab-case', () => {
  const wrong = files
    .map(({ path }) => path)
    .filter((path) => {
      const name = path.split('/').at(-1) ?? '';
      if (/^(utils?|helpers?|misc|common|types)\.(tsx?|rs)$/.test(name)) return true;
      if (/\.tsx?$/.test(path)) return !/^[a-z0-9]+(-[a-z0-9]+)*(\.[a-z]+)*\.tsx?$/.test(name);
      return path.endsWith('.rs') && !/^[a-z0-9_]+\.rs$/.test(name);
    });
  assert.deepEqual(wrong, []);
});
