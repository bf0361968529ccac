import assert from 'node:assert/strict';
import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, mkdtempSync, readFileSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { setImmediate } from 'node:timers/promises';
import { Database } from './database.ts';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-storage-'));
after(() => rmSync(folder, { recursive: true, force: true }));
const file = (name: string): string => join(folder, name);

test('a file closes, reopens in the same process and keeps what was committed', async () => {
  const path = file('reopen.duckdb');
  for (let round = 1; round <= 3; round += 1) {
    await using database = await Database.open({ path });
    await using connection = await database.connect();
    await connection.run('CREATE TABLE IF NOT EXISTS visit(n INTEGER)');
    await connection.run('INSERT INTO visit VALUES ($1)', [round]);
    const { rows } = await connection.query('SELECT count(*) FROM visit');
    assert.deepEqual(rows, [[BigInt(round)]]);
  }
  assert.ok(!existsSync(`${path}.wal`), 'the last close wrote everything into the file');
});

test('closing stops running statements and refuses later ones', async () => {
  const database = await Database.open({ path: ':memory:' });
  const connection = await database.connect();
  const running = assert.rejects(
    connection.query('SELECT count(*) FROM range(10000000000) a, range(1000) b'),
    { sqlstate: '57014' },
  );
  // One turn of the event loop later DuckDB has the statement.
  await setImmediate();
  await database.close();
  await running;
  await assert.rejects(connection.query('SELECT 1'), { sqlstate: '08003' });
  await assert.rejects(database.connect(), { sqlstate: '08003' });
  await database.close();
});

test('a read-only database refuses writes and leaves the file as it was', async () => {
  const path = file('read-only.duckdb');
  await using writer = await Database.open({ path });
  await writer.withConnection((connection) => connection.run('CREATE TABLE t AS SELECT 1 AS a'));
  await writer.close();
  const before = readFileSync(path);
  {
    await using database = await Database.open({ path, readOnly: true });
    assert.ok(database.isReadOnly);
    await database.withConnection(async (connection) => {
      assert.deepEqual((await connection.query('SELECT a FROM t')).rows, [[1]]);
      await assert.rejects(connection.run('INSERT INTO t VALUES (2)'), { sqlstate: '25006' });
      await assert.rejects(connection.run('CREATE TABLE u(a INTEGER)'), { sqlstate: '25006' });
    });
  }
  assert.ok(before.equals(readFileSync(path)));
});

test('what cannot be opened says why', async () => {
  const open = (options: Parameters<typeof Database.open>[0]) => Database.open(options);
  await assert.rejects(open({ path: file('none.duckdb'), readOnly: true }), { sqlstate: '58P01' });
  await assert.rejects(open({ path: file('none.duckdb'), mustExist: true }), { sqlstate: '58P01' });
  await assert.rejects(open({ path: file('none/a.duckdb') }), { sqlstate: '58P01' });
  await assert.rejects(open({ path: folder }), { sqlstate: '58W01' });
  await assert.rejects(open({ path: ':memory:', readOnly: true }), { sqlstate: '22023' });
  await assert.rejects(open({ path: ':memory:', settings: { no_such: '1' } }), {
    sqlstate: '22023',
  });
  writeFileSync(
    file('text.duckdb'),
    'not a database, but long enough to look like one'.repeat(400),
  );
  await assert.rejects(open({ path: file('text.duckdb') }), { sqlstate: '58W01' });
  assert.ok(!existsSync(file('none.duckdb')));
  // A failed open must not keep the path claimed.
  await assert.rejects(open({ path: file('text.duckdb') }), { sqlstate: '58W01' });
});

test('a damaged file is reported as corrupted', async () => {
  const path = file('damaged.duckdb');
  const database = await Database.open({ path });
  await database.withConnection((connection) => connection.run('CREATE TABLE t AS FROM range(9)'));
  await database.close();
  const bytes = readFileSync(path);
  writeFileSync(path, bytes.fill(0x41, 0x1000, 0x3000));
  await assert.rejects(Database.open({ path }), { sqlstate: 'XX001' });
});

test('a file that is open cannot be opened again, in this process or another', async () => {
  const path = file('busy.duckdb');
  const link = file('busy-link.duckdb');
  await using database = await Database.open({ path });
  symlinkSync(path, link);
  await assert.rejects(Database.open({ path }), { sqlstate: '55006' });
  await assert.rejects(Database.open({ path: link }), { sqlstate: '55006' });
  await database.close();

  const script = `
    import { Database } from ${JSON.stringify(import.meta.resolve('./database.ts'))};
    await Database.open({ path: process.argv[1] });
    console.log('open');
    setInterval(() => {}, 1000);`;
  const child = spawn(process.execPath, ['--input-type=module', '-e', script, path], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(child.stdout, 'data');
    await assert.rejects(Database.open({ path }), (error: { sqlstate: string; fields: object }) => {
      assert.equal(error.sqlstate, '55006');
      assert.match(String(Object.values(error.fields)), new RegExp(`\\(${child.pid}\\)`));
      return true;
    });
  } finally {
    child.kill();
    await once(child, 'exit');
  }
  await (await Database.open({ path })).close();
});

test('an extension that is missing or is no extension fails the open', async () => {
  await assert.rejects(
    Database.open({ path: ':memory:', extensions: [file('none.duckdb_extension')] }),
    { sqlstate: 'IN001' },
  );
  writeFileSync(file('text.duckdb_extension'), 'text '.repeat(1000));
  await assert.rejects(
    Database.open({ path: ':memory:', extensions: [file('text.duckdb_extension')] }),
    { sqlstate: 'IN006' },
  );
});

test('pooled sessions are bounded, start fresh and are closed even after a failure', async () => {
  await using database = await Database.open({ path: ':memory:', pooledConnectionsMax: 2 });
  let openCount = 0;
  let openCountMax = 0;
  await Promise.all(
    Array.from({ length: 8 }, () =>
      database.withConnection(async (connection) => {
        openCount += 1;
        openCountMax = Math.max(openCountMax, openCount);
        await connection.run('CREATE TEMP TABLE mine(a INTEGER); BEGIN');
        openCount -= 1;
      }),
    ),
  );
  assert.equal(openCountMax, 2);
  for (let round = 0; round < 4; round += 1) {
    await assert.rejects(
      database.withConnection((connection) => connection.run('SELECT nonsense')),
      { sqlstate: '42703' },
    );
  }
  await database.withConnection((connection) =>
    connection.run('CREATE TEMP TABLE mine(a INTEGER)'),
  );
});
