import assert from 'node:assert/strict';
import { test } from 'node:test';
import { printGroupedNumber } from './number-text.ts';

const NUMBERS = [
  0,
  1,
  -1,
  12,
  999,
  1000,
  -1000,
  41_707,
  999_999.995,
  1_234_567.891,
  0.5,
  1.5,
  2.5,
  -2.5,
  0.005,
  1.005,
  2.675,
  -0.004,
  1e-7,
  123_456_789_012,
  2 ** 53,
  -(2 ** 53),
  9.99e20,
  1e21,
  1.7e308,
  Number.POSITIVE_INFINITY,
  Number.NEGATIVE_INFINITY,
  Number.NaN,
];

test('numbers read as the standard formatter writes them', () => {
  const spread = NUMBERS.flatMap((value) => [value, value / 3, value * 7.77]);
  for (const value of spread) {
    for (const [fractionDigitsMin, fractionDigitsMax] of [
      [0, 0],
      [0, 2],
      [2, 2],
      [0, 3],
      [4, 6],
    ] as const) {
      const expected = new Intl.NumberFormat('en-US', {
        maximumFractionDigits: fractionDigitsMax,
        minimumFractionDigits: fractionDigitsMin,
      }).format(value);
      assert.equal(
        printGroupedNumber(value, { fractionDigitsMin, fractionDigitsMax }),
        expected,
        `${value} with ${fractionDigitsMin} to ${fractionDigitsMax} digits`,
      );
    }
  }
});
