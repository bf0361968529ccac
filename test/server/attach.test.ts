import assert from 'node:assert/strict';
import { readFileSync } from 'node:fs';
import { stat } from 'node:fs/promises';
import { join } from 'node:path';
import { after, before, test } from 'node:test';
import { interruptible } from '#agent';
import { HeliosError } from '#core';
import { findService, RemoteDatabase } from '#storage';
import { runCli } from '../cli/run-cli.ts';
import { createRunner } from '../rights/runner.ts';
import type { Scene } from './scene.ts';
import { startScene } from './scene.ts';

let scene: Scene;
let remote: RemoteDatabase;
before(async () => {
  scene = await startScene();
  const socketPath = await findService(scene.file);
  assert.ok(socketPath !== null);
  remote = new RemoteDatabase({ socketPath, path: scene.file, isReadOnly: false });
});
after(async () => {
  await remote.close();
  await scene[Symbol.asyncDispose]();
});

test('the socket is for its owner alone', async () => {
  const { mode } = await stat((await findService(scene.file)) ?? '');
  assert.equal(mode & 0o777, 0o600);
});

test('a remote session keeps its transaction, and loses it when it ends', async () => {
  const first = await remote.connect();
  await first.run('BEGIN; CREATE TABLE half (a INTEGER); INSERT INTO half VALUES (1)');
  assert.equal((await first.query('SELECT * FROM half')).rowCount, 1);
  await first.close();
  const gone = await remote.withConnection((session) =>
    session.query('SELECT * FROM half').then(
      () => null,
      (error: unknown) => error,
    ),
  );
  assert.ok(HeliosError.isInstance(gone, 'undefined_table'));
});

test('results, parameters, counts and errors come over as they are', async () => {
  await using session = await remote.connect();
  const named = await session.query('SELECT $a::BIGINT + $b::BIGINT AS sum', { a: 1n, b: 2n });
  assert.deepEqual(named.rows, [[3n]]);
  assert.deepEqual(named.columns, [{ name: 'sum', type: 'BIGINT' }]);
  await session.run('CREATE TEMP TABLE own (a INTEGER)');
  const changed = await session.query('INSERT INTO own SELECT range FROM range(5000)');
  assert.equal(changed.rowCount, 5000);
  let count = 0;
  for await (const chunk of await session.stream('FROM own')) count += chunk.length;
  assert.equal(count, 5000);
  await assert.rejects(session.query('SELECT nothing FROM own'), (error) =>
    HeliosError.isInstance(error, 'undefined_column'),
  );
  assert.equal((await session.query('SELECT 1')).rowCount, 1);
});

test('a reader that stops in the middle leaves the session usable', async () => {
  await using session = await remote.connect();
  for await (const _ of await session.stream('FROM range(100000)')) break;
  assert.equal((await session.query('SELECT 1')).rowCount, 1);
});

test('an interrupt stops a remote statement', async () => {
  await using session = await remote.connect();
  const abort = new AbortController();
  const sql = 'SELECT count(*) FROM range(1000000000) a, range(1000) b';
  const running = interruptible({ connection: session, database: remote }, abort.signal, () =>
    session.query(sql),
  );
  const failed = assert.rejects(running, (error) =>
    HeliosError.isInstance(error, 'query_canceled'),
  );
  abort.abort();
  await failed;
  assert.equal((await session.query('SELECT 1')).rowCount, 1);
});

test('commands attach by themselves and say the same as without a service', async () => {
  const sql = await runCli([
    'sql',
    '--db',
    scene.file,
    '--csv',
    'SELECT count(*) AS n FROM orders',
  ]);
  assert.deepEqual([sql.code, sql.out], [0, 'n\r\n2000\r\n']);
  const asked = await runCli(['ask', '--db', scene.file, '--json', 'How many orders are there?']);
  assert.equal(asked.code, 0, asked.err);
  assert.deepEqual(JSON.parse(asked.out).rows, [[2000]]);
  // The run is the service's: everybody sees it.
  const { body } = await scene.call('GET', '/runs');
  assert.equal(body.runs[0].question, 'How many orders are there?');
  const second = await runCli(['serve', '--db', scene.file, '--port', '0']);
  assert.equal(second.code, 1);
  assert.match(second.err, /a service owns this database already/);
});

test('figures are watched while the service works, and a line comes when they change', async () => {
  const module = readFileSync(join(import.meta.dirname, '../guests/identity.wat'), 'utf8');
  const sql = (text: string) => scene.call('POST', '/sql', { sql: text });
  await sql(`CREATE PROCEDURE echo(value BIGINT) RETURNS BIGINT LANGUAGE wasm ENTRY 'identity'
    AS $wasm$${module}$wasm$`);
  await sql('SELECT echo(1)');
  let calling: Promise<unknown> | null = null;
  const watched = await runCli(
    ['procedure', 'metrics', 'echo', '--watch', '--json', '--db', scene.file],
    {
      onOutput: (text) => {
        // The second call is made when the first was seen; the third line never comes.
        if (text.includes('"calls":1')) calling ??= sql('SELECT echo(2)');
      },
      interruptAt: '"calls":2',
    },
  );
  await calling;
  const lines = watched.out
    .trim()
    .split('\n')
    .map((line) => JSON.parse(line));
  const calls = lines.map(({ metrics }) => metrics[0]?.calls);
  assert.deepEqual([calls.at(0), calls.at(-1)], [1, 2], watched.out);
  assert.equal(watched.code, 130);
});

test('a profile through the service repeats nothing that may write', async () => {
  const module = readFileSync(join(import.meta.dirname, '../guests/run-sql.wat'), 'utf8');
  const runner = createRunner('writer', ['write:orders']);
  const created = await scene.call('POST', '/sql', {
    sql: `${runner.replace("'file://run-sql.wat'", `$wasm$${module}$wasm$`)};
      CREATE VIEW hidden AS SELECT writer('DELETE FROM orders WHERE order_id = 1') AS deleted;
      CREATE MACRO deep(x) AS writer(x)`,
  });
  assert.equal(created.status, 200, JSON.stringify(created.body));
  for (const statement of [
    "SELECT writer('DELETE FROM orders WHERE order_id = 1')",
    'SELECT deleted FROM hidden',
    "SELECT deep('DELETE FROM orders WHERE order_id = 1')",
    'DELETE FROM orders WHERE order_id = 1',
  ]) {
    const args = ['procedure', 'profile', '--sql', statement, '--db', scene.file];
    const { code, err } = await runCli([...args, '-o', join(scene.folder, 'a.cpuprofile')]);
    assert.equal(code, 1, err);
    assert.match(err, /cannot be repeated on a live database[\s\S]*55000/);
  }
  const { body } = await scene.call('POST', '/sql', { sql: 'SELECT count(*) FROM orders' });
  assert.deepEqual(body.rows, [[2000]]);
});
