/** Procedures in databases other than the one that was opened. */
import assert from 'node:assert/strict';
import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, test } from 'node:test';
import { createGuest, openSession, openWithEngine } from './scene.ts';

const folder = mkdtempSync(join(tmpdir(), 'heliosdb-attached-'));
after(() => rmSync(folder, { recursive: true, force: true }));

test('USE leads definitions into the attached database, whose file keeps them', async () => {
  const path = join(folder, 'other.duckdb');
  {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await session.run(`ATTACH '${path}' AS other; USE other;
      ${createGuest('identity')};
      ${createGuest('identity', { name: 'listed', parameters: 'x BIGINT[]', returns: 'BIGINT[]', clauses: "ENTRY 'identity'" })};
      ${createGuest('identity', { name: 'twice', clauses: "ENTRY 'identity'" })};
      ${createGuest('identity', { name: 'twice', parameters: 'x DATE', returns: 'DATE', clauses: "ENTRY 'identity'" })}`);
    assert.equal(await session.value('SELECT identity(1)'), 1n);
    assert.equal(await session.value('SELECT count(*) FROM other.heliosdb.procedures'), 4n);
    await session.run('USE memory');
    assert.equal((await session.error('SELECT identity(1)')).sqlstate, '42883');
    assert.equal(await session.value('SELECT other.identity(2)'), 2n);
    // The one that was opened has a registry of its own.
    await session.run(
      createGuest('constant-1', { name: 'identity', parameters: '', clauses: "ENTRY 'constant'" }),
    );
    assert.equal(await session.value('SELECT identity()'), 1n);
    assert.equal((await session.run('SHOW PROCEDURES'))[0]?.rowCount, 5);
    await session.run('DROP PROCEDURE identity');
    assert.equal(await session.value('SELECT other.identity(2)'), 2n);
  }
  // Attached after LOAD, its procedures come with it: other result types and overloads included.
  await using database = await openWithEngine();
  const session = await openSession(database);
  await session.run(`ATTACH '${path}' AS again`);
  assert.equal(await session.value('SELECT again.identity(3)'), 3n);
  assert.equal(await session.value('SELECT again.listed([1, 2])::VARCHAR'), '[1, 2]');
  assert.equal(await session.value("SELECT again.twice(DATE '2026-01-02')::VARCHAR"), '2026-01-02');
  assert.equal(await session.value('SELECT again.twice(4)'), 4n);
  await session.run('USE again; ALTER PROCEDURE identity RENAME TO echo; USE memory');
  assert.equal(await session.value('SELECT again.echo(5)'), 5n);
});

test('a database may be called as the schema of the registry is', async () => {
  const path = join(folder, 'heliosdb.duckdb');
  await using database = await openWithEngine();
  const session = await openSession(database);
  await session.run(`ATTACH '${path}'; USE heliosdb; ${createGuest('identity')}`);
  assert.equal(await session.value('SELECT identity(1)'), 1n);
  assert.equal(await session.value('SELECT name FROM heliosdb_procedures()'), 'identity');
  await session.run('DROP PROCEDURE identity');
  assert.equal((await session.error('SELECT identity(1)')).sqlstate, '42883');
});
