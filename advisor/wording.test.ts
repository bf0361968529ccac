import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Advice } from './advisor.ts';
import { isFaithful, wordAdvice } from './wording.ts';

const ADVICE: Advice = {
  status: 'found',
  summary: '2 findings about score, from 1,000 calls.',
  procedure: 'score',
  recommendations: [],
  settled: [],
  callCount: 1000,
  profiles: [],
};

test('a model words the summary with our numbers only', async () => {
  const worded = await wordAdvice(ADVICE, {
    word: async () => 'In 1,000 calls there were 2 things to mend.',
  });
  assert.equal(worded.summary, 'In 1,000 calls there were 2 things to mend.');
  const invented = await wordAdvice(ADVICE, { word: async () => 'It will be 40 times faster.' });
  assert.equal(invented.summary, ADVICE.summary);
});

test('a model that fails or says nothing leaves our own words', async () => {
  const failing = { word: () => Promise.reject(new Error('no network')) };
  assert.equal(await wordAdvice(ADVICE, failing), ADVICE);
  assert.equal(await wordAdvice(ADVICE, { word: async () => ' ' }), ADVICE);
});

test('numbers are compared as numbers and not as parts of others', () => {
  assert.ok(isFaithful('1000 calls', '1,000 calls'));
  assert.ok(!isFaithful('100 calls', '1,000 calls'));
  assert.ok(!isFaithful('3.5 times', '3 of 5'));
});
