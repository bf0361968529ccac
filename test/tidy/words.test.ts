import assert from 'node:assert/strict';
import { test } from 'node:test';
import { sourceFiles } from './source-files.ts';

interface Ban {
  readonly what: string;
  readonly pattern: RegExp;
  /** Files in which the words are meant. */
  readonly except?: RegExp;
}

// Spelled in pieces, so that this file does not contain what it forbids.
const BANS: readonly Ban[] = [
  { what: 'unfinished work', pattern: new RegExp(`\\bFIX${'ME'}\\b|\\bXX${'X'}\\b`) },
  {
    what: 'a to-do without a link to its issue',
    pattern: new RegExp(`\\bTO${'DO'}\\b(?!\\(https://)`),
  },
  {
    what: 'a path of one machine',
    pattern: new RegExp(`/(home|Users)/[a-z]+/|(^|[\\s"'\`(=])/${'work'}/|/ro${'ot'}/`, 'm'),
  },
  {
    what: 'the host of a package registry',
    pattern: new RegExp(
      `https?://[a-z0-9.-]*(regis${'try'}|pro${'xy'}|mir${'ror'}|pack${'ages'}|ind${'ex'})[a-z0-9.-]*\\.`,
    ),
  },
  { what: 'a focused test', pattern: new RegExp(`\\b(test|it|describe)\\.on${'ly'}\\(`) },
  { what: 'an unchecked type', pattern: new RegExp(`@ts-ig${'nore'}|@ts-noch${'eck'}`) },
  {
    what: 'a panic marker',
    pattern: new RegExp(`\\b(to${'do'}|unimple${'mented'})!\\(`),
  },
];

const files = sourceFiles().filter(({ path }) => path !== 'test/tidy/words.test.ts');

for (const { what, pattern, except } of BANS) {
  test(`no file contains ${what}`, () => {
    const found = files
      .filter(({ path }) => !except?.test(path))
      .flatMap(({ path, text }) =>
        text
          .split('\n')
          .flatMap((line, index) =>
            pattern.test(line) ? [`${path}:${index + 1}: ${line.trim()}`] : [],
          ),
      );
    assert.deepEqual(found, []);
  });
}

test('files end with one line break and carry no carriage returns or trailing blanks', () => {
  const wrong = files
    .filter(({ path }) => /\.(ts|rs|sql|yaml|md|toml)$/.test(path))
    .filter(
      ({ text }) =>
        text !== '' && (!/[^\n]\n$/.test(text) || /\r/.test(text) || /[ \t]+$/m.test(text)),
    )
    .map(({ path }) => path);
  assert.deepEqual(wrong, []);
});
