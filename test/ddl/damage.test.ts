/** Registries that cannot be read, or not all of them: LOAD works and the error is where it is used. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createGuest, openSession, openWithEngine } from './scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-damage-'));
after(() => rmSync(folder, { recursive: true, force: true }));

/** Makes a file with two procedures and damages it. */
async function damaged(name: string, damage: string): Promise<string> {
  const path = join(folder, name);
  await using database = await openWithEngine(path);
  const session = await openSession(database);
  await session.run(`${createGuest('identity')};
    ${createGuest('identity', { name: 'other', clauses: "ENTRY 'identity'" })}; ${damage}`);
  return path;
}

for (const [what, damage] of [
  ['limits', "UPDATE heliosdb.procedures SET options = '{\"nosuch\": 1}' WHERE name = 'identity'"],
  ['parameters', "UPDATE heliosdb.procedures SET parameters = '3' WHERE name = 'identity'"],
  ['result type', "UPDATE heliosdb.procedures SET returns = 'NOSUCH' WHERE name = 'identity'"],
  [
    'versions',
    `DELETE FROM heliosdb.procedure_versions
     WHERE procedure_id = (SELECT id FROM heliosdb.procedures WHERE name = 'identity')`,
  ],
] as const) {
  test(`a procedure whose ${what} cannot be read fails alone`, async () => {
    const path = await damaged(`${what}.duckdb`, damage);
    await using database = await openWithEngine(path);
    const session = await openSession(database);
    assert.equal(await session.value('SELECT other(5)'), 5n);
    assert.match((await session.error('SELECT identity(5)')).sqlstate, /^(XX001|42704)$/);
    const rows = await session.rows(
      'SELECT name, problem IS NULL FROM heliosdb_procedures() ORDER BY name',
    );
    assert.deepEqual(rows, [
      ['identity', false],
      ['other', true],
    ]);
    // What is damaged can be taken away.
    await session.run('DROP PROCEDURE identity');
    assert.equal(await session.value('SELECT count(*) FROM heliosdb_procedures()'), 1n);
  });
}

test('a registry of a newer engine does not keep the database from being opened', async () => {
  const path = await damaged(
    'newer.duckdb',
    "INSERT INTO heliosdb.migrations VALUES (1000, 'later', now())",
  );
  await using database = await openWithEngine(path);
  const session = await openSession(database);
  assert.equal(await session.value('SELECT 1'), 1);
  assert.equal((await session.error('SELECT identity(5)')).sqlstate, 'IN005');
  assert.equal((await session.error('FROM heliosdb_procedures()')).sqlstate, 'IN005');
  assert.equal((await session.error('DROP PROCEDURE identity')).sqlstate, 'IN005');
});

test('a macro dropped behind the registry shows as a problem and can be brought back', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await session.run(`${createGuest('identity')}; DROP MACRO identity`);
  const problem = 'SELECT problem FROM heliosdb_procedures()';
  assert.match(String(await session.value(problem)), /macro was dropped/);
  assert.match(String((await session.run('SHOW PROCEDURES'))[0]?.rows[0]?.at(-1)), /macro was/);
  await session.run(createGuest('identity').replace('CREATE', 'CREATE OR REPLACE'));
  assert.equal(await session.value('SELECT identity(6)'), 6n);
  assert.equal(await session.value(problem), null);
  await session.run('DROP MACRO identity; DROP PROCEDURE identity');
  assert.equal((await session.run('SHOW PROCEDURES'))[0]?.rowCount, 0);
});

test('a schema dropped behind the registry leaves a procedure that can be dropped', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  const create = createGuest('identity', { name: 's.identity', clauses: "ENTRY 'identity'" });
  await session.run(`CREATE SCHEMA s; ${create}; DROP SCHEMA s CASCADE`);
  assert.match(
    String(await session.value('SELECT problem FROM heliosdb_procedures()')),
    /macro was dropped/,
  );
  await session.run(`CREATE SCHEMA s; ${create.replace('CREATE', 'CREATE OR REPLACE')}`);
  assert.equal(await session.value('SELECT s.identity(1)'), 1n);
});
