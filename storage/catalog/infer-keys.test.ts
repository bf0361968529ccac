import assert from 'node:assert/strict';
import { test } from 'node:test';
import { DuckDBInstance } from '@duckdb/node-api';
import { readCatalog } from './read-catalog.ts';

/** The inferred keys of a database made by the statements, as `table.column>table.column`. */
async function inferredKeys(statements: readonly string[]) {
  const instance = await DuckDBInstance.create(':memory:');
  const connection = await instance.connect();
  const containmentTests: number[] = [];
  try {
    for (const statement of statements) await connection.run(statement);
    const { keys } = await readCatalog({
      async query(sql) {
        const tests = sql.split('SEMI JOIN').length - 1;
        if (tests > 0) containmentTests.push(tests);
        return { rows: (await connection.runAndReadAll(sql)).getRowsJson() };
      },
    });
    const names = keys.map(
      ({ from, to }) => `${from.table}.${from.columns}>${to.table}.${to.columns}`,
    );
    return { names: names.sort(), containmentTests };
  } finally {
    connection.closeSync();
    instance.closeSync();
  }
}

test('a reference to a key is found by its name, with a role or without', async () => {
  const { names } = await inferredKeys([
    'CREATE TABLE harbors AS SELECT i * 10 AS id FROM range(1, 2001) AS r(i)',
    `CREATE TABLE voyages AS SELECT i AS id, (1 + i % 1500) * 10 AS harbor_id,
       (1 + i % 1700) * 10 AS home_harbor_id FROM range(4000) AS r(i)`,
  ]);
  assert.deepEqual(names, ['voyages.harbor_id>harbors.id', 'voyages.home_harbor_id>harbors.id']);
});

test('a figure that happens to differ in every row is no key of its own table', async () => {
  const { names } = await inferredKeys([
    `CREATE TABLE articles AS SELECT i * 100 AS article_id, (i * 7) % 20 AS stock, 5 AS min_stock,
       (1 + i // 2) * 100 AS main_article_id FROM range(1, 21) AS r(i)`,
  ]);
  assert.deepEqual(names, ['articles.main_article_id>articles.article_id']);
});

test('values outside the bounds of the keys, or too many of them, need no look at the rows', async () => {
  const { names, containmentTests } = await inferredKeys([
    'CREATE TABLE harbors AS SELECT i AS id FROM range(2000) AS r(i)',
    'CREATE TABLE voyages AS SELECT 0 AS leg, i + 5000 AS harbor_id FROM range(4000) AS r(i)',
    'CREATE TABLE trips AS SELECT 0 AS leg, i AS harbor_id FROM range(4000) AS r(i)',
  ]);
  assert.deepEqual(names, []);
  assert.deepEqual(containmentTests, []);
});

test('of many equally named columns the same bounded number is tested', async () => {
  const tables = Array.from(
    { length: 30 },
    (_, index) =>
      `CREATE TABLE part_${index} AS SELECT i AS serial_no, i % 3 AS batch
         FROM range(3500) AS r(i)`,
  );
  const { names, containmentTests } = await inferredKeys(tables);
  assert.ok(names.length > 0);
  assert.deepEqual(containmentTests, [120]);
});
