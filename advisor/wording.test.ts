import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Advice } from './advice.ts';
import { isFaithful, wordAdvice } from './wording.ts';

const ADVICE: Advice = {
  status: 'found',
  wording: 'own',
  summary: '2 findings about score, from 1,000 calls.',
  procedure: 'score',
  recommendations: [],
  settled: [],
  callCount: 1000,
  profiles: [],
};

test('a model words the summary with our numbers only', async () => {
  const worded = await wordAdvice(ADVICE, {
    word: async () => 'There are 2 findings from 1,000 calls of score.',
  });
  assert.equal(worded.summary, 'There are 2 findings from 1,000 calls of score.');
  assert.equal(worded.wording, 'model');
  const invented = await wordAdvice(ADVICE, { word: async () => 'It will be 40 times faster.' });
  assert.equal(invented.summary, ADVICE.summary);
});

test('a model that fails or says nothing leaves our own words', async () => {
  const failing = { word: () => Promise.reject(new Error('no network')) };
  const refused = { ...ADVICE, wording: 'refused' };
  assert.deepEqual(await wordAdvice(ADVICE, failing), refused);
  assert.deepEqual(await wordAdvice(ADVICE, { word: async () => ' ' }), refused);
});

test('numbers are compared as numbers and not as parts of others', () => {
  assert.ok(isFaithful('1000 calls', '1,000 calls'));
  assert.ok(!isFaithful('100 calls', '1,000 calls'));
  assert.ok(!isFaithful('3.5 times', '3 of 5'));
});

const SOURCE =
  'P003-ad678870 (verified): Materialise the rates of score. Put the rate of each value into a table. Measured: 16× (14 to 18) as fast in 1131 ms.';

test('a number is not lent another unit, nor written in words', () => {
  assert.ok(isFaithful('Put the rates into a table: measured 16 times as fast.', SOURCE));
  assert.ok(!isFaithful('Put the rates into a table: measured 1131 times as fast.', SOURCE));
  assert.ok(!isFaithful('Put the rates into a table: measured 16 % as fast.', SOURCE));
  assert.ok(!isFaithful('Put the rates into a table: measured forty times as fast.', SOURCE));
  assert.ok(!isFaithful('Put the rates into a table: the rates are twice as fast.', SOURCE));
});

test('no name, no statement and no advice is added', () => {
  assert.ok(!isFaithful('Put the rates into a table. DROP the others.', SOURCE));
  assert.ok(!isFaithful('Put the rates of customer_id into a table.', SOURCE));
  assert.ok(!isFaithful('Put the rates into a table. Buy faster disks for your server.', SOURCE));
  assert.ok(!isFaithful('P004 says: put the rates into a table.', SOURCE));
  assert.ok(!isFaithful('{"text": "lorem ipsum dolor sit amet"}', SOURCE));
});
