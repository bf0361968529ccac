import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { SchemaTable } from './read-schema.ts';
import { planReadings } from './reading-budget.ts';

function tableOf(estimatedRows: number | null, width = 20): SchemaTable {
  const columns = Array.from({ length: width }, (_, index) => ({
    name: `c${index}`,
    type: 'VARCHAR',
    isNullable: true,
    hasDefault: false,
    comment: null,
  }));
  return { schema: 'main', name: 't', kind: 'table', comment: null, estimatedRows, columns };
}

/** How often each kind of reading was planned. */
function kindsOf(tables: readonly SchemaTable[]): Record<string, number> {
  const kinds: Record<string, number> = {};
  for (const { kind } of planReadings(tables).values()) kinds[kind] = (kinds[kind] ?? 0) + 1;
  return kinds;
}

test('a few tables are read completely, whatever their size up to the limit of rows', () => {
  const tables = [tableOf(0), tableOf(3_000), tableOf(30_000), tableOf(null)];
  assert.deepEqual(kindsOf(tables), { whole: 2, counted: 2 });
  const large = tableOf(5_000_000);
  assert.deepEqual(planReadings([large]).get(large), { kind: 'counted', rowsMax: 5_000_000 });
});

test('many tables share the work: small ones stay complete, the others are sampled alike', () => {
  const small = Array.from({ length: 100 }, () => tableOf(20));
  const large = Array.from({ length: 500 }, () => tableOf(9_000));
  const readings = planReadings([...large, ...small]);
  assert.ok(small.every((table) => readings.get(table)?.kind === 'whole'));
  const [first, ...others] = large.map((table) => readings.get(table));
  assert.equal(first?.kind, 'sampled');
  assert.ok(first?.kind === 'sampled' && first.rowsMax >= 50 && first.rowsMax < 3_000);
  for (const reading of others) assert.deepEqual(reading, first);
});

test('a few very large tables are counted over a part of their rows', () => {
  const tables = Array.from({ length: 10 }, () => tableOf(50_000_000));
  for (const reading of planReadings(tables).values()) {
    assert.ok(reading.kind === 'counted' && reading.rowsMax < 5_000_000, JSON.stringify(reading));
  }
});

test('a database without tables or columns is no division by nothing', () => {
  assert.equal(planReadings([]).size, 0);
  assert.deepEqual(kindsOf([tableOf(10, 0)]), { whole: 1 });
});
