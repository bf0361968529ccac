/**
 * DuckDB's threads are changed while procedures ask their queries on them: a query that ends while
 * DuckDB waits for its thread would wait for ever.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import { openSession, openWithEngine } from '../ddl/scene.ts';

const CHANGES = 60;

test('threads change between statements that look things up', { timeout: 120_000 }, async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  const module = (await readFile(join(import.meta.dirname, 'guest.wasm'))).toString('base64');
  await session.run(`
    CREATE TABLE item (id BIGINT, name VARCHAR);
    INSERT INTO item SELECT i, 'item ' || i FROM range(1000) r(i);`);
  await session.run(
    `CREATE PROCEDURE look(id BIGINT) RETURNS VARCHAR LANGUAGE wasm
     CAPABILITIES ('read:item') ENTRY 'by_number' AS '${module}'`,
  );
  const other = await openSession(database);
  let changed = 0;
  const change = async (): Promise<void> => {
    for (; changed < CHANGES; changed++) {
      await other.run(`SET threads = ${1 + (changed % 3)}`);
    }
  };
  const changing = change();
  let found: unknown;
  let looked = 0;
  while (changed < CHANGES) {
    found = await session.value('SELECT count(look(i))::INTEGER FROM range(500) r(i)');
    looked += 1;
  }
  await changing;
  assert.equal(found, 500);
  assert(looked > 0);
});
