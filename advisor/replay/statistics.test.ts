import assert from 'node:assert/strict';
import { test } from 'node:test';
import { seededRandom } from '#core';
import { judge, medianOf, ratioInterval } from './statistics.ts';

const NO_NOISE = { median: 1, low: 1, high: 1 };

test('a ratio lies in its interval, and one outlier does not move it', () => {
  const pairs = [2, 2.1, 1.9, 2, 2.2, 2, 40].map((first) => [first, 1] as const);
  const { median, low, high } = ratioInterval(pairs);
  assert.equal(median, 2);
  assert.ok(low <= 2 && high >= 2);
});

test('few pairs give their extremes, and none says nothing', () => {
  const { low, high } = ratioInterval([
    [1, 1],
    [3, 1],
    [2, 1],
  ]);
  assert.deepEqual([low, high], [1, 3]);
  assert.deepEqual(judge(ratioInterval([]), NO_NOISE), 'unclear');
});

// The interval is to hold the true ratio in about 95 of 100 replays, whatever the noise is like.
test('the interval holds the true ratio about as often as it claims', () => {
  const random = seededRandom(7);
  let heldCount = 0;
  for (let round = 0; round < 400; round += 1) {
    const noisy = (): number => 1 + 3 * random.next() ** 3;
    const pairs = Array.from({ length: 15 }, () => [3 * noisy(), noisy()] as const);
    const { low, high } = ratioInterval(pairs);
    if (low <= 3 && high >= 3) heldCount += 1;
  }
  assert.ok(heldCount >= 370, `${heldCount} of 400`);
});

test('a gain counts only beyond the noise and beyond what anybody would change a thing for', () => {
  const narrow = (median: number) => ({ median, low: median * 0.98, high: median * 1.02 });
  assert.equal(judge(narrow(2), NO_NOISE), 'faster');
  assert.equal(judge(narrow(0.5), NO_NOISE), 'slower');
  assert.equal(judge(narrow(1.05), NO_NOISE), 'same');
  const biased = { median: 2.5, low: 1.5, high: 3 };
  assert.equal(judge(narrow(2), biased), 'unclear', 'equal copies differ by as much');
  const scattered = { median: 1, low: 0.2, high: 5 };
  assert.equal(judge(narrow(2), scattered), 'faster', 'how pairs scatter is in its own interval');
  assert.equal(judge({ median: 2, low: 0.9, high: 4 }, NO_NOISE), 'unclear');
});

test('the median of an even number of values is between the two in the middle', () => {
  assert.equal(medianOf([4, 1, 3, 2]), 2.5);
  assert.equal(medianOf([]), 0);
});
