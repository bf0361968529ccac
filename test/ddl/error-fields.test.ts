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
  ${createGuest('identity', { name: 'used' })};
  CREATE TABLE "odd ""t" (i BIGINT DEFAULT used(1)); CREATE TABLE kept (i BIGINT CHECK (used(i) > 0));
  CREATE TABLE keyed (i INTEGER PRIMARY KEY); CREATE TABLE keys (i INTEGER REFERENCES keyed (i));
  CREATE ROLE reader`;
/** As DuckDB spells them: it does not double the quote in a name. */
const DEPENDENTS = ['table kept', 'table odd "t'];

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
  ['DROP PROCEDURE used', '2BP01', { dependents: DEPENDENTS }],
  ["SELECT heliosdb_drop_procedure('used')", '2BP01', { dependents: DEPENDENTS }],
  ['ALTER PROCEDURE used RENAME TO other', '2BP01', { dependents: DEPENDENTS }],
  ['DROP TABLE keyed', '2BP01', { dependents: ['table keys'] }],
  ['ALTER TABLE keyed RENAME TO other', '2BP01', {}],
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
