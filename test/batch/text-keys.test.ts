/**
 * Lookups by a text give what they give one by one, whatever the column is: answers for every key
 * are read where texts are compared byte by byte, and nowhere else.
 */
import assert from 'node:assert/strict';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { test } from 'node:test';
import type { Session } from '../ddl/scene.ts';
import { openSession, openWithEngine } from '../ddl/scene.ts';

/** Texts that are easily taken for others, several rows each. */
const DATA = `
  CREATE TYPE kind AS ENUM ('a', 'A', '7', 'O''Brien', 'key 20');
  CREATE TABLE text AS SELECT i AS id, CASE i % 23
      WHEN 0 THEN NULL WHEN 1 THEN '' WHEN 2 THEN 'a' WHEN 3 THEN 'A' WHEN 4 THEN 'O''Brien' WHEN 5 THEN '''' WHEN 6 THEN 'ü'
      WHEN 7 THEN 'u' || chr(776) WHEN 8 THEN '7' WHEN 9 THEN '007' WHEN 10 THEN '7 ' WHEN 11 THEN 'two words'
      WHEN 12 THEN 'a -- /* \\ ' || i % 3 ELSE 'key ' || i % 300 || repeat(' and more', i % 2) END AS code
    FROM range(1500) r(i);
  CREATE TABLE thing (id BIGINT, code VARCHAR, folded VARCHAR COLLATE NOCASE, kind kind, tag UUID, rank INTEGER,
                      note VARCHAR);
  INSERT INTO thing SELECT id, code, code, TRY_CAST(code AS kind), md5(code)::UUID, id * 7 % 5, 'n' || id % 900 FROM text;
  CREATE VIEW thing_view AS SELECT upper(code) AS code, note FROM thing;
  -- Each text once, some that are not there, and so many that the answers may be read for every key.
  CREATE TABLE call AS SELECT row_number() OVER (ORDER BY key) AS n, key FROM (
    SELECT code AS key FROM text UNION SELECT upper(code) FROM text UNION SELECT 'absent ' || i FROM range(500) r(i)
    UNION SELECT i::VARCHAR FROM range(150) r(i) UNION SELECT md5(code) FROM text WHERE id < 100);`;

async function prepare(session: Session): Promise<void> {
  await session.run(DATA);
  const module = (await readFile(join(import.meta.dirname, 'guest.wasm'))).toString('base64');
  for (const name of ['together', 'alone']) {
    await session.run(
      `CREATE PROCEDURE ${name}(key VARCHAR, query VARCHAR) RETURNS VARCHAR LANGUAGE wasm
       CAPABILITIES ('read:thing', 'read:thing_view', 'read:large') ENTRY 'by_key' ON ERROR NULL AS '${module}'`,
    );
  }
  await session.run('ALTER PROCEDURE alone SET (batch_queries = false)');
  await session.run('SET threads = 1');
}

async function statements(session: Session): Promise<number> {
  const sql =
    "SELECT coalesce(sum(batches), 0)::INTEGER FROM heliosdb_metrics() WHERE procedure = 'together'";
  return (await session.value(sql)) as number;
}

/** The messages of one procedure's log since a line. */
async function logs(session: Session, procedure: string, after: unknown): Promise<unknown[]> {
  const { rows } = await session.connection.query(
    'SELECT level, message FROM heliosdb_logs() WHERE procedure = ? AND sequence > ? ORDER BY sequence',
    [procedure, after as number],
  );
  return rows.map(([level, message]) => [level, String(message).replaceAll(procedure, 'p')]);
}

const QUERIES = [
  'SELECT note FROM thing WHERE code = {}',
  'SELECT note FROM thing WHERE code = ?',
  'SELECT note FROM thing WHERE code = {} ORDER BY rank, id',
  'SELECT count(*)::VARCHAR FROM thing WHERE code = {}',
  "SELECT note FROM thing WHERE note <> 'n5' AND thing.code = {} AND rank = 2",
  'SELECT note FROM thing WHERE code = ? ORDER BY rank',
  'SELECT note FROM thing WHERE code = {} LIMIT 2',
  'SELECT max(note) FROM thing WHERE code = ?',
  'SELECT max(other.note) FROM thing t JOIN thing other ON other.id = t.id + 1 WHERE t.code = {}',
  'SELECT max(note) FROM thing_view WHERE code = {}',
  'SELECT note FROM thing WHERE folded = {}',
  'SELECT count(*)::VARCHAR FROM thing WHERE folded = {}',
  'SELECT note FROM thing WHERE code COLLATE NOCASE = {}',
  'SELECT note FROM thing WHERE lower(code) = {}',
  'SELECT note FROM thing WHERE kind = {}',
  'SELECT note FROM thing WHERE id = {}',
  'SELECT note FROM thing WHERE tag = {}',
  'SELECT note FROM thing WHERE code = {} OR id = 3',
];

