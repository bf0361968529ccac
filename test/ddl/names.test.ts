/** Which names a procedure may have, and what DuckDB is asked for to find out. */
import assert from 'node:assert/strict';
import { test } from 'node:test';
import type { Session } from './scene.ts';
import { createGuest, withSession } from './scene.ts';

test('no procedure hides a function of DuckDB, wherever it is kept and whatever it is', () =>
  withSession(async ({ rows, error }) => {
    // Names that begin with a letter need no quotes; one of each kind of function will do.
    const builtIn = await rows(`
      SELECT min(function_name) FROM duckdb_functions()
      WHERE internal AND function_type <> 'pragma'
        AND regexp_full_match(function_name, '[a-z][a-z0-9_]+')
        AND NOT starts_with(function_name, 'heliosdb_')
      GROUP BY schema_name, function_type`);
    assert.ok(builtIn.length >= 5, String(builtIn));
    for (const [found] of builtIn) {
      for (const name of [String(found), String(found).toUpperCase()]) {
        const failure = await error(createGuest('identity', { name: `"${name}"` }));
        assert.equal(failure.sqlstate, '42939', name);
        assert.match(failure.hint ?? '', /would hide it/);
      }
    }
  }));

test('no procedure takes the name of a macro of its schema', () =>
  withSession(async ({ run, error, value }) => {
    await run(`
      CREATE SCHEMA other;
      CREATE MACRO taken(a) AS a + 1;
      CREATE MACRO taken_rows(a) AS TABLE SELECT a;
      CREATE MACRO other.free(a) AS a + 1`);
    for (const name of ['taken', 'Taken', 'main.TAKEN', 'taken_rows']) {
      assert.equal((await error(createGuest('identity', { name }))).sqlstate, '42723', name);
    }
    await run(createGuest('identity', { name: 'free' }));
    assert.equal(await value('SELECT free(3)'), 3n);
    assert.equal(await value('SELECT other.free(3)'), 4);
    assert.equal(
      (await error('ALTER PROCEDURE free RENAME TO taken')).sqlstate,
      '42723',
      'a new name is held to the same',
    );
  }));

/** The statements that DuckDB runs for a script, those of the engine included. */
async function statementsOf(session: Session, script: string): Promise<readonly string[]> {
  const { connection } = session;
  await connection.run("CALL enable_logging('QueryLog')");
  await session.run(script);
  await connection.run('CALL disable_logging()');
  const sql = "SELECT message FROM duckdb_logs WHERE type = 'QueryLog'";
  const { rows } = await connection.query(sql);
  await connection.run('CALL truncate_duckdb_logs()');
  return rows.map(([message]) => String(message));
}

test('a definition describes neither functions nor tables more often than it has to', () =>
  withSession(async (session) => {
    await session.run(createGuest('identity'));
    const create = (name: string): string => createGuest('identity', { name });
    const describing = (statements: readonly string[], what: string): number =>
      statements.filter((text) => text.includes(`${what}()`)).length;

    const one = await statementsOf(session, create('one'));
    // Listing every function there is takes longer than everything else together.
    assert.equal(describing(one, 'duckdb_functions'), 0, one.join('\n'));
    // Before the script, before the statement, and when the engine reads what was committed.
    assert.equal(describing(one, 'duckdb_tables'), 3, one.join('\n'));

    const many = await statementsOf(session, ['a', 'b', 'c', 'd'].map(create).join(';'));
    assert.equal(describing(many, 'duckdb_functions'), 0);
    assert.equal(describing(many, 'duckdb_tables'), 1 + 4 * 2, many.join('\n'));

    const replaced = await statementsOf(session, create('one').replace('CREATE', '$& OR REPLACE'));
    assert.equal(describing(replaced, 'duckdb_functions'), 0, replaced.join('\n'));
  }));
