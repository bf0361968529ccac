import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import type { DuckDBConnection } from '@duckdb/node-api';
import { DuckDBInstance } from '@duckdb/node-api';
import type { CatalogSnapshot } from '#planner';
import { catalogLimits } from './limits.ts';
import { readCatalog } from './read-catalog.ts';

const TABLES = 25;
const ROWS = 2_500;

let instance: DuckDBInstance;
let connection: DuckDBConnection;
const progress: string[] = [];
let catalog: CatalogSnapshot;

before(async () => {
  instance = await DuckDBInstance.create(':memory:');
  connection = await instance.connect();
  const texts = Array.from({ length: 12 }, (_, index) => `'text ${index} ' || i AS text_${index}`);
  for (let index = 0; index < TABLES; index++) {
    await connection.run(
      `CREATE TABLE wide_${index} AS SELECT i AS id, ${texts.join(', ')},
         ['open', 'closed'][1 + i % 2] AS status FROM range(${ROWS}) AS r(i)`,
    );
  }
  catalog = await readCatalog(
    { query: async (sql) => ({ rows: (await connection.runAndReadAll(sql)).getRowsJson() }) },
    { onProgress: (read, total) => progress.push(`${read}/${total}`) },
  );
});

after(() => {
  connection.closeSync();
  instance.closeSync();
});

test('more values than a snapshot holds are thinned out where there are most', () => {
  const columns = catalog.tables.flatMap((table) => table.columns);
  const count = columns.reduce((sum, { values }) => sum + values.length, 0);
  assert.ok(TABLES * ROWS * 12 > catalogLimits.valuesMax, 'the test no longer exceeds the limit');
  assert.ok(count <= catalogLimits.valuesMax, String(count));
  for (const { name, values, valuesAreComplete } of columns) {
    if (name === 'status') {
      assert.deepEqual([values, valuesAreComplete], [['closed', 'open'], true]);
    } else if (name.startsWith('text_')) {
      assert.equal(valuesAreComplete, false);
      assert.equal(values.length, catalogLimits.sampleValuesMax);
      assert.equal(new Set(values).size, values.length);
    }
  }
});

test('counts stay exact where every row was read, and progress is told table by table', () => {
  const [first] = catalog.tables;
  assert.equal(first?.rowCount, ROWS);
  assert.equal(first?.columns[0]?.distinctCount, ROWS);
  assert.equal(progress[0], `1/${TABLES}`);
  assert.equal(progress.at(-1), `${TABLES}/${TABLES}`);
});
