/** Roles: what a connection that a door opened for somebody may call, define, read and write. */
import assert from 'node:assert/strict';
import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Database } from '#storage';
import type { Session } from '../ddl/scene.ts';
import { createGuest, openSession, openWithEngine } from '../ddl/scene.ts';

const READS_LOOKUP = "CAPABILITIES ('read:lookup')";

/** A database with procedures `one` and `two` over `lookup`, and role `reader`. */
async function prepare(database: Database): Promise<Session> {
  const owner = await openSession(database);
  await owner.run(`
    CREATE TABLE lookup (id BIGINT, v BIGINT);
    INSERT INTO lookup SELECT i, i * 10 FROM range(100) r(i);
    CREATE TABLE secret AS SELECT 42 AS answer;
    CREATE VIEW public_secret AS SELECT answer > 0 AS is_positive FROM secret;
    ${createGuest('lookup', { name: 'one', clauses: READS_LOOKUP })};
    ${createGuest('lookup', { name: 'two', clauses: READS_LOOKUP })};
    CREATE ROLE reader;`);
  return owner;
}

async function openAs(database: Database, role: string): Promise<Session> {
  const session = await openSession(database);
  await session.connection.query('SELECT heliosdb_set_role(?)', [role]);
  return session;
}

test('a role calls what it was granted, and nothing else', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  const reader = await openAs(database, 'Reader');
  const refused = await reader.error('SELECT one(3)');
  assert.deepEqual(
    [refused.sqlstate, refused.message, refused.hint],
    [
      '42501',
      'role reader may not call procedure one',
      'the owner grants it: GRANT EXECUTE ON PROCEDURE one TO reader',
    ],
  );
  await owner.run('GRANT EXECUTE ON PROCEDURE one TO reader');
  assert.equal(await reader.value('SELECT one(3)'), 30n);
  assert.equal((await reader.error('SELECT two(3)')).sqlstate, '42501');
  await owner.run('GRANT EXECUTE ON ALL PROCEDURES TO reader');
  assert.equal(await reader.value('SELECT two(3)'), 30n);
  await owner.run('REVOKE EXECUTE ON ALL PROCEDURES FROM reader');
  for (const name of ['one', 'two']) {
    assert.equal((await reader.error(`SELECT ${name}(3)`)).sqlstate, '42501');
  }
  assert.equal(await owner.value('SELECT one(3) + two(3)'), 60n);
});

test('a prepared statement and the macro behind the name are no way around', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  const reader = await openAs(database, 'reader');
  await reader.run('PREPARE call AS SELECT one($1)');
  assert.equal((await reader.error('EXECUTE call(3)')).sqlstate, '42501');
  const macro = await owner.value(
    "SELECT macro_definition FROM duckdb_functions() WHERE function_name = 'one'",
  );
  const internal = String(macro)
    .replaceAll(/"?\bx\b"?/g, '3')
    .replaceAll(/"?\bversion\b"?/g, 'NULL');
  assert.match(internal, /heliosdb_/);
  assert.equal((await reader.error(`SELECT ${internal}`)).sqlstate, '42501');
});

test('what a procedure calls is its definer’s business', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  await owner.run(`
    ${createGuest('run-query', { name: 'ask', parameters: 'sql VARCHAR', returns: 'VARCHAR', clauses: READS_LOOKUP })};
    GRANT EXECUTE ON PROCEDURE ask TO reader`);
  const reader = await openAs(database, 'reader');
  assert.match(String(await reader.value("SELECT ask('SELECT one(4) AS n')")), /40/);
});

test('a role leaves its role only by the owner', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  const reader = await openAs(database, 'reader');
  assert.equal(await reader.value('SELECT heliosdb_current_role()'), 'reader');
  for (const call of [
    'heliosdb_set_role(NULL)',
    "heliosdb_set_role('reader')",
    'heliosdb_cancel(1)',
    "heliosdb_check_statement('reader', 'SELECT 1')",
    'heliosdb_flush()',
    'heliosdb_flush_due()',
    'heliosdb_set_guard(false)',
    'heliosdb_profile_start()',
  ]) {
    assert.equal((await reader.error(`SELECT ${call}`)).sqlstate, '42501', call);
  }
  const [row] = (await reader.connection.query('SELECT current_connection_id()')).rows;
  await owner.connection.query('SELECT heliosdb_set_role(?::BIGINT, NULL)', [row?.[0] as bigint]);
  assert.equal(await reader.value('SELECT heliosdb_current_role()'), null);
  assert.equal((await owner.error("SELECT heliosdb_set_role('nobody')")).sqlstate, '42704');
});

