import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, withSession } from './scene.ts';

test('SHOW, DESCRIBE and CALL', () =>
  withSession(async ({ run, rows, error }) => {
    await run(createGuest('lookup', { clauses: "COMMENT 'finds v'" }));
    await run(createGuest('identity'));
    const [shown] = await run('SHOW PROCEDURES');
    const name = shown?.columns.findIndex((column) => column.name === 'name') ?? -1;
    assert.deepEqual(
      shown?.rows.map((row) => row[name]),
      ['identity', 'lookup'],
    );
    const [described] = await run('DESCRIBE PROCEDURE main.Lookup');
    const comment = described?.columns.findIndex((column) => column.name === 'comment') ?? -1;
    assert.equal(described?.rows[0]?.[comment], 'finds v');
    assert.equal((await error('DESCRIBE PROCEDURE lokup')).hint, 'Perhaps lookup was meant.');
    assert.deepEqual(await rows('CALL lookup(3)'), [[30n]]);
    assert.deepEqual(await rows('CALL main.lookup(x => 4)'), [[40n]]);
  }));

test('an error of the engine says which statement of the script it was', () =>
  withSession(async ({ error }) => {
    const script = `SELECT 1;\n${createGuest('identity', { parameters: 'a NOSUCH' })}`;
    const failure = await error(script);
    assert.equal(failure.sqlstate, '42704');
    assert.equal(failure.fields.statement, 2);
    assert.equal(failure.fields.line, 2);
  }));

test('a result type that is registered just now does not fit into a transaction', () =>
  withSession(async ({ run, error, value }) => {
    const create = createGuest('identity', { returns: 'STRUCT(odd BIGINT)' });
    await run('CREATE TABLE t (i BIGINT); BEGIN; INSERT INTO t VALUES (1)');
    assert.equal((await error(create)).sqlstate, '25W01');
    await run('COMMIT');
    assert.equal(await value('SELECT count(*) FROM t'), 1n);
    await run(create);
  }));

test('a transaction that began before the registry cannot define procedures', () =>
  withSession(async ({ run, error, value }) => {
    await run('BEGIN; SELECT count(*) FROM lookup');
    assert.equal((await error(createGuest('identity'))).sqlstate, '25W01');
    assert.equal(await value('ROLLBACK; SELECT 1'), 1);
    await run(createGuest('identity'));
    assert.equal(await value('SELECT identity(1)'), 1n);
  }));
