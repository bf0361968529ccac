import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Database } from '#storage';
import { equalityArguments, readQuery } from './query-reads.ts';
import { parseQuery } from './read-procedures.ts';

let database: Database;

before(async () => {
  database = await Database.open({ path: ':memory:' });
});

after(() => database.close());

const treeOf = (sql: string) =>
  database.withConnection((connection) => parseQuery(connection, sql));

test('a lookup in one table is told apart from every other query', async () => {
  const lookups: readonly (readonly [string, unknown])[] = [
    ['SELECT v FROM t WHERE id = 5', { table: 't', keyColumns: ['id'], valueColumns: ['v'] }],
    [
      'SELECT a, x.b FROM s.t x WHERE ? = x.id AND k = CAST($2 AS BIGINT)',
      { table: 's.t', keyColumns: ['id', 'k'], valueColumns: ['a', 'b'] },
    ],
    ['SELECT a + 1 FROM t WHERE id = 5', { table: 't', keyColumns: ['id'], valueColumns: [] }],
    ['SELECT v FROM t', null],
    ['SELECT v FROM t WHERE id > 5', null],
    ['SELECT v FROM t WHERE id = 5 OR id = 6', null],
    ['SELECT v FROM t WHERE id = 5 ORDER BY v', null],
    ['SELECT sum(v) FROM t WHERE id = 5', null],
    ['SELECT v FROM t JOIN u USING (id) WHERE t.id = 5', null],
    ['SELECT v FROM t WHERE id = 5 AND v IN (SELECT v FROM u)', null],
  ];
  for (const [sql, lookup] of lookups) {
    assert.deepEqual(readQuery(await treeOf(sql))?.lookup ?? null, lookup, sql);
  }
});

test('tables, joins, aggregates and limits are seen wherever they stand', async () => {
  const reads = readQuery(
    await treeOf('SELECT * FROM a JOIN b USING (x) WHERE y IN (SELECT max(y) FROM c) LIMIT 3'),
  );
  assert.deepEqual(reads?.tables.toSorted(), ['a', 'b', 'c']);
  assert.deepEqual(
    [reads?.isEveryColumn, reads?.hasJoin, reads?.hasAggregate, reads?.hasLimit],
    [true, true, true, true],
  );
});

test('what is no SELECT, or no SQL, reads nothing that is known', async () => {
  for (const sql of ['INSERT INTO t VALUES (1)', 'SELEC 1', '', 'SELECT 1; SELECT 2']) {
    assert.equal(readQuery(await treeOf(sql)), null, sql);
  }
  assert.equal(readQuery(null), null);
  assert.equal(readQuery({ error: false, statements: [{}] }), null);
});

test('literals are found at their bytes, behind text of several bytes too', async () => {
  const sql = "SELECT 'Käthe' FROM t WHERE id = 15";
  const [literal] = equalityArguments(await treeOf(sql));
  assert.deepEqual(literal, {
    column: 'id',
    offset: Buffer.from(sql).indexOf('15'),
    parameter: null,
  });
  const given = equalityArguments(await treeOf('SELECT 1 FROM t WHERE a = $2::INT AND b > $1'));
  assert.deepEqual(given, [{ column: 'a', offset: null, parameter: 2 }]);
});
