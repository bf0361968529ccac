import assert from 'node:assert/strict';
import { test } from 'node:test';
import { ERRORS } from '#core';
import { isGenerated, sourceFiles } from './source-files.ts';

/** Errors that nothing raises yet, and what will. A row leaves this list when it is used. */
const NOT_RAISED_YET: Readonly<Record<string, string>> = {};

const pascal = (name: string): string =>
  name
    .split('_')
    .map((word) => word.charAt(0).toUpperCase() + word.slice(1))
    .join('');

const code = sourceFiles().filter(
  (file) => /\.(ts|rs)$/.test(file.path) && !isGenerated(file) && !/\.test\.ts$/.test(file.path),
);
const rust = code
  .filter(({ path }) => path.endsWith('.rs'))
  .map(({ text }) => text)
  .join('\n');
const typescript = code
  .filter(({ path }) => path.endsWith('.ts'))
  .map(({ text }) => text)
  .join('\n');

test('every error of the catalogue is raised somewhere', () => {
  const unused = Object.entries(ERRORS)
    .filter(([name, { sqlstate }]) => {
      // Where values are converted, which knows no engine, Rust names an error by its state.
      const inRust = new RegExp(`\\b${pascal(name)}\\b|"${sqlstate}"`).test(rust);
      return !inRust && !typescript.includes(`'${name}'`);
    })
    .map(([name]) => name);
  assert.deepEqual(
    unused.filter((name) => !(name in NOT_RAISED_YET)),
    [],
    'remove the row, raise the error, or say in NOT_RAISED_YET what will',
  );
  assert.deepEqual(
    Object.keys(NOT_RAISED_YET).filter((name) => !unused.includes(name)),
    [],
    'these are raised and leave the list',
  );
});

test('every state in a test script exists', () => {
  const states = new Set<string>(Object.values(ERRORS).map(({ sqlstate }) => sqlstate));
  const unknown = sourceFiles()
    .filter(({ path }) => /\.test$/.test(path))
    .flatMap(({ path, text }) =>
      [...text.matchAll(/HELIOS-([0-9A-Z]{5})|^statement error ([0-9A-Z]{5})$/gm)]
        .map((match) => match[1] ?? match[2] ?? '')
        .filter((state) => !states.has(state))
        .map((state) => `${path}: ${state}`),
    );
  assert.deepEqual(unknown, []);
});

test('states are formed as the standard says', () => {
  for (const [name, { sqlstate }] of Object.entries(ERRORS)) {
    assert.match(sqlstate, /^([0-9A-HX][0-9A-Z]|IN|NL|PN|US)[0-9A-Z]{3}$/, name);
  }
});