test('a role defines what it may, never beyond its own rights', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  await owner.run('CREATE ROLE author; GRANT SELECT ON lookup TO author');
  const author = await openAs(database, 'author');
  const create = (clauses: string) => createGuest('lookup', { name: 'mine', clauses });
  assert.match((await author.error(create(READS_LOOKUP))).message, /may not create procedures/);
  await owner.run('GRANT CREATE PROCEDURE TO author');
  for (const [clauses, capability] of [
    ["CAPABILITIES ('read:secret')", 'read:memory.main.secret'],
    ["CAPABILITIES ('read:lookup', 'write:lookup')", 'write:memory.main.lookup'],
    ["CAPABILITIES ('network:example.org')", 'network:example.org'],
    ['', 'read:memory.*.*'],
  ] as const) {
    const { sqlstate, message } = await author.error(create(clauses));
    assert.equal(sqlstate, '42501');
    assert.ok(message.includes(`may not give ${capability} to`), message);
  }
  await author.run(create(READS_LOOKUP));
  assert.equal(await author.value('SELECT mine(7)'), 70n);
  await author.run("ALTER PROCEDURE mine SET (memory_bytes_max = '8 MB')").catch(() => undefined);
  for (const statement of [
    'DROP PROCEDURE one',
    "ALTER PROCEDURE one COMMENT 'mine now'",
    `CREATE OR REPLACE ${createGuest('lookup', { name: 'one', clauses: READS_LOOKUP }).slice(7)}`,
    'CREATE ROLE other',
    'DROP ROLE reader',
    'GRANT SELECT ON secret TO author',
    'REVOKE SELECT ON lookup FROM author',
  ]) {
    assert.equal((await author.error(statement)).sqlstate, '42501', statement);
  }
  await author.run('DROP PROCEDURE mine');
  assert.deepEqual(await owner.rows("SELECT * FROM heliosdb.grants WHERE object LIKE '%-%'"), []);
});

test('statements of a role are judged on what DuckDB binds', async () => {
  await using database = await openWithEngine();
  const owner = await prepare(database);
  await owner.run('GRANT SELECT ON lookup TO reader; GRANT EXECUTE ON PROCEDURE one TO reader');
  const check = (sql: string) =>
    owner.connection.query('SELECT heliosdb_check_statement(?, ?)', ['reader', sql]);
  for (const sql of [
    'SELECT * FROM lookup',
    'SELECT one(id) FROM lookup WHERE v > (SELECT avg(v) FROM lookup)',
    'WITH secret AS (SELECT 1) SELECT * FROM secret',
  ]) {
    assert.equal((await check(sql)).rows[0]?.[0], true, sql);
  }
  for (const sql of [
    'SELECT * FROM secret',
    'SELECT * FROM public_secret',
    "SELECT * FROM query('FROM secret')",
    'INSERT INTO lookup VALUES (1, 1)',
    "SELECT * FROM read_text('/etc/hostname')",
    "COPY lookup TO '/tmp/x'",
    'SELECT * FROM heliosdb.grants',
    'SELECT * FROM heliosdb_logs()',
    'DROP TABLE lookup',
    "SELECT current_setting('threads')",
  ]) {
    await assert.rejects(check(sql), { sqlstate: /^(42501|2F003|38003)$/ }, sql);
  }
  await owner.run('GRANT SELECT ON public_secret TO reader; GRANT WRITE ON TABLE lookup TO reader');
  await check('SELECT * FROM public_secret');
  await check('INSERT INTO lookup VALUES (1, 1)');
  await assert.rejects(check('SELECT * FROM secret'), /role reader may not read/);
});

test('roles and grants are listed, survive reopening and roll back', async () => {
  const folder = await mkdtemp(join(tmpdir(), 'helios-roles-'));
  const path = join(folder, 'roles.duckdb');
  try {
    {
      await using database = await openWithEngine(path);
      const owner = await prepare(database);
      await owner.run(`
        GRANT EXECUTE, ALTER ON PROCEDURE one TO reader;
        GRANT SELECT ON ALL TABLES TO reader; GRANT CREATE PROCEDURE TO reader;
        CREATE ROLE IF NOT EXISTS READER;
        BEGIN; CREATE ROLE passing; ROLLBACK;`);
      assert.equal((await owner.error('CREATE ROLE reader')).sqlstate, '42710');
      assert.equal((await owner.error('GRANT SELECT ON lookup TO nobody')).sqlstate, '42704');
      assert.equal((await owner.error('GRANT EXECUTE ON PROCEDURE x TO reader')).sqlstate, '42883');
      assert.equal((await owner.error('CREATE ROLE owner')).sqlstate, '42939');
    }
    await using database = await openWithEngine(path);
    const owner = await openSession(database);
    assert.deepEqual(await owner.rows('SHOW ROLES'), [['reader', 4n]]);
    assert.deepEqual(await owner.rows('SHOW GRANTS FOR reader'), [
      ['reader', 'ALTER', 'one(BIGINT)'],
      ['reader', 'CREATE PROCEDURE', null],
      ['reader', 'EXECUTE', 'one(BIGINT)'],
      ['reader', 'SELECT', 'all tables'],
    ]);
    const reader = await openAs(database, 'reader');
    assert.equal(await reader.value('SELECT one(5)'), 50n);
    await owner.run('ALTER PROCEDURE one RENAME TO uno');
    assert.equal(await reader.value('SELECT uno(5)'), 50n);
    await owner.run('DROP ROLE reader');
    assert.deepEqual(await owner.rows('SHOW GRANTS'), []);
    assert.equal((await reader.error('SELECT uno(5)')).sqlstate, '42704');
    assert.equal((await owner.error('SHOW GRANTS FOR reader')).sqlstate, '42704');
  } finally {
    await rm(folder, { recursive: true, force: true });
  }
});
