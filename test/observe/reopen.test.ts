import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { setTimeout as sleep } from 'node:timers/promises';
import { ensureEngine } from '#runtime';
import { Database } from '#storage';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

let folder: string;

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'heliosdb-observe-'));
});

after(() => rm(folder, { recursive: true, force: true }));

const COUNTS = `SELECT
  (SELECT sum(calls)::INTEGER FROM heliosdb_metrics() WHERE procedure = 'lookup') AS calls,
  (SELECT sum(calls)::INTEGER FROM heliosdb_query_shapes() WHERE procedure = 'lookup') AS queries,
  (SELECT count(*)::INTEGER FROM heliosdb_logs() WHERE procedure = 'lookup') AS lines,
  (SELECT count(DISTINCT sequence)::INTEGER FROM heliosdb_logs()) AS sequences`;

async function prepare(path: string): Promise<void> {
  await using database = await openWithEngine(path);
  const session = await openSession(database);
  await session.run(`CREATE TABLE lookup (id BIGINT, v BIGINT);
    INSERT INTO lookup SELECT i, i * 10 FROM range(100) r(i);
    ${createGuest('lookup', { clauses: "CAPABILITIES ('read:lookup')" })}`);
}

test('what procedures did is there after the database was closed and opened again', async () => {
  const path = join(folder, 'reopen.duckdb');
  await prepare(path);
  for (let round = 1; round <= 3; round += 1) {
    await using database = await openWithEngine(path);
    const session = await openSession(database);
    await session.run('SELECT lookup(1); SELECT lookup(2)');
    const { rows } = await session.connection.query(COUNTS);
    assert.deepEqual(rows, [[2 * round, 2 * round, 2 * round, 2 * round]]);
  }
  const readOnly = { path, readOnly: true, extensions: [await ensureEngine()] };
  await using database = await Database.open(readOnly);
  await using connection = await database.connect();
  await connection.query('SELECT lookup(3)');
  // In memory only: it is counted here, and gone with the process.
  assert.deepEqual((await connection.query(COUNTS)).rows, [[7, 7, 7, 7]]);
  assert.deepEqual((await connection.query('SELECT heliosdb_flush()')).rows, [[false]]);
});

test('a killed process loses no more than the last second, and never the file', async () => {
  const path = join(folder, 'killed.duckdb');
  await prepare(path);
  const child = spawn(process.execPath, [join(import.meta.dirname, 'call-forever.ts'), path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  await once(child.stdout, 'data');
  // Longer than a flush takes to come round; more is only more to keep.
  await sleep(2500);
  child.kill('SIGKILL');
  await once(child, 'close');
  await using database = await openWithEngine(path);
  await using connection = await database.connect();
  const [row] = (await connection.query(COUNTS)).rows;
  const [calls, queries, lines, sequences] = row as number[];
  assert.ok((calls ?? 0) > 0, 'nothing was kept');
  // One transaction writes all of a moment, so they agree whenever the end came.
  assert.deepEqual([queries, sequences], [calls, lines]);
  assert.ok(Math.abs((lines ?? 0) - (calls ?? 0)) <= 1);
});
