import assert from 'node:assert/strict';
import { test } from 'node:test';
import { parseCatalogue } from './catalogue.ts';

const entry = (lines: Record<string, string> = {}): string => {
  const keys = {
    sqlstate: '42601',
    name: 'syntax_error',
    message: 'syntax error',
    fields: '[offset, line]',
    retryable: 'false',
    doc: 'The text is: no statement.',
    ...lines,
  };
  return Object.entries(keys)
    .map(([key, value], index) => `${index === 0 ? '- ' : '  '}${key}: ${value}\n`)
    .join('');
};

test('entries are read in full and sorted by state', () => {
  const text = `# a comment\n\n${entry()}\n${entry({ sqlstate: '22000', name: 'data', fields: '[]' })}`;
  const [first, second] = parseCatalogue(text);
  assert.equal(first?.sqlstate, '22000');
  assert.deepEqual(first?.fields, []);
  assert.deepEqual(second?.fields, ['offset', 'line']);
  assert.equal(second?.doc, 'The text is: no statement.');
});

const wrong: readonly [title: string, text: string][] = [
  ['a repeated state', entry() + entry({ name: 'other' })],
  ['a repeated name', entry() + entry({ sqlstate: '42602' })],
  ['a state of another form', entry({ sqlstate: '4260' })],
  ['a name in another case', entry({ name: 'SyntaxError' })],
  ['fields that are no list', entry({ fields: 'offset' })],
  ['retryable that is no boolean', entry({ retryable: 'maybe' })],
  ['an unknown key', `${entry()}  extra: 1\n`],
  ['a missing key', '- sqlstate: 42601\n  name: syntax_error\n'],
  ['keys in another order', '- name: a\n  sqlstate: 42601\n'],
  ['an empty value', '- sqlstate: \n'],
];

for (const [title, text] of wrong) {
  test(`${title} is refused`, () => {
    assert.throws(() => parseCatalogue(text), /core\/errors\.yaml/);
  });
}
