import assert from 'node:assert/strict';
import { mkdtemp, readdir, rm, stat, writeFile } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { after, before, it } from 'node:test';
import { Database, readCatalog } from '#storage';
import { readCachedCatalog } from './catalog-cache.ts';

const { signal } = new AbortController();
let folder: string;
let path: string;
let directory: string;

async function write(sql: string): Promise<void> {
  await using database = await Database.open({ path });
  await database.withConnection((connection) => connection.run(sql));
}

async function tables(): Promise<readonly string[]> {
  await using database = await Database.open({ path, readOnly: true });
  const catalog = await readCachedCatalog({ database, directory, signal });
  assert.deepEqual(catalog, await database.withConnection((connection) => readCatalog(connection)));
  return catalog.tables.map(({ name }) => name);
}

before(async () => {
  folder = await mkdtemp(join(tmpdir(), 'helios-catalog-'));
  path = join(folder, 'data.duckdb');
  directory = join(folder, 'cache');
});

after(() => rm(folder, { recursive: true }));

it('gives the snapshot that reading gives, before and after the database changes', async () => {
  await write("CREATE TABLE a AS SELECT 1 AS n, 'x' AS t, NULL AS u");
  assert.deepEqual(await tables(), ['a']);
  assert.deepEqual(await tables(), ['a']);
  await write('CREATE TABLE b AS SELECT 2 AS n');
  assert.deepEqual(await tables(), ['a', 'b']);
  const [file, ...others] = await readdir(directory);
  assert.deepEqual(others, [], 'one file for a database');
  assert.equal(
    (await stat(join(directory, String(file)))).mode & 0o077,
    0,
    'nobody else may read it',
  );
});

it('takes the kept snapshot when nothing changed', async () => {
  const [file] = await readdir(directory);
  const kept = join(directory, String(file));
  const before = await stat(kept);
  await tables();
  assert.equal((await stat(kept)).mtimeMs, before.mtimeMs);
});

it('reads anew when the kept file is broken or cannot be kept', async () => {
  const [file] = await readdir(directory);
  await writeFile(join(directory, String(file)), '{"key":');
  assert.deepEqual(await tables(), ['a', 'b']);
  directory = join(path, 'no-folder');
  assert.deepEqual(await tables(), ['a', 'b']);
});

it('tells how far it has come where there are many tables, and nothing where there are few', async () => {
  const told: string[] = [];
  const read = async () => {
    await using database = await Database.open({ path, readOnly: true });
    const onProgress = (text: string) => told.push(text);
    await readCachedCatalog({ database, directory, signal, onProgress });
  };
  await read();
  assert.deepEqual(told, []);
  const names = Array.from({ length: 200 }, (_, index) => `many_${index}`);
  await write(names.map((name) => `CREATE TABLE ${name} (n INTEGER)`).join(';'));
  await read();
  assert.deepEqual(told, [
    'reading the catalog: 100 of 202 tables',
    'reading the catalog: 200 of 202 tables',
  ]);
});
