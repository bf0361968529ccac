import assert from 'node:assert/strict';
import { test } from 'node:test';
import { nextOrder, sortRows } from './sort.ts';

const first = (rows: readonly (readonly unknown[])[]) => rows.map(([value]) => value);

test('a column is sorted up, down, and then as the answer had it', () => {
  const up = nextOrder(null, 2);
  assert.deepEqual(up, { column: 2, direction: 'ascending' });
  const down = nextOrder(up, 2);
  assert.deepEqual(down, { column: 2, direction: 'descending' });
  assert.equal(nextOrder(down, 2), null);
  assert.deepEqual(nextOrder(down, 0), { column: 0, direction: 'ascending' });
});

test('numbers sort by value, exact ones in texts too, NULL last both ways', () => {
  const rows = [[10], [null], ['9007199254740993'], [9], ['9007199254740992']];
  assert.deepEqual(first(sortRows(rows, { column: 0, direction: 'ascending' }, true)), [
    9,
    10,
    '9007199254740992',
    '9007199254740993',
    null,
  ]);
  assert.deepEqual(first(sortRows(rows, { column: 0, direction: 'descending' }, true)), [
    '9007199254740993',
    '9007199254740992',
    10,
    9,
    null,
  ]);
});

test('NaN and the infinities have a place', () => {
  const rows = [['NaN'], ['Infinity'], [1], ['-Infinity']];
  assert.deepEqual(first(sortRows(rows, { column: 0, direction: 'ascending' }, true)), [
    '-Infinity',
    1,
    'Infinity',
    'NaN',
  ]);
});

test('texts sort as people expect, and equal rows keep their order', () => {
  const rows = [
    ['item 10', 1],
    ['Item 2', 2],
    ['é', 3],
    ['item 10', 4],
  ];
  assert.deepEqual(
    sortRows(rows, { column: 0, direction: 'ascending' }, false).map((row) => row[1]),
    [3, 2, 1, 4],
  );
});
