/** Cursors: results larger than the guest, a batch at a time, whoever runs beside them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { createGuest, withSession } from '../ddl/scene.ts';

const create = (name: string, clauses: string): string =>
  createGuest('cursor-sum', {
    name,
    parameters: 'query VARCHAR, capacity INTEGER',
    returns: 'VARCHAR',
    clauses,
  });
const sum = (count: number): number => (count * (count - 1)) / 2;

/** Calls a procedure once; rows, batches and sum of the query. */
async function total(
  session: Session,
  name: string,
  query: string,
  capacity: number,
): Promise<{ rows: number; batches: number; sum: number }> {
  const text = String(await session.value(`SELECT ${name}('${query}', ${capacity})`));
  const [rows = 0, batches = 0, sum = 0] = text.split(' ').map(Number);
  return { rows, batches, sum };
}

test('a result of many times the memory of its guest comes in batches that fit the buffer', () =>
  withSession(async (session) => {
    await session.run(create('summed', "MEMORY '256KB'"));
    const count = 1_000_000;
    const outcome = await total(session, 'summed', `SELECT range FROM range(${count})`, 100_000);
    assert.deepEqual([outcome.rows, outcome.sum], [count, sum(count)]);
    // The result has about 8.9 bytes a row.
    assert(outcome.batches > 80 && outcome.batches < 100, String(outcome.batches));
    const one = await total(session, 'summed', 'SELECT range FROM range(10)', 70);
    assert.deepEqual([one.rows, one.sum], [10, 45]);
    assert(one.batches > 2, 'a small buffer takes a few rows at a time');
    const none = await total(session, 'summed', 'SELECT 1 WHERE false', 1000);
    assert.deepEqual(none, { rows: 0, batches: 0, sum: 0 });
  }));

test('cursors of many rows and threads see one snapshot and leave nothing behind', () =>
  withSession(async (session) => {
    await session.run(create('summed', ''));
    await session.run('CREATE TABLE wide AS SELECT range AS n FROM range(300000)');
    const sums = await session.rows(
      `SELECT n % 7, count(DISTINCT summed('SELECT id FROM lookup WHERE id < ' || (n % 7), 4000))::INTEGER
       FROM wide GROUP BY ALL ORDER BY ALL`,
    );
    assert.deepEqual(
      sums.map(([, distinct]) => distinct),
      [1, 1, 1, 1, 1, 1, 1],
    );
    const left = "SELECT value FROM heliosdb_engine_stats() WHERE name = 'nested_connections'";
    assert.equal(await session.value(left), 0n);
  }));

test('a procedure that writes may have a cursor open while it does', () =>
  withSession(async (session) => {
    await session.run(create('summed', "CAPABILITIES ('read:lookup', 'write:lookup')"));
    const outcome = await total(session, 'summed', 'SELECT id FROM lookup', 200);
    assert.deepEqual([outcome.rows, outcome.sum], [100, sum(100)]);
  }));

test('what a cursor may read is judged as any query is', () =>
  withSession(async (session) => {
    await session.run('CREATE TABLE secret AS SELECT 1 AS n');
    await session.run(create('summed', "CAPABILITIES ('read:lookup')"));
    const error = await session.error("SELECT summed('SELECT n FROM secret', 1000)");
    assert.match(String(error.detail), /42501.*may not read memory.main.secret/);
  }));

test('a query that fails while it is fetched fails its call only', () =>
  withSession(async (session) => {
    await session.run(create('summed', 'ON ERROR NULL'));
    // Two backslashes would not survive the guest's reading of JSON, so no quotes inside.
    const failing =
      'SELECT CASE WHEN range = 90000 THEN CAST(concat(range, chr(120)) AS INTEGER) ELSE range END FROM range(100000)';
    const rows = await session.rows(
      `SELECT summed(query, 60000) IS NULL FROM (VALUES (1, '${failing}'), (2, 'SELECT id FROM lookup')) t(n, query) ORDER BY n`,
    );
    assert.deepEqual(rows, [[true], [false]]);
  }));

test('the limits of queries hold for cursors', () =>
  withSession(async (session) => {
    await session.run(create('summed', 'SET (query_rows_max = 5000)'));
    const exact = await total(session, 'summed', 'SELECT range FROM range(5000)', 60_000);
    assert.equal(exact.rows, 5000);
    const error = await session.error("SELECT summed('SELECT range FROM range(5001)', 60000)");
    assert.match(String(error.detail), /53400.*more rows than it may/);
    await session.run(
      'ALTER PROCEDURE summed SET (query_rows_max = 1000000000, query_time_ms_max = 300)',
    );
    const slow = await session.error("SELECT summed('SELECT range FROM range(1000000000)', 60000)");
    assert.equal(slow.sqlstate, '57014');
  }));

test('cancelling a statement ends the cursor that its guest waits for', () =>
  withSession(async (session) => {
    await session.run(create('summed', ''));
    const waiting = session.error("SELECT summed('SELECT range FROM range(10000000)', 60000)");
    const timer = setInterval(() => session.connection.interrupt(), 50);
    const error = await waiting.finally(() => clearInterval(timer));
    assert.equal(error.sqlstate, '57014');
    assert.equal(await session.value('SELECT 1'), 1);
  }));

test('the queries of cursors are counted, with their rows', async () =>
  withSession(async (session) => {
    await session.run(create('summed', ''));
    await total(session, 'summed', 'SELECT range FROM range(20000)', 60_000);
    const metrics = 'SELECT queries::INTEGER, query_rows::INTEGER FROM heliosdb_metrics()';
    assert.deepEqual(await session.rows(metrics), [[1, 20_000]]);
    const shapes = 'SELECT calls::INTEGER, row_count::INTEGER FROM heliosdb_query_shapes()';
    assert.deepEqual(await session.rows(shapes), [[1, 20_000]]);
  }));
