/** Fields that programs read of errors of definitions, rights and limits. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { checkPromisedFields } from '../hostile/promised-fields.ts';
import { createGuest, withSession } from './scene.ts';

const SCENE = `
  CREATE TABLE secret (i BIGINT);
  ${createGuest('identity')};
  ${createGuest('identity', { name: 'over', parameters: 'x BIGINT' })};
  ${createGuest('identity', { name: 'over', parameters: 'x VARCHAR' })};
  CREATE ROLE reader`;

/** A statement, the state it fails with, and fields with their values. */
const FAILURES: readonly (readonly [string, string, Readonly<Record<string, unknown>>])[] = [
  [createGuest('identity'), '42723', { procedure: 'identity' }],
  ['DROP PROCEDURE nope', '42883', { procedure: 'nope' }],
  ['ALTER PROCEDURE nope USE VERSION 2', '42883', { procedure: 'nope' }],
  ['DROP PROCEDURE over', '42725', { procedure: 'over' }],
  [createGuest('identity', { name: 'abs' }), '42939', { name: 'abs' }],
  [createGuest('identity', { name: 'heliosdb_x' }), '42939', { name: 'heliosdb_x' }],
  [
    createGuest('identity', { name: 'p', parameters: 'version BIGINT' }),
    '42939',
    { name: 'version' },
  ],
  ['CREATE ROLE owner', '42939', { name: 'owner' }],
  [createGuest('identity', { name: 'p', clauses: "ENTRY 'q'" }), '42P13', { procedure: 'p' }],
];

test('errors of definitions and rights carry what the catalogue names', () =>
  withSession(async ({ run, error }) => {
    await run(SCENE);
    for (const [script, sqlstate, fields] of FAILURES) {
      const failure = await error(script);
      assert.equal(failure.sqlstate, sqlstate, `${script}: ${failure.message}`);
      assert.partialDeepStrictEqual(failure.fields, fields, script);
      checkPromisedFields(failure);
    }
  }));

test('what a role may not do is named, with the privilege that would allow it', () =>
  withSession(async ({ run, error, connection }) => {
    await run(SCENE);
    await connection.query("SELECT heliosdb_set_role('reader')");
    const refused = async (script: string): Promise<object> => {
      const failure = await error(script);
      assert.equal(failure.sqlstate, '42501', `${script}: ${failure.message}`);
      return failure.fields;
    };
    assert.partialDeepStrictEqual(await refused('SELECT identity(1)'), {
      procedure: 'identity',
      capability: 'EXECUTE',
    });
    assert.partialDeepStrictEqual(await refused(createGuest('identity', { name: 'mine' })), {
      procedure: 'mine',
      capability: 'CREATE PROCEDURE',
    });
  }));
