/** Views granted as such: what they read is allowed through them, and only through them. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { withSession } from '../ddl/scene.ts';
import { createRunner, run } from './runner.ts';

const SETUP = `
  CREATE TABLE secret (id INTEGER, password VARCHAR);
  INSERT INTO secret VALUES (1, 'hush'), (2, 'quiet');
  CREATE VIEW lengths AS SELECT id, length(password) AS n FROM secret;
  CREATE VIEW threads AS SELECT current_setting('threads') AS n;
  CREATE VIEW other AS SELECT password FROM secret;
  ${createRunner('viewer', ['read:lengths', 'read:threads', 'read:lookup'])};
  ${createRunner('star', ['read:*'])};
  ${createRunner('outer_one', ['read:lengths'])};
  CREATE SCHEMA far; CREATE VIEW far.lengths AS SELECT password FROM secret;`;

test('a granted view works in every place a relation may stand', () =>
  withSession(async (session) => {
    await session.run(SETUP);
    for (const [sql, expected] of [
      ['SELECT sum(n) FROM lengths', 9],
      ['SELECT max(l.n) FROM main.lengths AS l JOIN lookup USING (id)', 5],
      ['SELECT (SELECT max(x) FROM lengths v(y, x))', 5],
      ['WITH a AS (FROM lengths), b AS (FROM lengths) SELECT count(*) FROM a, b', 4],
      ['SELECT count(*) FROM memory.main.lengths WHERE n IN (SELECT n FROM lengths)', 2],
      ['SELECT n > 0 FROM threads', true],
      ['SELECT count(*) FROM "LENGTHS" UNION ALL SELECT 1 FROM lookup WHERE false', 2],
    ] as const) {
      const outcome = await run(session, 'viewer', sql);
      assert.deepEqual(outcome, { rows: [[expected]] }, sql);
    }
  }));

test('what a granted view reads stays closed beside it', () =>
  withSession(async (session) => {
    await session.run(SETUP);
    for (const sql of [
      'SELECT * FROM secret',
      'SELECT n FROM lengths JOIN secret USING (id)',
      'SELECT * FROM other',
      'SELECT * FROM far.lengths',
      'WITH lengths AS (SELECT * FROM secret) SELECT * FROM lengths',
      'WITH lengths AS (SELECT * FROM secret) SELECT 1 FROM main.lengths, (FROM secret)',
      'WITH unused AS (FROM lengths) SELECT * FROM secret',
      'SELECT n, (SELECT min(password) FROM secret) FROM lengths',
      "SELECT n FROM threads WHERE current_setting('threads') > 0",
      "SELECT * FROM query_table('lengths')",
    ]) {
      const outcome = await run(session, 'viewer', sql);
      assert.equal('sqlstate' in outcome && outcome.sqlstate, '42501', sql);
    }
  }));

test('a star grants tables, and views as far as their tables', () =>
  withSession(async (session) => {
    await session.run(SETUP);
    assert.deepEqual(await run(session, 'star', 'SELECT sum(n) FROM lengths'), { rows: [[9]] });
    const refused = await run(session, 'star', 'SELECT * FROM threads');
    assert.equal('sqlstate' in refused && refused.sqlstate, '42501');
  }));

test('a procedure called by another holds what both hold', () =>
  withSession(async (session) => {
    await session.run(SETUP);
    const nested = (sql: string): string => `SELECT star('${sql}')`;
    const allowed = await run(session, 'outer_one', nested('SELECT sum(n) FROM lengths'));
    assert('rows' in allowed, JSON.stringify(allowed));
    const refused = await run(session, 'outer_one', nested('SELECT * FROM secret'));
    assert.equal('sqlstate' in refused && refused.sqlstate, '42501');
  }));
