/** Guests between statements: pristine, bounded, and never waited for. */
import assert from 'node:assert/strict';
import { spawnSync } from 'node:child_process';
import { join } from 'node:path';
import { test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import type { Connection } from '#storage';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

async function stat(connection: Connection, name: string): Promise<number> {
  const sql = 'SELECT value FROM heliosdb_engine_stats() WHERE name = $1';
  return Number((await connection.query(sql, [name])).rows[0]?.[0]);
}

async function until(isReached: () => Promise<boolean>, what: string): Promise<void> {
  for (let left = 500; !(await isReached()); left -= 1) {
    assert(left > 0, what);
    await sleep(10);
  }
}

test('every statement finds pristine guests, and keeps its own while it lasts', async () => {
  await using database = await openWithEngine();
  const { connection, run, value } = await openSession(database);
  await run(createGuest('counter', { clauses: 'VOLATILE' }));
  for (let statement = 0; statement < 30; statement += 1) {
    assert.equal(await value('SELECT counter(1)'), 1n, `statement ${statement}`);
  }
  await run('SET threads = 1');
  assert.equal(await value('SELECT max(counter(i)) FROM range(5000) r(i)'), 5000n);
  using prepared = await connection.prepare('SELECT counter(1)');
  for (let execution = 0; execution < 10; execution += 1) {
    assert.deepEqual((await prepared.query()).rows, [[1n]]);
  }
});

test('guests are warm for the next statement, as many as the option says', async () => {
  await using database = await openWithEngine();
  const { connection, run, value } = await openSession(database);
  await run(createGuest('counter', { clauses: 'VOLATILE SET (instances_idle_max = 1)' }));
  await value('SELECT counter(1)');
  await until(async () => (await stat(connection, 'instances_idle')) === 1, 'no guest was warmed');
  const made = await stat(connection, 'instances_made');
  await value('SELECT counter(1)');
  await until(async () => (await stat(connection, 'instances_idle')) === 1, 'none was replaced');
  assert.equal(await stat(connection, 'instances_made'), made + 1);
  await run('ALTER PROCEDURE counter SET (instances_idle_max = 0)');
  await value('SELECT counter(1)');
  await value('SELECT counter(1)');
  await sleep(50);
  assert.equal(await stat(connection, 'instances_idle'), 0);
  await run('DROP PROCEDURE counter');
  await until(async () => (await stat(connection, 'instances_live')) === 0, 'a guest outlived it');
});

test('small guests are made for several statements ahead, and seldom', async () => {
  await using database = await openWithEngine();
  const { connection, run, value } = await openSession(database);
  await run(createGuest('counter', { clauses: 'VOLATILE' }));
  await value('SELECT counter(1)');
  const idle = () => stat(connection, 'instances_idle');
  await until(async () => (await idle()) === 8, 'no eight guests were warmed');
  const made = await stat(connection, 'instances_made');
  for (const left of [7, 6, 5, 4, 3, 2]) {
    assert.equal(await value('SELECT counter(1)'), 1n);
    assert.equal(await idle(), left);
    // What is over holds nothing that counts, though it was not dropped yet.
    assert.equal(await stat(connection, 'instances_in_use'), 0);
  }
  assert.equal(await stat(connection, 'instances_made'), made);
  await value('SELECT counter(1)');
  await until(async () => (await idle()) === 8, 'the guests were not replaced');
  assert.equal(await stat(connection, 'instances_made'), made + 7);
});

/** Runs a script of this folder in a process of its own and returns the JSON it printed. */
function runAlone(script: string, environment: Record<string, string>): unknown {
  const child = spawnSync(process.execPath, [join(import.meta.dirname, script)], {
    encoding: 'utf8',
    env: { ...process.env, ...environment },
    timeout: 60_000,
  });
  assert.equal(child.status, 0, `${child.signal ?? ''} ${child.stderr}`);
  return JSON.parse(child.stdout);
}

test('more guests than there are places fail with 53400, and none of them hangs', () => {
  assert.deepEqual(runAlone('exhaust-instances.ts', { HELIOSDB_INSTANCES_MAX: '1' }), {
    nested: '38000',
    cause: 'caused by 53400: too many guests are alive at once in this process',
    crowd: ['53400', '57014'],
    afterwards: '2',
  });
});

test('warm guests of one procedure give way to another', () => {
  assert.deepEqual(runAlone('evict-instances.ts', { HELIOSDB_INSTANCES_MAX: '1' }), {
    counts: ['1', '1', '1', '1'],
  });
});

test('procedures that call themselves end at the depth limit or the end of the stack', async () => {
  await using database = await openWithEngine();
  const { run, error, value } = await openSession(database);
  for (const entry of ['nest', 'nest_deeply']) {
    for (const depth of [1, 8, 64]) {
      const clauses = `ENTRY '${entry}' SET (depth_max = ${depth})`;
      await run(createGuest('nest', { clauses }));
      const { sqlstate, detail } = await error('SELECT nest(1)');
      assert.equal(sqlstate, '38000');
      assert.match(String(detail), /caused by (38000|54000|39W01): /);
      assert.equal(await value('SELECT 1'), 1);
      await run('DROP PROCEDURE nest');
    }
  }
});
