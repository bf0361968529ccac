import assert from 'node:assert/strict';
import { test } from 'node:test';
import { probeRowsMax, summarizeRows } from './probe.ts';

test('equal rows have equal digests in any order and up to the last digits of numbers', () => {
  const one = summarizeRows([
    ['a', 0.1 + 0.2],
    ['b', null],
  ]);
  const other = summarizeRows([
    ['b', null],
    ['a', 0.3],
  ]);
  assert.equal(one.digest, other.digest);
  assert.notEqual(one.digest, summarizeRows([['a', 0.3]]).digest);
  assert.notEqual(summarizeRows([[null]]).digest, summarizeRows([['']]).digest);
});

test('a result that was cut off has no digest', () => {
  const rows = Array.from({ length: probeRowsMax + 1 }, (_, index) => [index]);
  const cut = summarizeRows(rows);
  assert.equal(cut.digest, null);
  assert.equal(cut.rowCount, probeRowsMax);
  assert.notEqual(summarizeRows(rows.slice(1)).digest, null);
});

test('empty, null and zero results are told apart', () => {
  assert.equal(summarizeRows([]).rowCount, 0);
  assert.equal(summarizeRows([]).isAllNull, false);
  assert.equal(summarizeRows([[null], [null]]).isAllNull, true);
  assert.equal(summarizeRows([[0n]]).isZero, true);
  assert.equal(summarizeRows([['0']]).isZero, true);
  assert.equal(summarizeRows([[null]]).isZero, false);
  assert.equal(summarizeRows([['x'], ['x']]).hasDuplicates, true);
});
