/**
 * Statements that would run for minutes are asked to stop. What is asserted is that they end with
 * 57014; how long it took is printed and only bounded far above what it takes.
 */
import assert from 'node:assert/strict';
import type { TestContext } from 'node:test';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { HeliosError } from '#core';
import type { Connection, Database } from '#storage';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

const LONG = "SET (timeout_ms = '5min', query_time_ms_max = '5min')";

/** Far above the 50 ms that it takes on an idle machine, far below what the statements would take. */
const STOP_MS_MAX = 5_000;

interface Scene {
  readonly database: Database;
  readonly connection: Connection;
}

async function withGuests(work: (scene: Scene) => Promise<void>): Promise<void> {
  await using database = await openWithEngine();
  const { connection, run } = await openSession(database);
  const guests = [
    ['spin', 'spin'],
    ['over_guests', 'nested-sum'],
    ['over_rows', 'nested-sum'],
  ] as const;
  await run(createGuest('spin', { name: 'inner_one', clauses: `ENTRY 'spin' ${LONG}` }));
  for (const [entry, guest] of guests) {
    await run(createGuest(guest, { name: entry, clauses: `ENTRY '${entry}' ${LONG}` }));
  }
  await work({ database, connection });
}

/** Starts a statement, stops it once it runs, and returns how it ended and after how many ms. */
async function stopped(
  connection: Connection,
  sql: string,
  stop: () => unknown,
): Promise<{ error: HeliosError; afterMs: number }> {
  const outcome = connection.query(sql).then(
    () => null,
    (error: unknown) => error,
  );
  await sleep(150);
  const start = performance.now();
  await stop();
  const error = await outcome;
  const afterMs = performance.now() - start;
  assert(HeliosError.isInstance(error), `${sql} was not stopped`);
  return { error, afterMs };
}

function checkStopped(
  context: TestContext,
  { error, afterMs }: { error: HeliosError; afterMs: number },
): void {
  assert.equal(error.sqlstate, '57014', error.message);
  context.diagnostic(`ended ${afterMs.toFixed(1)} ms after the wish`);
  assert(afterMs < STOP_MS_MAX, `took ${afterMs} ms`);
}

for (const [sql, what] of [
  ['SELECT spin(1)', 'a spinning guest'],
  ['SELECT sum(spin(i)) FROM range(100000) r(i)', 'a spinning guest on every thread'],
  ['SELECT over_rows(1)', 'a long nested query'],
  ['SELECT over_guests(1)', 'a guest that spins below a nested query'],
  ['SELECT count(TRY(spin(i))) FROM range(2000) r(i)', 'guests whose errors are swallowed'],
] as const) {
  test(`interrupt stops ${what}, and the session goes on`, async (context) => {
    await withGuests(async ({ connection }) => {
      checkStopped(context, await stopped(connection, sql, () => connection.interrupt()));
      assert.deepEqual((await connection.query('SELECT 1')).rows, [[1]]);
    });
  });
}

test('interrupt works while guests keep every thread of the client busy', async (context) => {
  await withGuests(async ({ database }) => {
    const connections = await Promise.all(Array.from({ length: 6 }, () => database.connect()));
    const outcomes = connections.map((connection) =>
      connection.query('SELECT spin(1)').then(
        () => null,
        (error: unknown) => error,
      ),
    );
    await sleep(300);
    const start = performance.now();
    for (const connection of connections) connection.interrupt();
    for (const error of await Promise.all(outcomes)) {
      checkStopped(context, { error: error as HeliosError, afterMs: performance.now() - start });
    }
  });
});

test('an interrupt never reaches the statement after the one it was meant for', async () => {
  await withGuests(async ({ connection }) => {
    for (let round = 0; round < 20; round += 1) {
      const running = connection.query('SELECT over_rows(1)').catch((error: unknown) => error);
      const next = connection.query('SELECT sum(i) FROM range(100000) r(i)');
      await sleep(5 * (round % 5));
      connection.interrupt();
      assert.equal(((await running) as HeliosError).sqlstate, '57014');
      assert.deepEqual((await next).rows, [[4999950000n]]);
    }
  });
});

test('another session stops a statement by its connection id', async (context) => {
  await withGuests(async ({ database, connection }) => {
    await using other = await database.connect();
    const cancel = async (): Promise<void> => {
      const { rows } = await other.query('SELECT heliosdb_cancel($1::BIGINT)', [connection.id]);
      assert.deepEqual(rows, [[true]]);
    };
    checkStopped(context, await stopped(connection, 'SELECT over_guests(1)', cancel));
    const idle = await other.query('SELECT heliosdb_cancel($1::BIGINT)', [connection.id]);
    assert.deepEqual(idle.rows, [[false]], 'nothing runs any more');
  });
});

test('closing a session stops what it runs', async (context) => {
  await withGuests(async ({ database }) => {
    const connection = await database.connect();
    checkStopped(context, await stopped(connection, 'SELECT spin(1)', () => connection.close()));
  });
});

test('without anybody asking, queries end at their limit, guests below them included', async () => {
  await withGuests(async ({ connection }) => {
    await using session = connection;
    for (const name of ['over_rows', 'over_guests']) {
      const alter = `UPDATE heliosdb.procedures SET options = '{"query_time_ms_max":300}' WHERE name = $1`;
      await session.query(alter, [name]);
      await session.run('SELECT heliosdb_refresh()');
      const error = await session.query(`SELECT ${name}(1)`).catch((thrown: unknown) => thrown);
      assert(HeliosError.isInstance(error));
      assert.equal(error.sqlstate, '57014');
      assert.match(String(error.detail), /limit 300 ms in queries of one call/);
    }
  });
});
