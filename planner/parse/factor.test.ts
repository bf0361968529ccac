import assert from 'node:assert/strict';
import { test } from 'node:test';
import { tokenize } from '../language/tokenize.ts';
import { Cursor } from './cursor.ts';
import { readFactor } from './factor.ts';

function factorOf(text: string): readonly [number | null, number] {
  const cursor = new Cursor({
    tokens: tokenize(text),
    mentions: [],
    covered: new Set(),
    now: '2026-06-15T12:00:00Z',
  });
  return [readFactor(cursor), cursor.position];
}

test('a multiple of something that is named is a factor', () => {
  assert.deepEqual(factorOf('twice the average'), [2, 1]);
  assert.deepEqual(factorOf('half of the maximum'), [0.5, 2]);
  assert.deepEqual(factorOf('3 times their budget'), [3, 2]);
});

test('how often something happened is none, and nothing is passed over', () => {
  assert.deepEqual(factorOf('twice'), [null, 0]);
  assert.deepEqual(factorOf('three times in March'), [null, 0]);
  assert.deepEqual(factorOf('twice as many orders'), [null, 0]);
  assert.deepEqual(factorOf('3 rooms'), [null, 0]);
});