for (const { setting, queries } of [
  { setting: 'threads = 1', queries: QUERIES },
  { setting: 'threads = 4', queries: QUERIES.slice(0, 4) },
  { setting: "GLOBAL default_collation = 'nocase'", queries: QUERIES.slice(0, 4) },
]) {
  test(`texts as keys, ${setting}`, async (t) => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    await session.run(`SET ${setting}`);
    for (const query of queries) {
      await t.test(query, async () => {
        const newest = await session.value(
          'SELECT coalesce(max(sequence), 0) FROM heliosdb_logs()',
        );
        const outcomes = [];
        for (const procedure of ['together', 'alone']) {
          const sql = `SELECT list(v ORDER BY n) FROM (SELECT n, ${procedure}(key, '${query}') AS v FROM call)`;
          const result = await session.rows(sql.replace("'n5'", "''n5''"));
          outcomes.push({ result, logs: await logs(session, procedure, newest) });
        }
        assert.deepEqual(outcomes[0], outcomes[1]);
      });
    }
  });
}

// With a statement a chunk they would take ten.
for (const { query, most } of [
  { query: 'SELECT note FROM thing WHERE code = {}', most: 3 },
  { query: 'SELECT note FROM thing WHERE code = ?', most: 3 },
  { query: 'SELECT max(note) FROM thing WHERE code = {}', most: 3 },
  { query: 'SELECT note FROM thing WHERE code = {} ORDER BY rank, id', most: 3 },
]) {
  test(`${query}: the answers for every text are read once`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    await session.run(
      `SELECT count(together('key ' || i % 3000, '${query}')) FROM range(20000) r(i)`,
    );
    const taken = await statements(session);
    assert(taken <= most, `${taken} statements`);
  });
}

for (const { column, key } of [
  { column: 'number', key: '(i * 7919 % 30000)' },
  { column: 'code', key: "'k' || (i * 7919 % 30000)" },
]) {
  test(`rows of a ${column} keep their order where several threads read them`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    // Several row groups, the rows of most keys in different ones.
    await session.run(
      `CREATE TABLE large AS SELECT ${key} AS ${column}, 'n' || i AS note FROM range(400000) r(i)`,
    );
    await session.run('SET threads = 4');
    const query = `SELECT note FROM large WHERE ${column} = ${column === 'code' ? '{}' : '?'}`;
    const call = column === 'code' ? `together(${column}, '${query}')` : `together_number(number)`;
    if (column === 'number') {
      const module = (await readFile(join(import.meta.dirname, 'guest.wasm'))).toString('base64');
      await session.run(
        `CREATE PROCEDURE together_number(id BIGINT) RETURNS VARCHAR LANGUAGE wasm
         CAPABILITIES ('read:large') ENTRY 'by_large_number' AS '${module}'`,
      );
    }
    const differing = await session.rows(
      `SELECT ${column} FROM (SELECT ${column}, string_agg(note || ';', '' ORDER BY rowid) AS notes
         FROM large GROUP BY 1 ORDER BY 1 LIMIT 4000)
       WHERE ${call} IS DISTINCT FROM notes LIMIT 3`,
    );
    assert.deepEqual(differing, []);
  });
}

// Beyond the size from which keys are named, so that DuckDB may ask the index.
for (const { query, key } of [
  { query: 'SELECT note FROM large WHERE code = {}', key: 'code' },
  { query: 'SELECT note FROM large WHERE code = ? ORDER BY note', key: 'code' },
  { query: 'SELECT count(*)::VARCHAR FROM large WHERE code = {}', key: 'code' },
  { query: "SELECT note FROM large WHERE note <> 'n3' AND large.code = {}", key: 'code' },
  { query: 'SELECT note FROM large WHERE id = ?', key: 'none' },
]) {
  test(`few texts of a large table: ${query}`, async () => {
    await using database = await openWithEngine();
    const session = await openSession(database);
    await prepare(session);
    await session.run(
      `CREATE TABLE large AS SELECT i AS id, 'k''' || i % 599990 AS code, 'n' || i AS note FROM range(600000) r(i)`,
    );
    if (key === 'code') await session.run('CREATE INDEX by_code ON large(code)');
    const keys = `(SELECT i AS n, CASE WHEN i % 9 = 0 THEN 'absent ' || i WHEN i % 2 = 0 THEN 'k''' || i ELSE 'k''' || i * 3000 END AS key
                   FROM range(150) r(i))`;
    const call = (procedure: string) => `${procedure}(key, '${query.replaceAll("'", "''")}')`;
    const differing = await session.rows(
      `SELECT key FROM ${keys} WHERE ${call('together')} IS DISTINCT FROM ${call('alone')}`,
    );
    assert.deepEqual(differing, []);
  });
}

test('few numbers of a large table with a primary key', async () => {
  await using database = await openWithEngine();
  const session = await openSession(database);
  await prepare(session);
  await session.run(`
    CREATE TABLE large (number INTEGER PRIMARY KEY, note VARCHAR);
    INSERT INTO large SELECT i * 3, 'n' || i FROM range(600000) r(i);`);
  const module = (await readFile(join(import.meta.dirname, 'guest.wasm'))).toString('base64');
  await session.run(
    `CREATE PROCEDURE together_number(id BIGINT) RETURNS VARCHAR LANGUAGE wasm
     CAPABILITIES ('read:large') ENTRY 'by_large_number' AS '${module}'`,
  );
  const differing = await session.rows(
    `SELECT id FROM (SELECT CASE i % 10 WHEN 0 THEN i + 3000000000 WHEN 1 THEN -i ELSE i * 999 END AS id FROM range(300) r(i))
     WHERE together_number(id) IS DISTINCT FROM
       coalesce((SELECT note || ';' FROM large WHERE number = id), '')`,
  );
  assert.deepEqual(differing, []);
});
