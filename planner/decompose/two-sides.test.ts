import assert from 'node:assert/strict';
import { test } from 'node:test';
import { readTwoSides } from './two-sides.ts';

const read = (request: string) => {
  const found = readTwoSides(request);
  const [first] = found?.wordings ?? [];
  return found === null ? null : [found.operator, first?.left, first?.right];
};

test('what two have or did is asked for of each', () => {
  assert.deepEqual(read('Did Ada plant more trees than Bo?'), [
    'more',
    'How many trees Did Ada plant',
    'How many trees Did Bo plant',
  ]);
  assert.deepEqual(read('does Oslo have fewer parks than Bergen does'), [
    'fewer',
    'How many parks does Oslo have',
    'How many parks does Bergen have',
  ]);
  assert.deepEqual(read('did Oslo sell more than Bergen in May 2025'), [
    'more',
    'What are the total sales of Oslo in May 2025',
    'What are the total sales of Bergen in May 2025',
  ]);
  assert.deepEqual(read('did Oslo sell more in 2025 than in 2024'), [
    'more',
    'What are the total sales of Oslo in 2025',
    'What are the total sales of Oslo in 2024',
  ]);
  assert.deepEqual(read('do parks in Oslo have more trees than those in Bergen'), [
    'more',
    'How many trees do parks in Oslo have',
    'How many trees do parks in Bergen have',
  ]);
});

test('by how much one exceeds the other is a difference', () => {
  assert.deepEqual(read('how many fewer trees does Oslo have than Bergen'), [
    'difference',
    'How many trees does Bergen have',
    'How many trees does Oslo have',
  ]);
  assert.deepEqual(read('how much more expensive is the oak than the elm?'), [
    'difference',
    'What is the price of the oak',
    'What is the price of the elm',
  ]);
  assert.deepEqual(read('difference between felled and planted trees'), [
    'difference',
    'How many felled trees',
    'How many planted trees',
  ]);
  assert.deepEqual(read('the difference between trees in Oslo and Bergen'), [
    'difference',
    'How many trees in Oslo',
    'How many trees in Bergen',
  ]);
});

test('what is compared with a number, an average or with any is no comparison of two', () => {
  for (const request of [
    'Did Ada plant more than 5 trees',
    'Did any gardener plant more trees than Bo',
    'Does Oslo have more trees than the average',
    'Does Oslo have more trees than any other',
    'Are all trees taller than 5',
    'difference between the highest and lowest price of trees',
    '',
  ]) {
    assert.equal(read(request), null, request);
  }
});
