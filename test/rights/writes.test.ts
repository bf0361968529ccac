/** Procedures that change tables: what they may change, and when it is undone. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine, withSession } from '../ddl/scene.ts';
import { callOf, createRunner, firstValue, run } from './runner.ts';

const SETUP = `
  CREATE TABLE log (id INTEGER, text VARCHAR);
  INSERT INTO log SELECT i, 'old' FROM range(5) r(i);
  CREATE TABLE secret (id INTEGER PRIMARY KEY, password VARCHAR);
  INSERT INTO secret VALUES (1, 'hush');
  ${createRunner('reader', ['read:log'])};
  ${createRunner('writer', ['write:log'])};
  ${createRunner('editor', ['read:log', 'read:lookup', 'write:log'])};
  ${createRunner('definer', ['ddl:log', 'ddl:made', 'read:made', 'write:made', 'read:log'])};`;

function withTables(work: (session: Session) => Promise<void>): Promise<void> {
  return withSession(async (session) => {
    await session.run(SETUP);
    await work(session);
  });
}

const count = 'SELECT count(*)::INTEGER FROM log';

test('write: inserts, updates, deletes and merges; read: does not', () =>
  withTables(async (session) => {
    for (const statement of [
      "INSERT INTO log VALUES (9, 'new')",
      "UPDATE log SET text = 'seen' WHERE id = 1",
      'DELETE FROM log WHERE id = 2',
      "MERGE INTO log USING (SELECT 3 AS id) s ON log.id = s.id WHEN MATCHED THEN UPDATE SET text = 'm'",
      "WITH s AS (SELECT 4 AS id) INSERT INTO log SELECT id, 'w' FROM s",
      'TRUNCATE log',
    ]) {
      const refused = await run(session, 'reader', statement);
      assert.deepEqual(refused, {
        sqlstate: '42501',
        message: 'procedure reader may not write to memory.main.log',
      });
      assert('rows' in (await run(session, 'writer', statement)), statement);
    }
    assert.equal(await session.value(count), 0);
  }));

test('what comes back with RETURNING is read, and so is a second look at the table', () =>
  withTables(async (session) => {
    for (const statement of [
      "INSERT INTO log VALUES (9, 'new') RETURNING *",
      "UPDATE log SET text = 'x' RETURNING id",
      'DELETE FROM log WHERE id IN (SELECT max(id) FROM log)',
    ]) {
      const refused = await run(session, 'writer', statement);
      assert.deepEqual(refused, {
        sqlstate: '42501',
        message: 'procedure writer may not read memory.main.log',
      });
      assert('rows' in (await run(session, 'editor', statement)), statement);
    }
  }));

test('a refusal says which capability is missing', () =>
  withTables(async (session) => {
    const error = await session.error(`SELECT ${callOf('editor', ['DELETE FROM secret'])}`);
    assert.match(
      error.detail ?? '',
      /42501: procedure editor may not write to memory\.main\.secret/,
    );
    assert.match(error.hint ?? '', /CAPABILITIES \('write:secret'\)/);
  }));

test('each statement commits by itself unless the guest began a transaction', () =>
  withTables(async (session) => {
    const insert = "INSERT INTO log VALUES (9, 'new')";
    assert.equal(await firstValue(session, 'editor', insert, '@b', insert, '@r', count), 6);
    assert.equal(await firstValue(session, 'editor', '@b', insert, insert, '@c', count), 8);
    const failed = await run(session, 'editor', insert, 'SELECT nothing FROM log');
    assert.equal('sqlstate' in failed && failed.sqlstate, '42703');
    assert.equal(await session.value(count), 9);
  }));

test('an error or a trap rolls back what is open', () =>
  withTables(async (session) => {
    const insert = "INSERT INTO log VALUES (9, 'new')";
    for (const [end, sqlstate] of [
      ['SELECT nothing FROM log', '42703'],
      ['DELETE FROM secret', '42501'],
      ['@t', '39W01'],
    ] as const) {
      const outcome = await run(session, 'editor', '@b', insert, end);
      assert.equal('sqlstate' in outcome && outcome.sqlstate, sqlstate, end);
      assert.equal(await session.value(count), 5);
    }
  }));

test('a transaction left open at the end of a call is rolled back and reported', () =>
  withTables(async (session) => {
    const error = await session.error(
      `SELECT ${callOf('editor', ['@b', "INSERT INTO log VALUES (9, 'new')"])}`,
    );
    assert.equal(error.sqlstate, '25W02');
    assert.equal(await session.value(count), 5);
    assert.equal(await firstValue(session, 'editor', count), 5);
  }));

test('transactions nest as little as in SQL, and need a right to write', () =>
  withTables(async (session) => {
    const outcomes = [];
    for (const statements of [['@b', '@b'], ['@c'], ['@r']]) {
      const outcome = await run(session, 'editor', ...statements);
      outcomes.push('sqlstate' in outcome && outcome.sqlstate);
    }
    assert.deepEqual(outcomes, ['25001', '25P01', '25P01']);
    const refused = await run(session, 'reader', '@b');
    assert.equal('sqlstate' in refused && refused.sqlstate, '42501');
    for (const statement of ['BEGIN', 'COMMIT', 'ROLLBACK', 'START TRANSACTION']) {
      const direct = await run(session, 'editor', statement);
      assert.equal('sqlstate' in direct && direct.sqlstate, '38003', statement);
    }
  }));

test('ddl: creates, alters and drops the tables, views and indexes it names', () =>
  withTables(async (session) => {
    for (const statement of [
      'CREATE TABLE made (id INTEGER DEFAULT 3, CHECK (id > 0))',
      'INSERT INTO made DEFAULT VALUES',
      'ALTER TABLE made ADD COLUMN text VARCHAR',
      'CREATE UNIQUE INDEX made_id ON made (id)',
      'DROP INDEX made_id',
      'DROP TABLE made',
      'CREATE TABLE made AS SELECT * FROM log',
      'DROP TABLE IF EXISTS made',
      'CREATE VIEW made AS SELECT count(*) AS c FROM log',
      'DROP VIEW made',
      'ALTER TABLE log RENAME TO made',
    ]) {
      const outcome = await run(session, 'definer', statement);
      assert('rows' in outcome, `${statement}: ${JSON.stringify(outcome)}`);
    }
  }));

test('ddl: reaches nothing else', () =>
  withTables(async (session) => {
    await session.run(
      "CREATE INDEX secret_password ON secret (password); CREATE MACRO opened() AS current_setting('threads')",
    );
    for (const [statement, sqlstate] of [
      ['DROP TABLE secret', '42501'],
      ['ALTER TABLE secret ADD COLUMN x INTEGER', '42501'],
      ['ALTER TABLE log RENAME TO secret2', '42501'],
      ['CREATE TABLE other (id INTEGER)', '42501'],
      ['CREATE OR REPLACE TABLE secret (id INTEGER)', '42501'],
      ['CREATE TABLE made AS SELECT * FROM secret', '42501'],
      ['CREATE VIEW made AS SELECT * FROM secret', '42501'],
      ['CREATE VIEW made AS SELECT opened()', '42501'],
      ['CREATE TABLE made (id INTEGER REFERENCES secret (id))', '38003'],
      ["CREATE TABLE made (id VARCHAR DEFAULT current_setting('threads'))", '42501'],
      ['CREATE TABLE made (id VARCHAR DEFAULT opened())', '42501'],
      ['CREATE TEMP TABLE made (id INTEGER)', '42501'],
      ['DROP INDEX secret_password', '42501'],
      ['DROP TABLE log CASCADE', '38003'],
      ['CREATE SCHEMA made', '38003'],
      ['CREATE MACRO made() AS 1', '38003'],
      ['CREATE SEQUENCE made', '38003'],
      ["COMMENT ON TABLE log IS 'x'", '38003'],
    ] as const) {
      const outcome = await run(session, 'definer', statement);
      assert.equal(
        'sqlstate' in outcome && outcome.sqlstate,
        sqlstate,
        `${statement}: ${JSON.stringify(outcome)}`,
      );
    }
  }));

test('two threads that call a writing procedure take turns', () =>
  withTables(async (session) => {
    const call = "editor('INSERT INTO log VALUES (' || i || ', ''t'')')";
    await session.run(
      `SET threads = 2; SELECT count(${call}) FROM range(400000) r(i) WHERE i % 2000 = 0`,
    );
    assert.equal(await session.value(count), 205);
  }));

test('a statement over the table that its procedure writes ends, with a result or a conflict', async () => {
  const folder = mkdtempSync(join(tmpdir(), 'heliosdb-writes-'));
  try {
    await using database = await openWithEngine(join(folder, 'test.duckdb'));
    const session = await openSession(database);
    await session.run('CREATE TABLE lookup (id BIGINT)');
    await session.run(SETUP);
    const insert = callOf('editor', ["INSERT INTO log VALUES (7, 'x')"]);
    const define = callOf('definer', ['ALTER TABLE log ADD COLUMN IF NOT EXISTS c INTEGER']);
    const replace = callOf('definer', ['CREATE OR REPLACE TABLE log AS SELECT 1 AS id']);
    for (const [statement, expected] of [
      [`SELECT count(${insert}) FROM log`, null],
      [`INSERT INTO log (id, text) SELECT id, ${insert}::VARCHAR FROM log`, null],
      [`UPDATE log SET text = ${insert}::VARCHAR`, null],
      [
        `UPDATE log SET text = ${callOf('editor', ["UPDATE log SET text = 'inner'"])}::VARCHAR`,
        '40001',
      ],
      [`DELETE FROM log WHERE ${callOf('editor', ['DELETE FROM log WHERE id = 1'])} IS NULL`, null],
      [`INSERT INTO log (id, text) SELECT id, ${define}::VARCHAR FROM log`, '40001'],
      [`INSERT INTO log (id, text) SELECT id, ${replace}::VARCHAR FROM log`, '40001'],
    ] as const) {
      const outcome = await session.run(statement).then(
        () => null,
        (error: { sqlstate: string }) => error.sqlstate,
      );
      assert.equal(outcome, expected, statement);
    }
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
});

test('a procedure with rights to act is VOLATILE and cannot be declared otherwise', () =>
  withTables(async (session) => {
    const sql = "SELECT volatility FROM heliosdb_procedures() WHERE name = 'writer'";
    assert.equal(await session.value(sql), 'VOLATILE');
    const error = await session.error(
      createRunner('other', ['write:log']).replace('LANGUAGE wasm', 'LANGUAGE wasm STABLE'),
    );
    assert.equal(error.sqlstate, '42P13');
  }));
