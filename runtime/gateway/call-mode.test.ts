import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { CallCounts, CalledProcedure } from './call-mode.ts';
import { describeMode } from './call-mode.ts';

const COUNTS: CallCounts = {
  rows: 100,
  calls: 100,
  queries: 100,
  query_memo_hits: 0,
  batches: 0,
  columnar_rows: 0,
};
const PROCEDURE: CalledProcedure = { volatility: 'STABLE', capabilities: [], batchQueries: true };

test('what was counted says how rows were computed', () => {
  const columnar = { ...COUNTS, queries: 0, columnar_rows: 100 };
  assert.equal(describeMode(columnar, PROCEDURE), 'many rows a call');
  assert.equal(
    describeMode({ ...columnar, columnar_rows: 64 }, PROCEDURE),
    'many rows a call, 64 of 100 rows',
  );
  assert.equal(
    describeMode({ ...COUNTS, batches: 3, query_memo_hits: 20 }, PROCEDURE),
    'queries of many rows together, 3 statements for 80 answers',
  );
  assert.equal(
    describeMode({ ...COUNTS, batches: 1, columnar_rows: 84 }, PROCEDURE),
    'queries of many rows together, 1 statement for 100 answers; many rows a call, 84 of 100 rows',
  );
});

for (const [reason, counts, procedure] of [
  ['it may change data', {}, { capabilities: ['write:stock'] }],
  ['it is VOLATILE; queries are collected of STABLE ones', {}, { volatility: 'VOLATILE' }],
  ['batch_queries is off', {}, { batchQueries: false }],
  ['there are few rows', { rows: 3 }, {}],
  ['it is STABLE, so equal arguments are computed once', { queries: 0 }, {}],
  [
    'its module has no entry for many rows, or it logs',
    { queries: 0 },
    { volatility: 'IMMUTABLE' },
  ],
  ['its queries cannot be answered together, or asking one by one costs less', {}, {}],
] as const) {
  test(`one row a call: ${reason}`, () => {
    const said = describeMode({ ...COUNTS, ...counts }, { ...PROCEDURE, ...procedure });
    assert.equal(said, `one row a call: ${reason}`);
  });
}

test('a single row, and a name of several procedures, have no reason', () => {
  assert.equal(describeMode({ ...COUNTS, rows: 1, calls: 1 }, PROCEDURE), 'one row a call');
  assert.equal(describeMode(COUNTS, null), 'one row a call');
});
