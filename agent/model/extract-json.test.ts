import assert from 'node:assert/strict';
import { it } from 'node:test';
import { extractJson } from './extract-json.ts';

const CASES: readonly (readonly [what: string, text: string, value: unknown])[] = [
  ['an object', '{"a": 1}', { a: 1 }],
  ['an object in a list', '[{"a": 1}]', { a: 1 }],
  ['prose around an object', 'Here: {"a": {"b": "}"}} done.', { a: { b: '}' } }],
  ['the largest of several', 'no {"a": 1} but {"b": [1, 2, 3]}', { b: [1, 2, 3] }],
  ['a fence without a language', '```\n{"a": 1}\n```', { a: 1 }],
  ['a fence that is not closed', '```json\n{"a": 1}', { a: 1 }],
  ['a trailing comma', '{"a": 1,}', { a: 1 }],
  ['single quotes and bare names', "{a: 'it'}", { a: 'it' }],
  ["Python's constants", '{"a": None, "b": True}', { a: null, b: true }],
  ['a missing end', 'So: {"a": [1, 2', { a: [1, 2] }],
  ['thoughts', '<think>{"x": 1}</think>{"a": 1}', { a: 1 }],
  ['thoughts that never end', '<think>{"x": 1}', null],
  ['a statement in a fence', '```sql\nSELECT 1\n```', { sql: 'SELECT 1' }],
  ['a statement alone', 'SELECT a FROM t', { sql: 'SELECT a FROM t' }],
  ['a number', '42', null],
  ['nothing', '', null],
  ['prose', 'I select apples from the basket.', null],
];

for (const [what, text, value] of CASES) {
  it(`finds ${what}`, () => assert.deepEqual(extractJson(text), value));
}

it('takes bounded time for text that opens many braces', () => {
  assert.equal(extractJson('{'.repeat(100_000).concat('x')) !== undefined, true);
});
