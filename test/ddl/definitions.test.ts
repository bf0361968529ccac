/** Definitions inside transactions, and what they say about rights. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { createGuest, withSession } from './scene.ts';

const identity = (name: string, type: string): string =>
  createGuest('identity', {
    name,
    parameters: `x ${type}`,
    returns: type,
    clauses: "ENTRY 'identity'",
  });

test('a result type that was registered just now cannot be used in an open transaction', () =>
  withSession(async (session) => {
    await session.run(createGuest('identity'));
    const create = identity('exotic', 'STRUCT(a BIGINT, b VARCHAR[])');
    await session.run('BEGIN; CREATE TABLE kept (i INTEGER)');
    const error = await session.error(create);
    assert.equal(error.sqlstate, '25W01');
    assert.match(error.hint ?? '', /End the transaction/);
    // Nothing was done, so the transaction lives on; outside, and from then on inside, it works.
    await session.run('COMMIT; BEGIN');
    await session.run(create);
    assert.equal(await session.value("SELECT exotic({'a': 1, 'b': ['x']}).b[1]"), 'x');
    await session.run('ROLLBACK');
    assert.equal(await session.value('SELECT count(*) FROM kept'), 0n);
    await session.run(create);
    assert.equal(await session.value("SELECT exotic({'a': 1, 'b': ['x']}).a"), 1n);
  }));

test('an overload in an open transaction is refused the same way', () =>
  withSession(async (session) => {
    await session.run(`${identity('f', 'BIGINT')}; BEGIN`);
    assert.equal((await session.error(identity('f', 'DATE'))).sqlstate, '25W01');
    await session.run('ROLLBACK');
    await session.run(identity('f', 'DATE'));
    assert.equal(await session.value('SELECT f(1)'), 1n);
  }));

test('SHOW PROCEDURES sees what its own transaction created, altered and dropped', () =>
  withSession(async (session) => {
    await session.run(`${identity('p', 'BIGINT')}; BEGIN; ${identity('q', 'BIGINT')};
      COMMENT ON PROCEDURE p IS 'changed'`);
    const [shown] = await session.run('SHOW PROCEDURES');
    const column = (name: string): readonly unknown[] => {
      const index = shown?.columns.findIndex((one) => one.name === name) ?? -1;
      return shown?.rows.map((row) => row[index]) ?? [];
    };
    assert.deepEqual(column('name'), ['p', 'q']);
    assert.deepEqual(column('comment'), ['changed', null]);
    assert.deepEqual(column('signature'), [
      'p(x BIGINT) RETURNS BIGINT',
      'q(x BIGINT) RETURNS BIGINT',
    ]);
    assert.deepEqual(column('problem'), [null, null]);
    await session.run('DROP PROCEDURE p');
    assert.equal((await session.run('SHOW PROCEDURES'))[0]?.rowCount, 1);
    assert.equal((await session.run('DESCRIBE PROCEDURE q'))[0]?.rowCount, 1);
    await session.run('ROLLBACK');
    const [after] = await session.run('SHOW PROCEDURES');
    assert.deepEqual(after?.rows, await session.rows('FROM heliosdb_procedures()'));
  }));

test('several versions in one transaction count on from each other', () =>
  withSession(async (session) => {
    const version = (clause: string, guest: string): string =>
      `ALTER PROCEDURE p VERSION ${clause} ENTRY 'constant' AS 'file://${guest}.wat'`;
    await session.run(`BEGIN;
      ${createGuest('constant-1', { name: 'p', parameters: '', clauses: "ENTRY 'constant'" })};
      ${version('2', 'constant-2')}; ${version('3', 'constant-1')};
      ALTER PROCEDURE p USE VERSION 2; COMMIT`);
    assert.equal(await session.value('SELECT p()'), 2n);
    assert.equal(await session.value('SELECT p(version := 3)'), 1n);
  }));

test('a procedure may be dropped and created again in one transaction', () =>
  withSession(async (session) => {
    await session.run(`${identity('p', 'BIGINT')};
      BEGIN; DROP PROCEDURE p; ${identity('p', 'VARCHAR')}; COMMIT`);
    assert.equal(await session.value("SELECT p('a')"), 'a');
  }));

test('a new version that may do more than the active one has to say so, and it is shown', () =>
  withSession(async (session) => {
    const create = (clauses: string): string =>
      createGuest('constant-1', {
        name: 'p',
        parameters: '',
        clauses: `${clauses} ENTRY 'constant'`,
      });
    const notices = async (script: string): Promise<readonly string[]> =>
      (await session.run(script)).flatMap((result) => result.notices);
    await session.run(create("CAPABILITIES ('read:customers')"));
    const version = "AS 'file://constant-2.wat'";
    // Without the clause the rights are those of the active version.
    assert.deepEqual(await notices(`ALTER PROCEDURE p VERSION 2 ENTRY 'constant' ${version}`), []);
    assert.deepEqual(
      await notices(
        `ALTER PROCEDURE p VERSION 3 CAPABILITIES ('write:fraud_alerts') ENTRY 'constant' ${version}`,
      ),
      [
        'rights of p change: + write:fraud_alerts, − read:customers',
        'version 3 makes the procedure VOLATILE, it was STABLE',
      ],
    );
    assert.deepEqual(await notices('ALTER PROCEDURE p USE VERSION 2'), [
      'rights of p change: + read:customers, − write:fraud_alerts',
    ]);
    await session.run(create('').replace('CREATE', 'CREATE OR REPLACE'));
    assert.equal(
      await session.value('SELECT capabilities FROM heliosdb_procedures()'),
      '["read:customers"]',
    );
  }));

test('DROP … CASCADE says what goes with the procedure', () =>
  withSession(async (session) => {
    await session.run(`${identity('p', 'BIGINT')};
      CREATE TABLE dependent (i BIGINT CHECK (p(i) > 0))`);
    assert.equal((await session.error('DROP PROCEDURE p')).sqlstate, '2BP01');
    const [result] = await session.run('DROP PROCEDURE p CASCADE');
    assert.deepEqual(result?.notices, ['drop cascades to table main.dependent']);
    assert.equal((await session.error('FROM dependent')).sqlstate, '42P01');
  }));
