import assert from 'node:assert/strict';
import { after, before, test } from 'node:test';
import { Database } from '#storage';
import { caseFacts } from '../rules/case-facts.ts';
import type { PlanFact } from './facts.ts';
import { readQuery } from './query-reads.ts';
import { readPlans } from './read-plans.ts';
import { parseQuery } from './read-procedures.ts';
import { readTables } from './read-tables.ts';

let database: Database;

before(async () => {
  database = await Database.open({ path: ':memory:' });
  await database.withConnection((connection) =>
    connection.run(`
      CREATE TABLE shuffled AS SELECT i AS id, i % 4 AS state, 'v' || i AS v FROM range(300000) r(i) ORDER BY hash(i);
      CREATE TABLE ordered AS FROM shuffled ORDER BY id;
      CREATE TABLE "in""dexed" AS FROM shuffled;
      CREATE INDEX by_id ON "in""dexed" (id);
      CREATE VIEW seen AS FROM shuffled;
      CREATE SEQUENCE counted;
      CREATE MACRO twice(x) AS 2 * x;`),
  );
});

after(() => database.close());

/** The plan that is read for a query which took so long. */
async function planFor(example: string, totalMs = 1): Promise<PlanFact | null> {
  return await database.withConnection(async (connection) => {
    const reads = readQuery(await parseQuery(connection, example));
    const shapes = [{ example, reads, totalMs, callCount: 1, memoHitCount: 0, plan: null }];
    const { procedures } = caseFacts({ procedure: { shapes } });
    const tables = await readTables(connection, reads?.tables ?? []);
    const [planned] = await readPlans(connection, procedures, tables);
    return planned?.shapes[0]?.plan ?? null;
  });
}

test('a plan says how many rows were really looked at, and whether an index found them', async () => {
  const scans = async (sql: string) => (await planFor(sql))?.scans;
  const one = { estimatedRows: 1 };
  assert.deepEqual(await scans('SELECT v FROM shuffled WHERE id = 150000'), [
    { table: 'main.shuffled', isIndexed: false, scannedRows: 300_000, ...one },
  ]);
  const [pruned] = (await scans('SELECT v FROM ordered WHERE id = 7')) ?? [];
  assert.ok(pruned?.scannedRows != null && pruned.scannedRows < 300_000, 'blocks are passed over');
  assert.deepEqual(await scans('SELECT v FROM "in""dexed" WHERE id = 7'), [
    { table: 'main.in"dexed', isIndexed: true, scannedRows: 1, ...one },
  ]);
});

test('parameters are given values of their columns, and a join has both scans', async () => {
  const plan = await planFor(
    'SELECT max(s.v) FROM shuffled s JOIN ordered o ON o.id = s.id WHERE s.id = ? AND s.state = $2',
  );
  assert.deepEqual(plan?.scans.map(({ table }) => table).sort(), ['main.ordered', 'main.shuffled']);
  assert.ok(
    plan.operators.some((name) => name.includes('JOIN')),
    plan.operators.join(),
  );
  assert.ok(
    plan.scans.every(({ isIndexed }) => isIndexed !== null),
    'it was run',
  );
});

test('a slow query is explained and not run', async () => {
  const plan = await planFor('SELECT v FROM shuffled WHERE id = 7', 60_000);
  assert.deepEqual(plan?.operators, ['SEQ_SCAN']);
  assert.deepEqual(
    plan.scans.map(({ isIndexed, scannedRows }) => [isIndexed, scannedRows]),
    [[null, null]],
  );
});

test('nothing is explained that could do more than read tables', async () => {
  const refused = [
    "SELECT nextval('counted') FROM shuffled WHERE id = 7",
    'SELECT twice(id) FROM shuffled WHERE id = 7',
    'SELECT v FROM seen WHERE id = 7',
    "SELECT * FROM read_csv('/etc/passwd')",
    'SELECT v FROM shuffled WHERE id > ?',
    'SELECT v FROM gone WHERE id = 7',
    'INSERT INTO shuffled VALUES (1, 1, NULL)',
  ];
  for (const sql of refused) assert.equal(await planFor(sql), null, sql);
  const next = await database.withConnection((connection) =>
    connection.query(
      "SELECT nextval('counted')::INTEGER, (SELECT count(*)::INTEGER FROM shuffled)",
    ),
  );
  assert.deepEqual(next.rows, [[1, 300_000]]);
});
