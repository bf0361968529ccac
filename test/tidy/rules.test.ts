import assert from 'node:assert/strict';
import { test } from 'node:test';
import { RULES } from '#advisor';
import { sourceFiles } from './source-files.ts';

const FOLDER = 'advisor/rules/';
const HEADINGS = ['What', 'Why', 'What to do', 'When to ignore', 'Options'];
const GROUPS: Readonly<Record<string, string>> = {
  performance: 'P',
  reliability: 'R',
  security: 'S',
  maintenance: 'M',
};

const files = sourceFiles().filter(({ path }) => path.startsWith(FOLDER));
const defined = files.filter(({ text }) => text.includes(' = defineRule({'));
const stemOf = (id: string): string => id.split('/')[1] ?? '';

test('every rule is in the index, under the name of its file', () => {
  const stems = defined.map(({ path }) => path.slice(FOLDER.length).replace(/\.ts$/, ''));
  assert.deepEqual(RULES.map(({ id }) => stemOf(id)).sort(), stems.sort());
});

test('codes are used once, in order, and begin with the letter of their group', () => {
  const codes = RULES.map(({ code }) => code);
  assert.equal(new Set(codes).size, codes.length);
  for (const { id, code } of RULES) {
    assert.match(code, /^[PRSM]\d{3}$/, id);
    assert.equal(code[0], GROUPS[id.split('/')[0] ?? ''], id);
  }
});

test('every rule has cases and a page with the headings in order, and there are no others', () => {
  const wanted = RULES.flatMap(({ id }) => [`${stemOf(id)}.cases.yaml`, `${stemOf(id)}.md`]);
  const there = files
    .map(({ path }) => path.slice(FOLDER.length))
    .filter((name) => /\.(yaml|md)$/.test(name));
  assert.deepEqual(there.sort(), wanted.sort());
  for (const { id, title, options } of RULES) {
    const text = files.find(({ path }) => path === `${FOLDER}${stemOf(id)}.md`)?.text ?? '';
    assert.equal(/^# (.*)$/m.exec(text)?.[1], title, id);
    assert.deepEqual(
      [...text.matchAll(/^## (.*)$/gm)].map((match) => match[1]),
      HEADINGS,
      id,
    );
    const explained = [...text.slice(text.indexOf('## Options')).matchAll(/`(\w+)`/g)];
    assert.deepEqual(
      explained.map((match) => match[1]).sort(),
      Object.keys(options).sort(),
      `${id}: every option is explained`,
    );
  }
});
